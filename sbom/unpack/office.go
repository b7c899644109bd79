// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
)

// Office documents are zip archives with the parts of a document (ECMA-376, part 2, and
// OpenDocument 1.3, part 2), or the older compound files (MS-CFB). They are for people, so they
// are companions. But a spreadsheet may be a parts list: if it looks like one, or if its cells
// cannot be read, it is an error. Files that are embedded in a document are unpacked like files
// of any archive.

// officeReason begins the kinds of these archives. Their entries are examined one by one.
const officeReason = "office document ("

const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

var (
	errSpreadsheet = errors.New("a spreadsheet with cells that cannot be read in this form")
	errTables      = errors.New("an office document with text that cannot be read in this form")
)

// oleReason recognizes compound files by the names of their streams.
func oleReason(data []byte, _ *input) (string, error) {
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

// Names of the parts of office documents.
var (
	ooxmlPart = lazyregexp.New(`^(?:\[Content_Types\]\.xml|(?:[^/]+/)*_rels/[^/]*\.rels|docProps/[^/]+\.(?:xml|jpeg|emf|wmf)|docMetadata/[^/]+\.xml|customXml/[^/]+\.xml|(?:word|ppt|xl|visio)/(?:[^/]+/)*[^/]+\.(?:xml|vml|png|jpe?g|gif|emf|wmf|svg|tiff?|wdp|fntdata|odttf|bin))$`)
	odfPart   = lazyregexp.New(`^(?:mimetype|(?:Object [0-9]+/)?(?:content|styles|meta|settings)\.xml|META-INF/(?:manifest|documentsignatures)\.xml|manifest\.rdf|layout-cache|(?:Thumbnails|Pictures|ObjectReplacements|Configurations2|media)(?:/[^/]+)*/?|Object [0-9]+/)$`)
	embedded  = lazyregexp.New(`/embeddings/`)
)

// office yields a zip archive that is an office document as a companion, and returns which of its
// entries have names of parts of the document, see officePart.
func (w *walker) office(t input, z *zipDirectory) (part func(name string) bool) {
	none := func(string) bool { return false }
	if t.document {
		return none
	}
	kind := z.officeKind()
	switch {
	case kind == nil:
		return none
	case kind.binary:
		w.fail(t, notRead(errSpreadsheet))
		return ooxmlPart.MatchString
	}
	var err error
	if kind.text {
		err = w.tables(z, kind.cells)
	} else {
		err = w.sheets(z, kind.cells)
	}
	if err != nil {
		w.fail(t, err)
	} else {
		w.emitCompanion(t, officeReason+kind.name+")", io.NewSectionReader(t.at, 0, t.size))
	}
	return func(name string) bool {
		return (ooxmlPart.MatchString(name) || odfPart.MatchString(name)) && !embedded.MatchString(name)
	}
}

// An officeKind is a kind of office document.
type officeKind struct {
	name   string
	binary bool                   // a spreadsheet in a binary form, which is not read
	cells  func(root string) bool // the root elements of parts with cells or tables
	text   bool                   // no spreadsheet: only the tables in it are examined
}

// officeKind returns the kind of office document that the archive is, or nil.
func (z *zipDirectory) officeKind() *officeKind {
	entries := make(map[string]*zipEntry)
	for i := range z.entries {
		if e := &z.entries[i]; e.fault == "" && entries[e.name] == nil {
			entries[e.name] = e
		}
	}
	if types := entries["[Content_Types].xml"]; types != nil && z.root(types) == "Types" {
		switch {
		case entries["word/document.xml"] != nil:
			return &officeKind{name: "Word", text: true, cells: func(root string) bool { return root == "document" }}
		case entries["ppt/presentation.xml"] != nil:
			return &officeKind{name: "PowerPoint", text: true, cells: func(root string) bool { return root == "sld" }}
		case entries["xl/workbook.xml"] != nil:
			// The document determines the names of its parts, so they are found by their roots.
			return &officeKind{name: "Excel", cells: func(root string) bool { return root == "sst" || root == "worksheet" || root == "macrosheet" }}
		case entries["xl/workbook.bin"] != nil:
			return &officeKind{binary: true}
		}
	}
	if entries["mimetype"] == nil || entries["content.xml"] == nil {
		return nil
	}
	mime, err := io.ReadAll(io.LimitReader(z.open(entries["mimetype"]), 100))
	rest, ok := strings.CutPrefix(string(mime), "application/vnd.oasis.opendocument.")
	if err != nil || !ok {
		return nil
	}
	return &officeKind{name: "OpenDocument " + rest, text: !strings.HasPrefix(rest, "spreadsheet"), cells: func(root string) bool { return root == "document-content" }}
}

// maxCells limits the text of a spreadsheet that is examined.
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

// sheets returns an error if the cells of a spreadsheet have the header of a parts list, in any row
// because strings are often stored apart from the rows, or if its rows look like a parts list. cells
// selects the parts with cells by their root elements.
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
	if partsHeader(c.header) || c.sheet.looksLikeParts() {
		return notRead(errParts)
	}
	return nil
}

// tables returns an error if a table in a text or in slides has the header of a parts list.
func (w *walker) tables(z *zipDirectory, parts func(root string) bool) error {
	for i := range z.entries {
		e := &z.entries[i]
		if !parts(z.root(e)) {
			continue
		}
		c := cellText{left: maxCells, text: true}
		if err := c.read(&bounded{w: w, layer: "zip", in: &counter{n: e.packed}, r: z.open(e)}); err != nil {
			return notRead(errTables)
		}
		if slices.ContainsFunc(c.sheet.table(c.sheet.rows), func(cells []string) bool { return makersHeader(cells) || productHeader(cells) }) {
			return notRead(errParts)
		}
	}
	return nil
}

// cellText collects the text of the cells of a spreadsheet.
type cellText struct {
	left   int64 // bytes that may still be read
	text   bool  // it is no spreadsheet: only the rows count
	header []string
	shared bool // a cell refers to a string that is stored apart
	sheet  sheetReader
}

func (c *cellText) read(r io.Reader) error {
	in := &io.LimitedReader{R: r, N: c.left + 1}
	br := bufio.NewReader(in)
	text := io.Reader(br)
	head, _ := br.Peek(4)
	order, mark := utf16Of(head)
	if order != nil {
		text = &utf16Reader{r: br, order: order, skip: mark}
	}
	d := xml.NewDecoder(text)
	d.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		if order != nil && strings.HasPrefix(strings.ToLower(name), "utf-16") {
			return in, nil
		}
		return nil, errSpreadsheet
	}
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
			c.sheet.start(token)
			c.shared = c.shared || token.Name.Local == "c" && slices.ContainsFunc(token.Attr, func(a xml.Attr) bool { return a.Name.Local == "t" && a.Value == "s" })
		case xml.EndElement:
			c.sheet.end(token.Name.Local)
		case xml.CharData:
			c.sheet.chars(token)
			s := strings.TrimSpace(string(token))
			if c.text {
				continue
			}
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
