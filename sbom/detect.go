// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/internal/xmlstream"
)

// headSize is the length of the beginning of a document by which its format is detected.
const headSize = 64 << 10

// NewReader returns the bill of materials in r. It detects the format at once, from the first
// 64 KiB; the rest is read while the components are iterated over. After the iteration has
// ended, for whatever reason, r is not read any more. If r has no bill of materials,
// [Document.Components] yields an [ErrNotRecognized].
func NewReader(r io.Reader, opts *Options) *Document {
	head, all, err := peek.Head(r, headSize)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return failed(Header{}, jsonstream.ReadError(0, err))
	}
	return newReader(head, all, opts)
}

func newReader(head []byte, r io.Reader, opts *Options) *Document {
	f, err := sniff(head)
	if err != nil {
		return failed(Header{}, err)
	}
	return NewDocument(Header{Format: f.format, Encoding: f.encoding}, opts, func(s *Sink) error { return f.read(r, s) })
}

// A reading is a format in one encoding.
type reading struct {
	format, encoding string
	read             func(io.Reader, *Sink) error
}

var (
	cycloneDXJSON      = reading{"CycloneDX", "JSON", readCycloneDX}
	cycloneDXXML       = reading{"CycloneDX", "XML", readCycloneDXXML}
	cycloneDXProto     = reading{"CycloneDX", "protobuf", readCycloneDXProto}
	cycloneDXProtoText = reading{"CycloneDX", "protobuf text", readCycloneDXProtoText}
	spdxJSON           = reading{"SPDX", "JSON", readSPDX}
	spdxXML            = reading{"SPDX", "XML", readSPDXXML}
	spdxYAML           = reading{"SPDX", "YAML", readSPDXYAML}
	spdxRDF            = reading{"SPDX", "RDF/XML", readSPDXRDF}
	spdx3JSON          = reading{"SPDX", "JSON-LD", readSPDX3}
	syftJSON           = reading{"Syft", "JSON", readSyft}
	swidXML            = reading{"SWID", "XML", readSWID}
	coswidCBOR         = reading{"CoSWID", "CBOR", readCoSWID}
	spdxTagValue       = reading{"SPDX", "tag-value", readTagValue}
)

// jsonReadings has the readings of JSON by the names in the table of marks of package fields.
var jsonReadings = map[string]reading{"CycloneDX": cycloneDXJSON, "SPDX 2": spdxJSON, "SPDX 3": spdx3JSON, "Syft": syftJSON}

const expected = "expected CycloneDX or SPDX"

// Marks of documents in text formats.
var (
	tagValueMark = lazyregexp.New(`(?m)^[ \t]*SPDXVersion[ \t]*:`)
	yamlMark     = lazyregexp.New(`(?m)^["']?spdxVersion["']?[ \t]*:`)
)

func sniff(head []byte) (reading, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case isCoSWID(head):
		return coswidCBOR, nil
	case protoMark.Match(head):
		return cycloneDXProto, nil
	case len(text) == 0:
		return reading{}, notRecognized("the input is empty; %s", expected)
	case text[0] == '{':
		return sniffJSON(head, text)
	case text[0] == '<':
		return sniffXML(head)
	case hasMark(text, "SPDXVersion", tagValueMark):
		return spdxTagValue, nil
	case hasMark(text, "spdxVersion", yamlMark):
		return spdxYAML, nil
	case hasMark(text, "spec_version", protoTextMark):
		return cycloneDXProtoText, nil
	}
	return reading{}, notRecognized("%s; %s", looksLike(text), expected)
}

// hasMark reports whether text has a mark of which word is a part. The word is searched first,
// because most files in an image do not have it, and that takes a hundredth of the time.
func hasMark(text []byte, word string, mark *lazyregexp.Regexp) bool {
	return bytes.Contains(text, []byte(word)) && mark.Match(text)
}

func sniffJSON(head, text []byte) (reading, error) {
	names, suggested := 0, reading{}
	for name := range jsonstream.TopLevel(head) {
		switch mark := fields.Shows(name); {
		case mark.Use&fields.Detects != 0:
			return jsonReadings[mark.Format], nil
		case mark.Use&fields.Suggests != 0:
			suggested = jsonReadings[mark.Format]
		}
		if names++; names == 1000 {
			break
		}
	}
	if names == 0 && bytes.HasPrefix(bytes.TrimLeft(text[1:], " \t\r\n"), []byte("}")) {
		return reading{}, notRecognized("an empty JSON object; %s", expected)
	}
	switch {
	case suggested.read != nil:
		return suggested, nil
	case names == 0: // no name could be read; the strict reader reports why
		return cycloneDXJSON, nil
	}
	return reading{}, notRecognized("a JSON object without the marks of CycloneDX or SPDX (bomFormat, spdxVersion)")
}

// sniffXML detects a format by the root element.
func sniffXML(head []byte) (reading, error) {
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	if x.Next() != xmlstream.Start {
		return reading{}, notRecognized("XML that cannot be read: %v", x.Err())
	}
	switch name := string(x.Name()); {
	case strings.HasPrefix(x.Space(), cycloneDXSpace):
		return cycloneDXXML, nil
	case name == "RDF" && x.Space() == rdfSpace && bytes.Contains(head, []byte(fields.SPDXNamespace+"terms")):
		return spdxRDF, nil
	case name == "Document":
		return spdxXML, nil
	case name == fields.SWIDElement || x.Space() == swidSpace2015 || x.Space() == swidSpace2009:
		return swidXML, nil
	default:
		return reading{}, notRecognized("XML whose root element is %q of namespace %q; %s", name, x.Space(), expected)
	}
}

// looksLike describes a document that is neither a JSON object nor in a known text format.
func looksLike(text []byte) string {
	for _, m := range []struct{ magic, what string }{
		{"[", "a JSON array"},
		{"null", "a JSON null"},
		{"<", "XML or HTML"},
		{"SPDXVersion:", "SPDX tag-value"},
		{fields.GzipMagic, "gzip"},
		{fields.ZstdMagic, "zstd"},
		{fields.Bzip2Magic, "bzip2"},
		{fields.XZMagic, "xz"},
		{fields.ZipMagic, "a zip archive"},
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

// quote returns a text of a document for a message: without control characters, and cut off if it
// is long.
func quote(s string) string {
	s, rest := cut(s)
	return "\"" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")) + rest + "\""
}

// maxQuoted is the length of the text of a document that is in a warning. Many components can have
// the same long text.
const maxQuoted = 200

// cut returns the start of a long text and an ellipsis.
func cut(s string) (start, rest string) {
	if len(s) <= maxQuoted {
		return s, ""
	}
	end := maxQuoted
	for end > maxQuoted-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], "…"
}

// quoteASCII is quote for a text with invisible characters or look-alikes, which are escaped.
func quoteASCII(s string) string {
	s, rest := cut(s)
	return strconv.QuoteToASCII(s) + rest
}
