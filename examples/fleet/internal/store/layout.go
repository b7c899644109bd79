// SPDX-License-Identifier: Apache-2.0

// Package store keeps the documents, segments, tables and commits of a fleet in a bucket.
package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// The keys of objects, in the folder of a tenant.

// BatchKey returns the key of a batch.
func BatchKey(tenant, id string) string { return key(tenant, "batches", id, ".json") }

// PackKey returns the key of the object with the uploaded documents of a batch.
func PackKey(tenant, id string) string { return key(tenant, "packs", id, ".pack") }

// JobKey returns the key of a job. It is written before the job is queued, so that a job that the queue
// loses can be queued again.
func JobKey(j *job.Job) string { return key(j.Tenant, "jobs/"+j.Screening, j.ID(), ".json") }

// ScreeningKey returns the key of a screening.
func ScreeningKey(tenant, id string) string { return tenant + "/screenings/" + id + ".json" }

// ReleaseKey returns the key of the file of a custom denylist, by its digest in hex.
func ReleaseKey(tenant, digest string) string { return tenant + "/releases/" + digest + ".json" }

// SegmentKey returns the key of the segment of a job.
func SegmentKey(j *job.Job) string { return SegmentPath(j.Tenant, j.Screening, j.ID()) }

// SegmentPath returns the key of the segment of the job with an id, under a screening.
func SegmentPath(tenant, screening, id string) string {
	return key(tenant, "segments/"+screening, id, ".seg")
}

// DeltaKey returns the key of the delta statement for the segment of a job under another
// screening.
func DeltaKey(j *job.Job, screening string) string {
	return key(j.Tenant, "deltas/"+screening, j.ID(), ".json")
}

// CommitKey returns the key of a commit. The first is number 1.
func CommitKey(tenant string, number int64) string {
	return fmt.Sprintf("%s/commits/%08d.note", tenant, number)
}

// TableKey returns the key of a file of a table: part is the number of its commit. Release is the
// name of a release; "" for claims, which do not depend on it.
func TableKey(tenant, table, release string, part int64) string {
	folder := tenant + "/tables/" + table
	if release != "" {
		folder += "/release=" + escape(release)
	}
	return fmt.Sprintf("%s/part-%08d.parquet", folder, part)
}

// escape returns a name with %XX for each byte that could have a meaning in a key. Programs that read
// partitioned tables undo it.
func escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// StagedKey returns the key of a file of a table while its commit is being made.
func StagedKey(tenant string, number int64, digest string) string {
	return fmt.Sprintf("%s/staging/%08d/%s.parquet", tenant, number, digest)
}

// TileKey returns the key of a tile of the log, which has a path as in golang.org/x/mod/sumdb/tlog.
func TileKey(tenant, path string) string { return tenant + "/log/" + path }

// RejectedKey returns the key of a segment that was not one of its job, with the digest of its bytes.
// The reason is in the object with the same key and ".json".
func RejectedKey(j *job.Job, digest string) string {
	return key(j.Tenant, "rejected/"+j.Screening, j.ID(), "."+digest+".seg")
}

// key returns the key of an object with an id in hex. Folders of the first two digits keep the
// lists of a file system short.
func key(tenant, folder, id, ending string) string {
	return tenant + "/" + folder + "/" + id[:2] + "/" + id + ending
}

// FailedKey returns the key of the reason for which a job can never be done.
func FailedKey(j *job.Job) string { return key(j.Tenant, "failed/"+j.Screening, j.ID(), ".json") }

// MaxSegment bounds a segment, in bytes.
const MaxSegment = 2 << 30

// ObjectKey returns the key of the object of a document, which starts with a slash if it is not in
// the folder of the tenant.
func ObjectKey(tenant, object string) string {
	if outside, ok := strings.CutPrefix(object, "/"); ok {
		return outside
	}
	return tenant + "/" + object
}

// ErrForeign: an object is in the folder of another tenant.
var ErrForeign = errors.New("the object is in the folder of a tenant; expected one outside of these folders")

// folders are those in the folder of a tenant.
var folders = []string{"batches", "commits", "deltas", "failed", "jobs", "log", "packs", "rejected", "releases", "screenings", "segments", "staging", "tables"}

// CheckOutside returns an ErrForeign if an object may be in the folder of a tenant: a batch of a tenant
// must not name the documents of another.
func CheckOutside(object string) error {
	parts := strings.SplitN(object, "/", 3)
	if len(parts) == 3 && slices.Contains(folders, parts[1]) {
		return fmt.Errorf("%s: %w", object, ErrForeign)
	}
	return nil
}
