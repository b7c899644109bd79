// SPDX-License-Identifier: Apache-2.0

package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// labeled returns the value after its label, or "" if there is no value.
func labeled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + " " + value
}

// trusted returns the reason for which a release was trusted that is not part of the program.
func trusted(kind string) string {
	return map[string]string{"signed": " (signed)", "pinned": " (pinned by its digest)", "own": " (with a custom denylist)", "unchecked": " (not signed)"}[kind]
}

// report prints all sections of a report.
func (p *printer) report(r *evidence.Report) {
	p.number, p.buyer = make(map[string]int), r.Buyer
	p.line("", "", "clause76: denylist release "+r.Denylist.Release+trusted(r.Denylist.Trust)+", judged as of "+r.Denylist.AsOf)
	if b := r.Bid; b != nil {
		p.line("", "", strings.Join(slices.DeleteFunc([]string{"Bid of " + b.Bidder, labeled("tender", b.Tender), labeled("lot", b.Lot)}, func(s string) bool { return s == "" }), ", "))
	}
	made := view.NoBuyer
	if b := r.Buyer; b != nil {
		made = "Buyer: " + cmp.Or(b.Title, b.Name)
	}
	if p.line("", "", made); len(r.Purpose) > 0 {
		p.line("", "", "The lot is about: CPV "+strings.Join(r.Purpose, ", "))
	}
	if len(r.Options.Jurisdictions) > 0 {
		p.line("", "", "Jurisdictions: "+strings.Join(r.Options.Jurisdictions, ", ")+" only")
	}
	p.line("", "", "A finding is for a person to decide on. It is no legal advice.")
	p.notices(r.Notices)
	for i := range r.Documents {
		p.document(r, &r.Documents[i])
	}
	p.cited()
	p.context(r)
	p.companions(r)
	p.notScreened(view.GapWords(r))
	p.coverage(r)
	p.decision(r.Policy)
}

// notScreened prints all gaps of a report.
func (p *printer) notScreened(gaps []string) {
	if len(gaps) == 0 {
		return
	}
	p.rule("Not screened")
	for i := range gaps {
		p.line("  - ", "    ", painted{"33", gaps[i]})
	}
}

func (p *printer) notices(notices []sbom.Warning) {
	for i := range notices {
		p.line("", "  ", bold("Notice:"), notices[i].Message)
	}
}

func (p *printer) document(r *evidence.Report, d *evidence.Document) {
	p.rule(d.Path)
	format := strings.TrimSpace(d.Format + " " + strings.TrimPrefix(d.SpecVersion, d.Format+"-"))
	if format == "" {
		format = "format unknown"
	}
	p.line("", "", verdict(d.Verdict), " "+format)
	nothing := len(d.Findings)+len(d.Observations) == 0 && d.Unlisted == nil
	p.fault(d, r.Whole(d), nothing)
	if u := d.Unlisted; u != nil {
		p.line("  ", "  ", painted{"31", "NOT ALL FINDINGS ARE LISTED. Not listed:"}, unlisted(u))
	}
	for i := range d.Notices {
		p.line("  ", "    ", bold("Notice:"), d.Notices[i].Message+place(d.Notices[i].Location))
	}
	if d.Error != nil && nothing {
		return
	}
	for i := range d.Findings {
		p.finding(&d.Findings[i])
	}
	p.observations(d.Observations)
	p.warnings(d.Warnings)
	c := d.Coverage
	p.blank()
	p.line("  ", "  ", bold("Coverage:"), counts(&c))
	for _, g := range r.GapsOf(d) {
		if g.Kind != match.GapIncomplete { // fault prints that one
			p.line("  ", "  ", painted{"33", "Not screened:"}, g.Message)
		}
	}
}

// fault prints that the document was not read to its end, and why. nothing means that nothing
// was found before that.
func (p *printer) fault(d *evidence.Document, whole, nothing bool) {
	switch {
	case d.TooManyFindings(): // it was read to its end
	case d.Error != nil && nothing:
		p.line("  ", "  ", painted{"31", "COULD NOT BE SCREENED"}, "("+d.Error.Kind+")")
		p.line("  ", "  ", d.Error.Message)
	case d.Error != nil:
		p.line("  ", "  ", painted{"31", "NOT READ TO ITS END"}, "("+d.Error.Kind+"): what follows was found before that")
		p.line("  ", "  ", d.Error.Message)
	case !whole:
		p.line("  ", "  ", painted{"31", "NOT READ TO ITS END"})
	}
}

// unlisted returns the numbers of what was found and is not listed.
func unlisted(u *match.Unlisted) string {
	s := view.Count(u.Findings, "finding")
	if u.Verdict != match.NoVerdict {
		s += ", the worst of them " + u.Verdict.String()
	}
	return s + "; " + view.Count(u.Observations, "observation")
}

func counts(c *match.Coverage) string {
	return fmt.Sprintf("%s; %d with a vendor identity, %d without; %d with a supplier, %d with a package URL",
		view.Count(c.Components, "component"), c.Identified, c.Unidentified, c.WithSupplier, c.WithPURL)
}

// finding prints the line of a finding, how the vendor was identified, and a line for each
// listing.
func (p *printer) finding(f *evidence.Finding) {
	p.blank()
	p.line("", "        ", verdict(f.Verdict), " ", bold(view.Component(&f.Component)), "— "+f.Vendor.Name+", "+f.Tier.String(), painted{"2", "#" + f.ID[:min(8, len(f.ID))]})
	for i := range f.Attributions {
		p.line("  by ", "     ", attribution(&f.Attributions[i]))
	}
	if f.Note != "" {
		p.line("  note: ", "        ", f.Note)
	}
	for i := range f.Citations {
		c := &f.Citations[i]
		s := view.ForceWords(c.Binds())
		if p.buyer != nil {
			s += ", " + view.SpeaksWords(p.buyer, c)
		}
		if !c.Binds() {
			s += ", addressed to " + c.Addressees
		}
		s += "; " + where(c)
		if c.Basis == denylist.Example {
			s += "; named as an example"
		}
		if own := strings.TrimPrefix(strings.TrimPrefix(c.CappedBy, f.Note), "; "); own != "" { // the note is printed once
			s += "; not stronger than review: " + own
		}
		if c.SettledBy != "" {
			s += "; its limit is settled: " + c.SettledBy
		}
		p.line("  ", "      ", p.cite(c), verdict(c.Verdict), "— "+s)
	}
}

// cite returns the number of a text and remembers to print it.
func (p *printer) cite(c *match.Citation) painted {
	n, ok := p.number[c.Listing]
	if !ok {
		p.texts = append(p.texts, c)
		n = len(p.texts)
		p.number[c.Listing] = n
	}
	return painted{"36", fmt.Sprintf("[%d]", n)}
}

func attribution(a *vendors.Attribution) string {
	s := fmt.Sprintf("%s %q", a.Role, a.Value)
	if a.Matched != "" && !strings.EqualFold(a.Matched, a.Value) {
		s += " ~ " + a.Matched
	}
	if a.Rule != "" {
		s += " (" + string(a.Rule) + ", " + a.Tier.String() + ")"
	}
	if a.Caveat != "" {
		s += "; " + a.Caveat
	}
	return s + place(a.Location)
}

func place(l vendors.Location) string {
	switch {
	case l.Pointer == "":
		return ""
	case l.Offset < 0:
		return " at " + l.Pointer
	}
	return fmt.Sprintf(" at %s (byte %d)", l.Pointer, l.Offset)
}

// where returns the jurisdiction, kind, clause and status of a cited text.
func where(c *match.Citation) string {
	s := c.Jurisdiction + " " + string(c.Force)
	if c.Clause != "" {
		s += ", " + c.Clause
	}
	return s + "; " + c.Status
}

// cited prints the cited texts, each once: force, binding and addressees before the words.
func (p *printer) cited() {
	if len(p.texts) == 0 {
		return
	}
	p.rule("What the texts say")
	for i, c := range p.texts {
		if i > 0 {
			p.blank()
		}
		p.line("", "    ", painted{"36", fmt.Sprintf("[%d]", i+1)}, bold(c.Title))
		s := view.ForceWords(c.Binds()) + "; " + string(c.Force) + ", " + c.Jurisdiction + "; " + view.Addressed(p.buyer, c) + "; " + c.Status
		if c.Action != "" {
			s += "; " + action(c)
		}
		p.line("    ", "    ", s)
		if c.Quote != "" {
			p.line("    ", "    ", c.Clause+": “"+c.Quote+"” ["+c.Language+"]")
		}
		if c.Translation != "" {
			p.line("    ", "    ", view.TranslationLabel+": “"+c.Translation+"”")
		}
		p.version(c.Version)
		for _, s := range view.Naming(c.Citation) {
			p.line("    ", "    ", s)
		}
		if c.Fact != "" {
			p.line("    ", "    ", "Covered because: "+c.Fact)
		}
		if c.Ground != "" {
			p.line("    ", "    ", "Ground: "+c.Ground)
		}
		if s := c.Scope; s != nil {
			if s.Limit != "" {
				p.line("    ", "    ", "Limited to: "+s.LimitWords())
			}
			for _, x := range s.Exceptions {
				p.line("    ", "    ", "Except: “"+x+"”")
			}
		}
		if c.Note != "" {
			p.line("    ", "    ", "Note: "+c.Note)
		}
		for _, s := range view.History(c.Citation) {
			p.line("    ", "    ", s)
		}
		p.w.WriteString("    " + view.Printable(c.URL) + "\n") // on one line, so that it can be followed
	}
}

// version prints the words of a text in the language that was asked for, with their source.
func (p *printer) version(v *denylist.Version) {
	if label := view.VersionLabel(v); label != "" {
		p.line("    ", "    ", label+": “"+v.Text+"”")
	}
	for _, n := range view.VersionNotes(v) {
		p.line("    ", "    ", n)
	}
}

// action returns in words what the listing asks, for what, and on which basis.
func action(c *match.Citation) string {
	s := "action " + string(c.Action) + ", effect " + string(c.Effect)
	switch c.Basis {
	case denylist.Example:
		return s + "; the vendor is named as an example"
	case denylist.Named:
		return s + "; the vendor is named"
	}
	return s + "; the vendor is covered by the text's definition"
}

// context prints the other facts about each vendor of a finding or an observation.
func (p *printer) context(r *evidence.Report) {
	last := vendors.ID("")
	for _, x := range view.Facts(r) {
		if x.Vendor.ID != last {
			p.rule("Other facts about " + x.Vendor.Name + ", not used for a verdict")
			last = x.Vendor.ID
		}
		p.line(string(x.Date)+"  ", "            ", x.Text)
		p.source("            ", x.Source)
	}
}

func (p *printer) warnings(ws []sbom.Warning) {
	if len(ws) == 0 {
		return
	}
	p.blank()
	p.line("  ", "  ", bold("Warnings"))
	const most = 10
	for i, w := range ws {
		if i == most {
			p.line("  - ", "    ", fmt.Sprintf("and %d more; see the JSON report", len(ws)-most))
			break
		}
		p.line("  - ", "    ", w.Message+place(w.Location))
	}
}

// observations prints observations of the same vendor and reason together.
func (p *printer) observations(os []evidence.Finding) {
	if len(os) == 0 {
		return
	}
	type group struct {
		first *evidence.Finding
		names []string
	}
	var groups []*group
	byKey := make(map[string]*group)
	for i := range os {
		o := &os[i]
		key := string(o.Vendor.ID) + " " + string(o.Reason) + " " + o.Note
		for _, c := range o.Citations {
			key += " " + c.Listing
		}
		g := byKey[key]
		if g == nil {
			g = &group{first: o}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.names = append(g.names, view.Component(&o.Component))
	}
	p.blank()
	p.line("  ", "  ", bold("Observations, not part of the verdict"))
	const most = 8
	for _, g := range groups {
		o := g.first
		if n := len(g.names) - most; n > 0 {
			g.names = append(g.names[:most], fmt.Sprintf("and %d more", n))
		}
		p.line("  - ", "    ", o.Vendor.Name+", "+string(o.Reason)+": "+strings.Join(g.names, ", "))
		if len(o.Citations) == 0 {
			p.line("    ", "    ", o.Note)
		}
		for i := range o.Citations {
			c := &o.Citations[i]
			note := cmp.Or(c.CappedBy, o.Note)
			if o.Reason == match.OtherAddressee {
				note = "addressed to others than the buyer: " + c.Addressees
			}
			p.line("    ", "        ", p.cite(c), view.ForceWords(c.Binds())+"; "+where(c)+": "+note)
		}
	}
}

func (p *printer) coverage(r *evidence.Report) {
	p.rule("All documents")
	failed, cut := 0, 0
	for i := range r.Documents {
		switch d := &r.Documents[i]; {
		case r.Whole(d):
		case len(d.Findings) > 0 || len(d.Observations) > 0 || d.Error == nil:
			cut++
		default:
			failed++
		}
	}
	text := fmt.Sprintf(" %s, %d could not be screened", view.Count(len(r.Documents), "document"), failed)
	if cut > 0 {
		text += fmt.Sprintf(", %d not read to the end", cut)
	}
	if n := len(r.Companions); n > 0 {
		text += fmt.Sprintf("; %s not screened", view.Count(n, "companion file"))
	}
	p.line("", "", verdict(r.Verdict), text)
	c := r.Coverage
	p.line("", "", "Coverage: "+counts(&c)+fmt.Sprintf("; fields or elements unreadable: %d", c.Malformed))
	if view.OnlyNoText(r) {
		p.line("", "", painted{"33", view.NoText(r)})
	}
	if !c.Complete {
		p.line("", "", painted{"33", "Not everything was read to its end: nothing is known of what was not read."})
	}
	if c.Unidentified > 0 {
		p.line("", "", fmt.Sprintf("Nothing is known about the components without a vendor identity (%d): they are not clear of any vendor.", c.Unidentified))
	}
}

// companions prints the companion files by reason.
func (p *printer) companions(r *evidence.Report) {
	if len(r.Companions) == 0 {
		return
	}
	p.rule("Companion files, not screened")
	p.line("", "", view.CompanionNotice(r))
	const most = 8
	for _, g := range view.GroupCompanions(r) {
		names := g.Paths[:min(most, len(g.Paths))]
		if n := len(g.Paths) - most; n > 0 {
			names = append(slices.Clone(names), fmt.Sprintf("and %d more", n))
		}
		p.line("  - ", "    ", fmt.Sprintf("%s (%d): %s", g.Reason, len(g.Paths), strings.Join(names, ", ")))
	}
}

// decision prints the decision of a policy, if there is one.
func (p *printer) decision(d *policy.Decision) {
	if d == nil {
		return
	}
	p.rule("Policy")
	p.line("", "", bold(d.Result()))
	for _, line := range d.Lines() {
		p.line("  - ", "    ", line)
	}
}
