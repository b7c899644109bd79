// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// Sorted returns the findings of a report: the most severe first, then those by binding texts, then
// in the order of the report.
func Sorted(r *evidence.Report) []Part {
	var all []Part
	for d, f := range r.Findings() {
		all = append(all, Part{d, f})
	}
	return bySeverity(all)
}

func bySeverity(all []Part) []Part {
	sorting.StableFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Finding.Verdict, a.Finding.Verdict), trueFirst(Binding(&a.Finding.Finding), Binding(&b.Finding.Finding)))
	})
	return all
}

// Force returns "binding" or "not binding" for a finding; "" without a text.
func Force(f *evidence.Finding) string {
	if len(f.Citations) == 0 {
		return ""
	}
	return ForceWords(Binding(&f.Finding))
}

const (
	bindNobody = "by texts that bind nobody"
	bindOthers = "by texts that do not bind the buyer"
)

// ByForce returns how a finding came to its verdict: "by binding texts", "by texts that bind
// nobody". A text that binds others can only advise the buyer.
func ByForce(f *evidence.Finding) string {
	leads := func(c match.Citation) bool { return c.Binding && c.Verdict == f.Verdict }
	switch {
	case len(f.Citations) == 0:
		return "without a text"
	case Binding(&f.Finding):
		return "by binding texts"
	case slices.ContainsFunc(f.Citations, leads):
		return bindOthers
	}
	return bindNobody
}

// Strongest returns the first citation with the verdict of the finding, or else the first one; nil
// if there is none.
func Strongest(f *evidence.Finding) *match.Citation {
	for i := range f.Citations {
		if f.Citations[i].Verdict == f.Verdict {
			return &f.Citations[i]
		}
	}
	if len(f.Citations) == 0 {
		return nil
	}
	return &f.Citations[0]
}

// Identified returns how the vendor of a finding was identified, with the value and the certainty:
// "named as supplier: “Acme Ltd” (declared)".
func Identified(f *match.Finding) string {
	s := IdentifiedBy(f)
	if s == "" {
		return f.Tier.String()
	}
	if i := slices.IndexFunc(f.Attributions, func(a vendors.Attribution) bool { return a.Tier == f.Tier }); i >= 0 {
		if value := Printable(f.Attributions[i].Value); !strings.Contains(s, value) {
			s += ": “" + value + "”"
		}
	}
	if f.Tier == vendors.NoTier {
		return s + " (not attributed)"
	}
	return s + " (" + f.Tier.String() + ")"
}

// Place returns the place of a part in its document.
func Place(l vendors.Location) string {
	switch {
	case l.Pointer == "":
		return ""
	case l.Offset < 0:
		return "at " + l.Pointer
	}
	return fmt.Sprintf("at %s (byte %d)", l.Pointer, l.Offset)
}

// Counts returns how many parts there are with each verdict, apart by the force of the texts: "ban:
// 2 parts by binding texts, 1 by texts that bind nobody"; "" if there is none.
func Counts(r *evidence.Report) string {
	type kind struct {
		verdict match.Verdict
		force   string
	}
	n := make(map[kind]int)
	var kinds []kind // in order of severity
	seen := make(map[partOf]bool)
	for _, p := range Sorted(r) {
		part := p.of(p.Finding.Verdict)
		if seen[part] { // of another vendor, or by a text that does not bind
			continue
		}
		seen[part] = true
		k := kind{p.Finding.Verdict, ByForce(p.Finding)}
		if n[k]++; n[k] == 1 {
			kinds = append(kinds, k)
		}
	}
	var all []string
	for i, k := range kinds {
		if i > 0 && kinds[i-1].verdict == k.verdict {
			all[len(all)-1] += fmt.Sprintf(", %d %s", n[k], k.force)
		} else {
			all = append(all, fmt.Sprintf("%s: %s %s", k.verdict, Count(n[k], "part"), k.force))
		}
	}
	return strings.Join(all, "; ")
}
