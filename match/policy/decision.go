// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"iter"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A Screening is what a policy decides about: the result of a screening. A report makes it, see
// [github.com/clause76/clause76/match/evidence.Report].
type Screening struct {
	Release       string // the name of the denylist
	Digest        string // of the denylist
	AsOf          vendors.Date
	Jurisdictions []string        // that the screening was restricted to
	Buyer         *denylist.Buyer // that the screening was made for, or nil
	Findings      iter.Seq[Finding]
	Gaps          iter.Seq[Gap]
	Coverage      match.Coverage
}

// A Finding is a finding of a screening, with the path of its document and its id.
type Finding struct {
	Document string
	ID       string
	*match.Finding
}

// A Gap is something that was not screened of a document, or of the inputs as a whole if
// Document is "".
type Gap struct {
	Document string
	match.Gap
}

// A Decision is the decision of a policy about a screening on a day. It does not change the
// verdict, findings and gaps.
type Decision struct {
	Policy      string       `json:"policy"` // its name
	SHA256      string       `json:"sha256"` // of its text
	Day         vendors.Date `json:"day"`    // on which waivers have to be valid
	Release     string       `json:"release"`
	Pass        bool         `json:"pass"`
	Fails       []Decided    `json:"fails"`  // findings that count and are not waived
	Waived      []Decided    `json:"waived"` // findings that count and are waived
	OutOfPolicy []Decided    `json:"passed"` // findings that do not count, with the reason
	Gaps        []string     `json:"gaps"`   // requirements of the policy that are not met
	// Unscreened is what was not screened and passes because the policy allows it.
	Unscreened []string        `json:"unscreened,omitempty"`
	Expired    []ExpiredWaiver `json:"expired"` // waivers that have expired
	Unused     []Waiver        `json:"unused"`  // waivers that no finding needed
}

// A Decided is a finding with the policy's decision about it.
type Decided struct {
	Document  string        `json:"document"`
	ID        string        `json:"id"`
	Verdict   match.Verdict `json:"verdict"`
	Vendor    vendors.ID    `json:"vendor"`
	Component string        `json:"component"`
	Why       string        `json:"why,omitzero"`
	Waiver    *Waiver       `json:"waiver,omitzero"`
}

// A Waiver lets findings pass until a day, for a reason, on the responsibility of its author. It
// applies to the findings that have all values it names; an empty member matches any value.
type Waiver struct {
	Finding   string     `json:"finding"`   // the start of its id, of eight characters or more
	Vendor    vendors.ID `json:"vendor"`    // the id of the vendor
	Component string     `json:"component"` // its name
	Version   string     `json:"version"`
	Document  string     `json:"document"` // the end of its path, with *, ? and [] as in package path
	Reason    string     `json:"reason"`
	Author    string     `json:"author"`
	// Expires is the last day on which it is valid.
	Expires vendors.Date `json:"expires"`
}

// An ExpiredWaiver is a waiver that has expired, with the number of findings that would have
// passed with it.
type ExpiredWaiver struct {
	Waiver
	Findings int `json:"findings"`
}

// Result returns one line with the policy and whether it passes.
func (d *Decision) Result() string {
	result := "DOES NOT PASS"
	if d.Pass {
		result = "PASSES"
	}
	text := fmt.Sprintf("Policy %s, on %s: %s", cmp.Or(d.Policy, "(without a name)"), d.Day, result)
	if d.SHA256 != "" {
		text += " (SHA-256 of the policy " + d.SHA256 + ")"
	}
	return text
}

// Counts returns how many findings fail, are waived or do not count, how many requirements are not met,
// and how many waivers have expired or are not needed: "2 findings fail; 1 waiver has expired". It is
// "" if there are none.
func (d *Decision) Counts() string {
	var all []string
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			all = append(all, "1 "+one)
		case n > 1:
			all = append(all, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(d.Fails), "finding fails", "findings fail")
	count(len(d.Gaps), "requirement is not met", "requirements are not met")
	count(len(d.Waived), "finding is waived", "findings are waived")
	count(len(d.Expired), "waiver has expired", "waivers have expired")
	count(len(d.Unused), "waiver is not needed", "waivers are not needed")
	count(len(d.OutOfPolicy), "finding does not count", "findings do not count")
	count(len(d.Unscreened), "gap is allowed", "gaps are allowed")
	return strings.Join(all, "; ")
}

// Lines returns the reasons for the decision: which waivers expired, [Decision.Counts], what fails, what
// was waived by whom and why, and which waivers are unused. A view that shows only some lines shows
// the first ones.
func (d *Decision) Lines() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, e := range d.Expired {
		add("a waiver by %s expired on %s; findings that it would have let pass: %d", e.Author, e.Expires, e.Findings)
	}
	if counts := d.Counts(); counts != "" {
		add("%s", counts)
	}
	for _, f := range d.Fails {
		add("fails: %s %s, %s, in %s (finding %s)", f.Verdict, f.Component, f.Vendor, f.Document, f.ID)
	}
	for _, g := range d.Gaps {
		add("fails: %s", g)
	}
	for _, g := range d.Unscreened {
		add("not screened, allowed by the policy: %s", g)
	}
	for _, f := range d.Waived {
		w := cmp.Or(f.Waiver, &Waiver{})
		add("waived until %s by %s: %s %s, %s, in %s (finding %s); reason: %s", w.Expires, w.Author, f.Verdict, f.Component, f.Vendor, f.Document, f.ID, w.Reason)
	}
	for _, u := range d.Unused {
		add("a waiver by %s that no finding needs, valid until %s: %s", u.Author, u.Expires, strings.Join(strings.Fields(strings.Join([]string{u.Finding, string(u.Vendor), u.Component, u.Version, u.Document}, " ")), " "))
	}
	return all
}
