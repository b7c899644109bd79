// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// A state is what a compactor knows about the commits of a tenant. It is a file that can be removed at
// any time: then it is made again from the commits.
type state struct{ db *bbolt.DB }

// The buckets of the file. Keys are the first 16 bytes of a digest.
var (
	bucketRecords    = []byte("records")
	bucketDocuments  = []byte("documents")
	bucketClaims     = []byte("claims") // documents with all their claims in the tables, see claimsID
	bucketBatches    = []byte("batches")
	bucketJobs       = []byte("jobs") // the digest of the segment in a commit; or a delta, see deltaID
	bucketScreenings = []byte("screenings")
	bucketLog        = []byte("log") // stored hashes by index, see tlog.StoredHashIndex
	bucketMeta       = []byte("meta")
	buckets          = [][]byte{bucketRecords, bucketDocuments, bucketClaims, bucketBatches, bucketJobs, bucketScreenings, bucketLog, bucketMeta}

	keyLast = []byte("last")
)

const (
	stateVersion = 2
	shortKey     = 16
	stateWait    = 5 * time.Second // for another compactor with the same file
)

// A last is the commit that a state is as of.
type last struct {
	Version    int    `json:"version"`
	Tenant     string `json:"tenant"`
	Number     int64  `json:"number"`
	SHA256     string `json:"sha256"`
	Size       int64  `json:"size"`
	Totals     Totals `json:"totals"`
	Generation int32  `json:"generation"` // the greatest
}

// openState opens the state of a tenant. A file that cannot be used is made again.
func openState(dir, tenant string) (*state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, tenant+".state")
	db, err := openFile(path)
	if err == bbolt.ErrTimeout {
		return nil, fmt.Errorf("%s: another compactor is using it", path)
	}
	if err != nil {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
		if db, err = openFile(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return &state{db}, nil
}

func openFile(path string) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	if db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: stateWait}); err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, b := range buckets {
			if _, err := tx.CreateBucketIfNotExists(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.Close()
	}
	return db, err
}

func (s *state) close() error { return s.db.Close() }

// clear forgets everything.
func (s *state) clear() error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, b := range buckets {
			if err := tx.DeleteBucket(b); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(b); err != nil {
				return err
			}
		}
		return nil
	})
}

// last returns the commit that the state is as of. It is zero for an empty state, and for one of
// another version or tenant.
func (s *state) last(tenant string) (l last, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		data := tx.Bucket(bucketMeta).Get(keyLast)
		if data == nil || json.Unmarshal(data, &l) != nil || l.Version != stateVersion || l.Tenant != tenant {
			l = last{}
		}
		return nil
	})
	return l, err
}

// short returns the first bytes of a digest in hex.
func short(digest string) []byte {
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) < shortKey {
		return []byte(digest) // not a digest, and still a key
	}
	return raw[:shortKey]
}

// has reports for each digest whether a bucket has it.
func (s *state) has(bucket []byte, digests ...string) ([]bool, error) {
	known := make([]bool, len(digests))
	err := s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		for i, d := range digests {
			known[i] = b.Get(short(d)) != nil
		}
		return nil
	})
	return known, err
}

// segment returns the first bytes of the digest of the segment of a job; nil if it is in no commit.
func (s *state) segment(id string) (sum []byte, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		sum = slices.Clone(tx.Bucket(bucketJobs).Get(short(id)))
		return nil
	})
	return sum, err
}

// generation returns the generation of a screening, the next one if it is new.
func (s *state) generation(screening string, greatest int32) (g int32, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		g = greatest + 1
		if v := tx.Bucket(bucketScreenings).Get(short(screening)); len(v) == 4 {
			g = int32(binary.BigEndian.Uint32(v))
		}
		return nil
	})
	return g, err
}

// claimsID identifies the claims that a version of the program has read from a document. Another
// version may have read others.
func claimsID(document, program string) string { return job.Digest("claims", document, program) }

// keysOf are the records and documents of a commit, and the claims of those with all their claims.
type keysOf struct{ records, documents, claims []string }

// yes is the value of a key.
var yes = []byte{1}

// apply brings the state to a commit, which is the next one.
func (s *state) apply(l *Link, keys keysOf, hashes []tlog.Hash) error {
	before, err := s.last(l.Tenant)
	if err != nil {
		return err
	}
	now := last{stateVersion, l.Tenant, l.Number, l.SHA256, l.Size, l.Totals, max(before.Generation, l.Generation)}
	meta, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		put := func(bucket []byte, digests ...string) (err error) {
			for _, d := range digests {
				if err == nil {
					err = tx.Bucket(bucket).Put(short(d), yes)
				}
			}
			return err
		}
		for i := range l.Segments {
			if err := tx.Bucket(bucketJobs).Put(short(l.Segments[i].Job.ID()), short(l.Segments[i].SHA256)); err != nil {
				return err
			}
			if err := put(bucketBatches, l.Segments[i].Job.Batch); err != nil {
				return err
			}
		}
		for i := range l.Deltas {
			if err := put(bucketJobs, deltaID(&l.Deltas[i].Job, l.Screening)); err != nil {
				return err
			}
		}
		if err := put(bucketRecords, keys.records...); err != nil {
			return err
		}
		if err := put(bucketDocuments, keys.documents...); err != nil {
			return err
		}
		if err := put(bucketClaims, keys.claims...); err != nil {
			return err
		}
		if err := tx.Bucket(bucketScreenings).Put(short(l.Screening), binary.BigEndian.AppendUint32(nil, uint32(l.Generation))); err != nil {
			return err
		}
		at := tlog.StoredHashCount(before.Size)
		for i, h := range hashes {
			if err := tx.Bucket(bucketLog).Put(binary.BigEndian.AppendUint64(nil, uint64(at)+uint64(i)), h[:]); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyLast, meta)
	})
}

// ReadHashes returns hashes of the log, see [tlog.HashReader].
func (s *state) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	err := s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketLog)
		for i, n := range indexes {
			v := b.Get(binary.BigEndian.AppendUint64(nil, uint64(n)))
			if len(v) != len(out[i]) {
				return fmt.Errorf("the state has no hash %d of the log", n)
			}
			copy(out[i][:], v)
		}
		return nil
	})
	return out, err
}
