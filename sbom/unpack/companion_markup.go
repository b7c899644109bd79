// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"errors"
	"html"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
)

var (
	svgMark   = lazyregexp.New(`(?s)\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE svg[^>\[]*(?:\[[^\]]*\])?>\s*)?<svg[\s>]`)
	htmlMark  = lazyregexp.New(`(?is)\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*(?:<!DOCTYPE html[^>]*>|<html[\s>])`)
	htmlTable = lazyregexp.New(`(?i)</?(?:table|thead|tbody|tfoot|tr|td|th|dl|dt|dd)(?:\s[^>]*)?>`)
	htmlPre   = lazyregexp.New(`(?is)<(?:pre|textarea|listing|xmp)(?:\s[^>]*)?>(.*?)</(?:pre|textarea|listing|xmp)`)
	htmlAside = lazyregexp.New(`(?is)<(?:script|style|nav|a|li|option|button)(?:\s[^>]*)?>.*?</(?:script|style|nav|a|li|option|button)\s*>`)
	markupTag = lazyregexp.New(`(?s)<[^>]*>`)
)

var (
	errMarkup = errors.New("a page or image with what looks like a bill of materials, which was not read")
	errParts  = errors.New("it looks like a parts list, which is not read in this form; expected a bill of materials in CycloneDX or SPDX")
)

// lowerASCII returns data with ASCII letters in lower case. Unlike bytes.ToLower it keeps the number
// of bytes, which differs between small and capital letters of other scripts.
func lowerASCII(data []byte) []byte {
	out := bytes.Clone(data)
	for i, b := range out {
		if 'A' <= b && b <= 'Z' {
			out[i] = b + 'a' - 'A'
		}
	}
	return out
}

// markupEnds reports whether a page or image ends with its root element.
func markupEnds(data []byte, tag string) bool {
	i := bytes.LastIndex(lowerASCII(data), []byte("</"+tag))
	if i < 0 {
		return false
	}
	rest := bytes.TrimSpace(data[i+2+len(tag):])
	rest = bytes.TrimSpace(bytes.TrimPrefix(rest, []byte(">")))
	return len(rest) == 0 || bytes.HasPrefix(rest, []byte("<!--")) && bytes.Index(rest, []byte("-->")) == len(rest)-3
}

func svgReason(data []byte, _ *input) (string, error) {
	switch {
	case documentMark.Match(data) || partsMark.Match(data):
		return "", notRead(errMarkup)
	case !markupEnds(data, "svg"):
		return "", nil
	}
	return "SVG image", nil
}

func htmlReason(data []byte, _ *input) (string, error) {
	if documentMark.Match(data) || partsMark.Match(data) {
		return "", notRead(errMarkup)
	}
	if !markupEnds(data, "html") {
		return "", nil
	}
	rows, terms := htmlRows(data)
	likely := 0
	for _, cells := range rows {
		if partsHeader(cells) || productHeader(cells) {
			return "", notRead(errParts)
		}
		if partRow(cells) {
			likely++
		}
	}
	if makers, parts := headerWordsOf(terms); makers > 0 && parts > 0 || 2*likely > len(rows) || htmlGrid(data) {
		return "", notRead(errParts)
	}
	for _, pre := range htmlPre.FindAllSubmatch(data, -1) {
		if text := html.UnescapeString(markupTag.ReplaceAllString(string(pre[1]), "")); hasPartsLine(text) {
			return "", notRead(errParts)
		}
	}
	return "HTML page", nil
}

// cellOf returns the text of a cell.
func cellOf(markup []byte) string {
	return strings.TrimSpace(html.UnescapeString(markupTag.ReplaceAllString(string(markup), " ")))
}

// htmlRows returns the cells of the rows of all tables, and the terms of all definition lists. As
// HTML allows, end tags may be missing: a row or cell ends where the next one begins.
func htmlRows(data []byte) (rows [][]string, terms []string) {
	var row []string
	open, from := "", 0 // the cell that is open, and its beginning
	flush := func() {
		if len(row) > 0 {
			rows, row = append(rows, row), nil
		}
	}
	for _, at := range htmlTable.FindAllIndex(data, -1) {
		switch open {
		case "td", "th":
			if cell := cellOf(data[from:at[0]]); cell != "" {
				row = append(row, cell)
			}
		case "dt":
			terms = append(terms, cellOf(data[from:at[0]]))
		}
		name := strings.ToLower(strings.Trim(string(data[at[0]:at[1]]), "<>"))
		name, _, _ = strings.Cut(name, " ")
		open, from = strings.TrimSpace(name), at[1]
		if open != "td" && open != "th" && open != "/td" && open != "/th" {
			flush()
		}
	}
	flush()
	return rows, terms
}

// htmlGrid reports whether adjacent words outside of tables, links and lists look like the header of
// a parts list.
func htmlGrid(data []byte) bool {
	const width = 6
	var cells []string
	for _, text := range markupTag.Split(string(htmlAside.ReplaceAll(data, []byte(" <br>"))), -1) {
		if text = strings.TrimSpace(html.UnescapeString(text)); text == "" {
			continue
		}
		if cells = append(cells, text); len(strings.Fields(text)) > 3 {
			cells = cells[:0]
		}
		if makers, parts := headerWordsOf(cells[max(0, len(cells)-width):]); makers > 0 && parts > 0 {
			return true
		}
	}
	return false
}

func notRead(err error) error { return &sbom.Error{Kind: sbom.ErrNotRecognized, Err: err} }
