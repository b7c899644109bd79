// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"github.com/clause76/clause76/vendors"
)

// A State says where a listing stands on a day.
type State uint8

// The states of a listing.
const (
	// Unborn: its text did not exist.
	Unborn State = iota
	// Proposed: its text is tabled and not adopted.
	Proposed
	// Pending: its text is made and does not yet apply.
	Pending
	// InForce: it applies, or for a text that binds nobody, it stands.
	InForce
	// Ended: it applies no longer.
	Ended
)

// State returns where the listing stands on the day.
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

// Status returns the words for the listing's state on the day: "tabled", "adopted",
// "enacted, not effective", "effective", "terminated".
func (e Entry) Status(day vendors.Date) string {
	switch e.State(day) {
	case Unborn:
		return "not yet made"
	case Proposed:
		return string(e.last(day, Tabled, Published))
	case Pending:
		return string(e.last(day, Enacted, Adopted, Issued, Published)) + ", not effective"
	case Ended:
		if k := e.last(day, Superseded, Terminated, Vacated, Suspended); k != "" {
			return string(k)
		}
		return "ended"
	}
	if e.Instrument.Binding {
		return "effective"
	}
	return string(e.last(day, Adopted, Issued, Published))
}

// last returns the latest event of one of the kinds up to the day.
func (e Entry) last(day vendors.Date, kinds ...EventKind) EventKind {
	var found EventKind
	for _, ev := range e.Instrument.Events { // in order of dates
		if ev.Date > day {
			break
		}
		for _, k := range kinds {
			if ev.Event == k {
				found = k
			}
		}
	}
	return found
}
