// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"github.com/clause76/clause76/internal/fields"
)

// hidden returns the mark of a bill of materials in a text, or "". It searches escapes and base64
// too.
func hidden(text []byte) string {
	s := markScan{packed: true}
	if m := s.look(text); m != "" {
		return m
	}
	if bytes.Contains(text, []byte(`\u0`)) || bytes.Contains(text, []byte(`\x`)) {
		if m := s.look(unescaped(text)); m != "" {
			return m
		}
	}
	if bytes.Contains(text, []byte("&#")) {
		if m := s.look([]byte(html.UnescapeString(string(text)))); m != "" {
			return m
		}
	}
	return inBase64(text)
}

// unescaped replaces the escapes of ASCII characters in strings of JSON and JavaScript.
func unescaped(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		n := 0
		switch {
		case text[i] != '\\':
		case bytes.HasPrefix(text[i:], []byte(`\u00`)):
			n = 6
		case bytes.HasPrefix(text[i:], []byte(`\x`)):
			n = 4
		}
		if n > 0 && i+n <= len(text) {
			if c, err := strconv.ParseUint(string(text[i+2:i+n]), 16, 8); err == nil && c < 0x80 {
				out = append(out, byte(c))
				i += n - 1
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

const (
	// minBase64 is the length of the shortest line of base64 that is examined. Few words of
	// any language are as long.
	minBase64 = 40
	// maxPacked limits the unpacked length of data in base64.
	maxPacked = 4 << 20
)

var base64Digit = func() (is [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_" {
		is[c] = true
	}
	return is
}()

// inBase64 returns a mark in the runs of base64 in a text, which may be on several lines, or "".
func inBase64(text []byte) string {
	packed := 0
	for i := 0; i < len(text); {
		if !base64Digit[text[i]] {
			i++
			continue
		}
		var run []byte
		if run, i = base64Run(text, i); len(run) < minBase64 {
			continue
		}
		if startsPacked(run) {
			if packed++; packed > maxTries {
				return tooMany
			}
		}
		if m := packedMark(run); m != "" {
			return m
		}
	}
	return ""
}

// base64Run returns the run of base64 that begins at i, without line ends and indentation, and the
// index after it. It is empty if the first line is shorter than minBase64; a shorter line ends
// the run.
func base64Run(text []byte, i int) (run []byte, next int) {
	for first := true; ; first = false {
		from := i
		for i < len(text) && base64Digit[text[i]] {
			i++
		}
		if n := i - from; n < minBase64 && (first || n == 0) {
			return run, i
		}
		run = append(run, text[from:i]...)
		line := i
		for i < len(text) && i < line+8 && (text[i] == '\r' || text[i] == '\n' || text[i] == ' ' || text[i] == '\t') {
			i++
		}
		if i == line || i-from < minBase64 {
			return run, i
		}
	}
}

// startsPacked reports whether base64 is that of gzip or zlib data, which takes time to unpack.
func startsPacked(run []byte) bool {
	for _, start := range []string{"H4sI", "eJ", "eN", "eA", "eF"} {
		if bytes.HasPrefix(run, []byte(start)) {
			return true
		}
	}
	return false
}

// packedMark returns a mark in decoded base64, and in the data that is compressed in it.
func packedMark(run []byte) string {
	for i, c := range run {
		switch c {
		case '-':
			run[i] = '+'
		case '_':
			run[i] = '/'
		}
	}
	data := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
	n, err := base64.RawStdEncoding.Decode(data, run)
	if err != nil { // the run may include a line of other text
		n, _ = base64.RawStdEncoding.Decode(data, run[:len(run)/4*4])
	}
	return packedIn(data[:n])
}

// packedIn returns a mark in data or in its unpacked form, the kind of an archive, or "".
func packedIn(data []byte) string {
	s := markScan{packed: true}
	if m := s.look(data); m != "" {
		return m
	}
	for _, p := range []struct{ magic, name string }{
		{fields.ZstdMagic, "zstd data"}, {fields.Bzip2Magic, "bzip2 data"}, {fields.XZMagic, "xz data"}, {fields.ZipMagic, "zip archive"}, {fields.CabinetMagic, "cab archive"},
	} {
		if hasMagic(data, 0, p.magic) {
			return p.name
		}
	}
	var r io.Reader
	var err error
	switch {
	case hasMagic(data, 0, fields.DeflateMagic):
		r, err = gzip.NewReader(bytes.NewReader(data))
	case len(data) > 2 && isZlib(data):
		r, err = zlib.NewReader(bytes.NewReader(data))
	default:
		return ""
	}
	if err != nil {
		return ""
	}
	inner, _ := io.ReadAll(io.LimitReader(r, maxPacked)) // up to the first fault
	return s.look(inner)
}

// isZlib reports whether data begins like zlib data with the usual window (RFC 1950, 2.2).
func isZlib(data []byte) bool {
	return data[0] == 0x78 && (uint(data[0])<<8|uint(data[1]))%31 == 0
}

// binaryMagics are the first bytes of archives and compressed data within a binary file. They are
// too long to occur by chance.
var binaryMagics = []struct{ magic, name string }{
	{fields.ZipMagic + "\x0a\x00", "zip archive"}, {fields.ZipMagic + "\x14\x00", "zip archive"}, {fields.ZipMagic + "\x2d\x00", "zip archive"}, {fields.XZMagic, "xz data"}, {fields.Bzip2BlockMagic, "bzip2 data"},
}

// maxTries limits the attempts to unpack data in one file. The first bytes of gzip data occur by
// chance once in sixteen megabytes.
const (
	maxTries = 1_000
	tooMany  = "data that is packed in many places"
)

// packedWithin returns the kind of an archive or of compressed data within a piece of a binary
// file, or a mark in it, or "".
func packedWithin(piece []byte, tries *int) string {
	for _, m := range binaryMagics {
		if bytes.Contains(piece, []byte(m.magic)) {
			return m.name
		}
	}
	// Three or four bytes can occur by chance, so the data is unpacked.
	for _, magic := range []string{fields.DeflateMagic, fields.ZstdMagic} {
		for at := 0; ; {
			i := bytes.Index(piece[at:], []byte(magic))
			if i < 0 {
				break
			}
			from := at + i
			at = from + len(magic)
			if *tries++; *tries > maxTries {
				return tooMany
			}
			if magic == fields.ZstdMagic {
				if startsZstd(piece[from:]) {
					return "zstd data"
				}
			} else if mark := packedIn(piece[from:]); mark != "" {
				return mark
			}
		}
	}
	return ""
}

// startsZstd reports whether a first block can be unpacked. Four bytes can occur by chance.
func startsZstd(data []byte) bool {
	r, err := zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return false
	}
	defer r.Close()
	n, _ := r.Read(make([]byte, 64))
	return n > 0
}

// hiddenMembers are the names of members of bills of materials, in lower case.
var hiddenMembers = func() map[string]bool {
	m := make(map[string]bool)
	for _, name := range fields.Members(fields.Hidden) {
		m[strings.ToLower(name)] = true
	}
	return m
}()

// hiddenInJSON returns the JSON Pointer and the mark of what may be a bill of materials in a JSON
// value. A value that cannot be read to its end counts as one.
func hiddenInJSON(v []byte) (at jsontext.Pointer, mark string) {
	d := jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(v, []byte("\ufeff"))), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var objects []keyBits // of the objects and arrays that the decoder is in
	for {
		t, err := d.ReadToken()
		if err == io.EOF {
			return "", ""
		}
		if err != nil {
			return d.StackPointer(), "it cannot be read"
		}
		switch t.Kind() {
		case '{', '[':
			objects = append(objects, 0)
		case '}', ']':
			objects = objects[:len(objects)-1]
		case '"':
			text := t.String()
			if kind, n := d.StackIndex(d.StackDepth()); kind == '{' && n%2 == 1 { // a name
				name := strings.ToLower(text)
				if hiddenMembers[name] {
					return d.StackPointer(), text
				}
				switch name {
				case "artifacts":
					objects[len(objects)-1] |= keyArtifacts
				case "descriptor":
					objects[len(objects)-1] |= keyDescriptor
				}
				if objects[len(objects)-1] == keyArtifacts|keyDescriptor {
					return d.StackPointer(), "artifacts, descriptor"
				}
			}
			if len(text) >= 12 {
				if m := hidden([]byte(text)); m != "" {
					return d.StackPointer(), m
				}
			}
		}
	}
}

// holdsDocument reports whether a JSON value may have a bill of materials in it.
func holdsDocument(v []byte) bool {
	_, mark := hiddenInJSON(v)
	return mark != ""
}
