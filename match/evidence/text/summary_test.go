// SPDX-License-Identifier: Apache-2.0

package text_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

const bids = "../../../testdata/bids/"

func report(t testing.TB, opts *match.Options, paths ...string) *evidence.Report {
	t.Helper()
	m, err := match.New(denylist.Current(), opts)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "test", match.Review)
	r.Finish(screen.Run(t.Context(), m, screen.Collect(paths), nil))
	return r
}

func written(t testing.TB, r *evidence.Report, opts *text.Options) string {
	t.Helper()
	var b strings.Builder
	if err := text.Write(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The summary of each sample bid is at most 25 lines of 80 columns, for every buyer.
func TestSummaryFitsAScreen(t *testing.T) {
	const lines, columns = 25, 80
	buyers := []*denylist.Buyer{nil}
	for _, b := range denylist.Buyers() {
		buyers = append(buyers, &b)
	}
	fits := func(name, bid string, opts *match.Options) {
		t.Helper()
		out := written(t, report(t, opts, bids+bid), nil)
		if n := strings.Count(out, "\n"); n > lines {
			t.Errorf("%s: %d lines, at most %d are allowed:\n%s", name, n, lines, out)
		}
		for line := range strings.SplitSeq(out, "\n") {
			if utf8.RuneCountInString(line) > columns {
				t.Errorf("%s: a line has more than %d columns: %s", name, columns, line)
			}
		}
	}
	languages := denylist.Current().Languages()
	for i, buyer := range buyers {
		for _, bid := range []string{"clean", "endpoint-tender", "router-tender"} {
			name, language := bid, languages[i%len(languages)]
			if buyer != nil {
				name += " for " + buyer.Name
			}
			fits(name, bid, &match.Options{Buyer: buyer})
			fits(name+" in "+language, bid, &match.Options{Buyer: buyer, Language: language})
		}
	}
	for _, language := range languages {
		fits("in "+language, "endpoint-tender", &match.Options{Language: language})
	}
}

// A summary bounds each of its lists, and counts what it leaves out.
func TestSummaryCountsWhatItLeavesOut(t *testing.T) {
	r := report(t, nil, bids+"endpoint-tender")
	d := &r.Documents[0]
	found := d.Findings[0]
	for i := range 50 {
		f := found
		f.Component.Name = fmt.Sprint("part", i)
		f.Note = fmt.Sprint("note ", i%20) // 20 groups
		d.Findings = append(d.Findings, f)
		d.Gaps = append(d.Gaps, match.GapMalformed.Gap(i+1))
		d.Unidentified = append(d.Unidentified, match.Component{Name: fmt.Sprint("unknown", i)})
	}
	r.Coverage.Unidentified = 2 + 50
	out := strings.Join(strings.Fields(written(t, r, nil)), " ")
	for _, want := range []string{
		"54 parts by binding texts",             // 4 of the bid and 50 more
		"more parts in 18 groups, all of them ", // 24 groups, 6 of them shown
		"Not everything was screened",
		"Not screened: 42 more; see -details.",
		" and 48 more (unknown, not clear).",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// Without a buyer the summary says so; with one it says how many texts address others.
// What is cut from the questions of a review is said, with where all of it is.
func TestSummarySaysThatLinesAreCut(t *testing.T) {
	for _, bid := range []string{"clean", "endpoint-tender", "router-tender"} {
		out := written(t, report(t, nil, bids+bid), nil)
		cut := strings.Count(out, " …\n")
		said := 0
		if _, rest, ok := strings.Cut(out, "("+fmt.Sprint(cut)+" line"); ok && strings.Contains(rest, "-details has all of") {
			said = cut
		}
		if said != cut {
			t.Errorf("%s: %d lines are cut, and the summary does not say so:\n%s", bid, cut, out)
		}
		if bid == "router-tender" && cut == 0 {
			t.Error("no line is cut; expected a bid with many groups")
		}
	}
}

func TestSummaryOfBuyers(t *testing.T) {
	if out := written(t, report(t, nil, bids+"endpoint-tender"), nil); !strings.Contains(out, "no buyer given") {
		t.Errorf("the summary does not say that no buyer is given:\n%s", out)
	}
	for _, b := range denylist.Buyers() {
		if b.Name != "eu-institution" {
			continue
		}
		out := strings.Join(strings.Fields(written(t, report(t, &match.Options{Buyer: &b}, bids+"endpoint-tender"), nil)), " ")
		for _, want := range []string{"buyer eu-institution", "EP resolution P8_TA(2018)0258, clause 76: “ban”, named as an example, calls on the buyer, no duty", "texts for other buyers", "1 part by texts that bind nobody (EU)"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		return
	}
	t.Error("there is no buyer eu-institution")
}

// A text that binds the buyer and sets a criterion, or has a list that was not read, is said. Where
// nothing else is found, the document is not clear.
func TestSummaryTellsOfCriteria(t *testing.T) {
	for _, b := range denylist.Buyers() {
		if b.Name == "ro-authority" {
			out := written(t, report(t, &match.Options{Buyer: &b, Jurisdictions: []string{"EU", "RO"}}, bids+"endpoint-tender"), nil)
			if want := "To check: 2 binding texts may cover Kaspersky by a criterion or a list."; !strings.Contains(out, want) || !strings.Contains(out, "INCONCLUSIVE") || strings.Contains(out, "CLEAR") {
				t.Errorf("no %q in\n%s", want, out)
			}
			return
		}
	}
	t.Error("no such buyer")
}

// Without a buyer, a vendor without a finding that a text which binds somebody may cover is in the
// summary too. A vendor with a finding is not: a person looks at it anyway.
func TestSummaryTellsOfCriteriaWithoutABuyer(t *testing.T) {
	dir := t.TempDir()
	doc := `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Scanner","supplier":{"name":"Doctor Web, Ltd."}}},"components":[{"type":"library","name":"left","supplier":{"name":"Example GmbH"}}]}`
	path := filepath.Join(dir, "doc.json")
	if err := os.WriteFile(path, []byte(doc), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "may cover Dr.Web by a criterion or a list."
	if out := written(t, report(t, nil, path), nil); !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	if out := written(t, report(t, nil, bids+"endpoint-tender"), nil); strings.Contains(out, "To check") {
		t.Errorf("a vendor with a finding is to be checked in\n%s", out)
	}
}
