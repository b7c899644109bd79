// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode"

	"github.com/clause76/clause76/internal/names"
)

// A table without a header is a parts list if its columns look like those of one. This file has the
// rules, and collects the rows of a spreadsheet.

const (
	// maxRowCells limits the cells of a spreadsheet with rows to examine, and maxCell the
	// length of one. The header is looked for in all of them.
	maxRowCells = 1 << 17
	maxCell     = 200
	// maxColumns is the number of columns that are examined.
	maxColumns = 64
	// partRows and makerRows are the numbers of rows from which on a table with versions, or with
	// companies, is a list.
	partRows  = 2
	makerRows = 3
)

// partsRows reports whether at least half of the rows, and two or more, have a name and after it a
// version, or whether one is the header of a parts list.
func partsRows(rows [][]string) bool {
	likely := 0
	for _, cells := range rows {
		if partRow(cells) {
			likely++
		}
		if partsHeader(cells) || productHeader(cells) {
			return true
		}
	}
	return likely >= partRows && 2*likely >= len(rows)
}

// makersColumn reports whether a table has a column of companies without a header, by their legal
// forms, beside a column of other names.
func makersColumn(rows [][]string) bool {
	for column := range maxColumns {
		companies, named, filled := 0, 0, 0
		for _, cells := range rows {
			if column >= len(cells) || strings.TrimSpace(cells[column]) == "" {
				continue
			}
			filled++
			switch {
			case isCompany(cells[column]):
				companies++
				if hasNameBeside(cells, column) {
					named++
				}
			case filled == 1: // the header
				filled = len(rows) * 2
			}
		}
		if named >= makerRows && 2*companies >= filled {
			return true
		}
	}
	return false
}

// hasNameBeside reports whether another cell than that of a column is a name of a few words.
func hasNameBeside(cells []string, column int) bool {
	for i, c := range cells {
		if i != column && len(strings.Fields(c)) <= 6 && strings.ContainsFunc(c, unicode.IsLetter) {
			return true
		}
	}
	return false
}

// stateCodes are the codes of states and provinces that are legal forms too: "Sacramento, CA".
var stateCodes = nameSet("AB CA CO KY SD SK")

// isCompany reports whether a cell is a name with a legal form, such as "Acme GmbH".
func isCompany(cell string) bool {
	words := strings.Fields(cell)
	if len(cell) > 80 || len(words) < 2 || stateCodes[words[len(words)-1]] || !strings.ContainsFunc(cell, unicode.IsUpper) {
		return false
	}
	tokens := names.AppendTokens(nil, cell)
	return len(names.StripLegalForms(tokens)) < len(tokens)
}

// A sheetReader collects the rows of the tables in a spreadsheet. Strings that are stored apart from
// the rows can come after them, so rows are put together at the end.
type sheetReader struct {
	rows    [][]sheetCell
	sheets  []int    // the first row of each sheet
	strings []string // stored apart, by their index
	cells   int
	place   int // of the current cell in its row
	width   int // columns of the current cell
	shared  bool
	text    []byte // of the current cell or string
	open    string // the element that text belongs to
	inside  bool   // a formula
}

type sheetCell struct {
	text   string
	shared bool // text is the index of a string
	column int
}

// start reads the start of an element of SpreadsheetML, OpenDocument, or the tables of Word and
// PowerPoint.
func (s *sheetReader) start(e xml.StartElement) {
	switch name := e.Name.Local; name {
	case "sheetData", "table", "tbl":
		s.sheets = append(s.sheets, len(s.rows))
	case "row", "table-row", "tr":
		if s.cells < maxRowCells {
			s.rows, s.place, s.width = append(s.rows, nil), -1, 1
			s.cells++
		}
	case "f": // a formula, beside its value
		s.inside = true
	case "c", "table-cell", "covered-table-cell", "tc", "si":
		s.open, s.text, s.shared = name, s.text[:0], false
		if name == "si" {
			return
		}
		s.place += s.width
		s.width = 1
		s.attributes(e.Attr)
	}
}

func (s *sheetReader) attributes(attrs []xml.Attr) {
	for _, a := range attrs {
		switch a.Name.Local {
		case "t":
			s.shared = a.Value == "s"
		case "r":
			if column, ok := columnOf(a.Value); ok {
				s.place = column
			}
		case "number-columns-repeated":
			if n, err := strconv.Atoi(a.Value); err == nil && n > 0 {
				s.width = min(n, maxColumns)
			}
		}
	}
}

// columnOf returns the index of the column of a cell: 27 for "AB12".
func columnOf(reference string) (int, bool) {
	column := 0
	for i := range len(reference) {
		c := reference[i]
		if c < 'A' || c > 'Z' {
			return column - 1, column > 0
		}
		if column = 26*column + int(c-'A'+1); column > 1<<15 {
			break
		}
	}
	return 0, false
}

// chars adds text of the current cell or string.
func (s *sheetReader) chars(text []byte) {
	if s.open != "" && !s.inside && len(s.text) < maxCell {
		s.text = append(s.text, text[:min(len(text), maxCell-len(s.text))]...)
	}
}

// end reads the end of an element.
func (s *sheetReader) end(name string) {
	if name == "f" {
		s.inside = false
	}
	if name != s.open {
		return
	}
	s.open = ""
	text := strings.TrimSpace(string(s.text))
	switch {
	case s.cells >= maxRowCells:
	case name == "si":
		s.strings = append(s.strings, text)
		s.cells++
	case text != "" && len(s.rows) > 0 && s.place < maxColumns:
		row := &s.rows[len(s.rows)-1]
		*row = append(*row, sheetCell{text, s.shared, s.place})
		s.cells++
	}
}

// looksLikeParts reports whether one of the sheets looks like a parts list, or whether the strings do
// that are stored apart and that no row refers to.
func (s *sheetReader) looksLikeParts() bool {
	if partsHeader(s.strings) || s.orphansLookLikeParts() {
		return true
	}
	for i, from := range s.sheets {
		to := len(s.rows)
		if i+1 < len(s.sheets) {
			to = s.sheets[i+1]
		}
		if rows := s.table(s.rows[from:to]); partsRows(rows) || makersColumn(rows) {
			return true
		}
	}
	return false
}

func (s *sheetReader) orphansLookLikeParts() bool {
	if s.cells >= maxRowCells {
		return false // not all rows were read
	}
	used := make([]bool, len(s.strings))
	for _, row := range s.rows {
		for _, c := range row {
			if i, ok := s.index(c); ok {
				used[i] = true
			}
		}
	}
	orphans, versions := 0, 0
	for i, text := range s.strings {
		if used[i] {
			continue
		}
		orphans++
		if fullVersion.MatchString(text) && !noVersion.MatchString(text) {
			versions++
		}
	}
	return versions >= partRows && 6*versions >= orphans
}

// index returns the index of the string that a cell refers to.
func (s *sheetReader) index(c sheetCell) (int, bool) {
	i, err := strconv.Atoi(c.text)
	return i, c.shared && err == nil && i >= 0 && i < len(s.strings)
}

// table returns the text of the rows with more than one cell.
func (s *sheetReader) table(rows [][]sheetCell) (table [][]string) {
	for _, row := range rows {
		if len(row) < 2 {
			continue
		}
		var cells []string
		for _, c := range row {
			for len(cells) <= c.column {
				cells = append(cells, "")
			}
			cells[c.column] = s.textOf(c)
		}
		table = append(table, cells)
	}
	return table
}

func (s *sheetReader) textOf(c sheetCell) string {
	if !c.shared {
		return c.text
	}
	if i, ok := s.index(c); ok {
		return s.strings[i]
	}
	return ""
}
