// SPDX-License-Identifier: Apache-2.0

// Package addressee has the addressee codes: a closed set of classes of persons and bodies that
// texts speak to. A class can lie within wider ones.
package addressee

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/internal/words"
)

//go:embed addressees.json
var data []byte

// The codes with a meaning that programs know.
const (
	Public     = "public"     // anyone, as advice only
	NamedParty = "namedParty" // a party that the act names, and nobody else
	NoBuyer    = "noBuyer"    // no buyer at all
)

// A Code is a class of addressees.
type Code struct {
	Code   string   `json:"code"`
	Means  string   `json:"means"`
	Within []string `json:"within,omitempty"` // wider classes that contain all of this one
	Source string   `json:"source"`
}

// A family is a class for each country, or for each US state. The placeholder in its code, "xx"
// or "ST", is replaced by the country or the state.
type family struct {
	Code   string `json:"code"`
	Means  string `json:"means"`
	Places string `json:"places,omitzero"` // default all countries
	Except string `json:"except,omitzero"` // countries with codes of their own
	// WithinInEU is the wider class that contains those of the Member States of the EU.
	WithinInEU string `json:"withinInEU,omitzero"`
	Source     string `json:"source"`
}

type table struct {
	About     string   `json:"about"`
	Countries string   `json:"countries"`
	EU        string   `json:"eu"`
	Families  []family `json:"families"`
	Codes     []Code   `json:"codes"`

	byCode map[string]*Code
}

var codes = sync.OnceValue(func() *table {
	t := &table{byCode: make(map[string]*Code)}
	if err := json.Unmarshal(data, t, json.RejectUnknownMembers(true)); err != nil {
		panic("addressee: internal error: " + err.Error())
	}
	for i := range t.Codes {
		t.byCode[t.Codes[i].Code] = &t.Codes[i]
	}
	eu := strings.Fields(t.EU)
	for _, f := range t.Families {
		places, except := t.Countries, strings.Fields(f.Except)
		if f.Places != "" {
			places = f.Places
		}
		for _, place := range strings.Fields(places) {
			if slices.Contains(except, place) {
				continue
			}
			c := &Code{Code: f.member(place), Means: f.Means + ": " + strings.ToUpper(place), Source: f.Source}
			if f.WithinInEU != "" && slices.Contains(eu, place) {
				c.Within = []string{f.WithinInEU}
			}
			t.byCode[c.Code] = c
		}
	}
	return t
})

// member returns the code of the family for a country or a state.
func (f *family) member(place string) string {
	if head, ok := strings.CutSuffix(f.Code, "/ST"); ok {
		return head + "/" + place
	}
	return place + strings.TrimPrefix(f.Code, "xx")
}

// Lookup returns the class with the code.
func Lookup(code string) (Code, bool) {
	if c := codes().byCode[code]; c != nil {
		return *c, true
	}
	return Code{}, false
}

// All returns the classes in alphabetical order of their codes, without those of families.
func All() []Code { return slices.Clone(codes().Codes) }

// IsPublic reports whether a class is the public, of one country or of any.
func IsPublic(code string) bool { return code == Public || strings.HasSuffix(code, "."+Public) }

// Country returns the country of a class as its code writes it, such as "de", or "" for a class of
// no single country.
func Country(code string) string {
	country, _, ok := strings.Cut(code, ".")
	if !ok || country != "uk" && !slices.Contains(strings.Fields(codes().Countries), country) {
		return ""
	}
	return country
}

// Within reports whether a class is another one or lies within it. Every class of a country lies
// within the public of the country.
func Within(code, other string) bool {
	if code == other {
		return true
	}
	if country := Country(other); country != "" && IsPublic(other) && Country(code) == country {
		return true
	}
	c := codes().byCode[code]
	return c != nil && slices.ContainsFunc(c.Within, func(wider string) bool { return Within(wider, other) })
}

// Check returns an error for a code that is not in the set. It tells the nearest one and the
// valid ones.
func Check(code string) error {
	t := codes()
	if t.byCode[code] != nil {
		return nil
	}
	var valid, near []string
	for _, c := range t.Codes {
		valid = append(valid, c.Code)
	}
	near = slices.Clone(valid)
	for _, f := range t.Families {
		valid = append(valid, f.Code)
		for place := range strings.FieldsSeq(t.Countries + " " + f.Places) {
			if c := f.member(place); t.byCode[c] != nil {
				near = append(near, c)
			}
		}
	}
	hint := ""
	if n := words.Nearest(code, near); n != "" {
		hint = fmt.Sprintf("; did you mean %q?", n)
	}
	return fmt.Errorf("%q is not an addressee code%s Expected one of %s, where xx is a country and ST a US state", code, punctuate(hint), strings.Join(valid, ", "))
}

// punctuate ends a sentence: a hint ends with a question mark.
func punctuate(hint string) string {
	if hint == "" {
		return "."
	}
	return hint
}
