// SPDX-License-Identifier: Apache-2.0

package cpv_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/internal/cpv"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ text, want, categories string }{
		{"32420000", "CPV 32420000 Network equipment", "telecommunicationsEquipment"},
		{" 32420000-3 ", "CPV 32420000 Network equipment", "telecommunicationsEquipment"},
		{"48761000-0", "CPV 48761000 Anti-virus software package", "antivirus informationSecurity"},
		{"32400000-7", "CPV 32400000 Networks", ""},                                // wider than the category
		{"38520000", "CPV 38520000 Scanners", ""},                                  // measuring instruments
		{"48219000", "CPV 48219000 Miscellaneous networking software package", ""}, // also software of routers
		{"48219100", "CPV 48219100 Gateway software package", ""},
		{"48710000", "CPV 48710000 Backup or recovery software package", "backup"},
		{"15800000", "CPV 15800000", ""}, // of the vocabulary, and not in the table
	} {
		c, err := cpv.Parse(tt.text)
		if err != nil || c.String() != tt.want || strings.Join(c.Categories, " ") != tt.categories {
			t.Errorf("%q: %s %q, %v", tt.text, c, c.Categories, err)
		}
	}
	for text, want := range map[string]string{
		"32420000-4":               `has the check digit 4; expected 32420000-3, Network equipment`,
		"3242000":                  `expected eight digits and perhaps a check digit, such as 32420000 or 32420000-3; did you mean `,
		"3242000O":                 `is not a CPV code`,
		"32420000-":                `is not a CPV code`,
		"32420000-33":              `is not a CPV code`,
		"":                         `is not a CPV code`,
		"٣٢٤٢٠٠٠٠":                 `is not a CPV code`,
		"13420000":                 `"13420000" is not a code of the CPV of 2008; did you mean `,
		"32020000":                 `is not a code of the CPV of 2008`, // a class without a group
		strings.Repeat("9", 1<<16): `is not a CPV code`,
	} {
		if c, err := cpv.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, %v; want %q", text, c, err, want)
		}
	}
}

func TestParseReturnsACopy(t *testing.T) {
	a, _ := cpv.Parse("32420000")
	a.Categories[0] = "changed"
	if b, _ := cpv.Parse("32420000"); slices.Contains(b.Categories, "changed") {
		t.Error("a caller can change the table")
	}
}

// A code with a category has no finer code that belongs only to others: a lot with the wider code can
// be about that.
func TestFinerCodesHaveTheCategory(t *testing.T) {
	data, err := os.ReadFile("codes.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []cpv.Code
	for line := range strings.Lines(string(data)) {
		if digits, _, ok := strings.Cut(line, "-"); ok && !strings.HasPrefix(line, "#") {
			c, err := cpv.Parse(digits)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
	}
	pairs := 0
	for _, wide := range all {
		start := wide.Digits[:max(2, len(strings.TrimRight(wide.Digits, "0")))]
		for _, fine := range all {
			if fine.Digits == wide.Digits || !strings.HasPrefix(fine.Digits, start) || len(fine.Categories) == 0 {
				continue
			}
			for _, category := range wide.Categories {
				if pairs++; !slices.Contains(fine.Categories, category) {
					t.Errorf("%s has the category %s, and %s has only %q", wide, category, fine, fine.Categories)
				}
			}
		}
	}
	if pairs < 50 {
		t.Errorf("%d pairs were compared", pairs)
	}
}
