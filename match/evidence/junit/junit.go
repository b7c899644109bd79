// SPDX-License-Identifier: Apache-2.0

// Package junit writes a report as JUnit XML, which continuous integration systems show as test
// results.
//
//	err := junit.Write(file, report, nil)
//
// Each document is a suite with a case for its screening, one for each gap, and one for each
// finding, the most severe first. A finding is a failure if the policy fails it or, without a policy,
// if it reaches the verdict to fail on (see [evidence.Options]); otherwise it is skipped, with the
// reason: for a waived finding the author, reason and last day of the waiver. A gap is an error, and
// so is a report in which nothing was screened.
//
// The decision of a policy is a suite of its own with a case that fails if the policy does not pass,
// and a skipped case for each waiver that has expired or that no finding needs. Companion files are
// skipped cases in a suite of their own.
//
// A finding shows its strongest text. The first finding with the same texts shows all of them, with
// their words, limits and exceptions.
package junit

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/policy"
)

type suite struct {
	XMLName    xml.Name   `xml:"testsuite"`
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Class   string  `xml:"classname,attr"`
	Name    string  `xml:"name,attr"`
	Failure *result `xml:"failure"`
	Error   *result `xml:"error"`
	Skipped *result `xml:"skipped"`
	Out     string  `xml:"system-out,omitempty"`
}

type result struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// Options set the form of the report. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("junit: %w", err)
	}
	x := &writer{r: r, decisions: view.Decisions(r), shown: make(map[string]string), properties: properties(r)}
	all := x.suites()
	total := suite{}
	for s := range all {
		total.Tests += s.Tests
		total.Failures += s.Failures
		total.Errors += s.Errors
		total.Skipped += s.Skipped
	}
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%s<testsuites name=\"clause76\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">\n", xml.Header, total.Tests, total.Failures, total.Errors, total.Skipped)
	e := xml.NewEncoder(out)
	e.Indent("  ", "  ")
	clear(x.shown)
	for s := range all {
		if err := e.Encode(s); err != nil {
			return fmt.Errorf("junit: %w", err)
		}
	}
	out.WriteString("\n</testsuites>\n")
	return out.Flush()
}

type writer struct {
	r          *evidence.Report
	decisions  view.Decided
	shown      map[string]string // key of a list of texts → the first finding with them
	properties []property
}

// suites yields the suites, so that only one of them is in memory.
func (x *writer) suites() iter.Seq[suite] {
	return func(yield func(suite) bool) {
		if x.r.Policy != nil && !yield(x.policy(x.r.Policy)) {
			return
		}
		for i := range x.r.Documents {
			if !yield(x.document(&x.r.Documents[i])) {
				return
			}
		}
		for _, g := range x.r.GapsOf(nil) {
			if !yield(suite{Name: "clause76", Tests: 1, Errors: 1, Properties: x.properties, Cases: []testcase{notScreened("clause76", g)}}) {
				return
			}
		}
		if len(x.r.Companions) > 0 {
			yield(x.companions())
		}
	}
}

// policy returns the suite of the decision of a policy.
func (x *writer) policy(d *policy.Decision) suite {
	s := suite{Name: "policy", Properties: x.properties}
	decision := testcase{Class: "policy", Name: "decision", Out: view.Printable(d.Result())}
	if !d.Pass {
		decision.Failure = &result{Message: view.Printable(d.Result()), Type: "policy", Text: lines(view.PolicyNotes(d))}
		s.Failures++
	}
	s.Cases = append(s.Cases, decision)
	skip := func(name, message string) {
		s.Cases = append(s.Cases, testcase{Class: "policy", Name: view.Printable(name), Skipped: &result{Message: view.Printable(message)}})
		s.Skipped++
	}
	for _, e := range d.Expired {
		skip("waiver: "+view.WaiverFor(&e.Waiver), fmt.Sprintf("a waiver by %s expired on %s; findings that it would have let pass: %d", e.Author, e.Expires, e.Findings))
	}
	for i := range d.Unused {
		skip("waiver: "+view.WaiverFor(&d.Unused[i]), fmt.Sprintf("a waiver by %s that no finding needs, valid until %s", d.Unused[i].Author, d.Unused[i].Expires))
	}
	s.Tests = len(s.Cases)
	return s
}

// fails reports whether a finding is a failure: by the policy or, without its decision about the
// finding, by the verdict to fail on.
func (x *writer) fails(f view.Part) bool {
	if d := x.decisions.Of(f); d != (view.Decision{}) {
		return d.Fails
	}
	failOn := x.r.Options.FailOn
	return f.Finding.Verdict == match.NoVerdict || failOn != match.NoVerdict && f.Finding.Verdict >= failOn
}

// companions returns the suite of the companion files.
func (x *writer) companions() suite {
	all := x.r.Companions
	s := suite{Name: "companion files, not screened", Tests: len(all), Skipped: len(all), Properties: x.properties}
	for _, c := range all {
		s.Cases = append(s.Cases, testcase{Class: "clause76", Name: view.Printable(c.Path), Skipped: &result{Message: view.Printable(c.Reason)}})
	}
	return s
}

// properties returns what every suite says of the report: the denylist, the buyer, the findings by
// force, the notices and the policy.
func properties(r *evidence.Report) []property {
	all := []property{{"denylist", r.Denylist.Release}, {"denylistDigest", r.Denylist.Digest}, {"asOf", r.Denylist.AsOf}, {"madeFor", view.Printable(view.MadeFor(r))}}
	if n := view.Counts(r); n != "" {
		all = append(all, property{"findings", n})
	}
	for _, n := range r.Notices {
		all = append(all, property{"notice", view.Printable(n.Message)})
	}
	if r.Policy != nil {
		all = append(all, property{"policy", view.Printable(r.Policy.Result())})
	}
	return all
}

// lines returns lines of text that are safe to show.
func lines(all []string) string {
	var b strings.Builder
	for _, line := range all {
		b.WriteString(view.Printable(line) + "\n")
	}
	return b.String()
}

// notScreened returns the case of a gap.
func notScreened(class string, g match.Gap) testcase {
	return testcase{Class: class, Name: "not screened: " + view.Printable(string(g.Kind)), Error: &result{Message: view.Printable(g.Message), Type: view.Printable(string(g.Kind))}}
}

// byKind returns the gaps of a document with those of one kind as one, because programs tell cases
// apart by their names.
func byKind(gaps []match.Gap) []match.Gap {
	var all []match.Gap
	for _, g := range gaps {
		i := slices.IndexFunc(all, func(x match.Gap) bool { return x.Kind == g.Kind })
		if i < 0 {
			all = append(all, g)
			continue
		}
		all[i].Message += "; " + g.Message
	}
	return all
}

// document returns the suite of a document.
func (x *writer) document(d *evidence.Document) suite {
	path := view.Printable(d.Path)
	s := suite{Name: path, Properties: append(slices.Clone(x.properties), property{"sha256", d.SHA256}, property{"verdict", d.Verdict.String()})}
	gaps := x.r.GapsOf(d)
	screening := testcase{Class: path, Name: "screened", Out: x.screened(d)}
	if len(gaps) > 0 {
		screening.Skipped = &result{Message: "not all of it was screened: see the errors"}
		s.Skipped++
	}
	s.Cases = append(s.Cases, screening)
	for _, g := range byKind(gaps) {
		s.Cases = append(s.Cases, notScreened(path, g))
		s.Errors++
	}
	for _, f := range view.SortedOf(d) {
		t, text := x.finding(path, f)
		if x.fails(f) {
			t.Failure = &text
			t.Failure.Type = f.Finding.Verdict.String()
			s.Failures++
		} else {
			t.Skipped = &text
			s.Skipped++
		}
		s.Cases = append(s.Cases, t)
	}
	s.Tests = len(s.Cases)
	return s
}

// screened returns how much of a document was screened, its notices and its observations.
func (x *writer) screened(d *evidence.Document) string {
	c := d.Coverage
	all := []string{fmt.Sprintf("%d components; %d with a vendor identity, %d without; %d fields or elements could not be read", c.Components, c.Identified, c.Unidentified, c.Malformed)}
	for _, n := range d.Notices {
		all = append(all, "notice: "+n.Message)
	}
	for _, g := range view.Observations([]evidence.Document{*d}) {
		all = append(all, g.Line(x.r.Buyer))
	}
	return strings.TrimSuffix(lines(all), "\n")
}

// finding returns the case of a finding and its text.
func (x *writer) finding(path string, p view.Part) (testcase, result) {
	f := p.Finding
	t := testcase{Class: path, Name: view.Printable(fmt.Sprintf("%s: attributed to %s", view.Component(&f.Component), f.Vendor.Name))}
	message := fmt.Sprintf("%s %s: %s, %s", f.Verdict, view.ByForce(f), f.Vendor.Name, view.Identified(&f.Finding))
	if d := x.decisions.Of(p); d.Waiver != nil || d.Why != "" {
		message = d.String() + "; " + message
	}
	text := []string{"finding " + f.ID}
	if at := view.Place(f.Component.Location); at != "" {
		text = append(text, at)
	}
	if f.Note != "" {
		text = append(text, f.Note)
	}
	text = append(text, x.texts(f)...)
	return t, result{Message: view.Printable(message), Text: lines(text)}
}

// texts returns the texts of a finding: all of them in full if it is the first with these texts, and
// else the strongest on a line.
func (x *writer) texts(f *evidence.Finding) []string {
	if len(f.Citations) == 0 {
		return []string{"the record has no text for it"}
	}
	key := view.ListKey(f.Citations)
	if first := x.shown[key]; first != "" {
		return []string{"strongest text: " + view.Brief(x.r.Buyer, view.Strongest(f)), fmt.Sprintf("its texts: those of the finding %s (%d)", first, len(f.Citations))}
	}
	x.shown[key] = f.ID
	var all []string
	for i := range f.Citations {
		all = append(all, view.TextLines(x.r.Buyer, &f.Citations[i])...)
	}
	return all
}
