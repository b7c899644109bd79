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

// The classes of changes between two releases, by what they can do to verdicts.
const (
	ToListed   = "toListed"   // a verdict can become more severe
	ToUnlisted = "toUnlisted" // a verdict can become less severe
	ByBuyer    = "byBuyer"    // for whom the text counts changed: a verdict can become more or less severe for a buyer
	NoChange   = "noVerdict"  // no verdict can change
)

// A Change is one difference between two releases, about one vendor.
type Change struct {
	Class  string // [ToListed], [ToUnlisted], [ByBuyer] or [NoChange]
	Vendor vendors.ID
	// Entry is the id of the listing or excluded entry; "" for a change of the register or of a
	// context entry.
	Entry string
	// What describes the change in words. Why names the events of the text that caused it.
	What, Why string
	// Before and After are the entry as each release cites it on its own day; nil if the release
	// does not have it.
	Before, After *Citation
}

// Diff returns what changed from one release to another, and why: entries that were added, removed
// or changed, or have another status on the day of the release, and changes of the register. They
// are in the order of vendors, then of entries.
//
// A vendor can have changes of opposite classes: for instance, one instrument replaces another, or
// the register gets more names and more exclusions.
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
			c, changed := change(id, k, old[k], now[k], before.date, after.date)
			if changed || c.onlyVerb() {
				out = append(out, c)
			}
			out = append(out, instrumentChanges(c, old[k], now[k], before.date, after.date)...)
		}
		out = append(out, contextChanges(id, before, after)...)
		out = append(out, registerChanges(id, before.register.Vendor(id), after.register.Vendor(id))...)
		out = append(out, passedDays(id, after.register.Vendor(id), before.date, after.date)...)
	}
	return out
}

// entries returns the entries about a vendor by their ids.
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
	a, b := Action(""), Action("")
	if old != nil {
		cite := old.Cite(oldDay)
		c.Before, a = &cite, old.StrongestOn(oldDay)
	}
	if now != nil {
		cite := now.Cite(newDay)
		c.After, b = &cite, now.StrongestOn(newDay)
	}
	switch {
	case old == nil:
		c.What = "new: " + describe(c.After)
		c.Why = cmp.Or(reason(now, oldDay, newDay), now.missed(newDay))
	case now == nil:
		c.What = "removed: " + describe(c.Before)
		c.Why = cmp.Or(reason(old, oldDay, newDay), "the later denylist does not have the entry; no event of the text between the releases is the reason")
	case c.Before.Status != c.After.Status:
		c.What = c.Before.Status + " became " + c.After.Status + ": " + describe(c.After)
		c.Why = cmp.Or(reason(now, oldDay, newDay), "its days were corrected")
	case rank(a) != rank(b):
		c.What = fmt.Sprintf("the strongest verdict was for %q and is for %q, because of what is verified: %s", a, b, describe(c.After))
		c.Why = cmp.Or(reason(now, oldDay, newDay), "its words were compared with the official text again")
	case !sameEffect(old.On(oldDay), now.On(newDay)):
		c.What = "the words or the scope changed: " + describe(c.After)
		c.Class, c.Why = ToListed, wordsChanged(now, oldDay, newDay) // possibly: the effect of a scope depends on the component
		if old.Listing != nil && now.Listing != nil && old.Listing.Effect == Supply && now.Listing.Effect == Supply {
			c.Class = NoChange // a measure on supply never leads to a verdict
		}
		return c, true
	case !sameEntry(old.On(oldDay), now.On(newDay)):
		c.What = "the words, a source or a note changed: " + describe(c.After)
		c.Class, c.Why = NoChange, wordsChanged(now, oldDay, newDay)
		return c, true
	default:
		return c, false
	}
	c.Class = [...]string{ToUnlisted, NoChange, ToListed}[1+cmp.Compare(rank(b), rank(a))]
	return c, true
}

// onlyVerb reports whether an otherwise equal entry has another verb, which changes no verdict, and
// describes that change.
func (c *Change) onlyVerb() bool {
	if c.Before == nil || c.After == nil || c.Before.Verb == c.After.Verb && c.Before.VerbEnglish == c.After.VerbEnglish {
		return false
	}
	c.Class, c.Why = NoChange, corrected
	c.What = fmt.Sprintf("the recorded verb of the text was %q and is %q: %s", c.Before.Verb, c.After.Verb, describe(c.After))
	return true
}

func (l *Listing) withoutVerb() *Listing {
	if l == nil {
		return nil
	}
	c := *l
	c.Verb, c.VerbEnglish, c.Editions = "", "", nil
	return &c
}

// wordsChanged returns the events for which an entry has other words: those between the days if
// an edition of it begins between them.
func wordsChanged(e *Entry, a, b vendors.Date) string {
	if len(e.Listing.editionsBetween(a, b)) > 0 {
		return cmp.Or(reason(e, a, b), corrected)
	}
	return corrected
}

// instrumentChanges returns the changes of the instrument of an entry that both releases have: for
// whom it counts, and whether it binds.
func instrumentChanges(of Change, old, now *Entry, oldDay, newDay vendors.Date) (out []Change) {
	if old == nil || now == nil {
		return nil
	}
	a, b := old.Instrument, now.Instrument
	add := func(class, what, why string) {
		of.Class, of.What, of.Why = class, what+": "+describe(of.After), why
		out = append(out, of)
	}
	if x, y := old.On(oldDay), now.On(newDay); !sameAddressees(x, y) {
		from, to := x.addressees(), y.addressees()
		switch {
		case from.none():
			add(ByBuyer, "for whom it counts was recorded, "+to.String(), "without codes it counted for every buyer")
		case to.none():
			add(ByBuyer, "for whom it counts is no longer recorded, it was "+from.String(), "without codes it counts for every buyer")
		default:
			add(ByBuyer, "for whom it counts was "+from.String()+" and is "+to.String(), corrected)
		}
	}
	switch {
	case !a.Binding && b.Binding:
		add(ToListed, "the text counted as not binding and counts as binding", corrected)
	case a.Binding && !b.Binding:
		add(ToUnlisted, "the text counted as binding and counts as not binding", corrected)
	}
	return out
}

// String returns the codes with how the text speaks to each.
func (c codes) String() string {
	var all []string
	for _, list := range [...]struct {
		words string
		codes []string
	}{{"bound", c.bound}, {"advised", c.advised}, {"through a contract", c.throughContract}} {
		if len(list.codes) > 0 {
			all = append(all, list.words+" "+strings.Join(list.codes, ", "))
		}
	}
	return strings.Join(all, "; ")
}

// missed is the reason for a new entry without an event between the releases: the text is older.
func (e *Entry) missed(day vendors.Date) string {
	why := "the earlier denylist did not have the entry"
	for i := len(e.Instrument.Events) - 1; i >= 0; i-- {
		if ev := e.Instrument.Events[i]; ev.Date <= day {
			return why + "; the text was " + ev.Event + " on " + string(ev.Date) + " (" + ev.Source + ")"
		}
	}
	return why
}

// editionsBetween returns the editions that begin after one of the days and up to the other one.
func (l *Listing) editionsBetween(a, b vendors.Date) (out []Edition) {
	if l == nil {
		return nil
	}
	for _, e := range l.Editions {
		if e.From > min(a, b) && e.From <= max(a, b) {
			out = append(out, e)
		}
	}
	return out
}

// rank orders actions by the verdicts that they can lead to; the rank of "" is 0.
func rank(a Action) int {
	switch a {
	case "":
		return 0
	case Review, Warn:
		return 1
	case Exclude, PhaseOut, Diversify:
		return 2
	}
	return 3 // Ban
}

// sameEntry reports whether two entries are equal except for their verbs, which decide no verdict.
func sameEntry(a, b Entry) bool {
	x, errX := json.Marshal([]any{a.Listing.withoutVerb(), a.Excluded, a.Clause})
	y, errY := json.Marshal([]any{b.Listing.withoutVerb(), b.Excluded, b.Clause})
	return errX == nil && errY == nil && string(x) == string(y)
}

// sameEffect reports whether two entries are equal in everything that decides a verdict: not in the
// words of the text, their sources and the notes.
func sameEffect(a, b Entry) bool {
	x, errX := json.Marshal(a.effect())
	y, errY := json.Marshal(b.effect())
	return errX == nil && errY == nil && string(x) == string(y)
}

// effect returns what an entry has that decides a verdict.
func (e Entry) effect() []any {
	verified := e.Clause == nil || e.Clause.Verified
	switch {
	case e.Excluded != nil:
		x := e.Excluded
		return []any{x.Vendor, x.Reason, x.Public, x.Until}
	case e.Listing != nil:
		l := e.Listing
		scope := l.Scope
		scope.Limit, scope.LimitEnglish, scope.Exceptions = "", "", nil
		return []any{l.Vendor, l.Basis, l.Action, l.Effect, l.Depth, scope, l.Scope.Limit == "", l.Public, l.From, l.Until, l.Verified, verified}
	}
	return nil
}

func sameAddressees(a, b Entry) bool {
	x, y := a.addressees(), b.addressees()
	return slices.Equal(x.bound, y.bound) && slices.Equal(x.advised, y.advised) && slices.Equal(x.throughContract, y.throughContract)
}

// corrected is the reason for a change that no event caused.
const corrected = "the entry was corrected or extended"

// describe describes an entry in one line: the instrument, the clause and what it asks for.
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

// reason returns the events of the instrument between the days, or "".
func reason(e *Entry, from, until vendors.Date) string {
	from, until = min(from, until), max(from, until) // the later release can come first
	var words []string
	for _, ev := range e.Instrument.Events {
		if ev.Date > from && ev.Date <= until {
			w := ev.Event + " on " + string(ev.Date)
			if ev.Note != "" {
				w += ", " + ev.Note
			}
			words = append(words, w+" ("+ev.Source+")")
		}
	}
	return strings.Join(words, "; ")
}

// contextChanges returns the context entries that are new or have another text.
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

const registerSources = "see the sources in the register"

// registerChanges compares a vendor in two registers. More identifiers can only attribute more
// components to the vendor. More exclusions and weaker identifiers can only attribute fewer.
func registerChanges(id vendors.ID, old, now *vendors.Vendor) (out []Change) {
	a, b := identifierSet(old), identifierSet(now)
	x, y := exclusionSet(old), exclusionSet(now)
	more, fewer := missing(b, a)+missing(x, y), missing(a, b)+missing(y, x)
	if m := memberSet(now); m != memberSet(old) {
		more, fewer = more+1, fewer+1 // dates of memberships can do both
	}
	if more > 0 {
		out = append(out, Change{Class: ToListed, Vendor: id, What: "register: " + plural(more, "identifier was", "identifiers were") + " added or became stronger, or exclusions were removed", Why: registerSources})
	}
	if fewer > 0 {
		out = append(out, Change{Class: ToUnlisted, Vendor: id, What: "register: " + plural(fewer, "identifier was", "identifiers were") + " removed or became weaker, or exclusions were added", Why: registerSources})
	}
	return out
}

// plural returns a number with a noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// identifierSet returns the identifiers with everything that decides the tier of an attribution.
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

// passedDays returns the effect of days of the register that lie between two releases: a company
// that is no longer part of the vendor gets milder verdicts although the register is the same.
func passedDays(id vendors.ID, v *vendors.Vendor, oldDay, newDay vendors.Date) (out []Change) {
	if v == nil || oldDay == newDay {
		return nil
	}
	from, to := min(oldDay, newDay), max(oldDay, newDay)
	more, fewer := 0, 0
	passed := func(day vendors.Date, n *int) {
		if day == "" {
			return
		}
		// A year or a month can be any of its days.
		known := len(day) - len("2006")
		first, last := string(day)+"-01-01"[known:], string(day)+"-12-31"[known:]
		if last > string(from) && first <= string(to) {
			*n++
		}
	}
	for _, m := range v.Members {
		passed(m.From, &more)
		passed(m.Until, &fewer)
		passed(m.DoubtFrom, &fewer)
	}
	for _, i := range v.Identifiers {
		passed(i.From, &more)
		passed(i.Until, &fewer)
	}
	for _, x := range v.Exclusions {
		passed(x.Until, &more)
		passed(x.From, &fewer)
	}
	if oldDay > newDay {
		more, fewer = fewer, more
	}
	const one, many = "membership, identifier or exclusion", "memberships, identifiers or exclusions"
	what := func(n int) string {
		return "register: " + plural(n, one, many) + " began or ended between the days of the releases"
	}
	if more > 0 {
		out = append(out, Change{Class: ToListed, Vendor: id, What: what(more), Why: registerSources})
	}
	if fewer > 0 {
		out = append(out, Change{Class: ToUnlisted, Vendor: id, What: what(fewer), Why: registerSources})
	}
	return out
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

// missing counts the keys of a that are not in b.
func missing(a, b map[string]bool) (n int) {
	for k := range a {
		if !b[k] {
			n++
		}
	}
	return n
}
