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

// hidden returns the mark of a bill of materials in a text, or "". It looks into what the text
// escapes and into base64, too.
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
	// minBase64 is how many characters of base64 are looked at on a line. Few words of any
	// language are as long.
	minBase64 = 40
	// maxPacked bounds what is unpacked of data in base64.
	maxPacked = 4 << 20
)

var base64Digit = func() (is [256]bool) {
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_" {
		is[c] = true
	}
	return is
}()

// inBase64 looks for marks in the runs of base64 of a text, which may go over several lines.
func inBase64(text []byte) string {
	packed := 0
	for i := 0; i < len(text); {
		if !base64Digit[text[i]] {
			i++
			continue
		}
		var run []byte
		for first := true; ; first = false {
			from := i
			for i < len(text) && base64Digit[text[i]] {
				i++
			}
			if n := i - from; n < minBase64 && (first || n == 0) {
				break
			}
			run = append(run, text[from:i]...)
			line := i
			for i < len(text) && i < line+8 && (text[i] == '\r' || text[i] == '\n' || text[i] == ' ' || text[i] == '\t') {
				i++
			}
			if i == line || i-from < minBase64 {
				break
			}
		}
		if len(run) >= minBase64 {
			if bytes.HasPrefix(run, []byte("H4sI")) || bytes.HasPrefix(run, []byte("eJ")) || bytes.HasPrefix(run, []byte("eN")) || bytes.HasPrefix(run, []byte("eA")) || bytes.HasPrefix(run, []byte("eF")) {
				packed++ // gzip or zlib data, which takes time
			}
			if packed > maxTries {
				return tooMany
			}
			if m := packedMark(run); m != "" {
				return m
			}
		}
	}
	return ""
}

// packedMark decodes base64 and looks for marks in it, and in what is packed in it.
func packedMark(run []byte) string {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(string(run))
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil { // a last line of something else may have been taken for its end
		data, _ = base64.RawStdEncoding.DecodeString(text[:len(text)/4*4])
	}
	return packedIn(data)
}

// packedIn returns a mark that is in data or in what it unpacks to, or names what packs it.
func packedIn(data []byte) string {
	s := markScan{packed: true}
	if m := s.look(data); m != "" {
		return m
	}
	for _, p := range []struct{ magic, name string }{{"\x28\xb5\x2f\xfd", "zstd data"}, {"BZh", "bzip2 data"}, {"\xfd7zXZ\x00", "xz data"}, {"PK\x03\x04", "zip archive"}, {"MSCF\x00\x00\x00\x00", "cab archive"}} {
		if bytes.HasPrefix(data, []byte(p.magic)) {
			return p.name
		}
	}
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\x1f\x8b\x08")):
		r, err = gzip.NewReader(bytes.NewReader(data))
	case len(data) > 2 && isZlib(data):
		r, err = zlib.NewReader(bytes.NewReader(data))
	default:
		return ""
	}
	if err != nil {
		return ""
	}
	inner, _ := io.ReadAll(io.LimitReader(r, maxPacked)) // as far as it can be unpacked
	return s.look(inner)
}

// isZlib reports whether data starts as zlib data of the usual window does (RFC 1950, 2.2).
func isZlib(data []byte) bool {
	return data[0] == 0x78 && (uint(data[0])<<8|uint(data[1]))%31 == 0
}

// binaryMagics are the first bytes of what may be packed somewhere in a binary file, which are long
// enough not to be there by chance.
var binaryMagics = []struct{ magic, name string }{
	{zipLocal + "\x0a\x00", "zip archive"}, {zipLocal + "\x14\x00", "zip archive"}, {zipLocal + "\x2d\x00", "zip archive"}, {"\xfd7zXZ\x00", "xz data"}, {"1AY&SY", "bzip2 data"},
}

// maxTries bounds how often something is tried to be unpacked in one file. By chance, the first bytes of
// gzip data are in sixteen megabytes of a file once.
const (
	maxTries = 1_000
	tooMany  = "data that is packed in many places"
)

// packedWithin returns what is packed somewhere in a piece of a binary file, or "".
func packedWithin(piece []byte, tries *int) string {
	for _, m := range binaryMagics {
		if bytes.Contains(piece, []byte(m.magic)) {
			return m.name
		}
	}
	// Three or four bytes may be there by chance: what counts is what they unpack to.
	for _, magic := range []string{"\x1f\x8b\x08", "\x28\xb5\x2f\xfd"} {
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
			if magic[0] == '\x28' {
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

// startsZstd reports whether a first block can be unpacked. Four bytes may be there by chance.
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

// hiddenInJSON returns where something in a JSON value looks like a bill of materials, as
// a JSON pointer, and its mark. What cannot be read to its end looks like anything.
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

// holdsDocument reports whether something in a JSON value looks like a bill of materials.
func holdsDocument(v []byte) bool {
	_, mark := hiddenInJSON(v)
	return mark != ""
}
