// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match/denylist/internal/fault"
	"github.com/clause76/clause76/vendors"
)

// Errors of [Parse] and [Release.Extend], and of package author, for errors.Is.
var (
	// ErrRelease is wrapped by all of them.
	ErrRelease = errors.New("denylist: bad release")
	// ErrQuote: a quote, a name or other words of the text are not verbatim in the clause.
	ErrQuote = errors.New("not verbatim in the clause")
	// ErrVendor: the register does not have the vendor, or does not have the name as one of the
	// vendor's names.
	ErrVendor = errors.New("unknown vendor")
	// ErrInterval: a date is not a day, or an interval is reversed or overlaps another one.
	ErrInterval = errors.New("bad interval")
	// ErrReference: a clause or an instrument that an entry refers to is missing.
	ErrReference = errors.New("dangling reference")
	// ErrDuplicate: an id is used twice.
	ErrDuplicate = errors.New("duplicate id")
	// ErrValue: a required value is missing, or is not one of the valid values.
	ErrValue = errors.New("bad value")
	// ErrDigest: the recorded digest is not that of the content.
	ErrDigest = errors.New("wrong digest")
	// ErrCycle: an instrument follows itself by way of others.
	ErrCycle = errors.New("an instrument follows itself")
)

// parse reads the file of a release, which has the digest.
func parse(name string, data []byte, digest string) (*Release, error) {
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
	r.digest = digest
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
	if f.Supersedes != "" && (f.Supersedes == f.Release || f.Note == "") {
		return nil, fmt.Errorf("supersedes is %q; expected the name of another release, and a note that says why: %w", f.Supersedes, ErrValue)
	}
	r, err := assemble(f.Release, f.Date, f.Instruments, f.Context, reg)
	if err != nil {
		return nil, err
	}
	r.supersedes, r.note = f.Supersedes, f.Note
	return r, nil
}

// Extend returns a custom denylist: the instruments of the release, which may be nil, and those of
// a list. The register has to have the vendors of both. The instruments are checked as [Parse]
// checks those of a release. Every error wraps [ErrRelease].
//
// The result is named after both ("2026.11.24+ministry"), and its day is the later of the two. The
// digest, "h1:…", identifies the files of the list and the release. Package author makes all of
// this of a folder.
func (r *Release) Extend(list string, date vendors.Date, digest string, instruments []*Instrument, register *vendors.Register) (*Release, error) {
	if register == nil {
		return nil, fmt.Errorf("%w: %s: the register is nil; expected one of package vendors, such as that of the release", ErrRelease, list)
	}
	name, early := list, []Context(nil)
	if r != nil {
		early = r.early
		name, date = r.name+"+"+list, max(date, r.date)
		instruments = append(r.Instruments(), instruments...)
	}
	extended, err := assemble(name, date, instruments, early, register)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRelease, name, err)
	}
	extended.digest, extended.trust = digest, Custom
	if r != nil {
		extended.extends = cmp.Or(r.extends, r.digest)
	}
	return extended, nil
}

// assemble checks instruments, and context entries without one, against a register and makes a
// release of them.
func assemble(name string, date vendors.Date, instruments []*Instrument, early []Context, reg *vendors.Register) (*Release, error) {
	r := &Release{name: name, date: date, instruments: slices.Clone(instruments), early: early, register: reg,
		byID: make(map[string]*Instrument), byVendor: make(map[vendors.ID][]Entry), context: make(map[vendors.ID][]Context)}
	c := checker{reg: reg, ids: make(map[string]bool)}
	var faults error
	for _, in := range instruments {
		if in == nil {
			return nil, fmt.Errorf("an instrument is null: %w", ErrValue)
		}
		faults = fault.Join(faults, c.instrument(in))
		r.add(in)
	}
	faults = fault.Join(faults, c.context(early))
	for _, x := range early {
		r.context[x.Vendor] = append(r.context[x.Vendor], x)
	}
	for _, in := range instruments {
		faults = fault.Join(faults, fault.In(in.ID, r.history(in)))
	}
	if faults != nil {
		return nil, faults
	}
	r.sort()
	return r, nil
}

// add adds an instrument to the maps of the release.
func (r *Release) add(in *Instrument) {
	r.byID[in.ID] = in
	for i := range in.Listings {
		l := &in.Listings[i]
		r.byVendor[l.Vendor] = append(r.byVendor[l.Vendor], Entry{Instrument: in, Clause: in.clause(l.Clause), Listing: l})
	}
	for i := range in.Excluded {
		x := &in.Excluded[i]
		r.byVendor[x.Vendor] = append(r.byVendor[x.Vendor], Entry{Instrument: in, Clause: in.clause(x.Clause), Excluded: x})
	}
	for _, c := range in.Context {
		r.context[c.Vendor] = append(r.context[c.Vendor], c)
	}
}

// sort puts everything in its documented order.
func (r *Release) sort() {
	slices.SortFunc(r.instruments, func(a, b *Instrument) int { return strings.Compare(a.ID, b.ID) })
	for _, es := range r.byVendor {
		slices.SortFunc(es, func(a, b Entry) int { return strings.Compare(a.id(), b.id()) })
	}
	for _, cs := range r.context {
		slices.SortFunc(cs, func(a, b Context) int {
			return cmp.Or(strings.Compare(string(a.Date), string(b.Date)), strings.Compare(a.ID, b.ID))
		})
	}
}

// history checks that the instruments that this one follows exist and that none follows
// itself.
func (r *Release) history(in *Instrument) error {
	seen := map[string]bool{in.ID: true}
	for in.History != "" {
		if seen[in.History] {
			return fault.Member(ErrCycle, "history", "history %q", in.History)
		}
		seen[in.History] = true
		next := r.byID[in.History]
		if next == nil {
			return fault.Member(ErrReference, "history", "history %q", in.History)
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

// clause returns the clause with the id, or nil.
func (in *Instrument) clause(id string) *Clause {
	for i := range in.Clauses {
		if in.Clauses[i].ID == id {
			return &in.Clauses[i]
		}
	}
	return nil
}
