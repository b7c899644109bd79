// SPDX-License-Identifier: Apache-2.0

// Package segment reads and writes segments: one object with the records of a job, the rows of
// the tables made from them, and the claims of the documents.
//
// Many records in one object cost one request to the bucket instead of many. One record can be
// read without the others.
//
// A segment is a pure function of its entries: blocks of compressed statements, a block with rows
// and claims, the index, and a trailer of fixed size with the place and the digest of the index, and
// a signature over that digest. The index has the digest of each block, so that one signature is
// about everything in a segment: also about the rows, which are not in the statements. Nothing of a block is returned before its digest was
// checked, and no block is larger than MaxBlock bytes when it is decompressed.
package segment

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// ErrBad is wrapped by each error about a segment that is not valid. The error says at which
// offset.
var ErrBad = errors.New("bad segment")

// ErrVersion: the segment has another version of the format.
var ErrVersion = errors.New("the segment has an unknown version")

// MaxBlock bounds a block when it is decompressed. A statement that is larger is a block of its
// own, of at most MaxStatement bytes.
const (
	MaxBlock     = 1 << 20
	MaxStatement = 512 << 20
	maxContent   = 1 << 30 // rows and claims
	maxIndex     = 16 << 20
)

// An Entry is what a segment has about one document.
type Entry struct {
	Index     int    `json:"index"`    // of the document in its batch
	Document  string `json:"document"` // its key
	Record    string `json:"record"`   // the key of the record
	Statement []byte `json:"-"`        // the signed record, a DSSE envelope in JSON
	Block     int    `json:"block"`    // of the statement; set by Encode, as Offset and Size are
	Offset    int    `json:"offset"`
	Size      int    `json:"size"`
	SHA256    string `json:"sha256"` // of the statement, in hex
}

// Content are the rows and claims of a segment. Rows have no generation yet. Claims are in the order
// of the table, and each is of a document with an entry.
type Content struct {
	Documents []table.Document `json:"documents"`
	Findings  []table.Finding  `json:"findings"`
	Claims    []table.Claim    `json:"-"` // in a block of their own, see claims.go
}

// An Index describes a segment.
type Index struct {
	Version int     `json:"version"`
	Job     job.Job `json:"job"`
	Program string  `json:"program"` // the version of the program that made it
	Entries []Entry `json:"entries"` // in the order of the batch
	Blocks  []Block `json:"blocks"`  // those of statements, and at last those of rows and of claims
}

// statements returns how many blocks are of statements.
func (x *Index) statements() int { return len(x.Blocks) - 2 }

// A Block is a compressed part of a segment.
type Block struct {
	Offset int64  `json:"offset"`
	Size   int    `json:"size"`
	Raw    int    `json:"raw"` // its size when it is decompressed
	SHA256 string `json:"sha256"`
}

const (
	version = 1
	magic   = "clause76 segment" // 16 bytes, at the start and at the end
	trailer = 8 + 8 + sha256.Size + ed25519.SignatureSize + len(magic)

	// signedHead starts what is signed, so that the signature is no other signature by the key.
	signedHead = "clause76 segment, the digest of its index: "
)

var (
	packer, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
)

// Encode returns the segment of a job. It sets Block, Offset, Size and SHA256 of the entries.
// The signer is of Ed25519, so that the same entries have the same bytes.
func Encode(ctx context.Context, signer dsse.Signer, j job.Job, program string, entries []Entry, content *Content) ([]byte, error) {
	x := Index{Version: version, Job: j, Program: program, Entries: entries}
	out := []byte(magic)
	add := func(raw []byte) {
		packed := packer.EncodeAll(raw, nil)
		x.Blocks = append(x.Blocks, Block{int64(len(out)), len(packed), len(raw), sum(packed)})
		out = append(out, packed...)
	}
	var raw []byte
	for i := range entries {
		e := &entries[i]
		if len(e.Statement) > MaxStatement {
			return nil, fmt.Errorf("the statement on document %d has %d bytes; expected at most %d", e.Index, len(e.Statement), MaxStatement)
		}
		if len(raw) > 0 && len(raw)+len(e.Statement) > MaxBlock {
			add(raw)
			raw = raw[:0]
		}
		e.Block, e.Offset, e.Size, e.SHA256 = len(x.Blocks), len(raw), len(e.Statement), sum(e.Statement)
		raw = append(raw, e.Statement...)
	}
	add(raw)
	rest, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	claims, err := encodeClaims(content.Claims, entries, j.Batch)
	if err != nil {
		return nil, err
	}
	if len(rest) > maxContent || len(claims) > maxContent {
		return nil, fmt.Errorf("the rows have %d bytes, and the claims %d; expected at most %d", len(rest), len(claims), maxContent)
	}
	add(rest)
	add(claims)
	index, err := json.Marshal(&x)
	if err != nil {
		return nil, err
	}
	packed := packer.EncodeAll(index, nil)
	digest := sha256.Sum256(packed)
	signature, err := signer.Sign(ctx, append([]byte(signedHead), digest[:]...))
	if err != nil {
		return nil, fmt.Errorf("signing a segment: %w", err)
	}
	if len(signature) != ed25519.SignatureSize {
		return nil, fmt.Errorf("signing a segment: the signature has %d bytes; expected %d: a key of Ed25519", len(signature), ed25519.SignatureSize)
	}
	at := len(out)
	out = append(out, packed...)
	out = binary.BigEndian.AppendUint64(out, uint64(at))
	out = binary.BigEndian.AppendUint64(out, uint64(len(packed)))
	out = append(out, digest[:]...)
	out = append(out, signature...)
	return append(out, magic...), nil
}

// A Reader reads a segment. It is safe for concurrent use.
type Reader struct {
	Index     Index
	r         io.ReaderAt
	digest    []byte // of the index
	signature []byte
}

// Verify checks that one of the keys has signed the segment.
func (s *Reader) Verify(ctx context.Context, keys ...dsse.Verifier) error {
	text := append([]byte(signedHead), s.digest...)
	for _, k := range keys {
		if k.Verify(ctx, text, s.signature) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: it is not signed by the key", ErrBad)
}

// NewReader reads the index of a segment of a size.
func NewReader(r io.ReaderAt, size int64) (*Reader, error) {
	if size < int64(len(magic)+trailer) {
		return nil, fmt.Errorf("%w: it has %d bytes; expected at least %d", ErrBad, size, len(magic)+trailer)
	}
	end := make([]byte, trailer)
	if err := readAt(r, end, size-int64(trailer)); err != nil {
		return nil, err
	}
	if string(end[trailer-len(magic):]) != magic {
		return nil, fmt.Errorf("%w: offset %d: it does not end with %q", ErrBad, size-int64(len(magic)), magic)
	}
	at, n := binary.BigEndian.Uint64(end), binary.BigEndian.Uint64(end[8:])
	if n > maxIndex || at < uint64(len(magic)) || at > uint64(size) || at+n != uint64(size)-uint64(trailer) {
		return nil, fmt.Errorf("%w: offset %d: the index is at %d with %d bytes; expected it before the trailer, with at most %d bytes", ErrBad, size-int64(trailer), at, n, maxIndex)
	}
	packed := make([]byte, n)
	if err := readAt(r, packed, int64(at)); err != nil {
		return nil, err
	}
	if digest := sha256.Sum256(packed); !bytes.Equal(digest[:], end[16:16+sha256.Size]) {
		return nil, fmt.Errorf("%w: offset %d: the index does not have the digest of the trailer", ErrBad, at)
	}
	text, err := unpack(packed, maxIndex)
	if err != nil {
		return nil, fmt.Errorf("%w: offset %d: the index: %w", ErrBad, at, err)
	}
	s := &Reader{r: r, digest: end[16 : 16+sha256.Size], signature: end[16+sha256.Size : trailer-len(magic)]}
	var v struct{ Version int }
	if err := json.Unmarshal(text, &v); err == nil && v.Version != version {
		return nil, fmt.Errorf("%w: %d; expected %d: another version of the program made it", ErrVersion, v.Version, version)
	}
	if err := json.Unmarshal(text, &s.Index); err != nil {
		return nil, fmt.Errorf("%w: offset %d: the index: %w", ErrBad, at, err)
	}
	return s, s.Index.check(int64(at))
}

// check checks that the blocks are before the index, and the statements in the blocks.
func (x *Index) check(end int64) error {
	if x.statements() < 1 {
		return fmt.Errorf("%w: it has %d blocks; expected at least 3", ErrBad, len(x.Blocks))
	}
	next := int64(len(magic))
	for i, b := range x.Blocks {
		limit := MaxStatement
		if i >= x.statements() {
			limit = maxContent
		}
		if b.Offset != next || b.Size < 0 || b.Raw < 0 || b.Raw > limit || int64(b.Size) > end-next {
			return fmt.Errorf("%w: block %d is at %d with %d bytes, %d decompressed; expected it at %d and before the index at %d", ErrBad, i, b.Offset, b.Size, b.Raw, next, end)
		}
		next += int64(b.Size)
	}
	if next != end {
		return fmt.Errorf("%w: offset %d: there are %d bytes between the blocks and the index", ErrBad, next, end-next)
	}
	for i, e := range x.Entries {
		if e.Block < 0 || e.Block >= x.statements() || e.Offset < 0 || e.Size < 0 || e.Size > x.Blocks[e.Block].Raw-e.Offset {
			return fmt.Errorf("%w: entry %d is not in a block of statements", ErrBad, i)
		}
		if i > 0 && e.Index <= x.Entries[i-1].Index {
			return fmt.Errorf("%w: entry %d is document %d of the batch, after document %d", ErrBad, i, e.Index, x.Entries[i-1].Index)
		}
	}
	return nil
}

// Block reads and decompresses a block.
func (s *Reader) Block(n int) ([]byte, error) {
	b := s.Index.Blocks[n]
	packed := make([]byte, b.Size)
	if err := readAt(s.r, packed, b.Offset); err != nil {
		return nil, err
	}
	if sum(packed) != b.SHA256 {
		return nil, fmt.Errorf("%w: offset %d: block %d does not have the digest of the index", ErrBad, b.Offset, n)
	}
	raw, err := unpack(packed, b.Raw)
	if err == nil && len(raw) != b.Raw {
		err = fmt.Errorf("it has %d bytes when it is decompressed; expected %d", len(raw), b.Raw)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: offset %d: block %d: %w", ErrBad, b.Offset, n, err)
	}
	return raw, nil
}

// Statement reads the statement of an entry.
func (s *Reader) Statement(e *Entry) ([]byte, error) {
	raw, err := s.Block(e.Block)
	if err != nil {
		return nil, err
	}
	statement := raw[e.Offset : e.Offset+e.Size]
	return statement, e.Check(statement)
}

// Check checks the digest of the statement of an entry.
func (e *Entry) Check(statement []byte) error {
	if sum(statement) != e.SHA256 {
		return fmt.Errorf("%w: the statement on document %d of the batch does not have the digest of the index", ErrBad, e.Index)
	}
	return nil
}

// Content reads the rows and claims.
func (s *Reader) Content() (*Content, error) {
	n := s.Index.statements()
	raw, err := s.Block(n)
	if err != nil {
		return nil, err
	}
	c := &Content{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("%w: block %d: %w", ErrBad, n, err)
	}
	if raw, err = s.Block(n + 1); err != nil {
		return nil, err
	}
	if c.Claims, err = decodeClaims(raw, s.Index.Entries, s.Index.Job.Batch); err != nil {
		return nil, fmt.Errorf("%w: block %d: %w", ErrBad, n+1, err)
	}
	return c, nil
}

// Statements returns how many blocks have statements. They are the first ones.
func (s *Reader) Statements() int { return s.Index.statements() }

// unpack decompresses at most limit bytes.
func unpack(packed []byte, limit int) ([]byte, error) {
	d, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(limit, 1<<16))), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	raw, err := io.ReadAll(io.LimitReader(d, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > limit {
		return nil, fmt.Errorf("it has more than %d bytes when it is decompressed", limit)
	}
	return raw, nil
}

func readAt(r io.ReaderAt, b []byte, at int64) error {
	if n, err := r.ReadAt(b, at); n < len(b) {
		return fmt.Errorf("%w: offset %d: %w", ErrBad, at, errors.Join(err, io.ErrUnexpectedEOF))
	}
	return nil
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}
