// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/json"
	pagehtml "html"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/width"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	csvview "github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/evidence/text"
)

// versionViews are the views that have the words of a text in full.
var versionViews = []struct {
	name  string
	write func(io.Writer, *evidence.Report) error
}{
	{"record", func(w io.Writer, r *evidence.Report) error { return r.WriteJSON(w) }},
	{"details", func(w io.Writer, r *evidence.Report) error { return text.Write(w, r, &text.Options{Details: true}) }},
	{"html", func(w io.Writer, r *evidence.Report) error { return html.Write(w, r, nil) }},
	{"markdown", func(w io.Writer, r *evidence.Report) error { return markdown.Write(w, r, nil) }},
	{"csv-citations", func(w io.Writer, r *evidence.Report) error {
		return csvview.Write(w, r, &csvview.Options{Citations: true})
	}},
	{"junit", func(w io.Writer, r *evidence.Report) error { return junit.Write(w, r, nil) }},
	{"sarif", func(w io.Writer, r *evidence.Report) error { return sarif.Write(w, r, nil) }},
	{"oscal", func(w io.Writer, r *evidence.Report) error { return oscal.Write(w, r, nil) }},
	{"letter", func(w io.Writer, r *evidence.Report) error { return text.WriteLetter(w, r, nil) }},
	{"letter as a page", func(w io.Writer, r *evidence.Report) error { return html.WriteLetter(w, r, nil) }},
}

// shown returns a view without what differs between formats: white space, escapes and marks.
func shown(s string) string {
	s = pagehtml.UnescapeString(strings.ReplaceAll(s, "&#xA;", ""))
	return strings.NewReplacer(`\"`, `"`, `\`, "", "\n", "", " ", "").Replace(s)
}

// inLanguage screens a document with a part of Kaspersky, or of Huawei for the English words, which
// the Commission's text in Italian has.
func inLanguage(t *testing.T, language string) *evidence.Report {
	t.Helper()
	m, err := match.New(denylist.Current(), &match.Options{Language: language, Jurisdictions: []string{"EU"}})
	if err != nil {
		t.Fatal(err)
	}
	return screenBy(t, m, map[string]string{"kaspersky.json": bom("kav", "AO Kaspersky Lab"), "huawei.json": bom("HG556a", "Huawei")})
}

// All views have the words in every language of the denylist, with their source and how sure they
// are, and a page says in which language they are.
func TestWordsInEveryLanguage(t *testing.T) {
	for _, language := range denylist.Current().Languages() {
		t.Run(language, func(t *testing.T) {
			r := inLanguage(t, language)
			versions := make(map[string]*denylist.Version)
			for i := range r.Documents {
				for _, f := range r.Documents[i].Findings {
					for _, c := range f.Citations {
						if c.Version != nil {
							versions[c.Version.Text] = c.Version
						}
					}
				}
			}
			if len(versions) == 0 {
				if language != "en" {
					t.Fatal("no finding has words in this language")
				}
				return
			}
			for _, view := range versionViews {
				var b bytes.Buffer
				if err := view.write(&b, r); err != nil {
					t.Fatal(view.name, err)
				}
				checkVersions(t, view.name, b.String(), versions)
			}
		})
	}
}

func checkVersions(t *testing.T, view, raw string, versions map[string]*denylist.Version) {
	t.Helper()
	out := shown(raw)
	for _, empty := range []string{"“”", "Sourceofthesewords:notrecorded", "unknowngrade"} {
		if strings.Contains(out, empty) {
			t.Errorf("%s has %q", view, empty)
		}
	}
	for _, v := range versions {
		for _, want := range []string{v.Text, v.Source, v.Note} {
			if !strings.Contains(out, shown(want)) {
				t.Errorf("%s has no %q", view, want)
			}
		}
		if at := overclaims.FindString(raw); at != "" && !overclaims.MatchString(v.Note) { // a note can say what the words say
			t.Errorf("%s says %s", view, at)
		}
		if strings.Contains(raw, "<html") && !strings.Contains(raw, `<blockquote lang="`+v.Language+`">`) {
			t.Errorf("%s does not mark the words as %s", view, v.Language)
		}
	}
}

// Words in a script with wide letters and without spaces stay within the columns, and the record
// keeps them.
func TestWideWordsFitTheColumns(t *testing.T) {
	r := inLanguage(t, "de")
	const japanese = "機器の調達に当たっては、サプライチェーン・リスクを軽減する観点から、必要な措置を講ずるものとする。悪意があると確認されたプログラムを禁止するよう求める。"
	for i := range r.Documents {
		for j := range r.Documents[i].Findings {
			for _, c := range r.Documents[i].Findings[j].Citations {
				if c.Version != nil {
					v := *c.Version
					v.Language, v.Text = "ja", japanese
					c.Citation.Version = &v
				}
			}
		}
	}
	for _, details := range []bool{false, true} {
		var b bytes.Buffer
		if err := text.Write(&b, r, &text.Options{Details: details}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(shown(b.String()), "機器の調達") {
			t.Errorf("details %t: the words are missing in\n%s", details, b.String())
		}
		for line := range strings.Lines(b.String()) {
			n := 0
			for _, letter := range strings.TrimSuffix(line, "\n") {
				n++
				if k := width.LookupRune(letter).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
					n++
				}
			}
			if n > 80 && !strings.HasPrefix(strings.TrimSpace(line), "http") { // addresses stay on one line
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
	var again evidence.Report
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.UnmarshalJSON(data); err != nil {
		t.Errorf("%v", err)
	}
}
