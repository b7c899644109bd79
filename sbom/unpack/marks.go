// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/sbom"
)

// Companions are not screened, so they are searched for the marks of a bill of materials. A known
// format does not prove that a file has no other content: an image has comments, a signature has
// headers, and most formats have places that no program shows. A companion with a mark is an
// error. Marks are searched in plain text, in UTF-16 and in base64.

// A keyMark is the name of a member or tag. It counts if a colon or equals sign follows it.
type keyMark struct {
	text string // in lower case
	bit  keyBits
	tag  bool // of tag-value, where no quotation mark is between it and the colon
}

// keyBits is a set of marks that were found. Some are enough alone, some only together.
type keyBits uint8

const (
	keyDocument keyBits = 1 << iota // enough alone
	keyArtifacts
	keyDescriptor // with artifacts: a document of Syft
	keyPackage
	keyPackageField // with the name of a package: a record of SPDX tag-value
)

var keyMarks = []keyMark{
	{"bomformat", keyDocument, false},
	{"spdxversion", keyDocument, false},
	{"spdxid", keyDocument, false},
	{"packagesupplier", keyDocument, true},
	{"packageoriginator", keyDocument, true},
	{"artifacts", keyArtifacts, false},
	{"descriptor", keyDescriptor, false},
	{"packagename", keyPackage, true},
	{"packagedownloadlocation", keyPackageField, true},
	{"packagelicenseconcluded", keyPackageField, true},
	{"packageversion", keyPackageField, true},
}

// nameMarks are enough at any place: namespaces, and the root element of a SWID tag.
var nameMarks = [][]byte{[]byte(fields.CycloneDXNamespace), []byte(fields.SPDXNamespace),
	[]byte("<" + strings.ToLower(fields.SWIDElement)), []byte(":" + strings.ToLower(fields.SWIDElement))}

// packedMarks are marks in base64: the characters that depend only on the mark, for each of the
// three positions in a group at which it may begin.
var packedMarks = func() (all []packedForm) {
	for _, m := range []string{"bomFormat", "spdxVersion", "SPDXVersion", fields.CycloneDXNamespace, fields.SPDXNamespace} {
		for shift := range 3 {
			text := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), m...))
			all = append(all, packedForm{[]byte(text[(8*shift+5)/6 : 8*(shift+len(m))/6]), m})
		}
	}
	return all
}()

type packedForm struct {
	text []byte
	mark string
}

// A markScan searches the pieces of a text or file for marks, in order.
type markScan struct {
	seen   keyBits
	packed bool // search for marks in base64 too
	binary bool // and for compressed data and archives
	tries  int  // number of attempts to unpack data
}

// maxMark is longer than a mark with the characters around it. That length of the end of a piece is
// repeated at the beginning of the next piece.
const maxMark = 128

// look returns a mark in a piece, or "".
func (s *markScan) look(piece []byte) string {
	if s.binary {
		if m := packedWithin(piece, &s.tries); m != "" {
			return m
		}
	}
	plain := piece
	if bytes.IndexByte(plain, 0) >= 0 { // UTF-16, or anything binary
		plain = bytes.ReplaceAll(plain, []byte{0}, nil)
	}
	if s.packed {
		for _, m := range packedMarks {
			if bytes.Contains(plain, m.text) {
				return m.mark + " in base64"
			}
		}
	}
	plain = lowerASCII(plain)
	for _, m := range nameMarks {
		if bytes.Contains(plain, m) {
			return string(m)
		}
	}
	for _, m := range keyMarks {
		if s.seen&m.bit == 0 && m.in(plain) {
			s.seen |= m.bit
		}
		if s.enough() {
			return m.text
		}
	}
	return ""
}

func (s *markScan) enough() bool {
	const syft, record = keyArtifacts | keyDescriptor, keyPackage | keyPackageField
	return s.seen&keyDocument != 0 || s.seen&syft == syft || s.seen&record == record
}

// in reports whether a text in lower case has the mark.
func (m *keyMark) in(text []byte) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(m.text))
		if i < 0 {
			return false
		}
		from := at + i
		at = from + len(m.text)
		if from > 0 && m.bit != keyDocument && 'a' <= text[from-1] && text[from-1] <= 'z' {
			continue // the end of a longer word
		}
		if m.follows(text[at:]) {
			return true
		}
	}
}

// closers are the characters that may be between a name and its colon, in JSON and in encodings of
// JSON: strings of programs, HTML and URLs.
var closers = [][]byte{[]byte("&quot;"), []byte("&#34;"), []byte("&#x22;"), []byte("%22"), []byte("%20"), []byte(`\u0022`), []byte(`\x22`), []byte(`\n`)}

// follows reports whether a colon or equals sign is next.
func (m *keyMark) follows(rest []byte) bool {
	rest = rest[:min(len(rest), maxMark/2)]
	for len(rest) > 0 {
		switch b := rest[0]; {
		case b == ':' || b == '=' && m.bit == keyDocument || bytes.HasPrefix(rest, []byte("%3a")):
			return true
		case b == ' ' || b == '\t':
			rest = rest[1:]
			continue
		case m.tag:
			return false
		}
		n := 0
		for _, c := range closers {
			if bytes.HasPrefix(rest, c) {
				n = len(c)
				break
			}
		}
		if n == 0 && bytes.IndexByte([]byte("\"'`\\\r\n"), rest[0]) >= 0 {
			n = 1
		}
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return false
}

func marked(what, mark string) error {
	return notRead(fmt.Errorf("%s contains what may be a bill of materials (%q), which was not read", what, mark))
}

// A markReader reads a companion, and fails at a mark of a bill of materials.
type markReader struct {
	r      io.Reader
	what   string
	scan   markScan
	window []byte
	n      int64
	err    error
}

// markWindow is the length of a piece that is searched.
const markWindow = 64 << 10

func (m *markReader) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	m.window = append(m.window, p[:n]...)
	if len(m.window) >= markWindow || err != nil {
		if mark := m.scan.look(m.window); mark != "" {
			err = marked("a companion ("+m.what+")", mark)
			err.(*sbom.Error).Offset = m.n
		}
		// A mark in UTF-16 takes twice the space.
		m.window = append(m.window[:0], m.window[max(0, len(m.window)-2*maxMark):]...)
	}
	m.err = err
	return n, err
}
