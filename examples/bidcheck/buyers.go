// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// A buyerText is a text of the denylist, for the list of buyers.
type buyerText struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Binding  bool   `json:"binding"`
	Proposed bool   `json:"proposed,omitempty"`
}

// A buyerEntry is a buyer with the texts that speak to it, by their relation to it.
type buyerEntry struct {
	denylist.Buyer
	Texts map[string][]buyerText `json:"texts"` // by relation; a relation without texts is left out
	// OtherTexts is the number of texts that speak to others only.
	OtherTexts int `json:"otherTexts"`
}

// A buyerList is what "bidcheck buyers" prints.
type buyerList struct {
	Denylist string       `json:"denylist"`
	AsOf     vendors.Date `json:"asOf"`
	Texts    int          `json:"texts"` // that can lead to a verdict on the day
	Buyers   []buyerEntry `json:"buyers"`
}

// relations are the relations of texts to a buyer, with their words, in the order of the list.
var relations = []struct{ name, one, many string }{
	{denylist.Binds, "binds the buyer", "bind the buyer"},
	{denylist.ThroughContract, "reaches it through a contract or a subsidy", "reach it through a contract or a subsidy"},
	{denylist.BindsBidders, "binds those who supply it", "bind those who supply it"},
	{denylist.Advises, "advises it, without a duty", "advise it, without a duty"},
	{denylist.UnknownRelation, "has no record of whom it speaks to, and counts", "have no record of whom they speak to, and count"},
}

// listBuyers writes the buyers with the texts of the denylist that speak to each: all of them, or
// the one of -buyer.
func (s *session) listBuyers() int {
	buyers := denylist.Buyers()
	if b := s.matcher.Options().Buyer; b != nil {
		buyers = []denylist.Buyer{*b}
	}
	day := s.matcher.Options().AsOf
	list := &buyerList{Denylist: s.matcher.Release().Name(), AsOf: day, Buyers: []buyerEntry{}}
	texts := textsOn(s.matcher.Release(), &match.Options{AsOf: day, Jurisdictions: s.matcher.Options().Jurisdictions})
	list.Texts = len(texts)
	for i := range buyers {
		list.Buyers = append(list.Buyers, entryFor(&buyers[i], texts))
	}
	out, write := s.outputs[0], list.writeText
	if out.form.name == "json" {
		write = list.writeJSON
	}
	if err := s.write(out, write); err != nil {
		s.warn("the list of buyers could not be written: %v", err)
		return exitUnscreened
	}
	return exitClear
}

// textsOn returns the listings that can lead to a verdict under the options, by instrument.
func textsOn(r *denylist.Release, opts *match.Options) [][]denylist.Entry {
	var all [][]denylist.Entry
	for _, in := range r.Instruments() {
		var listings []denylist.Entry
		for i := range in.Listings {
			if l := &in.Listings[i]; opts.Strongest(in, l) != match.NoVerdict {
				listings = append(listings, denylist.Entry{Instrument: in, Listing: l}.On(opts.AsOf))
			}
		}
		if len(listings) > 0 {
			all = append(all, listings)
		}
	}
	return all
}

// relationTo returns the first of the relations that a text has to the buyer in one of its listings,
// because its clauses can speak to different ones.
func relationTo(b *denylist.Buyer, listings []denylist.Entry) string {
	for _, r := range relations {
		if slices.ContainsFunc(listings, func(e denylist.Entry) bool { return b.RelationTo(e) == r.name }) {
			return r.name
		}
	}
	return ""
}

func entryFor(b *denylist.Buyer, texts [][]denylist.Entry) buyerEntry {
	e := buyerEntry{Buyer: *b, Texts: make(map[string][]buyerText)}
	for _, listings := range texts {
		in, relation := listings[0].Instrument, relationTo(b, listings)
		if relation == "" {
			e.OtherTexts++
			continue
		}
		name := in.Short
		if name == "" {
			name, _, _ = strings.Cut(in.Title, " (")
		}
		e.Texts[relation] = append(e.Texts[relation], buyerText{in.ID, name, in.Binding, in.Force == denylist.Proposal})
	}
	return e
}

func (l *buyerList) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

// writeText prints the list for people.
func (l *buyerList) writeText(w io.Writer) error {
	out := bufio.NewWriter(w)
	head := fmt.Sprintf("Denylist %s as of %s: %s can lead to a verdict. Choose who buys with -buyer NAME; texts that speak to others are then in no verdict.", l.Denylist, l.AsOf, cli.Count(l.Texts, "text"))
	fmt.Fprintln(out, cli.Wrap(head, cli.Width, 0))
	for i := range l.Buyers {
		b := &l.Buyers[i]
		fmt.Fprintln(out, "\n"+cli.Wrap(b.Name+": "+text.Printable(b.Title), cli.Width, 6))
		for _, r := range relations {
			texts := b.Texts[r.name]
			if len(texts) == 0 {
				continue
			}
			var names []string
			for _, t := range texts {
				if t.Proposed {
					t.Name += " (proposal)"
				}
				names = append(names, t.Name)
			}
			verb := r.many
			if len(texts) == 1 {
				verb = r.one
			}
			fmt.Fprintln(out, cli.Wrap(fmt.Sprintf("  %d %s: %s", len(texts), verb, text.Printable(strings.Join(names, "; "))), cli.Width, 6))
		}
		if b.OtherTexts > 0 {
			verb := "speak"
			if b.OtherTexts == 1 {
				verb = "speaks"
			}
			fmt.Fprintf(out, "  %d %s to others\n", b.OtherTexts, verb)
		}
		if b.Note != "" {
			fmt.Fprintln(out, cli.Wrap("  Note: "+text.Printable(b.Note), cli.Width, 6))
		}
	}
	return out.Flush()
}

// chooseBuyer returns the buyer of -buyer or of the bid, nil if there is neither. If both give one,
// they have to be the same.
func (c *config) chooseBuyer() (*denylist.Buyer, error) {
	var given, stated *denylist.Buyer
	var err error
	if c.opts.buyer != "" {
		if given, err = buyer.Open(c.opts.buyer); err != nil {
			return nil, fmt.Errorf("-buyer: %w", err)
		}
	}
	if c.bid != nil {
		stated = c.bid.buyer
	}
	if given == nil && stated == nil && c.notice != nil { // what the notice says is only a proposal
		name, advice := c.notice.profileOfAll()
		if c.advice = advice; name != "" {
			return buyer.Named(name)
		}
	}
	switch {
	case given == nil:
		return stated, nil
	case stated == nil || sameBuyer(given, stated):
		return given, nil
	}
	return nil, fmt.Errorf("-buyer is %s, but the bid is for the buyer %s; expected the same, or only one of them", given.Name, stated.Name)
}

// sameBuyer reports whether two buyers have the same name and the same codes.
func sameBuyer(a, b *denylist.Buyer) bool {
	return a.Name == b.Name && slices.Equal(sortedSet(a.Codes), sortedSet(b.Codes)) && slices.Equal(sortedSet(a.BidderCodes), sortedSet(b.BidderCodes))
}

// choosePurpose returns the CPV codes of -cpv, of the bid or of the notice. If several of them give
// codes, they have to be the same, apart from their order and check digits.
func (c *config) choosePurpose(release *denylist.Release) ([]string, error) {
	given, err := splitCPV(c.opts.cpv)
	if err != nil {
		return nil, err
	}
	type source struct {
		name  string
		codes []string
	}
	sources := []source{{"-cpv", given}, {"cpv of the bid", nil}, {"-notice", c.noticeCPV}}
	if c.bid != nil {
		sources[1].codes = c.bid.cpv
	}
	chosen := source{}
	for _, s := range sources {
		if len(s.codes) == 0 {
			continue
		}
		if _, err := match.New(release, &match.Options{Purpose: s.codes}); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		if len(chosen.codes) == 0 {
			chosen = s
		}
		if !slices.Equal(withoutCheckDigits(chosen.codes), withoutCheckDigits(s.codes)) {
			return nil, fmt.Errorf("%s has the codes %s, but %s has %s; expected the same, or only one of them", chosen.name, strings.Join(chosen.codes, ","), s.name, strings.Join(s.codes, ","))
		}
	}
	return chosen.codes, nil
}

// splitCPV returns the codes of -cpv.
func splitCPV(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var codes []string
	for code := range strings.SplitSeq(list, ",") {
		if code = strings.TrimSpace(code); code != "" {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return nil, errors.New("-cpv has no code; expected codes of eight digits, separated by commas, such as 32420000-3")
	}
	return codes, nil
}

func withoutCheckDigits(codes []string) []string {
	var all []string
	for _, code := range codes {
		digits, _, _ := strings.Cut(code, "-")
		all = append(all, digits)
	}
	return sortedSet(all)
}

// sortedSet returns the values in order, each once.
func sortedSet(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }
