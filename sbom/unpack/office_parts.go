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

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
)

// The parts of an office document are recognized by their content, because any file can have the
// name of a part. A document or archive under such a name is read, and a file that is not of a
// kind that office documents consist of is unpacked like a file of any archive.

// officeSpaces are the beginnings of the namespaces in office documents: ECMA-376, part 1, and
// its extensions by Microsoft, OpenDocument 1.3, and those of the W3C that these use.
var officeSpaces = []string{
	"http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/", "http://schemas.microsoft.com/", "urn:schemas-microsoft-com:", "http://purl.org/dc/",
	"urn:oasis:names:tc:opendocument:xmlns:", "http://openoffice.org/", "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2000/svg",
	"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/1999/xhtml",
}

// officeRoots has the root elements that some programs write without their namespace.
var officeRoots = nameSet("Types Relationships Properties coreProperties workbook worksheet sst styleSheet theme xml manifest")

// officeMedia are magic bytes, and their offsets, of pictures, sounds, videos and fonts in office
// documents that are not companions by themselves.
var officeMedia = []struct {
	at    int
	magic string
}{
	{0, "BM"}, {0, "II*\x00"}, {0, "MM\x00*"}, {0, "II\xbc"}, {40, " EMF"}, {0, "\xd7\xcd\xc6\x9a"}, {0, "\x01\x00\x09\x00\x00\x03"}, {0, "\x02\x00\x09\x00\x00\x03"}, {0, "VCLMTF"},
	{4, "ftyp"}, {0, "RIFF"}, {0, "ID3"}, {0, "\xff\xfb"}, {0, "OggS"}, {0, "\x30\x26\xb2\x75"}, {0, "\x1a\x45\xdf\xa3"},
	{0, "\x00\x01\x00\x00\x00"}, {0, "OTTO"}, {0, "wOFF"}, {34, "LP"}, {0, oleMagic},
}

var (
	// unmarked matches parts without a magic: settings of a printer or control, fonts that are
	// encrypted by a key in the document, and the page layout of a word processor.
	unmarked = lazyregexp.New(`(?:/(?:printerSettings|activeX|customProperty)/[^/]+\.bin|/customProperty[0-9]*\.bin|\.odttf|^layout-cache|/vbaProject\.bin)$`)
	// ofUsers matches parts with XML of any schema, which users and their programs attach.
	ofUsers = lazyregexp.New(`^customXml/`)
)

// officePart examines an entry with the name of a part of an office document.
func (w *walker) officePart(z *zipDirectory, e *zipEntry, m input, links *linkSet) {
	if strings.HasSuffix(e.name, "/") || e.mode&unixTypeMask == unixSymbolicLink || e.flags&(zipEncrypted|zipStrong|zipMaskedHeaders) != 0 || e.method != 0 && e.method != 8 {
		w.zipEntry(z, e, m, links)
		return
	}
	defer func(held int64) { w.inMemory = held }(w.inMemory)
	br := bufio.NewReaderSize(&bounded{w: w, layer: "zip", in: &counter{n: e.packed}, r: z.open(e)}, headSize)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		w.fail(m, jsonstream.ReadError(0, err))
		return
	}
	m.r = br
	if len(head) == 0 || e.name == "mimetype" { // officeKind has compared it
		w.countEntry(m)
		return
	}
	if known(head) != nil || w.opts.Recognized(head) {
		w.entry(m, e.name)
		return
	}
	var in io.Reader = br
	switch i := slices.IndexFunc(streamedKinds, func(k streamedKind) bool { return k.starts(head) }); {
	case i >= 0:
		if err := w.search(&m, &streamedKinds[i]); err != nil {
			w.fail(m, err)
			return
		}
		in = &ending{kind: &streamedKinds[i], r: m.r}
	case isOfficeXML(e.name, head), isOfficeMedia(head), unmarked.MatchString(e.name):
	default:
		w.entry(m, e.name)
		return
	}
	if err := w.searchPart(in); err != nil {
		w.fail(m, err)
		return
	}
	w.countEntry(m)
}

// searchPart reads a part to its end, and searches it for marks of a bill of materials; a part of
// up to maxWhole bytes is also searched for encoded marks.
func (w *walker) searchPart(in io.Reader) error {
	t := input{r: &markReader{r: in, what: "a part of an office document", scan: markScan{packed: true}}}
	data, whole, err := w.peek(&t, maxWhole)
	if err != nil {
		return err
	}
	if whole {
		if mark := hidden(data); mark != "" {
			return marked("a part of an office document", mark)
		}
	}
	if _, err := io.Copy(io.Discard, t.r); err != nil {
		return jsonstream.ReadError(0, err)
	}
	return nil
}

func isOfficeMedia(head []byte) bool {
	for _, m := range officeMedia {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.magic)) {
			return true
		}
	}
	return false
}

// isOfficeXML reports whether a part is XML with a root element in a namespace of office documents,
// or with an empty root element.
func isOfficeXML(name string, head []byte) bool {
	root, err := xmlRoot(bytes.NewReader(head))
	if err != nil {
		return false
	}
	if root.Space == "" && officeRoots[root.Local] || ofUsers.MatchString(name) && !partsMark.Match(head) {
		return true
	}
	for _, s := range officeSpaces {
		if strings.HasPrefix(root.Space, s) {
			return true
		}
	}
	return root.Space == "" && bytes.HasSuffix(bytes.TrimSpace(head), []byte("<"+root.Local+"/>"))
}

var errNoRoot = errors.New("no root element")

// xmlRoot returns the name of the first element of XML in UTF-8 or UTF-16.
func xmlRoot(r io.Reader) (xml.Name, error) {
	br := bufio.NewReader(r)
	head, _ := br.Peek(4)
	r = br
	if order, mark := utf16Of(head); order != nil {
		r = &utf16Reader{r: br, order: order, skip: mark}
	}
	d := xml.NewDecoder(r)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // names are in ASCII
	for {
		token, err := d.Token()
		switch token := token.(type) {
		case nil:
			return xml.Name{}, errors.Join(errNoRoot, err)
		case xml.StartElement:
			return token.Name, nil
		case xml.CharData:
			if len(bytes.Trim(token, "\ufeff \t\r\n")) > 0 {
				return xml.Name{}, errNoRoot
			}
		}
	}
}
