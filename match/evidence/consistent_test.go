// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
)

// A record that contradicts itself is refused, and does not give a program the status of a better
// one.
func TestRecordThatContradictsItself(t *testing.T) {
	decided := func(r *evidence.Report) *policy.Decision {
		p, err := policy.Parse([]byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Decide(p, "2026-12-01")
		return r.Policy
	}
	for name, lie := range map[string]func(*evidence.Report){
		"verdict of the report":    func(r *evidence.Report) { r.Verdict = match.Clear },
		"a worse verdict":          func(r *evidence.Report) { r.Documents[0].Verdict = match.Review },
		"verdict of a document":    func(r *evidence.Report) { r.Verdict, r.Documents[0].Verdict = match.Clear, match.Clear },
		"incomplete and clear":     func(r *evidence.Report) { r.Documents[1].Complete = false },
		"a gap and clear":          func(r *evidence.Report) { r.Documents[1].Gaps = []match.Gap{match.GapNoParts.Gap(0)} },
		"an error and clear":       func(r *evidence.Report) { r.Documents[1].Error = &evidence.Error{Kind: "syntax", Message: "x"} },
		"unlisted and clear":       func(r *evidence.Report) { r.Documents[1].Unlisted = &match.Unlisted{Findings: 1, Verdict: match.Ban} },
		"unlisted without verdict": func(r *evidence.Report) { r.Documents[0].Unlisted = &match.Unlisted{Findings: 1} },
		"fewer unlisted than none": func(r *evidence.Report) { r.Documents[0].Unlisted = &match.Unlisted{Observations: -1} },
		"nothing in the documents": func(r *evidence.Report) { r.Documents = nil },
		"coverage of the report":   func(r *evidence.Report) { r.Coverage.Unidentified++ },
		"negative coverage":        func(r *evidence.Report) { r.Coverage.Malformed--; r.Documents[1].Coverage.Malformed-- },
		"a clear finding":          func(r *evidence.Report) { r.Documents[0].Findings[0].Verdict = match.Clear },
		"an observation's verdict": func(r *evidence.Report) { r.Documents[0].Observations[0].Verdict = match.Review },
		"as-of day":                func(r *evidence.Report) { r.Denylist.AsOf = "2026-13-01" },
		"digest of the denylist":   func(r *evidence.Report) { r.Denylist.Digest = "x" },
		"digest of a document":     func(r *evidence.Report) { r.Documents[0].SHA256 = strings.Repeat("Z", 64) },
		"digest of a container":    func(r *evidence.Report) { r.Documents[0].Container = &evidence.File{Path: "x", SHA256: "00"} },
		"size of a companion":      func(r *evidence.Report) { r.Companions = []evidence.File{{Path: "x", Bytes: -1}} },
		"purpose":                  func(r *evidence.Report) { r.Purpose = []string{"network"} },
		"buyer without codes":      func(r *evidence.Report) { r.Buyer = &denylist.Buyer{Name: "x", Title: "X"} },
		"policy that passes":       func(r *evidence.Report) { decided(r).Pass = true },
		"policy without findings":  func(r *evidence.Report) { p := decided(r); p.Fails, p.Pass = nil, true },
		"policy on no day":         func(r *evidence.Report) { decided(r).Day = "soon" },
		"key that is not a digest": func(r *evidence.Report) { r.Options.Keys = []string{"x"} },
	} {
		t.Run(name, func(t *testing.T) {
			r := screen(t, map[string]string{"a.json": bom("agent", "AO Kaspersky Lab"), "b.json": bom("tool", "Acme Inc.")})
			if r.Verdict == match.Clear || r.Documents[1].Verdict != match.Clear || len(r.Documents[0].Observations) == 0 {
				t.Fatalf("%s, %s, %d observations", r.Verdict, r.Documents[1].Verdict, len(r.Documents[0].Observations))
			}
			rewritten(t, r)
			lie(r)
			var b bytes.Buffer
			if err := r.WriteJSON(&b); err != nil {
				t.Fatal(err)
			}
			if _, err := evidence.ParseReport(b.Bytes()); !errors.Is(err, evidence.ErrRecord) {
				t.Errorf("%v; want ErrRecord", err)
			}
			if _, err := r.Statement(); err == nil {
				t.Error("there is a statement of it")
			}
		})
	}
}

// The verdict and the exit status are at least those of the worst finding, listed or not.
func TestVerdictOfTheWorstFinding(t *testing.T) {
	r := screen(t, map[string]string{"a.json": bom("agent", "AO Kaspersky Lab")})
	worst := r.Verdict
	r.Options.FailOn = worst
	for name, set := range map[string]func(){
		"the report":   func() { r.Verdict = match.Clear },
		"the document": func() { r.Verdict, r.Documents[0].Verdict = match.Clear, match.Clear },
	} {
		if set(); r.ExitStatus() != evidence.ExitFound {
			t.Errorf("%s is said to be clear: exit status %d", name, r.ExitStatus())
		}
	}
	if r.Finish(nil, nil); r.Verdict != worst || r.Documents[0].Verdict != worst {
		t.Errorf("%s and %s; want %s", r.Verdict, r.Documents[0].Verdict, worst)
	}
	result := &match.Result{Verdict: match.Clear, Unlisted: match.Unlisted{Findings: 1, Verdict: match.Exclude}}
	if d := evidence.NewDocument(evidence.File{}, result.Header, result, nil); d.Verdict != match.Exclude {
		t.Errorf("%s with an unlisted finding; want exclude", d.Verdict)
	}
}
