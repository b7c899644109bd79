// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom"
)

// Facts about a vendor are in the views and in the record too if it has observations only.
func TestFactsOfAnObservation(t *testing.T) {
	release, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	r := screenWith(t, release, map[string]string{"a.json": bom("MF286", "ZTE Corporation")})
	if len(r.Documents[0].Findings) != 0 || len(r.Documents[0].Observations) == 0 {
		t.Fatalf("%+v", r.Documents[0])
	}
	for _, name := range []string{"table", "html", "csv", "markdown"} {
		out := strings.Join(strings.Fields(written(t, name, allViews[name], r)), " ")
		if !strings.Contains(out, "agreed a superseding settlement") {
			t.Errorf("%s does not have the settlement: %s", name, out)
		}
	}
	facts := r.Documents[0].Observations[0].Context
	if again := rewritten(t, r).Documents[0].Observations[0].Context; len(facts) == 0 || !slices.EqualFunc(again, facts, func(a, b denylist.Context) bool { return a.ID == b.ID }) {
		t.Errorf("%d facts, and %d after the record was read", len(facts), len(again))
	}
}

// The words that name the vendor, and those on parts, are in the views and the record, with the part
// of the text that has them: the quotation of some texts has neither.
func TestWordsThatNameTheVendor(t *testing.T) {
	r := screen(t, map[string]string{"a.json": bom("camera", "Hikvision"), "b.json": bom("agent", "Kaspersky Lab")})
	const names, parts = "video surveillance and telecommunications equipment produced by Hytera Communications Corporation, Hangzhou Hikvision Digital Technology Company",
		"Contains components using any hardware or software developed in whole or in part by a Kaspersky Lab covered entity"
	for name, write := range allViews {
		switch name {
		case "table", "html", "csv", "csv-citations", "markdown", "sarif", "oscal":
		default:
			continue
		}
		out := strings.Join(strings.Fields(written(t, name, write, r)), " ")
		for _, words := range []string{names, parts} {
			if !strings.Contains(out, words) {
				t.Errorf("%s does not have %q", name, words)
			}
		}
	}
	var b strings.Builder
	if err := text.WriteExplanation(&b, r, "all", denylist.Current().Register(), nil); err != nil {
		t.Fatal(err)
	}
	if out := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(out, names) || !strings.Contains(out, parts) {
		t.Errorf("the explanation has not: %s", out)
	}
	again := rewritten(t, r)
	for i := range r.Documents {
		for j := range r.Documents[i].Findings {
			for k, c := range r.Documents[i].Findings[j].Citations {
				got := again.Documents[i].Findings[j].Citations[k]
				if got.Named != c.Named || (got.NamedIn == nil) != (c.NamedIn == nil) || c.NamedIn != nil && *got.NamedIn != *c.NamedIn || c.Reach != nil && *got.Reach != *c.Reach {
					t.Errorf("%s: %+v after the record was read", c.Listing, got.NamedIn)
				}
			}
		}
	}
}

// The details of clause 76 tell the vote, the Official Journal, that the resolution has no legislative
// power and that its versions differ; its line in the summary that the vendor is an example, and that
// the text calls on the institutions.
func TestWhatIsKnownOfClause76(t *testing.T) {
	i := slices.IndexFunc(denylist.Buyers(), func(b denylist.Buyer) bool { return b.Name == "eu-institution" })
	buyer := denylist.Buyers()[i]
	r := screenFor(t, denylist.Current(), &buyer)
	for _, name := range []string{"table", "html", "markdown"} {
		out := strings.Join(strings.Fields(written(t, name, allViews[name], r)), " ")
		for _, words := range []string{"476 votes to 151", "OJ C 28", "no legislative power", "language versions differ", "calls on the buyer, without a duty"} {
			if name == "markdown" && strings.HasPrefix(words, "calls on") {
				continue
			}
			if !strings.Contains(out, words) {
				t.Errorf("%s does not have %q", name, words)
			}
		}
	}
	m, err := match.New(denylist.Current(), &match.Options{Buyer: &buyer})
	if err != nil {
		t.Fatal(err)
	}
	doc := sbom.NewReader(strings.NewReader(`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"kav","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`), nil)
	result, err := m.Check(t.Context(), doc)
	product := evidence.New(m, "test", match.Ban)
	product.Finish([]evidence.Document{evidence.NewDocument(evidence.File{Path: "a.json"}, doc.Header(), result, err)}, nil)
	out := strings.Join(strings.Fields(written(t, "summary", allViews["summary"], product)), " ")
	if !strings.Contains(out, "named as an example, calls on the buyer, no duty") {
		t.Errorf("the summary: %s", out)
	}
	c := citation(r, "eu-ep-p8-ta-2018-0258")
	if c == nil || len(c.Events) == 0 || c.InstrumentNote == "" || c.ClauseNote == "" {
		t.Fatalf("%+v", c)
	}
	if again := citation(rewritten(t, r), "eu-ep-p8-ta-2018-0258"); !slices.Equal(again.Events, c.Events) || again.InstrumentNote != c.InstrumentNote || again.ClauseNote != c.ClauseNote {
		t.Errorf("after the record was read: %+v", again)
	}
	if err := validate(t, r); err != nil {
		t.Error(err)
	}
	old, err := denylist.Open("2026.11.30")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range old.ForVendor("kaspersky") {
		for _, ev := range e.Cite("2018-06-13").Events {
			if ev.Date > "2018-06-13" && (ev.Known == "" || ev.Known > "2018-06-13") {
				t.Errorf("an event of %s on 2018-06-13: %+v", ev.Date, ev)
			}
		}
	}
}
