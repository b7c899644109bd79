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

// minID is the fewest characters by which a finding is called.
const minID = 4

// everything is the id that means all findings and observations.
const everything = "all"

// WriteExplanation writes how the findings and observations of a report came about whose
// ids start with id, of four characters or more; "all" means all of them, and then says what was
// not screened. For each
// attribution it writes the chain from the words of the document to the vendor, then what
// each text says and what that comes to. The register must be that of the report's
// release. The error is [ErrNoFinding] if none has the id. A report without any is no error for
// "all": the explanation says that there are none. What the report did not screen comes last.
func WriteExplanation(w io.Writer, r *evidence.Report, id string, register *vendors.Register, opts *Options) error {
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
		p.notScreened(r.NotScreened())
	}
	if err := p.w.Flush(); err != nil {
		return err
	}
	if n == 0 && id != everything {
		for i := range r.Documents {
			if d := &r.Documents[i]; d.Unlisted != nil {
				return fmt.Errorf("%w: %q; the report does not list all that was found, as in %s: %s", ErrNoFinding, id, d.Path, unlisted(d.Unlisted))
			}
		}
		return fmt.Errorf("%w: %q; expected the first %d or more characters of an id that the report has, or all", ErrNoFinding, id, minID)
	}
	return nil
}

// explainRest says that nothing was found, if so, and what was not screened.
func (p *printer) explainRest(r *evidence.Report, n int) {
	if n == 0 {
		p.line("", "", verdict(r.Verdict), "— the report has no findings and no observations to explain")
	}
	for _, g := range r.NotScreened() {
		p.line("Not screened: ", "  ", g.String())
	}
}

func (p *printer) explain(d *evidence.Document, f *evidence.Finding, register *vendors.Register, day vendors.Date) {
	p.rule(f.ID)
	what := "the product itself"
	if !f.Component.Primary {
		what = "a part of the product"
	}
	const hang = "               "
	step := func(label string, text ...any) {
		p.line(fmt.Sprintf("%-15s", label), hang, text...)
	}
	if f.Verdict != match.NoVerdict {
		step("finding", verdict(f.Verdict), "— a matter for a person to decide on")
	} else {
		step("observation", string(f.Reason), "— no finding")
	}
	step("component", bold(view.Component(&f.Component)), "—", what)
	step("document", d.Path+", SHA-256 "+d.SHA256)
	// The document's own words first; what was made of them is called so.
	if f.Component.PURL != "" {
		step("package URL", f.Component.PURL)
	}
	switch c := &f.Component; {
	case c.CanonicalPURL == "" || c.CanonicalPURL == c.PURL:
	case c.OwnPURL():
		step("compared as", c.CanonicalPURL)
	default:
		step("recorded as", c.CanonicalPURL+", made from the vendor and the name")
	}
	step("vendor", f.Vendor.Name+" ("+string(f.Vendor.ID)+")")
	if f.Note != "" {
		step("note", f.Note)
	}
	for i := range f.Attributions {
		a := &f.Attributions[i]
		p.blank()
		p.line("", "", bold(fmt.Sprintf("Claim %d of %d", i+1, len(f.Attributions))))
		for _, s := range register.Explain(day, *a).Steps() {
			step(s.Label, s.Text)
		}
		if a.Rule == "" {
			step("register has", fmt.Sprintf("%q as an exclusion of %s, or as no longer the vendor's", a.Matched, f.Vendor.Name))
			step("source", a.Source)
			step("so", "not attributed")
		}
	}
	for i := range f.Citations {
		c := &f.Citations[i]
		p.blank()
		p.line("", "", bold(fmt.Sprintf("Text %d of %d", i+1, len(f.Citations))))
		step("force", binding(c)+", addressed to "+c.Addressees)
		step("text", where(c))
		step("words", "“"+c.Quote+"” ["+c.Language+"]")
		for _, s := range [...][2]string{{"in English", c.Translation}, {"covered", c.Fact}, {"ground", c.Ground}} {
			if s[1] != "" {
				step(s[0], s[1])
			}
		}
		p.w.WriteString(fmt.Sprintf("%-15s", "address") + view.Printable(c.URL) + "\n") // whole, so that it can be followed
		if c.Verdict != match.NoVerdict {
			step("so", verdict(c.Verdict))
		}
		if c.CappedBy != "" {
			step("not stronger", c.CappedBy)
		}
	}
	p.blank()
}
