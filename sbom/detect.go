// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/xmlstream"
)

// headSize is how much of a document is looked at to find out what it is.
const headSize = 64 << 10

// NewReader returns the bill of materials in r. It detects the format at once, from the first
// 64 KiB; the rest is read while the components are iterated over. After the iteration has
// ended, for whatever reason, r is not read any more. If r has no bill of materials,
// [Document.Components] yields an [ErrNotRecognized].
func NewReader(r io.Reader, opts *Options) *Document {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return failed(Header{}, jsonstream.ReadError(0, err))
	}
	return newReader(head, io.MultiReader(bytes.NewReader(head), r), opts)
}

func newReader(head []byte, r io.Reader, opts *Options) *Document {
	f, err := sniff(head)
	if err != nil {
		return failed(Header{}, err)
	}
	return NewDocument(Header{Format: f.format, Encoding: f.encoding}, opts, func(s *Sink) error { return f.read(r, s) })
}

// Detect says what the document that starts with head is: the name of a format in
// the package's documentation, as reports have it. Otherwise it returns an
// [ErrNotRecognized] that says what it looks like instead. The answer is where to
// start reading, not a promise: the reader checks the format's own marks.
func Detect(head []byte) (format string, err error) {
	f, err := sniff(head)
	return f.format, err
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

const expected = "expected CycloneDX or SPDX"

// Marks of documents in text.
var (
	tagValueMark = regexp.MustCompile(`(?m)^[ \t]*SPDXVersion[ \t]*:`)
	yamlMark     = regexp.MustCompile(`(?m)^["']?spdxVersion["']?[ \t]*:`)
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
	case tagValueMark.Match(text):
		return spdxTagValue, nil
	case yamlMark.Match(text):
		return spdxYAML, nil
	case protoTextMark.Match(text):
		return cycloneDXProtoText, nil
	}
	return reading{}, notRecognized("%s; %s", looksLike(text), expected)
}

func sniffJSON(head, text []byte) (reading, error) {
	names, weak := 0, reading{}
	for name := range jsonstream.TopLevel(head) {
		names++
		switch name {
		case "bomFormat", "specVersion", "components", "serialNumber", "compositions", "formulation", "declarations":
			return cycloneDXJSON, nil
		case "artifacts", "artifactRelationships":
			return syftJSON, nil
		case "metadata", "services", "dependencies": // others have such names too
			weak = cycloneDXJSON
		case "files": // what some tools write first, longer than head
			weak = spdxJSON
		case "spdxVersion", "SPDXID", "packages", "creationInfo", "documentNamespace", "dataLicense", "documentDescribes", "relationships", "hasExtractedLicensingInfos", "externalDocumentRefs", "snippets":
			return spdxJSON, nil
		case "@context", "@graph":
			return spdx3JSON, nil
		}
		if names == 1000 {
			break
		}
	}
	if names == 0 && bytes.HasPrefix(bytes.TrimLeft(text[1:], " \t\r\n"), []byte("}")) {
		return reading{}, notRecognized("an empty JSON object; %s", expected)
	}
	switch {
	case weak.read != nil:
		return weak, nil
	case names == 0: // not even one name could be read: let the strict reader say what is wrong
		return cycloneDXJSON, nil
	}
	return reading{}, notRecognized("a JSON object without the marks of CycloneDX or SPDX (bomFormat, spdxVersion)")
}

// sniffXML goes by the root element.
func sniffXML(head []byte) (reading, error) {
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	if x.Next() != xmlstream.Start {
		return reading{}, notRecognized("XML that cannot be read: %v", x.Err())
	}
	switch name := string(x.Name()); {
	case strings.HasPrefix(x.Space(), cycloneDXSpace):
		return cycloneDXXML, nil
	case name == "RDF" && x.Space() == rdfSpace && bytes.Contains(head, []byte("spdx.org/rdf/terms")):
		return spdxRDF, nil
	case name == "Document":
		return spdxXML, nil
	case name == "SoftwareIdentity" || x.Space() == swidSpace2015 || x.Space() == swidSpace2009:
		return swidXML, nil
	default:
		return reading{}, notRecognized("XML whose root element is %q of namespace %q; %s", name, x.Space(), expected)
	}
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
