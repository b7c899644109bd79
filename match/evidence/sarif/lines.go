// SPDX-License-Identifier: Apache-2.0

package sarif

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/clause76/clause76/match/evidence"
)

// longest is the size of the longest file that is read again for its lines.
const longest = 256 << 20

// places returns the lines and columns of a document's findings, by their offsets. There are none
// unless the document is a text file in UTF-8 that can be opened and is unchanged.
func (x *writer) places(d *evidence.Document) map[int64]region {
	if x.open == nil || d.Container != nil || d.Encoding == "files" || len(d.Findings) == 0 || d.Bytes > longest {
		return nil
	}
	data := x.unchangedText(d)
	var offsets []int64
	for i := range d.Findings {
		if o := d.Findings[i].Component.Location.Offset; o >= 0 && o < int64(len(data)) {
			offsets = append(offsets, o)
		}
	}
	slices.Sort(offsets)
	all := make(map[int64]region)
	line, start, from := 1, 0, 0
	for _, o := range offsets {
		for i, b := range data[from:o] {
			if b == '\n' {
				line, start = line+1, from+i+1
			}
		}
		from = int(o)
		all[o] = region{line, utf8.RuneCount(data[start:o]) + 1}
	}
	return all
}

// unchangedText returns the content of a document's file, or nil if the file cannot be read, has
// changed since it was screened, or is not text in UTF-8.
func (x *writer) unchangedText(d *evidence.Document) []byte {
	f, err := x.open(d.Path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, longest+1))
	if sum := sha256.Sum256(data); err != nil || hex.EncodeToString(sum[:]) != d.SHA256 || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	return data
}
