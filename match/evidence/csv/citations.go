// SPDX-License-Identifier: Apache-2.0

package csv

import (
	"io"
	"strconv"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// citationColumns are the header of the long form.
var citationColumns = []string{
	"row", "document", "sha256", "verdict", "reason", "vendor", "component", "version", "purl", "subject", "tier", "pointer", "offset",
	"claimRole", "claimKind", "claimValue", "rule", "matched", "source", "listing", "instrument", "clause", "jurisdiction", "force", "binding",
	"addressees", "status", "verb", "action", "effect", "citationVerdict", "held", "settled", "inferred", "speaks", "limit", "exceptions", "quote", "named", "namedIn", "reach", "language", "url", "note", "id", "findingForce", "decision",
	"components", "unidentified", "malformed", "error", "complete",
	"otherLanguage", "otherQuote", "otherGrade", "otherSource", "otherNote", // the words in the language that was asked for
}

// writeCitations writes the long form: a row for each text that a finding cites, by document.
func writeCitations(w io.Writer, r *evidence.Report) error {
	t := newTable(w, citationColumns)
	t.add("row", "report", "verdict", r.Verdict.String(), "note", "denylist "+r.Denylist.Release+", judged as of "+r.Denylist.AsOf+"; "+view.MadeFor(r))
	for _, n := range r.Notices {
		t.add("row", "notice", "reason", string(n.Kind), "note", n.Message)
	}
	decisions := view.Decisions(r)
	for i := range r.Documents {
		t.writeDocument(r, &r.Documents[i], decisions)
	}
	if d := r.Policy; d != nil {
		result := map[bool]string{true: "pass", false: "fail"}[d.Pass]
		t.add("row", "policy", "sha256", d.SHA256, "reason", result, "note", d.Result())
		for _, line := range view.PolicyNotes(d) {
			t.add("row", "policy", "sha256", d.SHA256, "note", line)
		}
	}
	for _, g := range r.GapsOf(nil) {
		t.add("row", "gap", "reason", string(g.Kind), "note", g.Message)
	}
	for _, c := range r.Companions {
		t.add("row", "companion", "document", c.Path, "sha256", c.SHA256, "reason", c.Reason)
	}
	return t.out.Flush()
}

// writeDocument writes the rows of a document.
func (t *table) writeDocument(r *evidence.Report, d *evidence.Document, decisions view.Decided) {
	start := func(kind string) {
		t.set("row", kind)
		t.set("document", d.Path)
		t.set("sha256", d.SHA256)
	}
	start("document")
	t.set("verdict", d.Verdict.String())
	t.set("components", strconv.Itoa(d.Coverage.Components))
	t.set("unidentified", strconv.Itoa(d.Coverage.Unidentified))
	t.set("malformed", strconv.Itoa(d.Coverage.Malformed))
	t.set("complete", strconv.FormatBool(r.Whole(d)))
	if d.Error != nil {
		t.set("error", d.Error.Kind+": "+d.Error.Message)
	}
	t.end()
	for _, g := range r.GapsOf(d) {
		start("gap")
		t.add("reason", string(g.Kind), "note", g.Message)
	}
	for _, n := range d.Notices {
		start("notice")
		t.add("reason", string(n.Kind), "note", n.Message, "pointer", n.Location.Pointer, "offset", strconv.FormatInt(n.Location.Offset, 10))
	}
	row := func(kind string, x view.Part) {
		f := x.Finding
		for k := range max(1, len(f.Citations)) { // a finding without a citation has a row, too
			start(kind)
			t.cells(f, decisions.Of(x))
			if k < len(f.Citations) {
				t.citation(&f.Citations[k])
			}
			t.end()
		}
	}
	for _, x := range view.SortedOf(d) {
		row("finding", x)
	}
	for j := range d.Observations {
		row("observation", view.Part{Document: d, Finding: &d.Observations[j]})
	}
}

// cells sets the cells of a finding.
func (t *table) cells(f *evidence.Finding, decided view.Decision) {
	c := &f.Component
	t.set("verdict", f.Verdict.String())
	t.set("reason", string(f.Reason))
	t.set("vendor", f.Vendor.Name)
	t.set("component", strings.TrimPrefix(c.Group+"/"+c.Name, "/"))
	t.set("version", c.Version)
	t.set("purl", c.PURL)
	if c.OwnPURL() { // and not one that was made from the vendor and the name
		t.set("purl", c.CanonicalPURL)
	}
	t.set("subject", strconv.FormatBool(c.Primary))
	t.set("tier", f.Tier.String())
	t.set("pointer", c.Location.Pointer)
	t.set("offset", strconv.FormatInt(c.Location.Offset, 10))
	t.set("note", f.Note)
	t.set("id", f.ID)
	if f.Verdict != match.NoVerdict {
		t.set("findingForce", view.Force(f))
		t.set("decision", decided.String())
	}
	if len(f.Attributions) > 0 {
		a := &f.Attributions[0]
		t.set("claimRole", string(a.Role))
		t.set("claimKind", string(a.Kind))
		t.set("claimValue", a.Value)
		t.set("rule", string(a.Rule))
		t.set("matched", a.Matched)
		t.set("source", a.Source)
	}
}

// citation sets the cells of a cited text.
func (t *table) citation(c *match.Citation) {
	t.set("listing", c.Listing)
	t.set("instrument", c.Title)
	t.set("clause", c.Clause)
	t.set("jurisdiction", c.Jurisdiction)
	t.set("force", string(c.Force))
	t.set("binding", strconv.FormatBool(c.Binding))
	t.set("addressees", c.Addressees)
	t.set("status", c.Status)
	t.set("verb", c.Verb)
	t.set("action", string(c.Action))
	t.set("effect", string(c.Effect))
	t.set("citationVerdict", c.Verdict.String())
	t.set("held", c.CappedBy)
	t.set("settled", c.SettledBy)
	t.set("inferred", strconv.FormatBool(c.Inferred))
	t.set("speaks", c.Speaks)
	if s := c.Scope; s != nil {
		t.set("limit", s.Limit)
		t.set("exceptions", strings.Join(s.Exceptions, "\n"))
	}
	t.set("quote", c.Quote)
	t.set("named", c.Named)
	if w := c.NamedIn; w != nil {
		t.set("namedIn", w.Clause+": "+w.Text)
	}
	if w := c.Reach; w != nil {
		t.set("reach", w.Clause+": "+w.Text)
	}
	t.set("language", c.Language)
	t.set("url", c.URL)
	if v := c.Version; v != nil {
		t.set("otherLanguage", v.Language)
		t.set("otherQuote", v.Text)
		t.set("otherGrade", v.Grade)
		t.set("otherSource", v.Source)
		t.set("otherNote", v.Note)
	}
}
