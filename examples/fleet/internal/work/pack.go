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

// open returns the content of a document, after its digest or version was checked. The error is
// errContent or errMissing if the content will not be there later either.
func (p *pack) open(ctx context.Context, d *job.Document) (io.ReadCloser, error) {
	if p.object != "" && p.data == nil {
		var err error
		p.data, err = p.read(ctx, store.ObjectKey(p.b.Tenant, p.object), 0, p.size)
		if errors.Is(err, errContent) {
			p.object = "" // some of its documents may be there
		} else if err != nil {
			return nil, err
		}
	}
	if p.object != "" {
		content := p.data[d.Offset : d.Offset+d.Size]
		return checked(d, content)
	}
	key := store.ObjectKey(p.b.Tenant, d.Object)
	if d.SHA256 == "" {
		if err := p.version(ctx, d, key); err != nil {
			return nil, err
		}
	}
	if d.Size > inMemory {
		return p.temporary(ctx, d, key)
	}
	content, err := p.read(ctx, key, d.Offset, d.Size)
	if err != nil {
		return nil, err
	}
	if d.SHA256 == "" { // nothing else tells whether it was written between the two requests
		if err := p.version(ctx, d, key); err != nil {
			return nil, err
		}
	}
	return checked(d, content)
}

// version checks that an object is still the one that was submitted.
func (p *pack) version(ctx context.Context, d *job.Document, key string) error {
	o, err := p.s.Stat(ctx, key)
	if errors.Is(err, store.ErrMissing) {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	if err == nil && (o.Version != d.Version || o.Size != d.Size) {
		err = fmt.Errorf("%w: %s has version %s and %d bytes; expected %s and %d", errContent, key, o.Version, o.Size, d.Version, d.Size)
	}
	return err
}

// fault returns the error for one of reading a part of an object: it says whether the object is
// missing or too short.
func (p *pack) fault(ctx context.Context, key string, end int64, err error) error {
	if errors.Is(err, store.ErrMissing) {
		return fmt.Errorf("%w: %w", errMissing, err)
	}
	if o, e := p.s.Stat(ctx, key); e == nil && o.Size < end {
		return fmt.Errorf("%w: %s has %d bytes; expected %d or more", errContent, key, o.Size, end)
	}
	return fmt.Errorf("reading %s: %w", key, err)
}

func checked(d *job.Document, content []byte) (io.ReadCloser, error) {
	if err := checkDigest(d, sha256.Sum256(content)); err != nil {
		return nil, err
	}
	return memory{bytes.NewReader(content)}, nil
}

// memory is content in memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// read reads a part of an object.
func (p *pack) read(ctx context.Context, key string, offset, size int64) ([]byte, error) {
	r, err := p.s.Open(ctx, key, offset, size)
	if err != nil {
		return nil, p.fault(ctx, key, offset+size, err)
	}
	defer r.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, p.fault(ctx, key, offset+size, err)
	}
	return data, nil
}

// temporary copies a large document to a file, which is removed when it is closed.
func (p *pack) temporary(ctx context.Context, d *job.Document, key string) (_ io.ReadCloser, err error) {
	r, err := p.s.Open(ctx, key, d.Offset, d.Size)
	if err != nil {
		return nil, p.fault(ctx, key, d.Offset+d.Size, err)
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
	n, err := io.Copy(io.MultiWriter(f, h), r)
	if err == nil && n != d.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, p.fault(ctx, key, d.Offset+d.Size, err)
	}
	if d.SHA256 == "" {
		if err := p.version(ctx, d, key); err != nil {
			return nil, err
		}
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
