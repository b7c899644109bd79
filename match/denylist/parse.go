// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/vendors"
)

// Errors of [Parse] and [New], and of package author, for errors.Is.
var (
	// ErrRelease is wrapped by all of them.
	ErrRelease = errors.New("denylist: bad release")
	// ErrQuote: a quote, name or reach is not verbatim in its clause.
	ErrQuote = errors.New("not verbatim in the clause")
	// ErrVendor: the register does not have the vendor, or attributes the name to
	// another or to nobody.
	ErrVendor = errors.New("unknown vendor")
	// ErrInterval: an interval is reversed, overlaps another or is no interval of days.
	ErrInterval = errors.New("bad interval")
	// ErrReference: a reference to a clause or instrument that is not there.
	ErrReference = errors.New("dangling reference")
	// ErrDuplicate: an id is used twice.
	ErrDuplicate = errors.New("duplicate id")
	// ErrValue: a required value is missing or is not of its closed set.
	ErrValue = errors.New("bad value")
	// ErrDigest: a digest is recorded and is not that of the bytes.
	ErrDigest = errors.New("the digest does not fit")
	// ErrCycle: an instrument is, by way of others, its own history.
	ErrCycle = errors.New("its own history")
)

// An EntryError is a fault of one entry: an instrument, clause, listing, excluded or
// context entry.
type EntryError struct {
	Entry string // its id
	// Member is the JSON member that is wrong, "" if it is no single one.
	Member string
	Err    error
}

// Error says which entry is wrong, and how.
func (e *EntryError) Error() string { return e.Entry + ": " + e.Err.Error() }

// Unwrap returns the fault.
func (e *EntryError) Unwrap() error { return e.Err }

// EntryErrors are all that is wrong in a denylist, in the order of its entries.
type EntryErrors []error

// Error returns the errors, a line each.
func (es EntryErrors) Error() string { return errors.Join(es...).Error() }

// Unwrap returns the errors.
func (es EntryErrors) Unwrap() []error { return es }

// join returns the errors that are not nil, those of EntryErrors one by one; nil if there are
// none.
func join(errs ...error) error {
	var all EntryErrors
	for _, err := range errs {
		if es, ok := err.(EntryErrors); ok {
			all = append(all, es...)
		} else if err != nil {
			all = append(all, err)
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// at says of which entry the faults are, and wrong of which member.
func at(entry string, faults ...error) error {
	err := join(faults...)
	if err == nil {
		return nil
	}
	all := err.(EntryErrors)
	for i, f := range all {
		if known := (*EntryError)(nil); errors.As(f, &known) && known.Entry != "" {
			continue
		}
		e := &EntryError{Entry: entry, Err: f}
		if m := (*memberError)(nil); errors.As(f, &m) {
			e.Member = m.member
		}
		all[i] = e
	}
	return all
}

// A memberError is a fault of one JSON member.
type memberError struct {
	member, text string
	kind         error
}

func (e *memberError) Error() string { return e.text + ": " + e.kind.Error() }
func (e *memberError) Unwrap() error { return e.kind }

func wrong(kind error, member, format string, args ...any) error {
	return &memberError{member, fmt.Sprintf(format, args...), kind}
}

// Parse reads a release. name is the name of its file without ".json", which the
// digest covers. Every error wraps [ErrRelease] and the sentinel of its kind, and
// names the entry.
func Parse(name string, data []byte) (*Release, error) {
	var f releaseFile
	if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, name, err)
	}
	r, err := f.release()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, name, err)
	}
	if r.name != name {
		return nil, fmt.Errorf("%w: %s: release is %q; expected the file's name: %w", ErrRelease, name, r.name, ErrValue)
	}
	r.digest = digest(name+".json", data)
	return r, nil
}

func (f *releaseFile) release() (*Release, error) {
	if f.Schema != Schema {
		return nil, fmt.Errorf("schema is %q; expected %q: %w", f.Schema, Schema, ErrValue)
	}
	if err := day("date", f.Date); err != nil {
		return nil, err
	}
	reg := new(vendors.Register)
	if err := reg.UnmarshalJSON(f.Register); err != nil {
		return nil, err
	}
	return assemble(f.Release, f.Date, f.Instruments, reg)
}

// Content is what [New] makes a custom denylist of.
type Content struct {
	Name        string
	Date        vendors.Date
	Digest      string // that identifies the content: "h1:…"
	Instruments []*Instrument
	Register    *vendors.Register
}

// New checks a custom denylist as [Parse] checks a release, and returns it. Package author
// reads the content from a folder. Every error wraps [ErrRelease]; several are joined.
func New(c Content) (*Release, error) {
	r, err := assemble(c.Name, c.Date, c.Instruments, c.Register)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, c.Name, err)
	}
	r.digest, r.trust = c.Digest, Custom
	return r, nil
}

// assemble checks instruments against a register and makes a release of them.
func assemble(name string, date vendors.Date, instruments []*Instrument, reg *vendors.Register) (*Release, error) {
	r := &Release{name: name, date: date, instruments: slices.Clone(instruments), register: reg,
		byID: make(map[string]*Instrument), byVendor: make(map[vendors.ID][]Entry), context: make(map[vendors.ID][]Context)}
	c := checker{reg: reg, ids: make(map[string]bool)}
	var faults error
	for _, in := range instruments {
		if in == nil {
			return nil, fmt.Errorf("an instrument is null: %w", ErrValue)
		}
		faults = join(faults, c.instrument(in))
		r.byID[in.ID] = in
		for i := range in.Listings {
			l := &in.Listings[i]
			r.byVendor[l.Vendor] = append(r.byVendor[l.Vendor], Entry{Instrument: in, Clause: in.clause(l.Clause), Listing: l})
		}
		for i := range in.Excluded {
			x := &in.Excluded[i]
			r.byVendor[x.Vendor] = append(r.byVendor[x.Vendor], Entry{Instrument: in, Clause: in.clause(x.Clause), Excluded: x})
		}
		for _, ctx := range in.Context {
			r.context[ctx.Vendor] = append(r.context[ctx.Vendor], ctx)
		}
	}
	for _, in := range instruments {
		faults = join(faults, at(in.ID, r.history(in)))
	}
	if faults != nil {
		return nil, faults
	}
	sort.Slice(r.instruments, func(i, j int) bool { return r.instruments[i].ID < r.instruments[j].ID })
	for _, es := range r.byVendor {
		sort.Slice(es, func(i, j int) bool { return es[i].id() < es[j].id() })
	}
	for _, cs := range r.context {
		sort.Slice(cs, func(i, j int) bool {
			if cs[i].Date != cs[j].Date {
				return cs[i].Date < cs[j].Date
			}
			return cs[i].ID < cs[j].ID
		})
	}
	return r, nil
}

// history checks that the instruments that one follows are there and end somewhere.
func (r *Release) history(in *Instrument) error {
	seen := map[string]bool{in.ID: true}
	for in.History != "" {
		if seen[in.History] {
			return wrong(ErrCycle, "history", "history %q", in.History)
		}
		seen[in.History] = true
		next := r.byID[in.History]
		if next == nil {
			return wrong(ErrReference, "history", "history %q", in.History)
		}
		in = next
	}
	return nil
}

func (e Entry) id() string {
	if e.Listing != nil {
		return e.Listing.ID
	}
	return e.Excluded.ID
}

func (in *Instrument) clause(id string) *Clause {
	for i := range in.Clauses {
		if in.Clauses[i].ID == id {
			return &in.Clauses[i]
		}
	}
	return nil
}

// checker checks what a release promises.
type checker struct {
	reg *vendors.Register
	ids map[string]bool
}

func (c *checker) id(id string) error {
	if id == "" {
		return wrong(ErrValue, "id", "no id")
	}
	if c.ids[id] {
		return wrong(ErrDuplicate, "id", "%s", id)
	}
	c.ids[id] = true
	return nil
}

// day checks a required day.
func day(member string, d vendors.Date) error {
	if !d.IsDay() {
		return wrong(ErrInterval, member, "%s is %q; expected a day, YYYY-MM-DD", member, d)
	}
	return nil
}

func oneOf[T ~string](member string, v T, set ...T) error {
	if !slices.Contains(set, v) {
		return wrong(ErrValue, member, "%s is %q; expected one of %q", member, v, set)
	}
	return nil
}

// present checks members that must have a value: name and value, in pairs.
func present(pairs ...string) error {
	var err error
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			err = join(err, wrong(ErrValue, pairs[i], "%s is missing or empty; expected a value", pairs[i]))
		}
	}
	return err
}

func (c *checker) instrument(in *Instrument) error {
	err := at(in.ID,
		c.id(in.ID),
		present("title", in.Title, "issuer", in.Issuer, "jurisdiction", in.Jurisdiction, "addressees", in.Addressees, "url", in.URL),
		oneOf("force", in.Force, Statute, Regulation, Directive, Order, Instruction, OfficialList, SoftLaw, Resolution, Letter, Warning, Proposal, Ruling),
		c.events(in),
	)
	for _, cl := range in.Clauses {
		id := in.ID + "#" + cl.ID
		err = join(err, at(id, c.id(id), day("public", cl.Public),
			present("locator", cl.Locator, "language", cl.Language, "text", cl.Text, "source", cl.Source)))
		if cl.Digest != "" && cl.Digest != cl.TextDigest() {
			err = join(err, at(id, wrong(ErrDigest, "digest", "digest is %s; that of the text is %s", cl.Digest, cl.TextDigest())))
		}
	}
	for i := range in.Listings {
		l := &in.Listings[i]
		err = join(err, at(l.ID, c.id(l.ID), c.listing(in, l)))
		for j := range i {
			if other := &in.Listings[j]; overlap(l, other) {
				err = join(err, at(l.ID, wrong(ErrInterval, "from", "says the same of the same vendor at the same time as %s", other.ID)))
			}
		}
	}
	for i := range in.Excluded {
		err = join(err, at(in.Excluded[i].ID, c.excluded(in, &in.Excluded[i])))
	}
	for _, x := range in.Context {
		err = join(err, at(x.ID, c.id(x.ID), day("date", x.Date), present("text", x.Text, "source", x.Source), c.vendor(x.Vendor)))
	}
	return err
}

func (c *checker) events(in *Instrument) error {
	if len(in.Events) == 0 {
		return wrong(ErrValue, "events", "no events; expected at least one, with date and source")
	}
	var err error
	last := vendors.Date("")
	for _, e := range in.Events {
		err = join(err, day("date", e.Date), present("source", e.Source),
			oneOf("event", e.Event, Tabled, Adopted, Issued, Published, Enacted, Effective, Amended, Upheld, Suspended, Terminated, Vacated, Superseded))
		if e.Date < last {
			err = join(err, wrong(ErrInterval, "events", "the event of %s stands behind that of %s; expected them in order of their dates", e.Date, last))
		}
		last = e.Date
	}
	return err
}

func (c *checker) vendor(id vendors.ID) error {
	if c.reg.Vendor(id) == nil {
		return wrong(ErrVendor, "vendor", "%q is not in the register; expected the id of a vendor's file", id)
	}
	return nil
}

func (c *checker) listing(in *Instrument, l *Listing) error {
	err := join(
		oneOf("action", l.Action, Review, Exclude, Ban, PhaseOut, Diversify, Warn),
		oneOf("effect", l.Effect, Use, Procurement, Market, Subsidy, Supply),
		oneOf("basis", l.Basis, Named, Example, Covered),
		oneOf("depth", l.Depth, Any, Essential, Product, NotAddressed),
		day("public", l.Public), day("from", l.From), present("quote", l.Quote), c.vendor(l.Vendor),
	)
	if l.Until != "" {
		err = join(err, day("until", l.Until))
		if l.Until <= l.From {
			err = join(err, wrong(ErrInterval, "until", "until %s is not after from %s", l.Until, l.From))
		}
	}
	clause, names := in.clause(l.Clause), in.clause(l.In)
	if l.In == "" {
		names = clause
	}
	if clause == nil || names == nil {
		return join(err, wrong(ErrReference, "clause", "clause %q or %q is not in the instrument", l.Clause, l.In))
	}
	if !strings.Contains(clause.Text, l.Quote) {
		err = join(err, notVerbatim("quote", l.Quote, clause.Text))
	}
	for i, words := range append([]string{l.Reach, l.Scope.Limit}, l.Scope.Exceptions...) {
		if words != "" && !in.says(words) {
			err = join(err, notVerbatim([]string{"reach", "limit", "exceptions"}[min(i, 2)], words, clause.Text))
		}
	}
	if l.Reach == "" && l.Depth != NotAddressed {
		err = join(err, wrong(ErrValue, "depth", "depth is %q, without reach; expected the text's words on components inside other products, or %q", l.Depth, NotAddressed))
	}
	if c.reg.Vendor(l.Vendor) == nil {
		return err
	}
	switch l.Basis {
	case Named, Example:
		if l.Named == "" || !strings.Contains(names.Text, l.Named) {
			err = join(err, notVerbatim("named", l.Named, names.Text))
		}
		if !c.isNameOf(l.Named, l.Vendor) {
			err = join(err, wrong(ErrVendor, "named", "the register does not know %q as a name of %s; expected it among the names in the vendor's file", l.Named, l.Vendor))
		}
	case Covered:
		err = join(err, present("fact", l.Fact))
	}
	return err
}

// notVerbatim says how far words agree with the text that they should be of.
func notVerbatim(member, words, text string) error {
	agree := ""
	for i := range words + " " {
		if i > len(words) || !strings.Contains(text, words[:i]) {
			break
		}
		agree = words[:i]
	}
	if agree == words {
		agree = ""
	}
	return wrong(ErrQuote, member, "%s %q; expected words copied from the clause's text, letter by letter; it has “%s”, and not what follows", member, words, agree)
}

// says reports whether some clause of the instrument has the words.
func (in *Instrument) says(words string) bool {
	return slices.ContainsFunc(in.Clauses, func(c Clause) bool { return strings.Contains(c.Text, words) })
}

// isNameOf reports whether the register declares name to be the vendor's. A short or common
// name ("ZTE") will do: the text that it stands in says whom it means.
func (c *checker) isNameOf(name string, id vendors.ID) bool {
	got := c.reg.Resolve("", []vendors.Claim{{Role: vendors.Manufacturer, Kind: vendors.KindName, Value: name}})
	return slices.ContainsFunc(got.Attributions, func(a vendors.Attribution) bool {
		return a.Vendor == id && (a.Tier >= vendors.Declared || a.Rule == vendors.RuleNameCommon)
	})
}

func (c *checker) excluded(in *Instrument, x *Excluded) error {
	err := join(
		c.id(x.ID), day("public", x.Public), present("note", x.Note, "source", x.Source), c.vendor(x.Vendor),
		oneOf("reason", x.Reason, NotNamed, CriterionOnly, Lifted, ProductOnly),
	)
	if x.Clause == "" {
		return err
	}
	clause := in.clause(x.Clause)
	if clause == nil {
		return join(err, wrong(ErrReference, "clause", "clause %q is not in the instrument", x.Clause))
	}
	if x.Reason == Lifted {
		return err
	}
	got := c.reg.Resolve("", []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindText, Value: clause.Text}})
	if slices.ContainsFunc(got.Attributions, func(a vendors.Attribution) bool { return a.Vendor == x.Vendor }) {
		err = join(err, wrong(ErrQuote, "vendor", "the clause names %s after all", x.Vendor))
	}
	return err
}

// overlap reports whether two listings say the same about the same vendor at the
// same time.
func overlap(a, b *Listing) bool {
	if a.Vendor != b.Vendor || a.Clause != b.Clause || a.Action != b.Action || a.Effect != b.Effect {
		return false
	}
	return (a.Until == "" || b.From < a.Until) && (b.Until == "" || a.From < b.Until)
}
