// SPDX-License-Identifier: Apache-2.0

package segment

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// The block of claims is a list of different claims. Each is its role, kind and value, which are a
// length and a text, and a number of documents, which are indexes in the batch. All numbers are
// unsigned varints of package binary. It is some times shorter than the rows, and quicker to read.

// maxClaims bounds the claims of a segment: a short block can be many rows. A batch has at most 16 MiB of
// documents, or one document, so that it is not reached by those.
const maxClaims = 1 << 24

// encodeClaims returns the block of claims.
func encodeClaims(claims []table.Claim, entries []Entry, batch string) ([]byte, error) {
	if len(claims) > maxClaims {
		return nil, fmt.Errorf("there are %d claims; expected at most %d", len(claims), maxClaims)
	}
	documents := byIndex(entries)
	var out []byte
	for i := 0; i < len(claims); {
		first := &claims[i]
		n := i
		for ; n < len(claims) && claims[n].Role == first.Role && claims[n].Kind == first.Kind && claims[n].Value == first.Value; n++ {
			c := &claims[n]
			if c.Index < 0 || documents[c.Index] != c.Document || c.Batch != batch {
				return nil, fmt.Errorf("claim %d is of document %d of batch %s, which has no entry", n, c.Index, c.Batch)
			}
			if n > 0 && table.CompareClaims(claims[n-1], *c) >= 0 {
				return nil, fmt.Errorf("claim %d is not in the order of the table", n)
			}
		}
		for _, text := range []string{first.Role, first.Kind, first.Value} {
			out = binary.AppendUvarint(out, uint64(len(text)))
			out = append(out, text...)
		}
		out = binary.AppendUvarint(out, uint64(n-i))
		for ; i < n; i++ {
			out = binary.AppendUvarint(out, uint64(claims[i].Index))
		}
	}
	return out, nil
}

// byIndex returns the keys of the documents by their indexes.
func byIndex(entries []Entry) map[int32]string {
	all := make(map[int32]string)
	for i := range entries {
		all[int32(entries[i].Index)] = entries[i].Document
	}
	return all
}

// errClaims: a block is not one of claims.
var errClaims = errors.New("not a list of claims")

// decodeClaims returns the claims of a block.
func decodeClaims(raw []byte, entries []Entry, batch string) (claims []table.Claim, err error) {
	documents := byIndex(entries)
	number := func() (n uint64) {
		n, size := binary.Uvarint(raw)
		if size <= 0 {
			err = errClaims
			return 0
		}
		raw = raw[size:]
		return n
	}
	text := func(last string) string {
		n := number()
		if n > uint64(len(raw)) {
			err = errClaims
			return ""
		}
		t := raw[:n]
		raw = raw[n:]
		if string(t) == last {
			return last // most roles and kinds are those of the claim before
		}
		return string(t)
	}
	var c table.Claim
	c.Batch = batch
	for len(raw) > 0 {
		c.Role, c.Kind, c.Value = text(c.Role), text(c.Kind), text(c.Value)
		n := number()
		if n == 0 || n > uint64(len(raw)) {
			err = errClaims
		}
		for range n {
			if err != nil {
				return nil, err
			}
			index := number()
			if index >= job.MaxDocuments || len(claims) == maxClaims {
				return nil, errClaims
			}
			c.Index = int32(index)
			known := false
			if c.Document, known = documents[c.Index]; !known {
				return nil, fmt.Errorf("%w: it has a claim of document %d, which has no entry", errClaims, index)
			}
			if k := len(claims); k > 0 && table.CompareClaims(claims[k-1], c) >= 0 {
				return nil, fmt.Errorf("%w: they are not in order", errClaims)
			}
			claims = append(claims, c)
		}
		if err != nil {
			return nil, err
		}
	}
	return claims, nil
}
