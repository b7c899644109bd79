// SPDX-License-Identifier: Apache-2.0

package work

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
)

// A pack opens the documents of a batch. It reads the pack of small documents with one request.
type pack struct {
	s      store.Store
	b      *job.Batch
	object string // that all documents of the batch are in; "" if there are several or it is large
	size   int64
	data   []byte // of the object
}

func newPack(s store.Store, b *job.Batch) *pack {
	p := &pack{s: s, b: b, object: b.Documents[0].Object}
	for i := range b.Documents {
		d := &b.Documents[i]
		if d.Object != p.object || d.SHA256 == "" {
			p.object = ""
		}
		p.size = max(p.size, d.Offset+d.Size)
	}
	if len(b.Documents) == 1 || p.size > job.MaxBytes {
		p.object = ""
	}
	return p
}

// open returns the content of a document, after its digest or version was checked.
func (p *pack) open(ctx context.Context, d *job.Document) (io.ReadCloser, error) {
	if p.object != "" {
		if p.data == nil {
			data, err := read(ctx, p.s, store.ObjectKey(p.b.Tenant, p.object), 0, p.size)
			if err != nil {
				return nil, err
			}
			p.data = data
		}
		content := p.data[d.Offset : d.Offset+d.Size]
		return memory{bytes.NewReader(content)}, checkDigest(d, sha256.Sum256(content))
	}
	key := store.ObjectKey(p.b.Tenant, d.Object)
	if d.SHA256 == "" {
		o, err := p.s.Stat(ctx, key)
		if err != nil {
			return nil, err
		}
		if o.Version != d.Version || o.Size != d.Size {
			return nil, fmt.Errorf("%w: %s has version %s and %d bytes; expected %s and %d", errContent, key, o.Version, o.Size, d.Version, d.Size)
		}
	}
	if d.Size <= inMemory {
		content, err := read(ctx, p.s, key, d.Offset, d.Size)
		if err != nil {
			return nil, err
		}
		return memory{bytes.NewReader(content)}, checkDigest(d, sha256.Sum256(content))
	}
	return p.temporary(ctx, d, key)
}

// memory is content in memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func read(ctx context.Context, s store.Store, key string, offset, size int64) ([]byte, error) {
	r, err := s.Open(ctx, key, offset, size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	}
	return data, nil
}

// temporary copies a large document to a file, which is removed when it is closed.
func (p *pack) temporary(ctx context.Context, d *job.Document, key string) (_ io.ReadCloser, err error) {
	r, err := p.s.Open(ctx, key, d.Offset, d.Size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := os.CreateTemp("", "fleet-*")
	if err != nil {
		return nil, err
	}
	t := &temporary{f}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	h := sha256.New()
	if n, err := io.Copy(io.MultiWriter(f, h), r); err != nil {
		return nil, fmt.Errorf("reading %s: %w", key, err)
	} else if n != d.Size {
		return nil, fmt.Errorf("%w: %s has %d bytes; expected %d", errContent, key, n, d.Size)
	}
	if err := checkDigest(d, [sha256.Size]byte(h.Sum(nil))); err != nil {
		return nil, err
	}
	_, err = f.Seek(0, io.SeekStart)
	return t, err
}

// A temporary file is read in place by package screen.
type temporary struct{ *os.File }

func (t *temporary) Close() error { return errors.Join(t.File.Close(), os.Remove(t.Name())) }

func checkDigest(d *job.Document, sum [sha256.Size]byte) error {
	if got := hex.EncodeToString(sum[:]); d.SHA256 != "" && got != d.SHA256 {
		return fmt.Errorf("%w: it has the SHA-256 digest %s; expected %s", errContent, got, d.SHA256)
	}
	return nil
}
