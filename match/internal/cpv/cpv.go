// SPDX-License-Identifier: Apache-2.0

// Package cpv knows codes of the Common Procurement Vocabulary (Regulation (EC) No 213/2008), which
// say what a lot of a tender is about, and the categories of components that belong to them.
//
// The vocabulary has 9,454 codes. The table here has those that are near the categories of the
// denylist. A code that is not in the table is accepted if the vocabulary has its division, and
// belongs to no category.
package cpv

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/words"
)

//go:embed codes.tsv
var data string

// A Code is a code of the vocabulary.
type Code struct {
	Digits     string   // eight of them, without the check digit
	Title      string   // the official one in English; "" if the code is not in the table
	Categories []string // of components; none for a code that is wider than a category
}

// String returns the code as a citation names it: "CPV 32420000 Network equipment".
func (c Code) String() string { return strings.TrimSpace("CPV " + c.Digits + " " + c.Title) }

// divisions are the first two digits of the codes of the vocabulary.
var divisions = words.Fields("03 09 14 15 16 18 19 22 24 30 31 32 33 34 35 37 38 39 41 42 43 44 45 48 50 51 55 60 63 64 65 66 70 71 72 73 75 76 77 79 80 85 90 92 98")

type table struct {
	codes map[string]Code
	check map[string]string // check digits
	all   []string          // the digits in order
}

var codes = sync.OnceValue(func() *table {
	t := &table{codes: make(map[string]Code), check: make(map[string]string)}
	for line := range strings.Lines(data) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		digits, check, ok := strings.Cut(fields[0], "-")
		if !ok || len(fields) != 3 {
			panic("cpv: internal error: line " + line)
		}
		t.codes[digits] = Code{digits, fields[1], strings.Fields(fields[2])}
		t.check[digits] = check
		t.all = append(t.all, digits)
	}
	return t
})

// Parse returns the code in a text: eight digits, and the check digit after a hyphen or not. The
// check digit of a code that is in the table has to be right. It cannot be computed, because the
// rule does not hold for all codes.
func Parse(text string) (Code, error) {
	t := codes()
	digits, check, hasCheck := strings.Cut(strings.TrimSpace(text), "-")
	if len(digits) != 8 || !isDigits(digits) || hasCheck && (len(check) != 1 || !isDigits(check)) {
		return Code{}, fmt.Errorf("%q is not a CPV code; expected eight digits and perhaps a check digit, such as 32420000 or 32420000-3%s", text, t.hint(text))
	}
	c, known := t.codes[digits]
	switch {
	case !divisions[digits[:2]] || digits[2] == '0' && strings.Trim(digits[3:], "0") != "":
		return Code{}, fmt.Errorf("%q is not a code of the CPV of 2008%s", text, t.hint(text))
	case known && hasCheck && check != t.check[digits]:
		return Code{}, fmt.Errorf("%q has the check digit %s; expected %s-%s, %s", text, check, digits, t.check[digits], c.Title)
	case !known:
		return Code{Digits: digits}, nil
	}
	c.Categories = slices.Clone(c.Categories)
	return c, nil
}

// hint proposes the nearest code of the table.
func (t *table) hint(text string) string {
	digits, _, _ := strings.Cut(strings.TrimSpace(text), "-")
	n := words.Nearest(digits, t.all)
	if n == "" {
		return ""
	}
	return "; did you mean " + n + "-" + t.check[n] + ", " + t.codes[n].Title + "?"
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
