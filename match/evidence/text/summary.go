// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Bounds of a summary. What is left out is counted.
const (
	maxGroups       = 6 // groups of findings
	fewGroups       = 4
	maxNames        = 4  // parts of a group, and parts without a maker's name
	maxGaps         = 8  // gaps
	maxNotices      = 8  // notices
	maxName         = 80 // columns of the name of a part or of a path
	maxPolicyLines  = 7  // reasons of a policy's decision
	maxExpired      = 3  // waivers that expired
	shortestID      = 4  // digits of a finding's id that the command line accepts
	maxTitleColumns = 40 // of the name of a text, and of its verb
	textColumn      = 8  // the column at which text beside a verdict starts
)

// summary prints the answer: the verdict, a few lines for each group of findings, and what was
// not screened.
func (p *printer) summary(r *evidence.Report) {
	p.number = make(map[string]int)
	groups := view.Groups(r)
	tight := r.Options.Language != "" // words in a second language take two lines, and a summary has to fit a screen
	p.screened(r)
	if !tight {
		p.blank()
	}
	p.verdicts(r, groups)
	for i := range groups {
		if i == 0 && len(groups) <= fewGroups && !tight {
			p.blank()
		}
		if i == maxGroups {
			p.moreGroups(groups[i:])
			break
		}
		p.group(r, &groups[i], len(groups) <= fewGroups)
	}
	switch p.cutLines { // instead of an empty line, because a summary has to fit a screen
	case 0:
		p.blank()
	case 1:
		p.column(painted{}, "(1 line is cut at “…”; -details has all of it.)")
	default:
		p.column(painted{}, fmt.Sprintf("(%d lines are cut at “…”; -details has all of them.)", p.cutLines))
	}
	p.remarks(r, groups)
	p.summaryGaps(r)
	p.summaryPolicy(r)
	p.next(r, groups)
}

// screened prints what was screened against what, and for whom.
func (p *printer) screened(r *evidence.Report) {
	head := "clause76: denylist " + r.Denylist.Release + trusted(r.Denylist.Trust)
	if r.Denylist.AsOf != strings.ReplaceAll(r.Denylist.Release, ".", "-") { // a release has its day as its name
		head += " as of " + r.Denylist.AsOf
	}
	for _, more := range []string{labeled("only texts of", strings.Join(r.Options.Jurisdictions, ", ")), labeled("CPV", strings.Join(r.Purpose, ", "))} {
		if more != "" {
			head += ", " + more
		}
	}
	if r.Buyer == nil {
		head += "; " + strings.ToLower(view.NoBuyer[:1]) + strings.TrimSuffix(view.NoBuyer[1:], ".")
	} else {
		head += ", buyer " + r.Buyer.Name
	}
	p.line("", "", head)
	if b := r.Bid; b != nil {
		p.line("", "", strings.Join(slices.DeleteFunc([]string{"Bid of " + b.Bidder, labeled("tender", b.Tender), labeled("lot", b.Lot)}, func(s string) bool { return s == "" }), ", "))
	}
}

// verdicts prints the numbers of parts with each verdict, by force, and how much was read.
func (p *printer) verdicts(r *evidence.Report, groups []view.Group) {
	size := view.Count(len(r.Documents), "document") + " with " + view.Count(r.Coverage.Components, "part")
	tallies := view.Tallies(groups)
	if len(tallies) == 0 || tallies[0].Verdict != r.Verdict {
		p.column(upper(r.Verdict), verdictWords(r))
	}
	for i := range tallies {
		t := &tallies[i]
		p.column(upper(t.Verdict), tallyWords(groups, t)+".")
	}
	if n, worst := unlistedIn(r); n > 0 {
		p.column(painted{}, painted{"31", "NOT ALL FINDINGS ARE LISTED."}, fmt.Sprintf("Not listed: %s%s.", view.Count(n, "finding"), worst))
	}
	if view.OnlyNoText(r) {
		p.column(painted{}, "Read to the end, but compared with no text: "+size+".")
	} else if r.Unscreened() {
		p.column(painted{}, painted{"33", "Not everything was screened:"}, size+"; see below.")
	} else {
		p.column(painted{}, "Read to the end: "+size+".")
	}
}

// column prints a word in a column of its own, and then text that stays to the right of it.
func (p *printer) column(word painted, parts ...any) {
	p.word(word.color, word.text)
	pad := strings.Repeat(" ", max(1, textColumn-columns(word.text)))
	p.w.WriteString(pad)
	p.words(columns(word.text)+len(pad), strings.Repeat(" ", textColumn), parts...)
}

// verdictWords returns what the verdict of a report without findings means.
func verdictWords(r *evidence.Report) string {
	if r.Verdict == match.Clear && r.Buyer != nil {
		return "No text that speaks to the buyer names a vendor that was found."
	}
	if view.OnlyNoText(r) {
		return view.NoText(r)
	}
	return view.VerdictWords(r.Verdict)
}

func upper(v match.Verdict) painted { return painted{colors[v], strings.ToUpper(v.String())} }

// tallyWords returns a tally in words with the jurisdictions of the texts: "4 parts by binding texts
// (UK, US), 1 by texts that bind nobody (EU)".
func tallyWords(groups []view.Group, t *view.Tally) string {
	var binding, also, other []string
	for i := range groups {
		g := &groups[i]
		if g.Verdict != t.Verdict {
			continue
		}
		b, o := g.Jurisdictions(t.Verdict)
		if binding = append(binding, b...); g.Binding {
			also = append(also, o...)
		} else {
			other = append(other, o...)
		}
	}
	for _, list := range []*[]string{&binding, &also, &other} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	also = slices.DeleteFunc(also, func(j string) bool { return slices.Contains(binding, j) })
	var all []string
	if t.Binding > 0 {
		where := strings.Join(binding, ", ")
		if len(also) > 0 && t.NotBinding == 0 {
			where += "; not binding: " + strings.Join(also, ", ")
		}
		all = append(all, view.Count(t.Binding, "part")+" by binding texts ("+where+")")
	}
	if t.NotBinding > 0 {
		n := view.Count(t.NotBinding, "part")
		if len(all) > 0 {
			n = fmt.Sprint(t.NotBinding)
		}
		all = append(all, n+" "+t.NotBindingWords()+" ("+strings.Join(other, ", ")+")")
	}
	return strings.Join(all, ", ")
}

// unlistedIn returns the number of findings that the report counts and does not list, and in words
// which is the most severe of them.
func unlistedIn(r *evidence.Report) (n int, worst string) {
	v := match.NoVerdict
	for i := range r.Documents {
		if u := r.Documents[i].Unlisted; u != nil {
			n += u.Findings
			v = max(v, u.Verdict)
		}
	}
	if v != match.NoVerdict {
		worst = ", the worst of them " + v.String()
	}
	return n, worst
}

// group prints a group of findings. If there are few, there is room for the questions of a review
// in full.
func (p *printer) group(r *evidence.Report, g *view.Group, few bool) {
	first := &g.Parts[0]
	var names []string
	for i := range g.Parts {
		if i == maxNames && len(g.Parts) > maxNames+1 {
			names = append(names, fmt.Sprintf("%d more", len(g.Parts)-i))
			break
		}
		names = append(names, cut(view.Component(&g.Parts[i].Finding.Component), maxName))
	}
	what := strings.Join(names, ", ")
	switch {
	case len(g.Parts) > 1:
		what = view.Count(len(g.Parts), "part") + ": " + what
	case g.Primary:
		what += " (the product)"
	}
	p.column(verdict(g.Verdict), bold(what), painted{"2", "#" + first.Finding.ID[:min(8, len(first.Finding.ID))]})
	if g.Verdict == match.Review {
		width := p.width - textColumn
		if few {
			width = 2*width - 12 // words leave some columns free
		}
		all := question(g)
		line := cut(all, width)
		if line != all {
			p.cutLines++
		}
		p.column(painted{}, line)
	} else {
		p.column(painted{}, why(r, g))
	}
	p.otherWords(g, few)
}

// otherWords prints the words of a text of the group in the language that was asked for, each text
// once. They take one line, or two if there are few groups.
func (p *printer) otherWords(g *view.Group, few bool) {
	for i := range g.Citations {
		c := &g.Citations[i]
		if view.VersionLabel(c.Version) == "" || p.number[c.Listing] > 0 {
			continue
		}
		p.cite(c)
		mark, end := "", "”"
		if c.Version.Grade != "A" {
			mark = ", unofficial"
		}
		head := "[" + c.Version.Language + mark + "] " + view.TextName(c.Citation, maxTitleColumns) + ": “"
		width := p.width - textColumn - columns(end)
		if few {
			width = 2*width - 12 // words leave some columns free
		}
		p.column(painted{}, cut(head+c.Version.Text, width)+end)
		return
	}
}

// why returns how the vendor was identified and what the leading text says.
func why(r *evidence.Report, g *view.Group) string {
	s := g.Vendor.Name + ", " + identifiedBy(g) + "."
	c := g.Lead()
	if c == nil {
		return s
	}
	s += " " + c.Jurisdiction + " " + view.TextName(c.Citation, maxTitleColumns) + ": " + verb(c) + ", "
	if c.Basis == denylist.Example {
		s += "named as an example, "
	}
	switch {
	case r.Buyer != nil && c.Speaks == denylist.UnknownRelation:
		s += view.ForceWords(c.Binds()) + ", " + view.SpeaksWords(r.Buyer, c)
	case r.Buyer != nil && c.Basis == denylist.Example: // shortened, because the line has to fit
		s += strings.Replace(view.SpeaksWords(r.Buyer, c), "without a duty", "no duty", 1)
	case r.Buyer != nil:
		s += view.SpeaksWords(r.Buyer, c)
	case c.Addressees == "":
		s += view.ForceWords(c.Binding)
	case c.Binding:
		s += "binding on " + c.Addressees
	default:
		s += "not binding, for " + c.Addressees
	}
	if n := len(g.Citations) - 1; n > 0 {
		s += fmt.Sprintf("; %d more", n)
	}
	if c.SettledBy != "" {
		s += "; limit settled: " + c.SettledBy
	}
	return s + "."
}

// verb returns what a text asks in its own words, or our class for it if they are long.
func verb(c *match.Citation) string {
	if words := view.VerbWords(c); columns(words) <= maxTitleColumns {
		return words
	}
	return view.ActionWords(c.Action)
}

// question returns how the vendor was identified and the first question that a person has to
// settle.
func question(g *view.Group) string {
	s := g.Vendor.Name + ", " + identifiedBy(g)
	c := g.Lead()
	if c == nil {
		return s
	}
	questions := view.Reasons(c.CappedBy)
	if g.Parts[0].Finding.Tier == vendors.Resembles && len(questions) > 0 { // the first question is how it was identified
		questions = questions[1:]
	}
	for i := range questions {
		questions[i] = view.QuestionWords(questions[i])
	}
	if len(questions) > 0 {
		s += ": " + strings.Join(questions, "; ")
	}
	return s
}

// cut returns text within a number of columns, with "…" for what is left out.
func cut(text string, width int) string {
	if columns(text) <= width {
		return text
	}
	const longestWord = 24 // columns; scripts without spaces are cut anywhere
	head, _ := split(text, width-2)
	if i := strings.LastIndexByte(head, ' '); i > 0 && columns(head[i:]) <= longestWord {
		head = head[:i]
	}
	return strings.TrimRight(head, " ,;:") + " …"
}

// identifiedBy returns the first two ways in which the vendor of the parts of a group was
// identified.
func identifiedBy(g *view.Group) string {
	var all []string
	for i := range g.Parts {
		if how := view.IdentifiedBy(&g.Parts[i].Finding.Finding); !slices.Contains(all, how) {
			all = append(all, how)
		}
	}
	if len(all) > 2 {
		all = append(all[:2], "or otherwise")
	}
	return strings.Join(all, ", ")
}

func (p *printer) moreGroups(groups []view.Group) {
	var more []*view.Group
	for i := range groups {
		more = append(more, &groups[i])
	}
	p.line("", "        ", fmt.Sprintf("and %s in %s, all of them %s or less: see -details.", view.Count(len(view.Parts(more)), "more part"), view.Count(len(groups), "group"), groups[0].Verdict))
}

// summaryNotices prints the first notices, those of the report before those of documents.
func (p *printer) summaryNotices(r *evidence.Report) {
	p.notices(r.Notices)
	var all []string
	noText := view.OnlyNoText(r)
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, n := range d.Notices {
			if noText && n.Kind == sbom.WarnNothingScreened { // the verdict says it for all documents
				continue
			}
			if slices.ContainsFunc(d.Gaps, func(g match.Gap) bool { return g.Kind == match.GapNoListings && g.Message == n.Message }) {
				continue // it is said where the gaps are
			}
			all = append(all, cut(d.Path, maxName)+": "+n.Message)
		}
	}
	for i := range all {
		if i == maxNotices && len(all) > maxNotices+1 {
			p.line("", "  ", bold("Notice:"), fmt.Sprintf("%d more; see -details.", len(all)-i))
			return
		}
		p.line("", "  ", bold("Notice:"), all[i])
	}
}

// remarks prints what changes no verdict and belongs in every summary.
func (p *printer) remarks(r *evidence.Report, groups []view.Group) {
	p.summaryNotices(r)
	facts, observed := view.Facts(r), 0
	if words := view.CriteriaWords(r); words != "" {
		p.line("", "  ", words)
	}
	others := ""
	for _, f := range view.Folds(r) {
		observed += len(f.Parts)
		if f.Reason == match.OtherAddressee {
			others = fmt.Sprintf(" (%s for other buyers)", view.Count(f.Texts, "text"))
		}
	}
	var apart []string
	if observed > 0 {
		apart = append(apart, view.Count(observed, "observation")+others)
	}
	if len(facts) > 0 {
		apart = append(apart, view.Count(len(facts), "other fact"))
	}
	if len(apart) > 0 {
		p.line("", "  ", "For no verdict: "+strings.Join(apart, ", ")+".")
	}
	p.summaryFacts(facts, groups)
	if named, all := view.Unidentified(r); all > 0 {
		var names []string
		for i := range named {
			if i == maxNames && all > maxNames+1 {
				break
			}
			names = append(names, cut(view.Component(named[i].Component), maxName))
		}
		s := strings.Join(names, ", ")
		if n := all - len(names); n > 0 && len(names) > 0 {
			s += fmt.Sprintf(" and %d more", n)
		} else if n > 0 {
			s = view.Count(n, "part")
		}
		p.line("", "  ", "No maker's name: "+s+" (unknown, not clear).")
	}
	if text := view.CompanionNotice(r); text != "" {
		var names []string
		for i, c := range r.Companions {
			if i == maxNames && len(r.Companions) > maxNames+1 {
				names = append(names, fmt.Sprintf("and %d more", len(r.Companions)-i))
				break
			}
			names = append(names, cut(c.Path, maxName))
		}
		p.line("", "  ", strings.Replace(text, ": listed below.", ": "+strings.Join(names, ", ")+".", 1))
	}
}

// summaryGaps prints what was not screened. That no listing applies is so for all documents, and is
// said once.
func (p *printer) summaryGaps(r *evidence.Report) {
	var gaps []view.Gap
	said := make(map[string]bool)
	for _, g := range view.Gaps(r) {
		if g.Kind == match.GapNoListings {
			if said[g.Message] {
				continue
			}
			said[g.Message], g.Path = true, ""
			if view.OnlyNoText(r) && len(r.Documents) > 1 {
				g.Path = "all documents"
			}
		}
		gaps = append(gaps, g)
	}
	for i := range gaps {
		if i == maxGaps && len(gaps) > maxGaps+1 {
			p.line("", "  ", painted{"33", "Not screened:"}, fmt.Sprintf("%d more; see -details.", len(gaps)-i))
			return
		}
		g := gaps[i]
		g.Path = cut(g.Path, maxName)
		p.line("", "  ", painted{"33", "Not screened:"}, g.String())
	}
}

// summaryPolicy prints the decision of the policy, if there is one.
func (p *printer) summaryPolicy(r *evidence.Report) {
	if r.Policy == nil {
		return
	}
	p.line("", "  ", bold(r.Policy.Result()))
	lines := r.Policy.Lines()
	if n := len(r.Policy.Expired) - maxExpired; n > 1 { // they come first, and the numbers after them
		more := view.Count(n, "more waiver") + " expired; see -details"
		lines = slices.Concat(lines[:maxExpired], []string{more}, lines[maxExpired+n:])
	}
	for i := range lines {
		if i == maxPolicyLines && len(lines) > maxPolicyLines+1 {
			p.line("  - ", "    ", fmt.Sprintf("%d more; see -details", len(lines)-i))
			return
		}
		p.line("  - ", "    ", lines[i])
	}
}

// next prints what to do next.
func (p *printer) next(r *evidence.Report, groups []view.Group) {
	var steps []string
	if len(groups) > 0 {
		id := groups[0].Parts[0].Finding.ID
		steps = append(steps, "-details", "-explain "+id[:min(shortestID, len(id))])
	} else {
		steps = append(steps, "-details")
	}
	steps = append(steps, "-o report.html")
	if r.Coverage.Unidentified > 0 || len(groups) > 0 {
		steps = append(steps, "bidcheck letter")
	}
	if r.Buyer == nil {
		steps = append(steps, "-buyer NAME")
	}
	p.line("", "", "A finding is for a person to decide on. It is no legal advice.")
	p.line("", "      ", "Next: "+strings.Join(steps, ", ")+".")
}
