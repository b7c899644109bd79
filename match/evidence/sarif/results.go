// SPDX-License-Identifier: Apache-2.0

package sarif

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// prepare collects what the file has before its results: rules, notifications and artifacts.
func (x *writer) prepare() {
	x.rule(rule{ID: ruleNotScreened, ShortDescription: text{"Could not be screened"}, FullDescription: text{"The document, or a part of it, could not be screened: it may contain parts of any vendor."}})
	x.note("note", "Verdict: "+x.r.Verdict.String()+"; "+view.MadeFor(x.r), nil)
	if n := view.Counts(x.r); n != "" {
		x.note("note", "Findings: "+n, nil)
	}
	for _, n := range x.r.Notices {
		x.note("note", n.Message, nil)
	}
	if d := x.r.Policy; d != nil {
		x.note("note", d.Result(), nil)
		for _, line := range view.PolicyNotes(d) {
			x.note("note", line, nil)
		}
	}
	for _, g := range x.r.GapsOf(nil) {
		x.note("error", "Not screened: "+g.Message, nil)
	}
	for i := range x.r.Documents {
		x.document(&x.r.Documents[i])
	}
	if n := x.r.Coverage.Unidentified; n > 0 {
		x.note("note", fmt.Sprintf("Parts without an identity of their vendor, which are not clear of any vendor: %d", n), nil)
	}
	for _, g := range view.Observations(x.r.Documents) {
		x.note("note", g.Line(x.r.Buyer), nil)
	}
	for _, c := range x.r.Companions {
		at := x.artifact(c.Path, c.SHA256, c.Bytes)
		x.note("note", "Companion file, not screened: "+c.Reason, []location{{Physical: physical{Artifact: at}}})
	}
	for _, f := range x.findings {
		x.texts(f.Finding)
	}
}

// note adds a notification.
func (x *writer) note(level, message string, at []location) {
	x.notes = append(x.notes, notification{level, printable(message), at})
}

// rule adds a rule, unless it is known, and returns its index.
func (x *writer) rule(r rule) int {
	if i, ok := x.rules[r.ID]; ok {
		return i
	}
	x.rules[r.ID] = len(x.list)
	x.list = append(x.list, r)
	return len(x.list) - 1
}

// uri returns a path as a relative reference. If the first segment has a colon, it starts with
// "./", because it would be a scheme without.
func uri(path string) string {
	return (&url.URL{Path: strings.TrimPrefix(path, "./")}).String()
}

// artifact adds a file, unless it is known, and returns its location. A file of an archive can be
// there twice, and the format takes each artifact once.
func (x *writer) artifact(path, sha256 string, bytes int64) artifactLocation {
	a := artifact{Location: artifactLocation{URI: uri(path)}, Length: bytes}
	if sha256 != "" {
		a.Hashes = map[string]string{"sha-256": sha256}
	}
	key := fmt.Sprint(a.Location.URI, " ", sha256, " ", bytes)
	i, ok := x.files[key]
	if !ok {
		i = len(x.artifacts)
		x.files[key] = i
		x.artifacts = append(x.artifacts, a)
	}
	return artifactLocation{URI: a.Location.URI, Index: &i}
}

// document adds the artifact and the notifications of a document.
func (x *writer) document(d *evidence.Document) {
	state := &document{at: x.artifact(d.Path, d.SHA256, d.Bytes), places: x.places(d)}
	x.documents[d] = state
	whole := []location{{Physical: physical{Artifact: state.at}}}
	for _, g := range x.r.GapsOf(d) {
		level := "warning"
		if g.Kind == match.GapIncomplete || d.Coverage.Components == 0 {
			level = "error"
		}
		x.note(level, "Not screened: "+g.Message, whole)
		state.gaps = append(state.gaps, g.Message)
	}
	for _, n := range d.Notices {
		x.note("note", n.Message, whole)
	}
}

// texts adds the rules of the texts of a finding, and the list of its citations.
func (x *writer) texts(f *evidence.Finding) {
	if len(f.Citations) == 0 {
		x.rule(rule{ID: ruleFinding, ShortDescription: text{"A finding"}, FullDescription: text{"A part is attributed to a vendor; the record has no text for it."}})
		return
	}
	key := view.ListKey(f.Citations)
	if x.lists[key] != "" {
		return
	}
	var list []citation
	for i := range f.Citations {
		c := &f.Citations[i]
		x.rule(ruleOf(c))
		list = append(list, citation{c.Listing, view.ForceWords(c.Binds()), c.Verdict, c.Speaks, c.CappedBy, c.SettledBy})
	}
	x.lists[key] = fmt.Sprintf("c%d", len(x.citations)+1)
	x.citations = append(x.citations, map[string]any{"id": x.lists[key], "list": list})
}

// ruleOf returns the rule of a text: its words in full, with whom it addresses, its limits and its
// exceptions.
func ruleOf(c *match.Citation) rule {
	words := append([]string{view.Words(c.Citation)}, view.Limits(c.Citation)...)
	help := append([]string{view.Name(c.Citation) + " (" + view.ForceWords(c.Binding) + ", " + c.Status + ")", view.Addressed(nil, c) + "."}, view.Saying(c.Citation)...)
	properties := map[string]any{"jurisdiction": c.Jurisdiction, "force": c.Force, "binding": c.Binding, "clause": c.Clause, "action": c.Action, "effect": c.Effect, "language": c.Language,
		"addressees": c.Addressees, "status": c.Status}
	if s := c.Scope; s != nil {
		if s.Limit != "" {
			properties["limit"] = s.Limit
		}
		if len(s.Exceptions) > 0 {
			properties["exceptions"] = s.Exceptions
		}
	}
	return rule{ID: c.Listing, ShortDescription: text{c.Title}, FullDescription: printable(strings.Join(words, " ")), Help: &text{view.PrintableLines(strings.Join(help, "\n"))}, HelpURI: c.URL, Properties: properties}
}

// properties returns the properties of the run.
func (x *writer) properties() map[string]any {
	all := map[string]any{"denylist": x.r.Denylist, "verdict": x.r.Verdict, "coverage": x.r.Coverage}
	if len(x.citations) > 0 {
		all["citations"] = x.citations
	}
	if x.r.Buyer != nil {
		all["buyer"] = x.r.Buyer.Name
	}
	if x.r.Policy != nil {
		all["policyPasses"] = x.r.Policy.Pass
	}
	return all
}

// results yields the results: the findings, the most severe first, and the documents with gaps.
func (x *writer) results(yield func(any) bool) {
	for _, f := range x.findings {
		if !yield(x.finding(f)) {
			return
		}
	}
	for i := range x.r.Documents {
		d := &x.r.Documents[i]
		state := x.documents[d]
		if len(state.gaps) == 0 {
			continue
		}
		message := "Not all of the document was screened: " + strings.Join(state.gaps, "; ")
		if !x.r.Whole(d) && len(d.Findings) > 0 {
			message += ". The findings are what was found before that."
		}
		out := result{RuleID: ruleNotScreened, RuleIndex: x.rules[ruleNotScreened], Kind: "open", Level: "none", Message: printable(message), Locations: []location{{Physical: physical{Artifact: state.at}}},
			Fingerprints: map[string]string{"clause76/document/v1": d.SHA256}, Suppressions: x.suppressions(view.Decision{})}
		if !yield(out) {
			return
		}
	}
}

// levels are the kinds and levels of results by verdict.
var levels = map[match.Verdict][2]string{match.Ban: {"fail", "error"}, match.Exclude: {"fail", "warning"}, match.Review: {"review", "none"}}

// finding returns the result of a finding.
func (x *writer) finding(p view.Part) result {
	f, state, decided := p.Finding, x.documents[p.Document], x.decisions.Of(p)
	id := ruleFinding
	if c := view.Strongest(f); c != nil {
		id = c.Listing
	}
	level, ok := levels[f.Verdict]
	if !ok {
		level = [2]string{"review", "none"}
	}
	where := location{Physical: physical{Artifact: state.at}}
	if at := f.Component.Location.Pointer; at != "" {
		where.Logical = []logical{{view.Printable(at)}}
	}
	if r, ok := state.places[f.Component.Location.Offset]; ok {
		where.Physical.Region = &r
	}
	properties := map[string]any{"verdict": f.Verdict, "force": view.Force(f), "vendor": f.Vendor.ID, "tier": f.Tier, "purl": view.Printable(f.Component.CanonicalPURL), "byteOffset": f.Component.Location.Offset}
	if len(f.Citations) > 0 {
		properties["citations"] = x.lists[view.ListKey(f.Citations)]
	}
	if f.Note != "" {
		properties["note"] = view.Printable(f.Note)
	}
	if s := decided.String(); s != "" {
		properties["policy"] = view.Printable(s)
	}
	return result{RuleID: id, RuleIndex: x.rules[id], Kind: level[0], Level: level[1], Message: printable(x.message(f)), Locations: []location{where},
		Fingerprints: map[string]string{"clause76/finding/v1": f.ID}, Suppressions: x.suppressions(decided), Properties: properties}
}

// message returns what a finding is: the part, the vendor and how it was identified, the force, and
// the strongest text with whom it addresses, its limits and its exceptions.
func (x *writer) message(f *evidence.Finding) string {
	all := []string{fmt.Sprintf("%s is attributed to %s: %s.", view.Component(&f.Component), f.Vendor.Name, view.Identified(&f.Finding)), fmt.Sprintf("Verdict %s %s.", f.Verdict, view.ByForce(f))}
	if c := view.Strongest(f); c != nil {
		all = append(all, "Strongest text: "+view.Brief(x.r.Buyer, c))
	}
	return strings.Join(append(all, "A finding is for a person to decide on."), " ")
}

// suppressions returns the waiver of a finding as a suppression. With a policy, every result has a
// list, even if it is empty (SARIF, 3.27.23); without one, none has.
func (x *writer) suppressions(d view.Decision) *[]suppression {
	if x.decisions == nil {
		return nil
	}
	all := []suppression{}
	if d.Waiver != nil {
		all = append(all, suppression{"external", "accepted", view.Printable(view.WaiverWords(d.Waiver))})
	}
	return &all
}
