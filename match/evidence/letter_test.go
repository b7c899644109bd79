// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	stdhtml "html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom"
)

var letters = map[string]func(io.Writer, *evidence.Report) error{
	"Markdown": func(w io.Writer, r *evidence.Report) error { return text.WriteLetter(w, r, nil) },
	"HTML":     func(w io.Writer, r *evidence.Report) error { return html.WriteLetter(w, r, nil) },
}

// readable returns a letter as people read it, on one line.
func readable(t *testing.T, name string, r *evidence.Report) string {
	t.Helper()
	out := written(t, "letter", letters[name], r)
	if name == "HTML" {
		_, out, _ = strings.Cut(out, "<body>")
		out = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(out, " ")
	}
	return strings.Join(strings.Fields(stdhtml.UnescapeString(strings.ReplaceAll(out, "\\", ""))), " ")
}

// screenFor screens the documents of the wording tests for a buyer.
func screenFor(t *testing.T, release *denylist.Release, buyer *denylist.Buyer) *evidence.Report {
	t.Helper()
	m, err := match.New(release, &match.Options{Buyer: buyer})
	if err != nil {
		t.Fatal(err)
	}
	var docs []evidence.Document
	for path, content := range wording {
		doc := sbom.NewReader(strings.NewReader(content), nil)
		r, err := m.Check(t.Context(), doc)
		docs = append(docs, evidence.NewDocument(evidence.File{Path: "offer/" + path, Bytes: int64(len(content))}, doc.Header(), r, err))
	}
	r := evidence.New(m, "test", match.Ban)
	r.Bid = &evidence.Bid{Bidder: "Acme_Networks *Ltd*", Tender: "2026/17", Lot: "2"}
	r.Finish(docs, nil)
	return r
}

// accuses are words that a letter may use in a quoted text only.
var accuses = regexp.MustCompile(`(?i)\b(you|your offer) (must|have to|shall|violate|breach|are required)|\bbreach|\baccus|\bforbidden\b|\bviolation|\bban:|\bexclude:|\bverdict|\bsuspicious|\bfailure to\b`)

var quotes = regexp.MustCompile(`“[^”]*”`)

// A letter says what it asks, why, and that it is no finding about the bidder, for each release and
// buyer; and nothing that accuses.
func TestLetterWording(t *testing.T) {
	buyers := []*denylist.Buyer{nil}
	for _, b := range denylist.Buyers() {
		switch b.Name {
		case "eu-institution", "us-federal-contractor", "nl-ministry", "private-company":
			buyers = append(buyers, &b)
		}
	}
	if len(buyers) != 5 {
		t.Fatalf("%d buyers", len(buyers))
	}
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		for _, b := range buyers {
			r := screenFor(t, release, b)
			for name := range letters {
				letter := readable(t, name, r)
				for _, want := range []string{"no finding about you", "no decision", "Acme_Networks *Ltd*", "2026/17", "left-pad, in unknown.json at /components/0",
					"found no name of a maker or supplier", "broken.json: Please send it again, complete and readable", "Date", "Our reference"} {
					if !strings.Contains(letter, want) {
						t.Errorf("%s: no %q in\n%s", name, want, letter)
					}
				}
				own := quotes.ReplaceAllString(letter, "“”")
				for _, re := range []*regexp.Regexp{accuses, overclaims} {
					if bad := re.FindString(own); bad != "" {
						t.Errorf("%s says %q", name, bad)
					}
				}
				for d, f := range r.Findings() {
					if !strings.Contains(letter, f.Component.Name+", in "+strings.TrimPrefix(d.Path, "offer/")) && !strings.Contains(letter, f.Component.Name+" in "+strings.TrimPrefix(d.Path, "offer/")) {
						t.Errorf("%s: %s of %s is not in it", name, f.Component.Name, d.Path)
					}
					for _, c := range f.Citations {
						for _, want := range []string{c.Title, strings.Join(strings.Fields(c.Quote), " "), c.URL} {
							if c.Verdict != match.NoVerdict && !strings.Contains(letter, want) {
								t.Errorf("%s: %q of %s is not in it", name, want, c.Listing)
							}
						}
					}
				}
			}
		}
	})
}

// A letter about nothing says so, and has no text.
func TestLetterWithoutQuestions(t *testing.T) {
	r := &evidence.Report{Documents: []evidence.Document{{Path: "a.json", Verdict: match.Clear, Complete: true, Coverage: match.Coverage{Components: 1, Identified: 1, Complete: true}}}}
	for name := range letters {
		if letter := readable(t, name, r); !strings.Contains(letter, "We have no questions") || strings.Contains(letter, "The texts") {
			t.Errorf("%s: %s", name, letter)
		}
	}
}

// Text of documents stays text.
func TestLetterIsInert(t *testing.T) {
	r := poisoned()
	for i := range r.Documents {
		for _, h := range hostile {
			r.Documents[i].Unidentified = append(r.Documents[i].Unidentified, match.Component{Name: h, Version: h})
		}
	}
	r.Bid = &evidence.Bid{Bidder: hostile[12], Tender: hostile[13], Lot: hostile[18]}
	for name, write := range letters {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		out := b.String()
		if at := strings.IndexAny(out, steering); at >= 0 {
			t.Errorf("%s has a character that steers: %.60q", name, out[at:])
		}
		for _, bad := range []string{"<script", "](javascript", "](http://x", "`code`", "*bold*", "<!--"} {
			if name == "Markdown" && strings.Contains(out, bad) || name == "HTML" && bad[0] == '<' && strings.Contains(out, bad) {
				t.Errorf("%s: markup %q", name, bad)
			}
		}
	}
}

// A document that is inconclusive because a text may cover a maker, by a criterion or a list that was
// not read, leads to a question.
func TestLetterAsksAboutUndecidedMakers(t *testing.T) {
	buyer := &denylist.Buyer{Name: "test", Title: "Test", Codes: []string{"us.stateAgencies/TX"}}
	m, err := match.New(denylist.Current(), &match.Options{Buyer: buyer})
	if err != nil {
		t.Fatal(err)
	}
	doc := sbom.NewReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"Gadget","manufacturer":{"name":"ZTE"}}},"components":[{"type":"library","name":"left","supplier":{"name":"Example GmbH"}}]}`), nil)
	result, err := m.Check(t.Context(), doc)
	r := evidence.New(m, "test", match.Ban)
	r.Finish([]evidence.Document{evidence.NewDocument(evidence.File{Path: "offer/a.json"}, doc.Header(), result, err)}, nil)
	if r.Verdict != match.Inconclusive {
		t.Fatalf("%s; want inconclusive", r.Verdict)
	}
	for name := range letters {
		if letter := readable(t, name, r); strings.Contains(letter, "We have no questions") || !strings.Contains(letter, "Please state who manufactures each of its parts") {
			t.Errorf("%s: %s", name, letter)
		}
	}
}
