// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom/adapter"
	"github.com/clause76/clause76/vendors"
)

// gapKinds are all kinds of gaps, each with its words.
var gapKinds = []match.Gap{
	match.GapIncomplete.Gap(0), match.GapMalformed.Gap(11), match.GapLinks.Gap(22),
	match.GapNothing.Gap(0), match.GapNoParts.Gap(0), match.GapIdentity.Gap(33), match.GapUndecided.Gap(44),
}

// gapped is a document with a verdict, findings for it, and gaps.
func gapped(path string, verdict match.Verdict, gaps ...match.Gap) evidence.Document {
	d := evidence.Document{Path: path, Verdict: verdict, Complete: true, Coverage: match.Coverage{Components: 1, Complete: true}, Gaps: []match.Gap{}}
	if verdict == match.Ban || verdict == match.Review {
		d.Findings = []evidence.Finding{{ID: "0123456789abcdef", Finding: match.Finding{Verdict: verdict, Tier: vendors.Declared, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: "agent"}}}}
	}
	for _, g := range gaps {
		d.Gaps = append(d.Gaps, g)
		if g.Kind == match.GapIncomplete {
			d.Complete, d.Coverage.Complete = false, false
		}
	}
	return d
}

// Every view says of every gap what was not screened, and of which document, whatever verdict
// outranks the gap: a reader of one view must not take for screened what was not.
func TestGapsInAllViews(t *testing.T) {
	for _, verdict := range []match.Verdict{match.Ban, match.Review, match.Inconclusive} {
		for _, g := range gapKinds {
			for name, docs := range map[string][]evidence.Document{
				"alone":               {gapped("gap.json", verdict, g)},
				"with another gap":    {gapped("gap.json", verdict, match.GapNoParts.Gap(0), g)},
				"beside a clear one":  {gapped("a.json", match.Clear), gapped("gap.json", verdict, g)},
				"beside a finding":    {gapped("a.json", match.Ban), gapped("gap.json", verdict, g)},
				"beside one its path": {gapped("gap.json", match.Ban), gapped("gap.json", verdict, g)},
			} {
				t.Run(fmt.Sprintf("%s %s %s", verdict, g.Kind, name), func(t *testing.T) { showsGaps(t, docs, 1+strings.Count(name, "another")) })
			}
		}
	}
	t.Run("no document", func(t *testing.T) { showsGaps(t, nil, 1) })
	empty := gapped("gap.json", match.Inconclusive, match.GapNothing.Gap(0))
	empty.Coverage.Components = 0
	for name, err := range map[string]*evidence.Error{"fault": {Kind: "syntax", Message: "unexpected end of input"}, "no error": nil} {
		d := gapped("gap.json", match.Review, match.GapIncomplete.Gap(0))
		d.Error, d.Unlisted = err, &match.Unlisted{Findings: 5, Observations: 7, Verdict: match.Ban}
		t.Run("unlisted with "+name, func(t *testing.T) { showsGaps(t, []evidence.Document{d}, 2) })
	}
	t.Run("no part", func(t *testing.T) { showsGaps(t, []evidence.Document{empty}, 2) })
}

// showsGaps writes all views of a report of documents, and looks for each of its gaps.
func showsGaps(t *testing.T, docs []evidence.Document, want int) {
	r := &evidence.Report{SchemaVersion: "2", Options: evidence.Options{FailOn: match.Ban}, Denylist: evidence.Denylist{AsOf: "2018-06-13"}}
	r.Finish(docs, []evidence.File{{Path: "offer.pdf", Reason: "PDF document"}})
	gaps := view.Gaps(r)
	r.Options.FailOn = match.NoVerdict
	if len(gaps) < want || r.ExitStatus() != evidence.ExitUnscreened {
		t.Errorf("%d gaps, want %d; exit status %d", len(gaps), want, r.ExitStatus())
	}
	r.Options.FailOn = match.Ban
	outs := make(map[string]string)
	for name, write := range allViews {
		outs[name] = written(t, name, write, r)
	}
	outs["comparison"] = written(t, "comparison", func(w io.Writer, r *evidence.Report) error {
		return text.WriteComparison(w, evidence.Compare(r, r, nil), nil)
	}, r)
	outs["comparison in JSON"] = written(t, "comparison", func(w io.Writer, r *evidence.Report) error { return evidence.Compare(r, r, nil).WriteJSON(w) }, r)
	if slices.ContainsFunc(docs, func(d evidence.Document) bool { return len(d.Findings) > 0 }) {
		outs["explanation"] = written(t, "explanation", func(w io.Writer, r *evidence.Report) error {
			return text.WriteExplanation(w, r, "all", denylist.Current().Register(), nil)
		}, r)
	}
	for name, out := range outs {
		flat := strings.Join(strings.Fields(out), " ")
		for _, g := range gaps {
			if !strings.Contains(flat, g.Message) || !strings.Contains(flat, g.Path) {
				t.Errorf("%s: no %q of %q", name, g.Message, g.Path)
			}
		}
		for _, bad := range []string{"Everything was read", "Everything was screened"} {
			if strings.Contains(flat, bad) {
				t.Errorf("%s says: %s", name, bad)
			}
		}
	}
	countsGaps(t, outs, len(gaps))
}

// countsGaps checks that programs that read a view see as many gaps as there are.
func countsGaps(t *testing.T, outs map[string]string, want int) {
	t.Helper()
	for _, name := range []string{"csv", "csv-citations"} {
		if n := strings.Count(outs[name], "\r\ngap,"); n != want {
			t.Errorf("%s: %d rows of gaps, want %d\n%s", name, n, want, outs[name])
		}
	}
	var suites struct {
		Errors int `xml:"errors,attr"`
	}
	if err := xml.Unmarshal([]byte(outs["junit"]), &suites); err != nil || suites.Errors != want || strings.Count(outs["junit"], "<error ") != want {
		t.Errorf("junit: %d errors, want %d, %v\n%s", suites.Errors, want, err, outs["junit"])
	}
	var log struct {
		Runs []struct {
			Invocations []struct {
				ExecutionSuccessful        bool
				ToolExecutionNotifications []struct{ Level string }
			}
		}
	}
	if err := json.Unmarshal([]byte(outs["sarif"]), &log); err != nil {
		t.Fatal(err)
	}
	n, run := 0, log.Runs[0].Invocations[0]
	for _, x := range run.ToolExecutionNotifications {
		if x.Level != "note" {
			n++
		}
	}
	if n != want || run.ExecutionSuccessful {
		t.Errorf("sarif: %d notifications, want %d; successful %v", n, want, run.ExecutionSuccessful)
	}
	if n := strings.Count(outs["oscal"], `"name":"gap"`); n != want {
		t.Errorf("oscal: %d findings of gaps, want %d", n, want)
	}
}

// What was screened in whole has no gap in any view.
func TestNoGaps(t *testing.T) {
	r := &evidence.Report{SchemaVersion: "2", Options: evidence.Options{FailOn: match.Ban}, Denylist: evidence.Denylist{AsOf: "2018-06-13"}}
	r.Finish([]evidence.Document{gapped("a.json", match.Ban), gapped("b.json", match.Clear)}, nil)
	for name, write := range allViews {
		out := written(t, name, write, r)
		for _, bad := range []string{"Not screened", "Not everything", "\r\ngap,", "<error", `"executionSuccessful": false`} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: %q of what was screened in whole", name, bad)
			}
		}
	}
}

// The coverage, the verdict and the error tell of gaps, too, where a record has none for them.
func TestGapsOfCoverage(t *testing.T) {
	for want, d := range map[match.GapKind]evidence.Document{
		match.GapMalformed:  {Verdict: match.Ban, Complete: true, Coverage: match.Coverage{Components: 1, Malformed: 1}},
		match.GapIncomplete: {Verdict: match.Ban, Coverage: match.Coverage{Components: 1}},
		match.GapIdentity:   {Verdict: match.Inconclusive, Complete: true, Coverage: match.Coverage{Components: 2, Unidentified: 1}},
		match.GapNothing:    {Verdict: match.Inconclusive, Complete: true},
	} {
		r := &evidence.Report{SchemaVersion: "2"}
		if got := r.GapsOf(&d); len(got) != 1 || got[0].Kind != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
}

// An annotated copy says what of the document was not screened.
func TestGapsInAnnotations(t *testing.T) {
	for name, text := range map[string]string{
		"CycloneDX": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","name":"agent","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"x","supplier":[]}]}`,
		"SPDX": `{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"x","documentNamespace":"https://example.com/x","creationInfo":{"created":"2024-01-01T00:00:00Z","creators":["Tool: x"]},"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-o","spdxDocument":"https://example.com/o","checksum":{"algorithm":"SHA1","checksumValue":"d6a770ba38583ed4bb4525bd96e50461655d2758"}}],` +
			`"packages":[{"SPDXID":"SPDXRef-a","name":"agent","supplier":"Organization: Kaspersky Lab","downloadLocation":"NOASSERTION"},{"SPDXID":"SPDXRef-b","name":"x","downloadLocation":"NOASSERTION"}]}`,
	} {
		r := screenWith(t, denylist.Current(), map[string]string{"a.json": text})
		d := &r.Documents[0]
		d.SHA256 = fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		gaps := r.GapsOf(d)
		if len(gaps) == 0 || len(d.Findings) == 0 {
			t.Fatalf("%s: %v, %d findings", name, gaps, len(d.Findings))
		}
		var b bytes.Buffer
		if err := adapter.Annotate(&b, r, &adapter.AnnotateOptions{Content: []byte(text), Record: d}); err != nil {
			t.Fatal(err)
		}
		for _, g := range gaps {
			if !strings.Contains(b.String(), "Not screened of this document: "+g.Message) {
				t.Errorf("%s: no %q in %s", name, g.Message, b.String())
			}
		}
	}
}

// Who reads that something is clear also reads how many files were passed over beside it.
func TestPassedOver(t *testing.T) {
	report := func(c ...evidence.File) *evidence.Report {
		r := &evidence.Report{SchemaVersion: "2", Options: evidence.Options{FailOn: match.Ban}, Denylist: evidence.Denylist{AsOf: "2018-06-13"}}
		r.Finish([]evidence.Document{gapped("a.json", match.Clear)}, c)
		return r
	}
	pdf := evidence.File{Path: "offer.pdf", Reason: "PDF document"}
	for want, r := range map[string]*evidence.Report{
		"1 companion file (PDF document) was not screened: listed below.": report(pdf),
		"3 companion files (text for people, PDF document) were not screened: listed below.": report(pdf,
			evidence.File{Path: "more.pdf", Reason: "PDF document"}, evidence.File{Path: "LICENSE", Reason: "text for people"}),
	} {
		if got := view.CompanionNotice(r); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		for name, write := range allViews {
			out := strings.Join(strings.Fields(written(t, name, write, r)), " ")
			if (name == "table" || name == "html" || name == "markdown") && !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
			if !strings.Contains(out, "offer.pdf") || strings.Contains(out, "Everything was read") {
				t.Errorf("%s: everything was read, or no offer.pdf\n%s", name, out)
			}
		}
	}
	if got := view.CompanionNotice(report()); got != "" {
		t.Errorf("nothing was passed over: %q", got)
	}
}
