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

// Errors of [Parse] and [Cut], for errors.Is.
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
)

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
	reg, err := vendors.LoadBytes(f.Register)
	if err != nil {
		return nil, err
	}
	r := &Release{name: f.Release, date: f.Date, instruments: f.Instruments, register: reg,
		byID: make(map[string]*Instrument), byVendor: make(map[vendors.ID][]Entry), context: make(map[vendors.ID][]Context)}
	c := checker{reg: reg, ids: make(map[string]bool)}
	for _, in := range f.Instruments {
		if in == nil {
			return nil, fmt.Errorf("an instrument is null: %w", ErrValue)
		}
		if err := c.instrument(in); err != nil {
			return nil, fmt.Errorf("%s: %w", in.ID, err)
		}
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
	for _, in := range f.Instruments {
		if in.History != "" && r.byID[in.History] == nil {
			return nil, fmt.Errorf("%s: history %q: %w", in.ID, in.History, ErrReference)
		}
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
		return fmt.Errorf("no id: %w", ErrValue)
	}
	if c.ids[id] {
		return fmt.Errorf("%s: %w", id, ErrDuplicate)
	}
	c.ids[id] = true
	return nil
}

// day checks a required day.
func day(what string, d vendors.Date) error {
	if _, err := vendors.ParseDate(string(d)); err != nil || !d.IsDay() {
		return fmt.Errorf("%s is %q; expected YYYY-MM-DD: %w", what, d, ErrInterval)
	}
	return nil
}

func oneOf[T ~string](what string, v T, set ...T) error {
	if !slices.Contains(set, v) {
		return fmt.Errorf("%s is %q; expected one of %q: %w", what, v, set, ErrValue)
	}
	return nil
}

func present(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return fmt.Errorf("%s is missing: %w", pairs[i], ErrValue)
		}
	}
	return nil
}

func (c *checker) instrument(in *Instrument) error {
	err := errors.Join(
		c.id(in.ID),
		present("title", in.Title, "issuer", in.Issuer, "jurisdiction", in.Jurisdiction, "addressees", in.Addressees, "url", in.URL),
		oneOf("force", in.Force, Statute, Regulation, Directive, Order, Instruction, OfficialList, SoftLaw, Resolution, Letter, Warning, Proposal, Ruling),
	)
	if len(in.Events) == 0 {
		err = errors.Join(err, fmt.Errorf("no events: %w", ErrValue))
	}
	last := vendors.Date("")
	for _, e := range in.Events {
		err = errors.Join(err, day("event date", e.Date), present("event source", e.Source),
			oneOf("event", e.Event, Tabled, Adopted, Issued, Published, Enacted, Effective, Amended, Upheld, Suspended, Terminated, Vacated, Superseded))
		if e.Date < last {
			err = errors.Join(err, fmt.Errorf("events are not in order of their dates: %w", ErrInterval))
		}
		last = e.Date
	}
	for _, cl := range in.Clauses {
		err = errors.Join(err, c.id(in.ID+"#"+cl.ID), day("public", cl.Public),
			present("locator", cl.Locator, "language", cl.Language, "text", cl.Text, "source", cl.Source))
	}
	for i := range in.Listings {
		if e := c.listing(in, &in.Listings[i]); e != nil {
			err = errors.Join(err, fmt.Errorf("listing %s: %w", in.Listings[i].ID, e))
		}
	}
	for i := range in.Listings {
		for j := range i {
			if a, b := &in.Listings[i], &in.Listings[j]; overlap(a, b) {
				err = errors.Join(err, fmt.Errorf("listings %s and %s overlap: %w", b.ID, a.ID, ErrInterval))
			}
		}
	}
	for _, x := range in.Excluded {
		if e := c.excluded(in, &x); e != nil {
			err = errors.Join(err, fmt.Errorf("excluded %s: %w", x.ID, e))
		}
	}
	for _, x := range in.Context {
		err = errors.Join(err, c.id(x.ID), day("context date", x.Date), present("context text", x.Text, "context source", x.Source))
		if c.reg.Vendor(x.Vendor) == nil {
			err = errors.Join(err, fmt.Errorf("context %s: %q: %w", x.ID, x.Vendor, ErrVendor))
		}
	}
	return err
}

func (c *checker) listing(in *Instrument, l *Listing) error {
	err := errors.Join(
		c.id(l.ID),
		oneOf("action", l.Action, Review, Exclude, Ban, PhaseOut, Diversify, Warn),
		oneOf("effect", l.Effect, Use, Procurement, Market, Subsidy, Supply),
		oneOf("basis", l.Basis, Named, Example, Covered),
		oneOf("depth", l.Depth, Any, Essential, Product, NotAddressed),
		day("public", l.Public), day("from", l.From), present("quote", l.Quote),
	)
	if l.Until != "" {
		err = errors.Join(err, day("until", l.Until))
		if l.Until <= l.From {
			err = errors.Join(err, fmt.Errorf("until %s is not after from %s: %w", l.Until, l.From, ErrInterval))
		}
	}
	clause, names := in.clause(l.Clause), in.clause(l.In)
	if l.In == "" {
		names = clause
	}
	if clause == nil || names == nil {
		return errors.Join(err, fmt.Errorf("clause %q or %q: %w", l.Clause, l.In, ErrReference))
	}
	if !strings.Contains(clause.Text, l.Quote) {
		err = errors.Join(err, fmt.Errorf("quote %q: %w", l.Quote, ErrQuote))
	}
	for _, words := range append([]string{l.Reach, l.Scope.Limit}, l.Scope.Exceptions...) {
		if words != "" && !in.says(words) {
			err = errors.Join(err, fmt.Errorf("%q: %w", words, ErrQuote))
		}
	}
	if c.reg.Vendor(l.Vendor) == nil {
		return errors.Join(err, fmt.Errorf("%q: %w", l.Vendor, ErrVendor))
	}
	switch l.Basis {
	case Named, Example:
		if l.Named == "" || !strings.Contains(names.Text, l.Named) {
			err = errors.Join(err, fmt.Errorf("name %q: %w", l.Named, ErrQuote))
		}
		if !c.isNameOf(l.Named, l.Vendor) {
			err = errors.Join(err, fmt.Errorf("the register does not know %q as a name of %s: %w", l.Named, l.Vendor, ErrVendor))
		}
	case Covered:
		err = errors.Join(err, present("fact", l.Fact))
	}
	return err
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
	err := errors.Join(
		c.id(x.ID), day("public", x.Public), present("note", x.Note, "source", x.Source),
		oneOf("reason", x.Reason, NotNamed, CriterionOnly, Lifted, ProductOnly),
	)
	if c.reg.Vendor(x.Vendor) == nil {
		err = errors.Join(err, fmt.Errorf("%q: %w", x.Vendor, ErrVendor))
	}
	if x.Clause == "" {
		return err
	}
	clause := in.clause(x.Clause)
	if clause == nil {
		return errors.Join(err, fmt.Errorf("clause %q: %w", x.Clause, ErrReference))
	}
	if x.Reason == Lifted {
		return err
	}
	got := c.reg.Resolve("", []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindText, Value: clause.Text}})
	if slices.ContainsFunc(got.Attributions, func(a vendors.Attribution) bool { return a.Vendor == x.Vendor }) {
		err = errors.Join(err, fmt.Errorf("the clause names %s after all: %w", x.Vendor, ErrQuote))
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
