// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// A Class says what a change between two releases can do to verdicts.
type Class string

// The classes of changes.
const (
	ToListed   Class = "toListed"   // a verdict can become stronger
	ToUnlisted Class = "toUnlisted" // a verdict can become weaker
	NoChange   Class = "noVerdict"  // no verdict can change
)

// A Change is one thing in which two releases differ, about one vendor.
type Change struct {
	Class  Class
	Vendor vendors.ID
	// Entry is the id of the listing or excluded entry; "" for a change of the
	// register or of a context entry.
	Entry string
	// What says in words what changed, and Why by which event or words of a text.
	What, Why string
	// Before and After are the entry as each release cites it on its own day; nil if
	// the release does not have it.
	Before, After *Citation
}

// Diff says what changed between two releases, about which vendors and why: entries that
// came, went, or count for more or less on the day of each release, and the register.
// Changes are in order of the vendor, then the entry.
//
// Two changes of opposite classes may stand beside one another for one vendor: a listing
// that another instrument follows, or a register that has more names and more exclusions.
func Diff(before, after *Release) []Change {
	var out []Change
	ids := make(map[vendors.ID]bool)
	for _, r := range [...]*Release{before, after} {
		for v := range r.register.All() {
			ids[v.ID] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		old, now := entries(before, id), entries(after, id)
		keys := make(map[string]bool)
		for k := range old {
			keys[k] = true
		}
		for k := range now {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if c, changed := change(id, k, old[k], now[k], before.date, after.date); changed {
				out = append(out, c)
			}
		}
		out = append(out, contextChanges(id, before, after)...)
		out = append(out, registerChanges(id, before.register.Vendor(id), after.register.Vendor(id))...)
	}
	return out
}

func entries(r *Release, id vendors.ID) map[string]*Entry {
	m := make(map[string]*Entry)
	for _, e := range r.byVendor[id] {
		m[e.id()] = &e
	}
	return m
}

// change compares one entry of two releases.
func change(id vendors.ID, key string, old, now *Entry, oldDay, newDay vendors.Date) (Change, bool) {
	c := Change{Vendor: id, Entry: key}
	a, b := -1, -1 // weight of an entry that is not there
	if old != nil {
		cite := old.Cite(oldDay)
		c.Before, a = &cite, old.weight(oldDay)
	}
	if now != nil {
		cite := now.Cite(newDay)
		c.After, b = &cite, now.weight(newDay)
	}
	switch {
	case old == nil:
		c.What = "new: " + describe(c.After)
		c.Why = reason(now, oldDay, newDay)
	case now == nil:
		c.What = "gone: " + describe(c.Before)
		c.Why = reason(old, oldDay, newDay)
	case c.Before.Status != c.After.Status || a != b:
		c.What = c.Before.Status + " became " + c.After.Status + ": " + describe(c.After)
		c.Why = reason(now, oldDay, newDay)
	case !sameEntry(old, now):
		c.What = "its words or its scope changed: " + describe(c.After)
		c.Why = "the record was corrected or extended"
		// What a scope comes to depends on the component.
		c.Class = ToListed
		return c, true
	default:
		return c, false
	}
	switch d := cmp.Compare(max(a, 0), max(b, 0)); {
	case d < 0:
		c.Class = ToListed
	case d > 0:
		c.Class = ToUnlisted
	default:
		c.Class = NoChange
	}
	return c, true
}

// weight is the strongest that an entry can come to on the day: 0 nothing, 1 review,
// 2 exclude, 3 ban.
func (e *Entry) weight(day vendors.Date) int {
	l := e.Listing
	state := e.State(day)
	if l == nil || l.Effect == Supply || l.Effect == Subsidy || state != InForce && state != Proposed {
		return 0
	}
	switch {
	case state == Proposed, !l.Verified, e.Clause != nil && !e.Clause.Verified, l.Action == Review, l.Action == Warn:
		return 1
	case l.Action == Ban:
		return 3
	}
	return 2
}

func sameEntry(a, b *Entry) bool {
	x, errX := json.Marshal([]any{a.Listing, a.Excluded, a.Clause})
	y, errY := json.Marshal([]any{b.Listing, b.Excluded, b.Clause})
	return errX == nil && errY == nil && string(x) == string(y)
}

// describe cites an entry in a line: what it is before what it says.
func describe(c *Citation) string {
	s := c.Title
	if c.Clause != "" {
		s += ", " + c.Clause
	}
	var words []string
	if !c.Binding {
		words = append(words, "not binding, addressed to "+c.Addressees)
	}
	if c.Basis == Example {
		words = append(words, "named as an example")
	}
	if c.Action != "" {
		words = append(words, string(c.Action)+", effect "+string(c.Effect)+", "+c.Status)
	}
	if len(words) == 0 {
		return s
	}
	return s + " (" + strings.Join(words, "; ") + ")"
}

// reason is the events of the instrument between the days.
func reason(e *Entry, from, until vendors.Date) string {
	from, until = min(from, until), max(from, until) // a comparison can go back in time
	var words []string
	for _, ev := range e.Instrument.Events {
		if ev.Date > from && ev.Date <= until {
			w := string(ev.Event) + " on " + string(ev.Date)
			if ev.Note != "" {
				w += ", " + ev.Note
			}
			words = append(words, w+" ("+ev.Source+")")
		}
	}
	if len(words) == 0 {
		return "no event between the releases: the record was corrected or extended"
	}
	return strings.Join(words, "; ")
}

func contextChanges(id vendors.ID, before, after *Release) (out []Change) {
	had := make(map[string]string)
	for _, c := range before.context[id] {
		had[c.ID] = c.Text
	}
	for _, c := range after.context[id] {
		if text, ok := had[c.ID]; !ok || text != c.Text {
			out = append(out, Change{Class: NoChange, Vendor: id, What: "context: " + c.Text, Why: string(c.Date) + ", " + c.Source})
		}
	}
	return out
}

// registerChanges compares what two registers have of a vendor. More identifiers can
// only attribute more to it, more exclusions and weaker identifiers only less.
func registerChanges(id vendors.ID, old, now *vendors.Vendor) (out []Change) {
	a, b := identifierSet(old), identifierSet(now)
	x, y := exclusionSet(old), exclusionSet(now)
	more, fewer := missing(b, a)+missing(x, y), missing(a, b)+missing(y, x)
	if m := memberSet(now); m != memberSet(old) {
		more, fewer = more+1, fewer+1 // dates of memberships work both ways
	}
	if more > 0 {
		out = append(out, Change{Class: ToListed, Vendor: id, What: fmt.Sprintf("register: %d identifiers came or became surer, or exclusions went", more), Why: "see the register's sources"})
	}
	if fewer > 0 {
		out = append(out, Change{Class: ToUnlisted, Vendor: id, What: fmt.Sprintf("register: %d identifiers went or became weaker, or exclusions came", fewer), Why: "see the register's sources"})
	}
	return out
}

// identifierSet has each identifier with all that its tier depends on.
func identifierSet(v *vendors.Vendor) map[string]bool {
	set := make(map[string]bool)
	if v != nil {
		for _, i := range v.Identifiers {
			set[fmt.Sprint(i.Kind, "\x00", i.Value, "\x00", i.Member, "\x00", i.From, "\x00", i.Until, "\x00", i.Verified, "\x00", i.Common, "\x00", i.Weak, "\x00", i.Category)] = true
		}
	}
	return set
}

func exclusionSet(v *vendors.Vendor) map[string]bool {
	set := make(map[string]bool)
	if v != nil {
		for _, x := range v.Exclusions {
			set[fmt.Sprint(x.Kind, "\x00", x.Value, "\x00", x.From, "\x00", x.Until)] = true
		}
	}
	return set
}

func memberSet(v *vendors.Vendor) string {
	if v == nil {
		return ""
	}
	var s []string
	for _, m := range v.Members {
		s = append(s, fmt.Sprint(m.ID, "\x00", m.From, "\x00", m.Until, "\x00", m.DoubtFrom))
	}
	slices.Sort(s)
	return strings.Join(s, "\n")
}

// missing counts what is in a and not in b.
func missing(a, b map[string]bool) (n int) {
	for k := range a {
		if !b[k] {
			n++
		}
	}
	return n
}
