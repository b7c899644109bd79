// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/vendors"
)

// A Decision is what the policy of a buyer makes of a report on a day, see
// [github.com/clause76/clause76/match/policy]. It changes nothing of the report's verdict,
// findings and gaps.
type Decision struct {
	Policy      string       `json:"policy"` // its name
	SHA256      string       `json:"sha256"` // of its text
	Day         vendors.Date `json:"day"`    // that the waivers were judged by
	Release     string       `json:"release"`
	Pass        bool         `json:"pass"`
	Fails       []Decided    `json:"fails"`  // that count, and are not waived
	Waived      []Decided    `json:"waived"` // that count, and are
	OutOfPolicy []Decided    `json:"passed"` // that do not count, and why
	Gaps        []string     `json:"gaps"`   // what the policy requires and the report has not
	// Unscreened is what was not screened, and passes because the policy says so.
	Unscreened []string        `json:"unscreened,omitempty"`
	Expired    []ExpiredWaiver `json:"expired"` // waivers that are over
	Unused     []Waiver        `json:"unused"`  // waivers that nothing needed
}

// A Decided is a finding of a report, with what the policy says of it.
type Decided struct {
	Document  string        `json:"document"`
	ID        string        `json:"id"`
	Verdict   match.Verdict `json:"verdict"`
	Vendor    vendors.ID    `json:"vendor"`
	Component string        `json:"component"`
	Why       string        `json:"why,omitzero"`
	Waiver    *Waiver       `json:"waiver,omitzero"`
}

// A Waiver lets findings pass, for a reason that somebody stands for, to a day. What it says
// of a finding has to be so; what it leaves out can be anything.
type Waiver struct {
	Finding   string     `json:"finding"`   // the start of its id, of eight characters or more
	Vendor    vendors.ID `json:"vendor"`    // the id of the vendor
	Component string     `json:"component"` // its name
	Version   string     `json:"version"`
	Document  string     `json:"document"` // the end of its path, with *, ? and [] as in package path
	Reason    string     `json:"reason"`
	Author    string     `json:"author"`
	// Expires is the last day on which it holds.
	Expires vendors.Date `json:"expires"`
}

// An ExpiredWaiver is a waiver that is over, and how many findings it would have let pass.
type ExpiredWaiver struct {
	Waiver
	Findings int `json:"findings"`
}

// ExitStatus is the status that a program exits with for the decision.
func (d *Decision) ExitStatus() int { return ExitStatus(len(d.Fails) > 0, !d.Pass) }

// Result says in a line which policy decided, and how.
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

// Lines say what led to the decision: what fails, what was waived by whom and why, and what
// the policy let pass or has no need for.
func (d *Decision) Lines() []string {
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, f := range d.Fails {
		add("fails: %s %s, %s, in %s (finding %s)", f.Verdict, f.Component, f.Vendor, f.Document, f.ID)
	}
	for _, g := range d.Gaps {
		add("fails: %s", g)
	}
	for _, g := range d.Unscreened {
		add("not screened, which the policy lets pass: %s", g)
	}
	for _, f := range d.Waived {
		w := cmp.Or(f.Waiver, &Waiver{})
		add("waived until %s by %s: %s %s, %s, in %s (finding %s); reason: %s", w.Expires, w.Author, f.Verdict, f.Component, f.Vendor, f.Document, f.ID, w.Reason)
	}
	for _, e := range d.Expired {
		add("a waiver by %s expired on %s; findings that it would have let pass: %d", e.Author, e.Expires, e.Findings)
	}
	for _, u := range d.Unused {
		add("a waiver by %s that nothing needs: %s", u.Author, strings.Join(strings.Fields(strings.Join([]string{u.Finding, string(u.Vendor), u.Component, u.Version, u.Document}, " ")), " "))
	}
	if n := len(d.OutOfPolicy); n > 0 {
		add("findings that the policy does not count: %d", n)
	}
	return all
}
