// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Office documents: zip archives of the parts of a document (ECMA-376, part 2, and OpenDocument
// 1.3, part 2), and the compound files before them (MS-CFB). They are for people, and
// companions. But a spreadsheet may be a parts list: one that looks like it is not passed
// over, nor one with cells that cannot be read. What is embedded in a document is looked at like
// any file of an archive.

// officeReason is what the archives are called. What they hold is looked at entry by entry.
const officeReason = "office document ("

const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

var errSpreadsheet = errors.New("a spreadsheet, the cells of which are not read in this form")

// oleReason goes by the names of the streams.
func oleReason(data []byte, _ *thing) (string, error) {
	has := func(name string) bool {
		wide := make([]byte, 0, 2*len(name)+2)
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(data, append(wide, 0, 0))
	}
	switch {
	case has("Workbook"), has("Book"):
		return "", notRead(errSpreadsheet)
	case bytes.Contains(data[max(0, len(data)-tailSize):], []byte(zipEnd)) || endsInText(data):
		return "", nil
	case has("WordDocument"):
		return "office document (Word)", nil
	case has("PowerPoint Document"):
		return "office document (PowerPoint)", nil
	}
	return "", nil
}

// Parts of office documents that hold nothing but the document.
var (
	ooxmlPart = regexp.MustCompile(`^(?:\[Content_Types\]\.xml|(?:[^/]+/)*_rels/[^/]*\.rels|docProps/[^/]+\.(?:xml|jpeg|emf|wmf)|docMetadata/[^/]+\.xml|customXml/[^/]+\.xml|(?:word|ppt|xl|visio)/(?:[^/]+/)*[^/]+\.(?:xml|vml|png|jpe?g|gif|emf|wmf|svg|tiff?|wdp|fntdata|odttf|bin))$`)
	odfPart   = regexp.MustCompile(`^(?:mimetype|(?:Object [0-9]+/)?(?:content|styles|meta|settings)\.xml|META-INF/(?:manifest|documentsignatures)\.xml|manifest\.rdf|layout-cache|(?:Thumbnails|Pictures|ObjectReplacements|Configurations2|media)(?:/[^/]+)*/?|Object [0-9]+/)$`)
	embedded  = regexp.MustCompile(`/embeddings/`)
)

// office hands over a zip archive that is an office document as a companion, and returns which of
// its entries have the names of parts of the document, see officePart.
func (w *walker) office(t thing, z *zipDirectory) (part func(name string) bool) {
	none := func(string) bool { return false }
	if t.document {
		return none
	}
	entries := make(map[string]*zipEntry)
	for i := range z.entries {
		if e := &z.entries[i]; e.fault == "" && entries[e.name] == nil {
			entries[e.name] = e
		}
	}
	what, cells := "", (func(root string) bool)(nil)
	ooxml := entries["[Content_Types].xml"] != nil && z.root(entries["[Content_Types].xml"]) == "Types"
	switch {
	case ooxml && entries["word/document.xml"] != nil:
		what = "Word"
	case ooxml && entries["ppt/presentation.xml"] != nil:
		what = "PowerPoint"
	case ooxml && entries["xl/workbook.xml"] != nil:
		// Under which names they are is for the document to say.
		what, cells = "Excel", func(root string) bool { return root == "sst" || root == "worksheet" || root == "macrosheet" }
	case ooxml && entries["xl/workbook.bin"] != nil:
		w.fail(t, notRead(errSpreadsheet))
		return ooxmlPart.MatchString
	case entries["mimetype"] != nil && entries["content.xml"] != nil:
		kind, err := io.ReadAll(io.LimitReader(z.open(entries["mimetype"]), 100))
		rest, ok := strings.CutPrefix(string(kind), "application/vnd.oasis.opendocument.")
		if err != nil || !ok {
			return none
		}
		if what = "OpenDocument " + rest; strings.HasPrefix(rest, "spreadsheet") {
			cells = func(root string) bool { return root == "document-content" }
		}
	default:
		return none
	}
	var err error
	if cells != nil {
		err = w.sheets(z, cells)
	}
	if err != nil {
		w.fail(t, err)
	} else {
		w.beside(t, officeReason+what+")", io.NewSectionReader(t.at, 0, t.size))
	}
	return func(name string) bool {
		return (ooxmlPart.MatchString(name) || odfPart.MatchString(name)) && !embedded.MatchString(name)
	}
}

// maxCells bounds the text of a spreadsheet that is looked at.
const maxCells = 32 << 20

// root returns the local name of the root element of an entry with XML, or "".
func (z *zipDirectory) root(e *zipEntry) string {
	if e.flags&(zipEncrypted|zipStrong|zipMaskedHeaders) != 0 || e.method != 0 && e.method != 8 {
		return ""
	}
	root, err := xmlRoot(io.LimitReader(z.open(e), headSize))
	if err != nil {
		return ""
	}
	return root.Local
}

// sheets looks for the header of a parts list in the cells of a spreadsheet, which are in the parts
// with certain root elements. In which row a cell is, does not matter: strings are often
// kept apart from the rows.
func (w *walker) sheets(z *zipDirectory, cells func(root string) bool) error {
	c := cellText{left: maxCells}
	parts, table := 0, false
	for i := range z.entries {
		e := &z.entries[i]
		root := z.root(e)
		if !cells(root) {
			continue
		}
		parts++
		table = table || root == "sst"
		if err := c.read(&bounded{w: w, layer: "zip", in: &counter{n: e.packed}, r: z.open(e)}); err != nil {
			return err
		}
	}
	if parts == 0 || c.shared && !table {
		return notRead(errSpreadsheet)
	}
	if partsHeader(c.header) {
		return notRead(errParts)
	}
	return nil
}

// cellText is what is in the cells of a spreadsheet.
type cellText struct {
	left   int64 // how much more is looked at
	header []string
	shared bool // a cell refers to a string that is kept apart
}

func (c *cellText) read(r io.Reader) error {
	in := &io.LimitedReader{R: r, N: c.left + 1}
	d := xml.NewDecoder(in)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errSpreadsheet }
	for {
		token, err := d.RawToken()
		if err == io.EOF && in.N > 0 {
			break
		}
		if err != nil || in.N <= 0 {
			return notRead(errSpreadsheet)
		}
		switch token := token.(type) {
		case xml.StartElement:
			c.shared = c.shared || token.Name.Local == "c" && slices.ContainsFunc(token.Attr, func(a xml.Attr) bool { return a.Name.Local == "t" && a.Value == "s" })
		case xml.CharData:
			s := strings.TrimSpace(string(token))
			if documentMark.MatchString(s) || partsMark.MatchString(s) {
				return notRead(errParts)
			}
			if s != "" && len(s) <= 80 {
				c.header = append(c.header, s)
			}
		}
	}
	c.left = in.N - 1
	return nil
}
