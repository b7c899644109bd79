// SPDX-License-Identifier: Apache-2.0

package oscal

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/policy"
)

// prepare collects the components, observations and resources.
func (x *writer) prepare() {
	for i := range x.r.Documents {
		x.document(i, &x.r.Documents[i])
	}
	for i, g := range view.Observations(x.r.Documents) {
		x.observe(fmt.Sprintf("observed %d", i), "Observed, no part of the verdict: "+g.First.Finding.Vendor.Name, g.Line(x.r.Buyer), nil)
	}
	for i, c := range x.r.Companions {
		x.observe(fmt.Sprintf("companion %d", i), "Companion file, not screened: "+c.Path, "The file accompanies a document and was not screened: "+c.Reason, x.props("sha-256", c.SHA256))
	}
	for i, g := range x.r.GapsOf(nil) {
		x.observe(fmt.Sprintf("gap %d observation", i), "Not screened: all files", g.Message, nil)
	}
	if x.r.Policy != nil {
		x.observe("policy observation", "Policy", x.r.Policy.Result(), nil)
	}
	for _, f := range x.r.Findings() {
		x.list(f)
	}
}

// observe adds an observation and returns its id.
func (x *writer) observe(name, title, description string, props []property) string {
	o := observation{UUID: x.uuid(name), Title: line(title), Description: line(description), Props: props, Methods: []string{"TEST"}, Collected: x.stamp}
	x.observations = append(x.observations, o)
	return o.UUID
}

// description returns what the result says of the whole report.
func (x *writer) description() string {
	all := []string{"Bills of materials and device manifests were screened against a denylist of vendors, " + view.MadeFor(x.r) + ". A finding is for a person to decide on; it is no legal advice."}
	if s := view.Counts(x.r); s != "" {
		all = append(all, "Findings: "+s)
	}
	for _, n := range x.r.Notices {
		all = append(all, "Notice: "+line(n.Message))
	}
	if d := x.r.Policy; d != nil {
		all = append(all, line(d.Result()))
		for _, s := range view.PolicyNotes(d) {
			all = append(all, line(s))
		}
	}
	return strings.Join(all, "\n")
}

// document adds the component and observation of a document.
func (x *writer) document(i int, d *evidence.Document) {
	name := fmt.Sprintf("document %d", i)
	id := x.uuid(name)
	title := titleOf(d)
	x.components = append(x.components, component{
		UUID: id, Type: "software", Title: title, Description: line("A screened document. " + d.Format + " " + d.SpecVersion),
		Props: x.props("sha-256", d.SHA256, "verdict", d.Verdict.String()), Status: map[string]string{"state": "other"},
	})
	c := d.Coverage
	o := observation{
		UUID: x.uuid(name + " observation"), Title: "Screened: " + title, Methods: []string{"TEST"}, Subjects: []subject{{id, "component"}}, Collected: x.stamp,
		Description: fmt.Sprintf("%d parts: %d identify their vendor; the vendor of the other %d is unknown. %d fields or elements could not be read.", c.Components, c.Identified, c.Unidentified, c.Malformed),
		Props:       x.props("components", fmt.Sprint(c.Components), "unidentified", fmt.Sprint(c.Unidentified), "malformed", fmt.Sprint(c.Malformed)),
	}
	if !x.r.Whole(d) {
		why := "."
		if d.Error != nil {
			why = ": " + line(d.Error.Message)
		}
		o.Title, o.Description = "Not screened: "+title, "The document could not be screened"+why
		if len(d.Findings) > 0 {
			o.Title, o.Description = "Not screened to the end: "+title, "The document was not read to its end; the findings are what was found before that"+why
		}
		o.Props = append(o.Props, x.props("complete", "false")...)
	}
	for _, g := range x.r.GapsOf(d) {
		o.Description += "\nNot screened: " + line(g.Message)
	}
	for _, n := range d.Notices {
		o.Description += "\nNotice: " + line(n.Message)
	}
	for i := range d.Unidentified {
		o.Description += "\nThe vendor is unknown: " + line(view.Component(&d.Unidentified[i]))
	}
	x.documents[d] = o.UUID
	x.observations = append(x.observations, o)
}

// titleOf returns the path of a document as a title.
func titleOf(d *evidence.Document) string {
	if title := line(d.Path); title != "" {
		return title
	}
	return "a document without a name"
}

// list adds the observation of the texts of a finding, and their resources.
func (x *writer) list(f *evidence.Finding) {
	key := view.ListKey(f.Citations)
	if key == "" || x.lists[key] != "" {
		return
	}
	name := fmt.Sprintf("texts %d", len(x.lists)+1)
	o := observation{UUID: x.uuid(name), Title: "Cited texts", Methods: []string{"EXAMINE"}, Collected: x.stamp}
	var lines []string
	for i := range f.Citations {
		c := &f.Citations[i]
		lines = append(lines, line(c.Verdict.String()+": "+view.Brief(x.r.Buyer, c)))
		o.Links = append(o.Links, link{Href: "#" + x.resource(c), Rel: "reference"})
	}
	o.Description = strings.Join(lines, "\n")
	x.lists[key] = o.UUID
	x.observations = append(x.observations, o)
}

// resource adds the resource of a text, and returns its id.
func (x *writer) resource(c *match.Citation) string {
	if id := x.resources[c.Listing]; id != "" {
		return id
	}
	words := append([]string{view.Addressed(nil, c) + "."}, view.Saying(c.Citation)...)
	t := resource{UUID: x.uuid("text " + c.Listing), Title: line(view.Name(c.Citation)), Description: line(strings.Join(words, " ")),
		Props: x.props("listing", c.Listing, "force", string(c.Force), "binding", fmt.Sprint(c.Binding), "jurisdiction", c.Jurisdiction, "status", c.Status, "action", string(c.Action), "text-digest", c.TextDigest)}
	if t.Title == "" {
		t.Title = "a text without a title"
	}
	if href := line(c.URL); href != "" {
		t.Links = []link{{Href: href}}
	}
	x.resources[c.Listing] = t.UUID
	x.texts = append(x.texts, t)
	return t.UUID
}

// findings yields the findings in order of severity, then the gaps and the policy.
func (x *writer) findings(yield func(any) bool) {
	for i, p := range view.Sorted(x.r) {
		if !yield(x.finding(p, fmt.Sprintf("finding %d", i))) {
			return
		}
	}
	for i := range x.r.Documents {
		d := &x.r.Documents[i]
		for j, g := range x.r.GapsOf(d) {
			if !yield(x.gap(g, titleOf(d), fmt.Sprintf("document %d gap %d", i, j), x.documents[d])) {
				return
			}
		}
	}
	for i, g := range x.r.GapsOf(nil) {
		name := fmt.Sprintf("gap %d", i)
		if !yield(x.gap(g, "all files", name, x.uuid(name+" observation"))) {
			return
		}
	}
	if d := x.r.Policy; d != nil && !d.Pass {
		yield(x.policy(d))
	}
}

// finding returns the finding on the text that leads to the verdict.
func (x *writer) finding(p view.Part, name string) finding {
	f := p.Finding
	t := unmet("none", "no text", "What follows from a finding is for a person to decide.")
	words := []string{"At " + f.Component.Location.Pointer + " in " + p.Document.Path + ", " + view.Identified(&f.Finding) + "; " + f.Verdict.String() + " " + view.ByForce(f) + "."}
	out := finding{UUID: x.uuid(name), Related: []related{{x.documents[p.Document]}}}
	if c := view.Strongest(f); c != nil {
		t.ID, t.Title = token(c.Listing), line(c.Title)
		words = append(words, "Strongest text: "+view.Brief(x.r.Buyer, c))
		out.Related = append(out.Related, related{x.lists[view.ListKey(f.Citations)]})
	}
	decided := x.decisions.Of(p).String()
	for _, s := range []string{f.Note, decided} {
		if s != "" {
			words = append(words, s+".")
		}
	}
	out.Title = line(fmt.Sprintf("%s: %s is attributed to %s", f.Verdict, view.Component(&f.Component), f.Vendor.Name))
	out.Description = line(strings.Join(words, " "))
	out.Props = x.props("finding-id", f.ID, "verdict", f.Verdict.String(), "force", view.Force(f), "tier", f.Tier.String(), "vendor", string(f.Vendor.ID), "purl", f.Component.CanonicalPURL, "policy", decided)
	out.Target = t
	return out
}

// gap returns the finding on something that was not screened.
func (x *writer) gap(g match.Gap, title, name, observed string) finding {
	return finding{
		UUID: x.uuid(name), Title: "Not screened: " + title, Description: line(g.Message), Props: x.props("gap", string(g.Kind)),
		Target:  unmet("not-screened-"+string(g.Kind), "everything is screened", "What was not screened may contain parts of any vendor."),
		Related: []related{{observed}},
	}
}

// policy returns the finding on a policy that does not pass.
func (x *writer) policy(d *policy.Decision) finding {
	return finding{
		UUID: x.uuid("policy"), Title: "The policy does not pass", Description: line(d.Result()), Props: x.props("policy-sha-256", d.SHA256),
		Target:  unmet("policy", "the policy passes", "What follows from the decision is for a person to decide."),
		Related: []related{{x.uuid("policy observation")}},
	}
}

// unmet returns a target that is not satisfied.
func unmet(id, title, remarks string) target {
	return target{Type: "statement-id", ID: token(id), Title: title, Status: map[string]string{"state": "not-satisfied", "reason": "other"}, Remarks: remarks}
}
