// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// Words are words of an instrument, with the clause that has them.
type Words struct {
	Clause   string `json:"clause"` // the locator
	Text     string `json:"text"`
	Language string `json:"language"`
}

// LimitWords returns the limit in quotation marks, with our translation if the text is in another
// language: "“reti mobili” (mobile networks)"; "" without a limit.
func (s *Scope) LimitWords() string {
	switch {
	case s.Limit == "":
		return ""
	case s.LimitEnglish == "":
		return "“" + s.Limit + "”"
	}
	return "“" + s.Limit + "” (" + s.LimitEnglish + ")"
}

// publicOn returns the events of an instrument that were public on the day.
func (in *Instrument) publicOn(day vendors.Date) []Event {
	n := 0
	for i := range in.Events {
		if cmp.Or(in.Events[i].Known, in.Events[i].Date) <= day {
			n++
		}
	}
	if n == len(in.Events) {
		return in.Events[:n:n] // shared: most texts are older
	}
	var all []Event
	for _, e := range in.Events {
		if cmp.Or(e.Known, e.Date) <= day {
			all = append(all, e)
		}
	}
	return all
}

// OnlyLists reports whether the text is a list that asks for nothing by itself: what follows from it
// is in other texts. Its class is [Review].
func (c *Citation) OnlyLists() bool {
	return c.Force == OfficialList && c.Action == Review && c.Verb == ""
}

// namedIn returns the words that name the vendor of a listing if the quote does not: the passage
// with the name. It returns nil if the quote has the name, and for a listing without a name: there
// the text covers the vendor by a fact.
func (e Entry) namedIn() *Words {
	l := e.Listing
	if l.Named == "" || strings.Contains(l.Quote, l.Named) {
		return nil
	}
	clause := e.Clause
	if l.In != "" {
		clause = e.Instrument.clause(l.In)
	}
	if clause == nil {
		return nil
	}
	return clause.passage(l.Named)
}

// reach returns the words of a listing on components inside other products, with the clause that
// has them on the day; nil if the text does not mention such components.
func (e Entry) reach(day vendors.Date) *Words {
	l := e.Listing
	if l.Reach == "" {
		return nil
	}
	found := e.Clause
	if found == nil || !strings.Contains(found.Text, l.Reach) {
		found = nil
		for i := range e.Instrument.Clauses {
			c := &e.Instrument.Clauses[i]
			if strings.Contains(c.Text, l.Reach) && (found == nil || !found.has(day) && c.has(day)) {
				found = c
			}
		}
	}
	if found == nil {
		return nil
	}
	return &Words{Clause: found.Locator, Text: l.Reach, Language: found.Language}
}

// passage returns the passage of the clause that has the words, or nil.
func (c *Clause) passage(words string) *Words {
	for p := range strings.SplitSeq(c.Text, gap) {
		if strings.Contains(p, words) {
			return &Words{Clause: c.Locator, Text: strings.TrimSpace(p), Language: c.Language}
		}
	}
	return nil
}
