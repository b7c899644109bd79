// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"encoding/hex"
	"hash"
)

// digests hash what is read. What is read of a long file is copied and hashed in another goroutine, so
// that it is read and hashed at the same time.
type digests struct {
	sha256  hash.Hash
	sha1    hash.Hash  // may be nil
	workers func() int // how many goroutines may work on one file; nil means one

	pieces [4]piece
	next   int           // the piece that is used next
	last   chan struct{} // is closed when all so far was hashed; may be nil
}

// A piece is a copy of a part of the file.
type piece struct {
	text []byte
	done chan struct{} // is closed when it was hashed; nil if it was not used
}

const (
	maxPiece = 128 << 10
	minPiece = 32 << 10 // less is not worth a goroutine
)

// add hashes p, which the caller may change after that.
func (d *digests) add(p []byte) {
	if len(p) < minPiece || d.workers == nil || d.workers() < 2 {
		d.wait()
		d.hash(p)
		return
	}
	for len(p) > 0 {
		n := min(len(p), maxPiece)
		d.hashAside(p[:n])
		p = p[n:]
	}
}

// hashAside hashes a copy of p in another goroutine, after what was added before. It waits if there
// are too many copies.
func (d *digests) hashAside(p []byte) {
	at := &d.pieces[d.next]
	d.next = (d.next + 1) % len(d.pieces)
	if at.done != nil {
		<-at.done
	}
	at.text = append(at.text[:0], p...)
	before, done := d.last, make(chan struct{})
	at.done, d.last = done, done
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		d.hash(at.text)
	}()
}

func (d *digests) hash(p []byte) {
	d.sha256.Write(p)
	if d.sha1 != nil {
		d.sha1.Write(p)
	}
}

// wait waits until all that was added is hashed.
func (d *digests) wait() {
	if d.last != nil {
		<-d.last
		d.last = nil
	}
}

// sums returns the digests; that with SHA-1 is "" if it was not taken.
func (d *digests) sums() (sha256, sha1 string) {
	d.wait()
	if d.sha1 != nil {
		sha1 = hex.EncodeToString(d.sha1.Sum(nil))
	}
	return hex.EncodeToString(d.sha256.Sum(nil)), sha1
}
