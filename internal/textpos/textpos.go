// SPDX-License-Identifier: Apache-2.0

// Package textpos says where in a text an offset is, as editors count: by lines and columns.
package textpos

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// At returns the line and the column of an offset, both from 1. A column is a character. An offset
// beyond the text is at its end.
func At(text []byte, offset int64) (line, column int) {
	before := text[:min(max(offset, 0), int64(len(text)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1
}

// Name returns "LINE:COLUMN" of an offset.
func Name(text []byte, offset int64) string {
	line, column := At(text, offset)
	return fmt.Sprintf("%d:%d", line, column)
}
