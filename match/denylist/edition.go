// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"slices"

	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

// An Edition is the words of a listing from a day on, after the words of its text were changed.
// What it leaves out is as in the listing.
type Edition struct {
	From vendors.Date `json:"from"`
	// Public is the day on which the new words became public; default From.
	Public vendors.Date `json:"public,omitzero"`
	// Clause is the id of the clause with the new words, and In that of the clause with the name.
	Clause string `json:"clause"`
	Named  string `json:"named,omitzero"`
	In     string `json:"namedIn,omitzero"`
	Quote  string `json:"quote"`
	Verb   string `json:"verb,omitzero"`
	// VerbEnglish is our translation of Verb.
	VerbEnglish string `json:"verbEnglish,omitzero"`
	Reach       string `json:"reach,omitzero"`
	Limit       string `json:"limit,omitzero"`
	// LimitEnglish is our translation of Limit.
	LimitEnglish string   `json:"limitEnglish,omitzero"`
	Exceptions   []string `json:"exceptions,omitempty"`
	Note         string   `json:"note,omitzero"`
}

// On returns the entry with the words of its text on the day: the clause, the quote and the other
// words of the last [Edition] of the listing up to the day. An entry without editions is returned
// as it is.
func (e Entry) On(day vendors.Date) Entry {
	if e.Listing == nil {
		return e
	}
	i := len(e.Listing.Editions)
	for i > 0 && e.Listing.Editions[i-1].From > day {
		i--
	}
	if i == 0 {
		return e
	}
	e.Listing = e.Listing.edition(i - 1)
	if c := e.Instrument.clause(e.Listing.Clause); c != nil {
		e.Clause = c
	}
	return e
}

// edition returns the listing with the words of one of its editions, which it then has as its own.
func (l *Listing) edition(i int) *Listing {
	e, c := &l.Editions[i], *l
	c.Editions = nil
	c.Clause, c.Quote = e.Clause, e.Quote
	c.Named, c.In = cmp.Or(e.Named, l.Named), cmp.Or(e.In, l.In)
	c.Verb, c.VerbEnglish = cmp.Or(e.Verb, l.Verb), cmp.Or(e.VerbEnglish, l.VerbEnglish)
	c.Reach, c.Note = cmp.Or(e.Reach, l.Reach), cmp.Or(e.Note, l.Note)
	if e.Limit != "" {
		c.Scope.Limit, c.Scope.LimitEnglish = e.Limit, e.LimitEnglish
	}
	if e.Exceptions != nil {
		c.Scope.Exceptions = e.Exceptions
	}
	return &c
}

// start returns the first day on which the text has the words of the clause.
func (c *Clause) start() vendors.Date { return cmp.Or(c.From, c.Public) }

// has reports whether the text has the words of the clause on the day.
func (c *Clause) has(day vendors.Date) bool {
	return c.start() <= day && (c.Until == "" || day < c.Until)
}

// editions checks the days and the words of a listing and of each of its editions.
func (c *checker) editions(in *Instrument, l *Listing) error {
	first := *l
	first.Editions = nil
	err := c.edition(in, &first, l.Public, l.Public, l.end(0))
	last := l.Public
	for i := range l.Editions {
		e := &l.Editions[i]
		err = fault.Join(err, day("editions", e.From), present("quote", e.Quote))
		if e.Public != "" {
			err = fault.Join(err, day("editions", e.Public))
		}
		if e.From <= last || l.Until != "" && e.From >= l.Until {
			err = fault.Join(err, fault.Member(ErrInterval, "editions", "the edition from %s does not begin after %s and before the end of the listing", e.From, last))
		}
		last = e.From
		err = fault.Join(err, c.edition(in, l.edition(i), cmp.Or(e.Public, e.From), e.From, l.end(i+1)))
	}
	return err
}

// end returns the day on which the words that precede an edition are replaced, or "".
func (l *Listing) end(edition int) vendors.Date {
	if edition < len(l.Editions) {
		return l.Editions[edition].From
	}
	return l.Until
}

// edition checks that a listing has words that are public on a day, and that its text has from a
// day until another one, which can be "" for no end.
func (c *checker) edition(in *Instrument, l *Listing, public, from, until vendors.Date) error {
	clause, names := in.clause(l.Clause), in.clause(l.In)
	if l.In == "" {
		names = clause
	}
	if clause == nil || names == nil {
		return fault.Member(ErrReference, "clause", "clause %q or %q is not in the instrument", l.Clause, l.In)
	}
	err := fault.Join(c.words(in, l, clause, from), verb(l, clause), c.basis(l, names))
	for _, cl := range slices.Compact([]*Clause{clause, names}) {
		if public < cl.Public {
			err = fault.Join(err, fault.Member(ErrInterval, "clause", "clause %q is public from %s, but the listing cites it from %s", cl.ID, cl.Public, public))
		} else if from < cl.start() {
			err = fault.Join(err, fault.Member(ErrInterval, "clause", "clause %q has its words from %s, but the listing cites it from %s; expected the words of that day", cl.ID, cl.start(), from))
		}
		if cl.Until != "" && (until == "" || until > cl.Until) {
			err = fault.Join(err, fault.Member(ErrInterval, "clause", "clause %q has its words until %s, but the listing cites it longer; expected an edition with the later words, or an end", cl.ID, cl.Until))
		}
	}
	return err
}

// A Version is the words of a clause in another official language, or as others reported them.
type Version struct {
	Language string `json:"language"` // BCP 47: "es"
	Text     string `json:"text"`
	// Grade tells how sure the words are: "A" for an official page or a full copy of it, "B" for two
	// independent copies that agree, or a maintained one that links the official file, and "C" for
	// one secondary quotation, which can be a translation by the press.
	Grade  string `json:"grade"`
	Source string `json:"source"`
	Note   string `json:"note,omitzero"` // how the words differ from those of the clause, in our words
}

// The values of Version.Grade.
const (
	gradeA = "A"
	gradeB = "B"
	gradeC = "C"
)

// Version returns the words of the clause in a language, or nil if they are not known.
func (c *Clause) Version(language string) *Version {
	for i := range c.Versions {
		if c.Versions[i].Language == language {
			return &c.Versions[i]
		}
	}
	return nil
}

// versions checks the versions of a clause.
func versions(cl *Clause) error {
	var err error
	seen := map[string]bool{cl.Language: true}
	for _, v := range cl.Versions {
		err = fault.Join(err, present("language", v.Language, "text", v.Text, "source", v.Source), oneOf("grade", v.Grade, gradeA, gradeB, gradeC))
		if seen[v.Language] {
			err = fault.Join(err, fault.Member(ErrDuplicate, "versions", "a second version in %q", v.Language))
		}
		seen[v.Language] = true
	}
	return err
}
