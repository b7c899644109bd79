// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom/adapter"
)

// What a program leaves out is an error or a safe value, and no panic.
func TestNoPanics(t *testing.T) {
	uncited := many(t, 1)
	uncited.Documents[0].Findings[0].Citations = []match.Citation{{}}
	writers := map[string]func(io.Writer, *evidence.Report) error{
		"record":         func(w io.Writer, r *evidence.Report) error { return r.WriteJSON(w) },
		"letter":         func(w io.Writer, r *evidence.Report) error { return text.WriteLetter(w, r, nil) },
		"letter in HTML": func(w io.Writer, r *evidence.Report) error { return html.WriteLetter(w, r, nil) },
		"explanation": func(w io.Writer, r *evidence.Report) error {
			return text.WriteExplanation(w, r, "all", denylist.Current().Register(), nil)
		},
	}
	for name, write := range allViews {
		writers[name] = write
	}
	for name, write := range writers {
		if err := write(io.Discard, uncited); err == nil {
			t.Errorf("%s: a citation without a text is no error", name)
		}
		if err := write(io.Discard, nil); err == nil {
			t.Errorf("%s: a nil report is no error", name)
		}
	}
	if _, err := json.Marshal(uncited); err == nil {
		t.Error("a citation without a text has a record")
	}
	d := evidence.Document{Format: "CycloneDX", SpecVersion: "1.6", Encoding: "JSON", Findings: uncited.Documents[0].Findings,
		SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
	if err := adapter.Annotate(io.Discard, uncited, &adapter.AnnotateOptions{Record: &d}); !errors.Is(err, adapter.ErrCannotAnnotate) {
		t.Errorf("annotations of it: %v", err)
	}
	evidence.Compare(uncited, uncited, nil)
	if new(match.Citation).Binds() {
		t.Error("a citation without a text binds")
	}
	if err := (&match.IncompleteError{}).Error(); err == "" {
		t.Error("an empty error has no text")
	}
	if _, err := denylist.Current().Extend("own", "2026-11-30", "h1:x", nil, nil); !errors.Is(err, denylist.ErrRelease) {
		t.Errorf("a nil register: %v", err)
	}
}

// Nothing passes by a policy, a release or a screening that is not there.
func TestNothingPassesByNothing(t *testing.T) {
	if _, err := policy.ParseFor([]byte(`{}`), nil); !errors.Is(err, policy.ErrPolicy) {
		t.Errorf("a nil release: %v", err)
	}
	r := many(t, 1)
	if r.Decide(nil, "2026-12-01"); r.Policy == nil || r.Policy.Pass || r.ExitStatus() == evidence.ExitClear {
		t.Errorf("a nil policy: %+v, exit status %d", r.Policy, r.ExitStatus())
	}
	p, err := policy.Parse([]byte(`{"requireComplete":false}`))
	if err != nil {
		t.Fatal(err)
	}
	release := denylist.Current()
	for name, s := range map[string]*policy.Screening{
		"nil":                  nil,
		"no findings, no gaps": {Release: release.Name(), Digest: release.Digest(), AsOf: release.Date()},
		"a nil finding": {Release: release.Name(), Digest: release.Digest(), AsOf: release.Date(),
			Findings: func(yield func(policy.Finding) bool) { yield(policy.Finding{}) }, Gaps: func(func(policy.Gap) bool) {}},
		"a finding without a text": {Release: release.Name(), Digest: release.Digest(), AsOf: release.Date(),
			Findings: func(yield func(policy.Finding) bool) {
				yield(policy.Finding{Finding: &match.Finding{Verdict: match.Ban, Citations: make([]match.Citation, 1)}})
			}, Gaps: func(func(policy.Gap) bool) {}},
	} {
		if d := p.Decide(s, "2026-12-01"); d.Pass {
			t.Errorf("%s passes", name)
		}
	}
}
