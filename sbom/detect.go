// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"cmp"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom/jsonstream"
)

// headSize is how much of a document is looked at to find out what it is.
const headSize = 64 << 10

// NewReader returns the bill of materials that r holds. What r holds is found out
// at once from its first bytes; the rest is read as the components are asked for,
// for long arrays by a second goroutine, a little ahead. When the iteration of the
// components has ended, for whatever reason, r is not read any more.
// If r holds no bill of materials, Components gives an [ErrNotRecognised].
func NewReader(r io.Reader, opts *Options) *Document {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return Failed(Header{}, &Error{Kind: ErrRead, Err: err})
	}
	return newReader(head, io.MultiReader(bytes.NewReader(head), r), opts)
}

func newReader(head []byte, r io.Reader, opts *Options) *Document {
	format, err := Detect(head)
	h := Header{Format: format, Encoding: "JSON"}
	switch {
	case err != nil:
		return Failed(Header{}, err)
	case format == "CycloneDX":
		return NewDocument(h, opts, func(s *Sink) error { return readCycloneDX(r, s) })
	default:
		return NewDocument(h, opts, func(s *Sink) error { return readSPDX(r, s) })
	}
}

// Detect says what the document that starts with head is: "CycloneDX" or "SPDX".
// Otherwise it returns an [ErrNotRecognised] that says what it looks like instead.
// The answer is where to start reading, not a promise: the reader checks the
// format's own marks.
func Detect(head []byte) (format string, err error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if len(text) == 0 {
		return "", notRecognised("the input is empty; expected CycloneDX JSON or SPDX JSON")
	}
	if text[0] != '{' {
		return "", notRecognised("%s; expected CycloneDX JSON or SPDX JSON", looksLike(text))
	}
	names, weak := 0, ""
	for name := range jsonstream.TopLevel(head) {
		names++
		switch name {
		case "bomFormat", "specVersion", "components", "serialNumber", "compositions", "formulation", "declarations":
			return "CycloneDX", nil
		case "metadata", "services", "dependencies": // others have such names too
			weak = cmp.Or(weak, "CycloneDX")
		case "files": // what some tools write first, longer than head
			weak = cmp.Or(weak, "SPDX")
		case "spdxVersion", "SPDXID", "packages", "creationInfo", "documentNamespace", "dataLicense", "documentDescribes", "relationships", "hasExtractedLicensingInfos", "externalDocumentRefs", "snippets":
			return "SPDX", nil
		case "@context", "@graph":
			return "", notRecognised("JSON-LD, perhaps SPDX 3; expected CycloneDX JSON or SPDX 2 JSON")
		}
		if names == 1000 {
			break
		}
	}
	if names == 0 && bytes.HasPrefix(bytes.TrimLeft(text[1:], " \t\r\n"), []byte("}")) {
		return "", notRecognised("an empty JSON object; expected CycloneDX JSON or SPDX JSON")
	}
	if names == 0 || weak != "" {
		// Not even one name could be read, or none that decides: let the strict
		// reader say what is wrong.
		return cmp.Or(weak, "CycloneDX"), nil
	}
	return "", notRecognised("a JSON object without the marks of CycloneDX or SPDX (bomFormat, spdxVersion)")
}

// looksLike says in words what a document that is not a JSON object seems to be.
func looksLike(text []byte) string {
	for _, m := range []struct{ magic, what string }{
		{"[", "a JSON array"},
		{"null", "a JSON null"},
		{"<", "XML or HTML"},
		{"SPDXVersion:", "SPDX tag-value"},
		{"\x1f\x8b", "gzip"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"BZh", "bzip2"},
		{"\xfd7zXZ", "xz"},
		{"PK\x03\x04", "a zip archive"},
		{"\xff\xfe", "UTF-16 text"},
		{"\xfe\xff", "UTF-16 text"},
		{"%PDF", "a PDF"},
		{"\x7fELF", "an ELF file"},
		{"MZ", "a Windows program"},
	} {
		if bytes.HasPrefix(text, []byte(m.magic)) {
			return m.what
		}
	}
	if bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0 {
		return "a binary file"
	}
	line, _, _ := strings.Cut(string(text[:min(len(text), 40)]), "\n")
	return "text that starts " + quote(line)
}

func quote(s string) string {
	return "\"" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")) + "\""
}
