// SPDX-License-Identifier: Apache-2.0

package text

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/vendors"
)

// ErrNoFinding: no finding or observation of the report has the id.
var ErrNoFinding = errors.New("text: no such finding")

// minID is the minimum length of the start of an id.
const minID = 4

// everything is the id that means all findings and observations.
const everything = "all"

// WriteExplanation writes how findings and observations of a report came about: those with an id
// that starts with id, of four characters or more, or all of them for "all". For each
// attribution it writes the steps from the words of the document to the vendor, then for each
// text its words and the verdict. What the report did not screen comes last. The register must be
// that of the report's release. The error is [ErrNoFinding] if no finding has the id; "all" is
// never an error.
func WriteExplanation(w io.Writer, r *evidence.Report, id string, register *vendors.Register, opts *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("text: %w", err)
	}
	p := newPrinter(w, opts)
	n := 0
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, fs := range [...][]evidence.Finding{d.Findings, d.Observations} {
			for j := range fs {
				if f := &fs[j]; id == everything || len(id) >= minID && strings.HasPrefix(f.ID, strings.ToLower(id)) {
					p.explain(d, f, register, vendors.Date(r.Denylist.AsOf))
					n++
				}
			}
		}
	}
	if id == everything {
		p.explainRest(r, n)
	} else if n > 0 {
		p.notScreened(view.GapWords(r))
	}
	if err := p.w.Flush(); err != nil {
		return err
	}
	if n == 0 && id != everything {
		return noFinding(r, id)
	}
	return nil
}

// noFinding returns an ErrNoFinding. The finding can be one that the report does not list.
func noFinding(r *evidence.Report, id string) error {
	for i := range r.Documents {
		if d := &r.Documents[i]; d.Unlisted != nil {
			return fmt.Errorf("%w: %q; the report does not list all findings, as in %s: %s", ErrNoFinding, id, d.Path, unlisted(d.Unlisted))
		}
	}
	return fmt.Errorf("%w: %q; expected the first %d or more characters of an id that the report has, or all", ErrNoFinding, id, minID)
}

// explainRest prints that nothing was found, if so, and what was not screened.
func (p *printer) explainRest(r *evidence.Report, n int) {
	if n == 0 {
		p.line("", "", verdict(r.Verdict), "— the report has no findings and no observations to explain")
	}
	for _, g := range view.Gaps(r) {
		p.line("Not screened: ", "  ", g.String())
	}
}

// labelWidth is the width of the labels of an explanation.
const labelWidth = 15

// step prints a labeled line of an explanation.
func (p *printer) step(label string, text ...any) {
	p.line(fmt.Sprintf("%-*s", labelWidth, label), strings.Repeat(" ", labelWidth), text...)
}

// explain prints how a finding came about.
func (p *printer) explain(d *evidence.Document, f *evidence.Finding, register *vendors.Register, day vendors.Date) {
	p.rule(f.ID)
	p.explainComponent(d, f)
	for i := range f.Attributions {
		a := &f.Attributions[i]
		p.blank()
		p.line("", "", bold(fmt.Sprintf("Claim %d of %d", i+1, len(f.Attributions))))
		for label, text := range register.Explain(day, *a).Steps() {
			p.step(label, text)
		}
		if a.Rule == "" {
			p.step("register has", fmt.Sprintf("%q as an exclusion of %s, or as no longer the vendor's", a.Matched, f.Vendor.Name))
			p.step("source", a.Source)
			p.step("result", "not attributed")
		}
	}
	for i := range f.Citations {
		p.blank()
		p.line("", "", bold(fmt.Sprintf("Text %d of %d", i+1, len(f.Citations))))
		p.explainText(&f.Citations[i])
	}
	p.blank()
}

// explainComponent prints which component and vendor a finding is about.
func (p *printer) explainComponent(d *evidence.Document, f *evidence.Finding) {
	c := &f.Component
	what := "the product itself"
	if !c.Primary {
		what = "a part of the product"
	}
	if f.Verdict != match.NoVerdict {
		p.step("finding", verdict(f.Verdict), "— a matter for a person to decide on")
	} else {
		p.step("observation", string(f.Reason), "— not a finding")
	}
	p.step("component", bold(view.Component(c)), "—", what)
	p.step("document", d.Path+", SHA-256 "+d.SHA256)
	// The document's own words come first. What was made from them has another label.
	if c.PURL != "" {
		p.step("package URL", c.PURL)
	}
	switch {
	case c.CanonicalPURL == "" || c.CanonicalPURL == c.PURL:
	case c.OwnPURL():
		p.step("compared as", c.CanonicalPURL)
	default:
		p.step("recorded as", c.CanonicalPURL+", made from the vendor and the name")
	}
	p.step("vendor", f.Vendor.Name+" ("+string(f.Vendor.ID)+")")
	if f.Note != "" {
		p.step("note", f.Note)
	}
}

// explainText prints a cited text and the verdict that it leads to.
func (p *printer) explainText(c *match.Citation) {
	p.step("force", view.ForceWords(c.Binds())+", addressed to "+c.Addressees)
	p.step("text", where(c))
	p.step("words", "“"+c.Quote+"” ["+c.Language+"]")
	for _, s := range [...][2]string{{"in English", c.Translation}, {"covered", c.Fact}, {"ground", c.Ground}} {
		if s[1] != "" {
			p.step(s[0], s[1])
		}
	}
	if v := c.Version; view.VersionLabel(v) != "" {
		p.step("other words", view.VersionLabel(v)+": “"+v.Text+"”")
		for _, n := range view.VersionNotes(v) {
			p.step("", n)
		}
	}
	for _, s := range view.Naming(c.Citation) {
		p.step("also", s)
	}
	fmt.Fprintf(p.w, "%-*s%s\n", labelWidth, "address", view.Printable(c.URL)) // on one line, so that it can be followed
	if c.Verdict != match.NoVerdict {
		p.step("result", verdict(c.Verdict))
	}
	switch {
	case c.CappedBy == "":
	case c.Verdict == match.NoVerdict:
		p.step("no verdict", c.CappedBy)
	default:
		p.step("not stronger", c.CappedBy)
	}
}
