// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"slices"

	"github.com/clause76/clause76/vendors"
)

// A State is the state of a listing on a day.
type State uint8

// The states of a listing.
const (
	// Unborn: the text did not exist yet.
	Unborn State = iota
	// Proposed: the text is tabled, but not adopted.
	Proposed
	// Pending: the text exists, but does not apply yet.
	Pending
	// InForce: the text applies. For a text that is not binding: it was not withdrawn.
	InForce
	// Ended: the text does not apply any more.
	Ended
)

// State returns the state of the entry on the day.
func (e Entry) State(day vendors.Date) State {
	public, from, until := vendors.Date(""), vendors.Date(""), vendors.Date("")
	switch {
	case e.Listing != nil:
		public, from, until = e.Listing.Public, e.Listing.From, e.Listing.Until
	case e.Excluded != nil:
		public, from, until = e.Excluded.Public, e.Excluded.Public, e.Excluded.Until
	}
	switch {
	case day < public:
		return Unborn
	case until != "" && day >= until:
		return Ended
	case day < from:
		return Pending
	case e.Instrument.Force == Proposal:
		return Proposed
	}
	return InForce
}

// Status returns the state of the entry on the day in words: "tabled", "adopted", "enacted, not
// effective", "effective", "terminated".
func (e Entry) Status(day vendors.Date) string {
	switch e.State(day) {
	case Unborn:
		return "not yet made"
	case Proposed:
		return cmp.Or(e.last(day, tabled), e.last(day, published))
	case Pending:
		return e.last(day, enacted, adopted, issued, published) + ", not effective"
	case Ended:
		if event := e.last(day, superseded, terminated, vacated, suspended); event != "" {
			return event
		}
		return "ended"
	}
	if e.Instrument.Binding {
		return effective
	}
	return cmp.Or(e.last(day, adopted, issued), e.last(day, published)) // printing it later is no other status
}

// last returns the latest of these events up to the day, or "".
func (e Entry) last(day vendors.Date, events ...string) string {
	found := ""
	for _, ev := range e.Instrument.Events { // in the order of their dates
		if ev.Date > day {
			break
		}
		if slices.Contains(events, ev.Event) {
			found = ev.Event
		}
	}
	return found
}

// Strongest returns the strongest action that the entry can lead to for any component, on any
// day: the action of the listing, or [Review] if the text is only proposed or the words were not
// verified. It is [Review] for an excluded entry if its text names a product of the vendor, for that
// product. It is "" for an entry that leads to no verdict: another excluded entry, or a measure on
// supply to the vendor or on subsidies. A measure on subsidies leads to a review only in a
// screening for a buyer whom it binds.
func (e Entry) Strongest() Action {
	if e.Excluded != nil && e.Excluded.Reason == productOnly {
		return Review
	}
	l := e.Listing
	if l == nil || l.Effect == Supply || l.Effect == Subsidy {
		return ""
	}
	strongest := e.ofWords()
	for i := range l.Editions {
		later := e
		later.Listing = l.edition(i)
		if a := later.ofWords(); rank(a) > rank(strongest) {
			strongest = a
		}
	}
	return strongest
}

// ofWords returns the strongest action of the words of one edition of a listing.
func (e Entry) ofWords() Action {
	clause := e.Instrument.clause(e.Listing.Clause)
	if e.Instrument.Force == Proposal || !e.Listing.Verified || clause != nil && !clause.Verified {
		return Review
	}
	return e.Listing.Action
}

// StrongestOn is [Entry.Strongest] on a day: "" if the text does not apply on it and is not
// proposed.
func (e Entry) StrongestOn(day vendors.Date) Action {
	switch e.State(day) {
	case InForce, Proposed:
		return e.On(day).Strongest()
	}
	return ""
}
