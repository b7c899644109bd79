// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/match/denylist/internal/addressee"
	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

// A checker checks the entries of a release.
type checker struct {
	reg *vendors.Register
	ids map[string]bool
}

func (c *checker) id(id string) error {
	if id == "" {
		return fault.Member(ErrValue, "id", "no id")
	}
	if c.ids[id] {
		return fault.Member(ErrDuplicate, "id", "%s", id)
	}
	c.ids[id] = true
	return nil
}

// day checks a required day.
func day(member string, d vendors.Date) error {
	if !d.IsDay() {
		return fault.Member(ErrInterval, member, "%s is %q; expected a day, YYYY-MM-DD", member, d)
	}
	return nil
}

func oneOf[T ~string](member string, v T, set ...T) error {
	if !slices.Contains(set, v) {
		return fault.Member(ErrValue, member, "%s is %q; expected one of %q", member, v, set)
	}
	return nil
}

// present checks members that must have a value: name and value, in pairs.
func present(pairs ...string) error {
	var err error
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			err = fault.Join(err, fault.Member(ErrValue, pairs[i], "%s is missing or empty; expected a value", pairs[i]))
		}
	}
	return err
}

// instrument checks an instrument and its entries.
func (c *checker) instrument(in *Instrument) error {
	err := fault.In(in.ID,
		c.id(in.ID),
		present("title", in.Title, "issuer", in.Issuer, "jurisdiction", in.Jurisdiction, "addressees", in.Addressees, "url", in.URL),
		oneOf("force", in.Force, Statute, Regulation, Directive, Order, Instruction, OfficialList, SoftLaw, Resolution, Letter, Warning, Proposal, Ruling),
		c.events(in), addressees(codes{bound: in.Bound, advised: in.Advised, throughContract: in.ThroughContract}, in.Binding),
	)
	for i := range in.Clauses {
		err = fault.Join(err, c.clause(in, &in.Clauses[i]))
	}
	for i := range in.Listings {
		l := &in.Listings[i]
		err = fault.Join(err, fault.In(l.ID, c.id(l.ID), c.listing(in, l)))
		for j := range i {
			if other := &in.Listings[j]; overlap(l, other) {
				err = fault.Join(err, fault.In(l.ID, fault.Member(ErrInterval, "from", "the same vendor, clause, action and effect as %s at the same time", other.ID)))
			}
		}
	}
	for i := range in.Excluded {
		err = fault.Join(err, fault.In(in.Excluded[i].ID, c.excluded(in, &in.Excluded[i])))
	}
	return fault.Join(err, c.context(in.Context))
}

// context checks context entries.
func (c *checker) context(entries []Context) (err error) {
	for _, x := range entries {
		err = fault.Join(err, fault.In(x.ID, c.id(x.ID), day("date", x.Date), present("text", x.Text, "source", x.Source), c.vendor(x.Vendor)))
	}
	return err
}

// addressees checks the codes for whom an instrument or a clause speaks to. It can do without.
func addressees(text codes, binding bool) error {
	var err error
	wrong := func(member, format string, args ...any) {
		err = fault.Join(err, fault.Member(ErrValue, member, member+" has "+format, args...))
	}
	seen := make(map[string]string)
	for _, list := range []struct {
		member string
		codes  []string
	}{{"bound", text.bound}, {"advised", text.advised}, {"throughContract", text.throughContract}} {
		for _, code := range list.codes {
			unknown := addressee.Check(code)
			switch {
			case unknown != nil:
				wrong(list.member, "a value that is no code: %v", unknown)
			case seen[code] != "":
				wrong(list.member, "%q, which is in %s too; expected each code once", code, seen[code])
			case addressee.IsPublic(code) && list.member != "advised":
				wrong(list.member, "%q; expected it in advised, because it means anyone, as advice without a duty", code)
			case list.member == "bound" && !binding:
				wrong(list.member, "%q, but binding is false; expected it in advised", code)
			}
			seen[code] = list.member
		}
	}
	if seen[addressee.NoBuyer] != "" && len(seen) > 1 {
		wrong(seen[addressee.NoBuyer], "%q beside others; expected it alone", addressee.NoBuyer)
	}
	return err
}

// clauseAddressees checks the codes of a clause. They are among those of its instrument, so that the
// instrument's codes tell of everybody to whom some part of it speaks.
func clauseAddressees(in *Instrument, cl *Clause) error {
	if !cl.hasCodes() {
		if cl.Addressees != "" {
			return fault.Member(ErrValue, "addressees", "the clause has addressees, but no codes; expected bound, advised or throughContract")
		}
		return nil
	}
	err := fault.Join(present("addressees", cl.Addressees), addressees(codes{bound: cl.Bound, advised: cl.Advised, throughContract: cl.ThroughContract}, in.Binding))
	all := slices.Concat(in.Bound, in.Advised, in.ThroughContract)
	for _, list := range []struct {
		member string
		codes  []string
	}{{"bound", cl.Bound}, {"advised", cl.Advised}, {"throughContract", cl.ThroughContract}} {
		for _, code := range list.codes {
			if !slices.Contains(all, code) {
				err = fault.Join(err, fault.Member(ErrValue, list.member, "%s has %q, which the instrument does not have; expected one of its codes %q", list.member, code, all))
			}
		}
	}
	return err
}

func (c *checker) events(in *Instrument) error {
	if len(in.Events) == 0 {
		return fault.Member(ErrValue, "events", "no events; expected at least one, with date and source")
	}
	var err error
	last := vendors.Date("")
	for _, e := range in.Events {
		err = fault.Join(err, day("date", e.Date), present("source", e.Source), oneOf("event", e.Event, events...))
		if e.Date < last {
			err = fault.Join(err, fault.Member(ErrInterval, "events", "the event of %s follows that of %s; expected events in order of their dates", e.Date, last))
		}
		last = e.Date
	}
	return err
}

func (c *checker) clause(in *Instrument, cl *Clause) error {
	id := in.ID + "#" + cl.ID
	err := fault.In(id, c.id(id), day("public", cl.Public),
		present("locator", cl.Locator, "language", cl.Language, "text", cl.Text, "source", cl.Source))
	err = fault.Join(err, fault.In(id, versions(cl), clauseAddressees(in, cl)))
	if cl.From != "" {
		err = fault.Join(err, fault.In(id, day("from", cl.From)))
	}
	if cl.Until != "" {
		err = fault.Join(err, fault.In(id, day("until", cl.Until)))
		if cl.Until <= cl.start() {
			err = fault.Join(err, fault.In(id, fault.Member(ErrInterval, "until", "until %s is not after %s, the first day of the words", cl.Until, cl.start())))
		}
	}
	if cl.Digest != "" && cl.Digest != cl.TextDigest() {
		err = fault.Join(err, fault.In(id, fault.Member(ErrDigest, "digest", "digest is %s; that of the text is %s", cl.Digest, cl.TextDigest())))
	}
	return err
}

func (c *checker) vendor(id vendors.ID) error {
	if c.reg.Vendor(id) == nil {
		return fault.Member(ErrVendor, "vendor", "%q is not in the register; expected the id of a vendor's file", id)
	}
	return nil
}

func (c *checker) listing(in *Instrument, l *Listing) error {
	err := fault.Join(
		oneOf("action", l.Action, Review, Exclude, Ban, PhaseOut, Diversify, Warn),
		oneOf("effect", l.Effect, Use, Procurement, Market, Subsidy, Supply),
		oneOf("basis", l.Basis, Named, Example, Covered),
		oneOf("depth", l.Depth, Any, Essential, Product, NotAddressed),
		day("public", l.Public), day("from", l.From), present("quote", l.Quote), c.vendor(l.Vendor),
	)
	if l.Until != "" {
		err = fault.Join(err, day("until", l.Until))
		if l.Until <= l.From {
			err = fault.Join(err, fault.Member(ErrInterval, "until", "until %s is not after from %s", l.Until, l.From))
		}
	}
	return fault.Join(err, c.editions(in, l))
}

// words checks that what a listing quotes is verbatim in the instrument as it reads on the day.
func (c *checker) words(in *Instrument, l *Listing, clause *Clause, day vendors.Date) (err error) {
	if !strings.Contains(clause.Text, l.Quote) {
		err = fault.Join(err, notVerbatim("quote", l.Quote, clause.Text))
	}
	check := func(member, words string) {
		if words != "" && !in.contains(words, day) {
			err = fault.Join(err, notVerbatim(member, words, clause.Text))
		}
	}
	check("reach", l.Reach)
	check("limit", l.Scope.Limit)
	if l.Scope.LimitEnglish != "" && l.Scope.Limit == "" {
		err = fault.Join(err, fault.Member(ErrValue, "limitEnglish", "limitEnglish is %q, but limit is missing; expected the words of the text in limit", l.Scope.LimitEnglish))
	}
	for _, words := range l.Scope.Exceptions {
		check("exceptions", words)
	}
	if l.Reach == "" && l.Depth != NotAddressed {
		err = fault.Join(err, fault.Member(ErrValue, "depth", "depth is %q, but reach is missing; expected the text's words on components inside other products, or the depth %q", l.Depth, NotAddressed))
	}
	return err
}

// verb checks that the verb of a listing is whole words of one passage of the clause: "use" is not
// the verb of a clause that has only "because".
func verb(l *Listing, clause *Clause) (err error) {
	if l.Verb != "" && (strings.Contains(l.Verb, gap) || !containsWords(clause.Text, l.Verb)) {
		err = fault.Member(ErrQuote, "verb", "verb is %q; expected whole words that are copied exactly from one passage of the quote or of its clause", l.Verb)
	}
	switch language, _, _ := strings.Cut(clause.Language, "-"); {
	case l.VerbEnglish == "":
	case l.Verb == "":
		err = fault.Join(err, fault.Member(ErrValue, "verbEnglish", "verbEnglish is %q, but verb is missing; expected the words of the text in verb", l.VerbEnglish))
	case strings.EqualFold(language, "en"):
		err = fault.Join(err, fault.Member(ErrValue, "verbEnglish", "verbEnglish is %q, but the clause is in English; expected no translation", l.VerbEnglish))
	}
	return err
}

// gap separates passages of a clause that do not follow one another in the original.
const gap = "[…]"

// containsWords reports whether a text contains the words, with no letter or digit directly before
// or after them and no space at their ends.
func containsWords(text, words string) bool {
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	if words == "" || words != strings.TrimSpace(words) {
		return false
	}
	for start := 0; ; {
		i := strings.Index(text[start:], words)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:start+i])
		after, _ := utf8.DecodeRuneInString(text[start+i+len(words):])
		if !isWord(before) && !isWord(after) {
			return true
		}
		_, size := utf8.DecodeRuneInString(words)
		start += i + size
	}
}

// basis checks how the vendor is covered by the clause with the names.
func (c *checker) basis(l *Listing, names *Clause) (err error) {
	if c.reg.Vendor(l.Vendor) == nil {
		return nil // reported already
	}
	switch l.Basis {
	case Named, Example:
		if l.Named == "" || !strings.Contains(names.Text, l.Named) {
			err = fault.Join(err, notVerbatim("named", l.Named, names.Text))
		}
		if !c.isNameOf(l.Named, l.Vendor) {
			err = fault.Join(err, fault.Member(ErrVendor, "named", "the register does not know %q as a name of %s; expected it among the names in the vendor's file", l.Named, l.Vendor))
		}
	case Covered:
		err = present("fact", l.Fact)
	}
	return err
}

// notVerbatim returns the error for words that are not in a text. It shows how much of them is.
func notVerbatim(member, words, text string) error {
	found := ""
	for i := range words + " " {
		if i > len(words) || !strings.Contains(text, words[:i]) {
			break
		}
		found = words[:i]
	}
	if found == "" || found == words {
		return fault.Member(ErrQuote, member, "%s is %q; expected words that are copied exactly from the text", member, words)
	}
	return fault.Member(ErrQuote, member, "%s is %q; expected words that are copied exactly from the text, which has only the beginning, “%s”", member, words, found)
}

// contains reports whether a clause of the instrument contains the words on the day.
func (in *Instrument) contains(words string, day vendors.Date) bool {
	return slices.ContainsFunc(in.Clauses, func(c Clause) bool { return c.has(day) && strings.Contains(c.Text, words) })
}

// isNameOf reports whether the register has the name as one of the vendor's. A short or common
// name ("ZTE") is enough, because the text around it shows who is meant.
func (c *checker) isNameOf(name string, id vendors.ID) bool {
	got := c.reg.Resolve("", []vendors.Claim{{Role: vendors.Manufacturer, Kind: vendors.KindName, Value: name}})
	return slices.ContainsFunc(got.Attributions, func(a vendors.Attribution) bool {
		return a.Vendor == id && (a.Tier >= vendors.Declared || a.Rule == vendors.RuleNameCommon)
	})
}

func (c *checker) excluded(in *Instrument, x *Excluded) error {
	err := fault.Join(
		c.id(x.ID), day("public", x.Public), present("note", x.Note, "source", x.Source), c.vendor(x.Vendor),
		oneOf("reason", x.Reason, reasons...),
	)
	if x.Clause == "" {
		return err
	}
	clause := in.clause(x.Clause)
	if clause == nil {
		return fault.Join(err, fault.Member(ErrReference, "clause", "clause %q is not in the instrument", x.Clause))
	}
	if !clause.has(x.Public) {
		err = fault.Join(err, fault.Member(ErrInterval, "clause", "clause %q does not have its words on %s, when the entry begins", clause.ID, x.Public))
	}
	if x.Reason == lifted {
		return err
	}
	got := c.reg.Resolve("", []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindText, Value: clause.Text}})
	if slices.ContainsFunc(got.Attributions, func(a vendors.Attribution) bool { return a.Vendor == x.Vendor }) {
		err = fault.Join(err, fault.Member(ErrQuote, "vendor", "the clause names %s, so the vendor is not an excluded one", x.Vendor))
	}
	return err
}

// overlap reports whether two listings are about the same vendor, clause, action and effect at
// the same time.
func overlap(a, b *Listing) bool {
	if a.Vendor != b.Vendor || a.Clause != b.Clause || a.Action != b.Action || a.Effect != b.Effect {
		return false
	}
	return (a.Until == "" || b.From < a.Until) && (b.Until == "" || a.From < b.Until)
}
