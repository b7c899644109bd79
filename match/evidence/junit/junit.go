// SPDX-License-Identifier: Apache-2.0

// Package junit writes a report as JUnit XML, which continuous integration systems show as test
// results.
//
//	err := junit.Write(file, report, nil)
//
// Each document is a suite with a case for its screening, one for each gap, and one for each
// finding. A finding is a failure if the policy fails it or, without a policy, if it reaches the
// verdict to fail on (see [evidence.Options]); otherwise it is skipped, with its reason. A gap is
// an error, and so is a report in which nothing was screened. Companion files are skipped cases
// in a suite of their own.
//
// The view names the cited texts only.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Skipped  int      `xml:"skipped,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
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
	fails := failing(r)
	all := suites{Name: "clause76"}
	for i := range r.Documents {
		all.add(document(r, &r.Documents[i], fails))
	}
	for _, g := range r.GapsOf(nil) {
		all.add(suite{Name: "clause76", Tests: 1, Errors: 1, Properties: properties(r), Cases: []testcase{notScreened("clause76", g)}})
	}
	if len(r.Companions) > 0 {
		all.add(companions(r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return fmt.Errorf("junit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// failing returns a function that reports whether a finding is a failure.
func failing(r *evidence.Report) func(*evidence.Document, *evidence.Finding) bool {
	if r.Policy != nil {
		type key struct{ path, id string }
		all := make(map[key]bool)
		for _, f := range r.Policy.Fails {
			all[key{f.Document, f.ID}] = true
		}
		return func(d *evidence.Document, f *evidence.Finding) bool { return all[key{d.Path, f.ID}] }
	}
	failOn := r.Options.FailOn
	return func(_ *evidence.Document, f *evidence.Finding) bool {
		return f.Verdict == match.NoVerdict || failOn != match.NoVerdict && f.Verdict >= failOn
	}
}

// add adds a suite and its counts.
func (all *suites) add(s suite) {
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Skipped += s.Skipped
	all.Suites = append(all.Suites, s)
}

// companions returns the suite of the companion files.
func companions(r *evidence.Report) suite {
	s := suite{Name: "companion files, not screened", Tests: len(r.Companions), Skipped: len(r.Companions), Properties: properties(r)}
	for _, c := range r.Companions {
		s.Cases = append(s.Cases, testcase{Class: "clause76", Name: view.Printable(c.Path), Skipped: &result{Message: view.Printable(c.Reason)}})
	}
	return s
}

// properties returns the denylist, the notices and the policy of the report.
func properties(r *evidence.Report) []property {
	all := []property{{"denylist", r.Denylist.Release}, {"denylistDigest", r.Denylist.Digest}, {"asOf", r.Denylist.AsOf}}
	for _, n := range r.Notices {
		all = append(all, property{"notice", view.Printable(n.Message)})
	}
	if r.Policy != nil {
		all = append(all, property{"policy", view.Printable(r.Policy.Result())})
	}
	return all
}

// notScreened returns the case of a gap.
func notScreened(class string, g match.Gap) testcase {
	return testcase{Class: class, Name: "not screened: " + view.Printable(string(g.Kind)), Error: &result{Message: view.Printable(g.Message), Type: view.Printable(string(g.Kind))}}
}

// document returns the suite of a document.
func document(r *evidence.Report, d *evidence.Document, fails func(*evidence.Document, *evidence.Finding) bool) suite {
	path := view.Printable(d.Path)
	s := suite{Name: path, Properties: append(properties(r), property{"sha256", d.SHA256}, property{"verdict", d.Verdict.String()})}
	c := d.Coverage
	screening := testcase{Class: path, Name: "screened", Out: fmt.Sprintf("%d components; %d with a vendor identity, %d without; %d fields or elements could not be read", c.Components, c.Identified, c.Unidentified, c.Malformed)}
	for _, n := range d.Notices {
		screening.Out += "\nnotice: " + view.Printable(n.Message)
	}
	gaps := r.GapsOf(d)
	if len(gaps) > 0 {
		screening.Skipped = &result{Message: "not all of it was screened: see the errors"}
		s.Skipped++
	}
	s.Cases = append(s.Cases, screening)
	for _, g := range gaps {
		s.Cases = append(s.Cases, notScreened(path, g))
		s.Errors++
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		t, text := finding(path, f)
		if fails(d, f) {
			t.Failure = &text
			t.Failure.Type = f.Verdict.String()
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

// finding returns the case of a finding and its text.
func finding(path string, f *evidence.Finding) (testcase, result) {
	t := testcase{Class: path, Name: view.Printable(fmt.Sprintf("%s: attributed to %s", strings.TrimSpace(f.Component.Name+" "+f.Component.Version), f.Vendor.Name))}
	var text strings.Builder
	fmt.Fprintf(&text, "at %s\n", view.Printable(f.Component.Location.Pointer))
	for _, c := range f.Citations {
		fmt.Fprintf(&text, "%s: %s, %s\n", c.Verdict, c.Title, c.URL)
	}
	return t, result{Message: fmt.Sprintf("%s: %s, %s", f.Verdict, f.Vendor.Name, f.Tier), Text: text.String()}
}
