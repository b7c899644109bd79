// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// maxCopy is the number of bytes that a copy can have, and that its text can have.
const maxCopy = 16 << 20

var (
	errNoReader = errors.New("no text can be read from it")
	errTooLarge = fmt.Errorf("it is larger than %d MiB", maxCopy>>20)
)

// readCopy reads a file of the folder, up to its limit.
func readCopy(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCopy+1))
	if err == nil && len(data) > maxCopy {
		err = errTooLarge
	}
	return data, err
}

// noReader has formats without a reader, with the bytes at their beginning.
var noReader = []struct{ mark, mediaType, name string }{
	{"%PDF-", "application/pdf", "a PDF file"},
	{"PK\x03\x04", "application/zip", "an archive, or a file of an office program"},
	{"\xd0\xcf\x11\xe0", "application/octet-stream", "a file of an office program"},
	{"\x1f\x8b", "application/gzip", "a compressed file"},
	{"\x89PNG", "image/png", "an image"},
	{"\xff\xd8\xff", "image/jpeg", "an image"},
}

// mediaTypeOf returns the media type of a copy by its content, and by the name of the file only
// where content cannot tell. The format is "" if a reader exists, or the words for one without.
func mediaTypeOf(name string, data []byte) (mediaType, format string) {
	for _, f := range noReader {
		if bytes.HasPrefix(data, []byte(f.mark)) {
			return f.mediaType, f.name
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\uFEFF")), " \t\r\n")
	head := bytes.ToLower(text[:min(len(text), 2048)])
	isUTF16 := bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
	switch {
	case bytes.IndexByte(head, 0) >= 0 && !isUTF16:
		return "application/octet-stream", "a binary file"
	case bytes.Contains(head, []byte("<!doctype html")), bytes.Contains(head, []byte("<html")):
		return "text/html", ""
	case bytes.HasPrefix(head, []byte("<?xml")):
		return "application/xml", ""
	case bytes.HasPrefix(head, []byte("<")):
		return "text/html", ""
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")):
		if jsontext.Value(text).IsValid() {
			return "application/json", ""
		}
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return "text/csv", ""
	case ".md":
		return "text/markdown", ""
	}
	return "text/plain", ""
}

// textOf returns the text of a copy. Parts of it that are apart on a page are separated by a space.
func textOf(mediaType string, data []byte) (string, error) {
	extract := map[string]func(*content, []byte) error{
		"text/html": (*content).addHTML, "application/xml": (*content).addXML, "application/json": (*content).addJSON, "text/csv": (*content).addCSV, "text/markdown": (*content).addMarkdown, "text/plain": (*content).addPlain,
	}[mediaType]
	if extract == nil {
		return "", errNoReader
	}
	var t content
	if err := extract(&t, data); err != nil {
		return "", err
	}
	return t.String(), nil
}

// A content collects the text of a copy.
type content struct{ strings.Builder }

// add adds text, up to the limit of a copy: references can make it longer than its file.
func (t *content) add(s string) error {
	if t.Len()+len(s) > maxCopy {
		return errTooLarge
	}
	t.WriteString(s)
	return nil
}

// addPlain adds plain text in its encoding.
func (t *content) addPlain(data []byte) error {
	r, err := charset.NewReader(bytes.NewReader(data), "")
	if errors.Is(err, io.EOF) {
		return nil // the file is empty
	} else if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxCopy+1))
	if err != nil {
		return err
	}
	return t.add(strings.TrimPrefix(string(plain), "\uFEFF"))
}

// markup matches what Markdown adds to a text: the marks of a heading, a quotation or emphasis, and the
// address of a link.
var markup = regexp.MustCompile("(?m)^[ \\t]*(?:#+|>+)|\\*+|`+|\\b_+|_+\\b|\\]\\([^)\\s]*\\)|\\[")

// addMarkdown adds the text of a page in Markdown.
func (t *content) addMarkdown(data []byte) error {
	var plain content
	if err := plain.addPlain(data); err != nil {
		return err
	}
	return t.add(markup.ReplaceAllString(plain.String(), ""))
}

// isInline has the elements of HTML that do not separate the text before them from that after them.
var isInline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Dfn: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Mark: true, atom.Q: true, atom.Samp: true, atom.Small: true, atom.Span: true,
	atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Tt: true, atom.U: true, atom.Var: true, atom.Wbr: true,
}

// isNoText has the elements of HTML with content that readers do not see, or that was deleted from the
// text.
var isNoText = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Del: true, atom.S: true, atom.Strike: true,
}

// addHTML adds the text of a page in HTML.
func (t *content) addHTML(data []byte) error {
	r, err := charset.NewReader(bytes.NewReader(data), "text/html")
	if err != nil {
		return err
	}
	z := html.NewTokenizer(r)
	inside, depth := atom.Atom(0), 0 // an element without text, and how many of the kind are open
	isRaised := false                // directly in an element for raised characters
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if errors.Is(z.Err(), io.EOF) {
				return nil
			}
			return z.Err()
		}
		part := " "
		switch kind {
		case html.TextToken:
			part = string(z.Text())
			if isRaised && !strings.ContainsFunc(part, unicode.IsLetter) {
				part = "" // the number of a footnote
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			element := atom.Lookup(name)
			if isInline[element] {
				part = ""
			}
			if element == atom.Sup {
				isRaised = kind == html.StartTagToken
			}
			switch {
			case kind == html.StartTagToken && inside == 0 && isNoText[element]:
				inside, depth = element, 1
			case kind == html.StartTagToken && inside == element:
				depth++
			case kind == html.EndTagToken && inside == element && depth > 0:
				if depth--; depth == 0 {
					inside = 0
				}
			}
		default: // a comment, or a document type
			continue
		}
		if inside != 0 {
			continue
		}
		if err := t.add(part); err != nil {
			return err
		}
	}
}

// isFootnote has the elements for footnotes in Formex, DITA and Akoma Ntoso.
var isFootnote = map[string]bool{"NOTE": true, "fn": true, "authorialNote": true}

// addXML adds the text of a document in XML, such as Formex or DITA, without its footnotes. It does not
// resolve entities that the document defines.
func (t *content) addXML(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict, d.Entity, d.CharsetReader = false, xml.HTMLEntity, charset.NewReaderLabel
	footnotes := 0 // how many are open
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("it is no valid XML: %w", err)
		}
		part := ""
		switch token := token.(type) {
		case xml.CharData:
			part = string(token)
		case xml.StartElement:
			part = " "
			if isFootnote[token.Name.Local] {
				footnotes++
			}
		case xml.EndElement:
			part = " "
			if isFootnote[token.Name.Local] && footnotes > 0 {
				footnotes--
			}
		}
		if footnotes > 0 {
			continue
		}
		if err := t.add(part); err != nil {
			return err
		}
	}
}

// addJSON adds the strings of a document in JSON.
func (t *content) addJSON(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if token.Kind() != '"' {
			continue
		}
		if err := t.add(token.String() + " "); err != nil {
			return err
		}
	}
}

// addCSV adds the cells of a table.
func (t *content) addCSV(data []byte) error {
	var plain content
	if err := plain.addPlain(data); err != nil {
		return err
	}
	r := csv.NewReader(strings.NewReader(plain.String()))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := t.add(strings.Join(row, " ") + "\n"); err != nil {
			return err
		}
	}
}

// isOffice matches names of files that programs extract text from, to a file with another extension.
var isOffice = regexp.MustCompile(`(?i)\.(pdf|docx?|odt|rtf)$`)

// textNames returns the names of the files that can have the text of a copy without a reader.
func textNames(name string) []string {
	names := []string{name + ".txt"}
	if isOffice.MatchString(name) {
		names = append(names, strings.TrimSuffix(name, path.Ext(name))+".txt")
	}
	return names
}
