// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func screen(t testing.TB, docs map[string]string) *evidence.Report {
	t.Helper()
	return screenWith(t, denylist.Current(), docs)
}

// screenWith screens the documents with a release of the denylist.
func screenWith(t testing.TB, release *denylist.Release, docs map[string]string) *evidence.Report {
	t.Helper()
	m, err := match.New(release, nil)
	if err != nil {
		t.Fatal(err)
	}
	return screenBy(t, m, docs)
}

// screenBy screens documents with a matcher.
func screenBy(t testing.TB, m *match.Matcher, docs map[string]string) *evidence.Report {
	t.Helper()
	var records []evidence.Document
	for path, text := range docs {
		src := evidence.File{Path: path, SHA256: strings.Repeat("0", 64), Bytes: int64(len(text))}
		doc := sbom.NewReader(strings.NewReader(text), nil)
		r, err := m.Check(t.Context(), doc)
		records = append(records, evidence.NewDocument(src, doc.Header(), r, err))
	}
	r := evidence.New(m, "test", match.Ban)
	r.Finish(records, nil)
	return r
}

func bom(name, supplier string) string {
	b, err := json.Marshal(map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6",
		"components": []any{map[string]any{"type": "application", "name": name, "supplier": map[string]string{"name": supplier}}}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func schema(t testing.TB) *jsonschema.Resolved {
	t.Helper()
	var s jsonschema.Schema
	if err := json.Unmarshal(new(evidence.Report).Schema(), &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func validate(t testing.TB, r *evidence.Report) error {
	t.Helper()
	var buf bytes.Buffer
	if err := r.WriteJSON(&buf); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(buf.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	return schema(t).Validate(v)
}

// Every report follows the published schema, and the schema refuses what does not.
func TestSchema(t *testing.T) {
	r := screen(t, map[string]string{
		"a": bom("kav", "AO Kaspersky Lab"), "b": bom("x", "Acme"), "c": "{}", "d": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[null]}`,
		"e": bom("kaspersky-detector", "Acme"), "f": bom("MF286", "ZTE Corporation"), "g": "", "h": bom("y", "Honor Device Co., Ltd."),
	})
	if err := validate(t, r); err != nil {
		t.Error(err)
	}
	if err := validate(t, screen(t, nil)); err != nil {
		t.Errorf("empty report: %v", err)
	}
	spoiled := screen(t, map[string]string{"a": bom("kav", "AO Kaspersky Lab")})
	var buf bytes.Buffer
	if err := spoiled.WriteJSON(&buf); err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(bytes.ReplaceAll(buf.Bytes(), []byte(`"verdict": "ban"`), []byte(`"verdict": "malicious"`)), &v); err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(v); err == nil {
		t.Error("the schema accepts a verdict that does not exist")
	}
}

// The worst verdict wins; nothing screened is not clear.
func TestReportVerdict(t *testing.T) {
	tests := []struct {
		name     string
		docs     map[string]string
		want     string
		complete bool
	}{
		{"nothing", nil, "inconclusive", false},
		{"clear", map[string]string{"a": bom("x", "Acme")}, "clear", true},
		{"unreadable beside clear", map[string]string{"a": bom("x", "Acme"), "b": "{"}, "inconclusive", false},
		{"a document without components", map[string]string{"a": `{"bomFormat":"CycloneDX","specVersion":"1.6"}`}, "inconclusive", true},
		{"cut off behind a ban", map[string]string{"a": strings.TrimSuffix(bom("x", "AO Kaspersky Lab"), "}")}, "ban", false},
		{"unreadable beside ban", map[string]string{"a": bom("x", "AO Kaspersky Lab"), "b": "{"}, "ban", false},
	}
	for _, tt := range tests {
		if r := screen(t, tt.docs); r.Verdict.String() != tt.want || r.Coverage.Complete != tt.complete {
			t.Errorf("%s: verdict %s, complete %v; want %s, %v", tt.name, r.Verdict, r.Coverage.Complete, tt.want, tt.complete)
		}
	}
}

func TestFailed(t *testing.T) {
	d := evidence.NewDocument(evidence.File{Path: "p"}, sbom.Header{Format: "SPDX", Components: 7}, nil, errors.New("disk on fire"))
	if d.Verdict != match.Inconclusive || d.Error == nil || d.Error.Kind != "read" || d.Complete || d.Coverage.Complete || d.Coverage.Components != 0 || len(d.Gaps) != 1 {
		t.Errorf("%+v", d)
	}
	// What was found before a fault is kept, with the counts so far.
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(bom("kav", "AO Kaspersky Lab"), "}")
	_, err = m.Check(t.Context(), sbom.NewReader(strings.NewReader(text), nil))
	d = evidence.NewDocument(evidence.File{Path: "p"}, sbom.Header{}, nil, fmt.Errorf("screening: %w", err))
	if d.Verdict != match.Ban || len(d.Findings) != 1 || d.Complete || d.Coverage.Components != 1 || d.Coverage.Complete || d.Error.Kind != "syntax" || d.Error.Location.Offset == 0 || d.Format != "CycloneDX" {
		t.Errorf("%+v", d)
	}
	if len(d.Gaps) != 1 || d.Gaps[0].Kind != "incomplete" {
		t.Errorf("gaps %+v", d.Gaps)
	}
}

// Documents that are clear by themselves and have no component make no report that is clear.
func TestNothingScreened(t *testing.T) {
	r := screen(t, map[string]string{"a": bom("x", "Acme")})
	r.Documents[0].Coverage.Components = 0
	docs := r.Documents
	r.Documents = nil
	r.Finish(docs, nil)
	gaps := 0
	for range r.NotScreened() {
		gaps++
	}
	if r.Verdict != match.Inconclusive || r.ExitStatus() != evidence.ExitUnscreened || gaps != 1 {
		t.Errorf("%s, status %d, %d gaps", r.Verdict, r.ExitStatus(), gaps)
	}
}

// Notices are in the record, and change no verdict.
func TestNotices(t *testing.T) {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	doc := sbom.NewDocument(sbom.Header{Format: "test"}, nil, func(s *sbom.Sink) error {
		s.Notice(sbom.WarnIncomplete, "the document calls itself incomplete", vendors.Location{Pointer: "/compositions/0"})
		s.Emit(sbom.Component{Name: "x"})
		return nil
	})
	result, err := m.Check(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "test", match.NoVerdict)
	r.Finish([]evidence.Document{evidence.NewDocument(evidence.File{Path: "p"}, sbom.Header{}, result, nil)}, nil)
	if d := r.Documents[0]; d.Verdict != match.Clear || len(d.Notices) != 1 || d.Notices[0].Message != "the document calls itself incomplete" || d.Notices[0].Kind != "incomplete" {
		t.Errorf("%+v", d)
	}
	if err := validate(t, r); err != nil {
		t.Error(err)
	}
}

// The order of exit statuses.
func TestExitStatus(t *testing.T) {
	for _, tt := range []struct {
		docs   map[string]string
		failOn match.Verdict
		want   int
	}{
		{map[string]string{"a": bom("x", "Acme")}, match.Inconclusive, evidence.ExitClear},
		{map[string]string{"a": bom("x", "AO Kaspersky Lab")}, match.Ban, evidence.ExitFound},
		{map[string]string{"a": bom("x", "AO Kaspersky Lab"), "b": "{"}, match.Ban, evidence.ExitFound},
		{map[string]string{"a": bom("x", "AO Kaspersky Lab"), "b": "{"}, match.NoVerdict, evidence.ExitUnscreened},
		{map[string]string{"a": bom("x", "AO Kaspersky Lab")}, match.NoVerdict, evidence.ExitClear},
		{map[string]string{"a": bom("x", "Acme"), "b": "{"}, match.Review, evidence.ExitUnscreened},
		{nil, match.Review, evidence.ExitUnscreened},
		{nil, match.Inconclusive, evidence.ExitFound},
	} {
		r := screen(t, tt.docs)
		r.Options.FailOn = tt.failOn
		if got := r.ExitStatus(); got != tt.want {
			t.Errorf("%v, fails on %q: %d, want %d", tt.docs, tt.failOn, got, tt.want)
		}
	}
}

// Text of a document stays inert in the table: it cannot steer a terminal, forge a
// line of the report or break the width.
func TestTableIsInert(t *testing.T) {
	hostile := "x\x1b[2J\x1b[1;32mclear\x1b[0m\r\n── All documents ──\nclear\u202e\u200b\u0007" + strings.Repeat("A", 10_000)
	r := screen(t, map[string]string{"a\x1b[31m": bom(hostile, "AO Kaspersky Lab")})
	for _, color := range []bool{false, true} {
		var buf bytes.Buffer
		if err := text.Write(&buf, r, &text.Options{Color: color, Details: true}); err != nil {
			t.Fatal(err)
		}
		if err := text.Write(&buf, r, &text.Options{Color: color}); err != nil {
			t.Fatal(err)
		}
		out := buf.String()
		buf.Reset()
		if err := text.WriteExplanation(&buf, r, "all", denylist.Current().Register(), &text.Options{Color: color}); err != nil {
			t.Fatal(err)
		}
		out += buf.String()
		if color {
			out = regexp.MustCompile("\x1b\\[(0|1|2|3[0-9]|1;3[0-9])m").ReplaceAllString(out, "")
		}
		if i := strings.IndexFunc(out, func(r rune) bool {
			return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
		}); i >= 0 {
			t.Errorf("color %v: control character in %q", color, out[max(0, i-20):i+5])
		}
		if n := strings.Count(out, "\n── All documents"); n != 1 {
			t.Errorf("color %v: %d ends of the report, want 1", color, n)
		}
	}
}

// At 80 columns no line is longer, except for URLs and headings, which stay whole.
func TestTableWidth(t *testing.T) {
	r := screen(t, map[string]string{"a": bom("卡巴斯基安全软件"+strings.Repeat("产品", 60), "AO Kaspersky Lab"), "b": bom("MF286", "ZTE Corporation"), "c": "{"})
	for _, width := range []int{40, 80, 120} {
		var buf bytes.Buffer
		if err := text.Write(&buf, r, &text.Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(buf.String()) {
			n := 0
			for _, r := range strings.TrimSuffix(line, "\n") {
				n++
				if unicode.Is(unicode.Han, r) {
					n++
				}
			}
			if n > width && !strings.Contains(line, "http") && !strings.HasPrefix(line, "── ") {
				t.Errorf("width %d: a line of %d columns: %s", width, n, line)
			}
		}
	}
}
