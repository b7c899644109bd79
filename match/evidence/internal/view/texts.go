// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// Name returns the title and the clause of a text.
func Name(c *denylist.Citation) string {
	if c.Clause == "" {
		return c.Title
	}
	return c.Title + ", " + c.Clause
}

// Words returns the words of a text with their language, and our translation.
func Words(c *denylist.Citation) string {
	if c.Quote == "" {
		return ""
	}
	s := "“" + c.Quote + "”"
	if c.Language != "" {
		s += " [" + c.Language + "]"
	}
	if c.Translation != "" {
		s += " " + TranslationLabel + ": “" + c.Translation + "”"
	}
	if v := VersionWords(c); v != "" {
		s += " " + v
	}
	return s
}

// MadeFor returns what a report was made for: the buyer or that there is none, what is bought, and
// the bid.
func MadeFor(r *evidence.Report) string {
	s := strings.TrimSuffix(strings.ToLower(NoBuyer[:1])+NoBuyer[1:], ".")
	if r.Buyer != nil {
		s = "for the buyer " + cmp.Or(r.Buyer.Title, r.Buyer.Name)
	}
	if len(r.Purpose) > 0 {
		s += "; the lot is about CPV " + strings.Join(r.Purpose, ", ")
	}
	if r.Bid != nil {
		for _, x := range [][2]string{{"bidder", r.Bid.Bidder}, {"tender", r.Bid.Tender}, {"lot", r.Bid.Lot}} {
			if x[1] != "" {
				s += "; " + x[0] + " " + x[1]
			}
		}
	}
	return s
}

// Addressed returns whom a text addresses and, if there is a buyer, how it speaks to the buyer.
func Addressed(b *denylist.Buyer, c *match.Citation) string {
	s := "addressed to " + cmp.Or(c.Addressees, "nobody that the list names")
	if to, ok := strings.CutPrefix(c.Addressees, "if adopted: "); ok {
		s = "addressed, if adopted, to " + to
	}
	if b != nil {
		s += "; " + SpeaksWords(b, c)
	}
	return s
}

// Held returns why the verdict of a text is not more severe or why it has none, and what settled its limit.
func Held(c *match.Citation) []string {
	var all []string
	switch {
	case c.CappedBy == "":
	case c.Verdict == match.NoVerdict:
		all = append(all, "No part of the verdict: "+strings.TrimSuffix(c.CappedBy, ".")+".")
	default:
		all = append(all, "Not stronger than review: "+c.CappedBy+".")
	}
	if c.SettledBy != "" {
		all = append(all, "Its limit is settled: "+c.SettledBy+".")
	}
	return all
}

// ListKey returns a text that is equal for equal lists of citations.
func ListKey(cs []match.Citation) string {
	var b strings.Builder
	for i := range cs {
		c := &cs[i]
		fmt.Fprintf(&b, "%s\x00%d\x00%s\x00%s\x00%s\n", c.Listing, c.Verdict, c.CappedBy, c.SettledBy, c.Speaks)
	}
	return b.String()
}

// Saying returns what a text says, a sentence each: its words, what it asks, how it covers the vendor,
// its limits and exceptions, and our note.
func Saying(c *denylist.Citation) []string {
	var all []string
	if s := Words(c); s != "" {
		all = append(all, s)
	}
	all = append(all, Naming(c)...)
	if c.Action != "" {
		all = append(all, "It asks: "+VerbWords(&match.Citation{Citation: c})+".")
	}
	if c.Basis != "" {
		all = append(all, "It "+BasisWords(c.Basis)+".")
	}
	all = append(all, Limits(c)...)
	if c.Fact != "" {
		all = append(all, "Covered because: "+c.Fact)
	}
	if c.Note != "" {
		all = append(all, "Note: "+c.Note)
	}
	return all
}

// Naming returns the words of a text that the quote does not have, and that its verdict rests on:
// those that name the vendor, and those on parts of other products, each with its clause.
func Naming(c *denylist.Citation) []string {
	var all []string
	if w := c.NamedIn; w != nil {
		all = append(all, "The vendor is named as “"+c.Named+"” in "+w.Clause+": “"+w.Text+"” ["+w.Language+"]")
	}
	if w := c.Reach; w != nil && !strings.Contains(c.Quote, w.Text) {
		all = append(all, "On parts of other products, "+w.Clause+": “"+w.Text+"” ["+w.Language+"]")
	}
	return all
}

// History returns what is known about a text beside its words, a sentence each: our notes on the
// text and on the words, and what happened to it.
func History(c *denylist.Citation) []string {
	var all []string
	if c.InstrumentNote != "" && c.InstrumentNote != c.Note {
		all = append(all, "About the text: "+c.InstrumentNote)
	}
	if c.ClauseNote != "" && c.ClauseNote != c.Note {
		all = append(all, "About the words: "+c.ClauseNote)
	}
	var events []string
	for _, e := range c.Events {
		s := string(e.Date) + " " + e.Event
		if e.Note != "" {
			s += ", " + e.Note
		}
		if e.Source != "" {
			s += " (" + e.Source + ")"
		}
		events = append(events, s)
	}
	if len(events) > 0 {
		all = append(all, "Events: "+strings.Join(events, "; "))
	}
	return all
}

// TextLines returns what a finding has of a text, a line each: its verdict, force and name, whom it
// addresses, what it says, why its verdict is not stronger, its address.
func TextLines(b *denylist.Buyer, c *match.Citation) []string {
	first := fmt.Sprintf("%s, %s: %s (%s, %s; %s)", c.Verdict, ForceWords(c.Binds()), Name(c.Citation), c.Jurisdiction, KindOfText(c.Force), c.Status)
	all := append([]string{first, Addressed(b, c)}, Saying(c.Citation)...)
	all = append(all, Held(c)...)
	if c.URL != "" {
		all = append(all, c.URL)
	}
	return all
}

// Brief returns a text on one line: its name and force, what it asks and of whom, its limits and
// exceptions, and why its verdict is not stronger.
func Brief(b *denylist.Buyer, c *match.Citation) string {
	first := Name(c.Citation) + " (" + ForceWords(c.Binds())
	if c.Action != "" {
		first += "; asks: " + VerbWords(c)
	}
	all := append([]string{first + "), " + Addressed(b, c) + "."}, Limits(c.Citation)...)
	return strings.Join(append(all, Held(c)...), " ")
}

// A Fact is an entry of counter-evidence or later history about the vendor of a finding or an
// observation.
type Fact struct {
	Vendor match.Vendor
	denylist.Context
}

// Facts returns the other facts about the vendors of the findings and observations of a report, each
// once; those about vendors of findings come first.
func Facts(r *evidence.Report) []Fact {
	var all []Fact
	seen := make(map[vendors.ID]bool)
	add := func(f *evidence.Finding) {
		if len(f.Context) == 0 || seen[f.Vendor.ID] {
			return
		}
		seen[f.Vendor.ID] = true
		for _, c := range f.Context {
			all = append(all, Fact{f.Vendor, c})
		}
	}
	for _, f := range r.Findings() {
		add(f)
	}
	for i := range r.Documents {
		for j := range r.Documents[i].Observations {
			add(&r.Documents[i].Observations[j])
		}
	}
	return all
}
