// SPDX-License-Identifier: Apache-2.0

package html_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
)

// read returns the words of a page that a reader sees or hears, without style and script, in
// single spaces.
func read(t *testing.T, page []byte) string {
	t.Helper()
	var b strings.Builder
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	skip := false
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return strings.Join(strings.Fields(b.String()), " ")
		case nethtml.StartTagToken:
			name, _ := z.TagName()
			skip = string(name) == "style" || string(name) == "script"
		case nethtml.EndTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "style", "script":
				skip = false
			case "dt", "dd", "li", "p", "td", "th", "h1", "h2", "h3", "h4", "summary":
				b.WriteByte(' ')
			}
		case nethtml.TextToken:
			if !skip {
				b.Write(z.Text())
			}
		}
	}
}

func has(t *testing.T, what, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q", what, want)
		}
	}
}

// The headline names the verdict, the vendor, the parts, the force and whom the texts bind.
func TestHeadline(t *testing.T) {
	r := screened(t, "testdata/bids/endpoint-tender")
	has(t, "no buyer", read(t, write(t, r)), "ban 4 parts of Kaspersky, by texts that bind federal contractors at all tiers (US) and others",
		"Kaspersky Endpoint Security 12.6, @kaspersky/hexa-ui 6.387.4", "ban 4 parts by binding texts", "review 2 parts by binding texts", "No buyer given: texts addressed to anyone count.")

	// For a buyer that no text binds and one advises.
	r.Buyer = &denylist.Buyer{Name: "eu-institution", Title: "EU institution"}
	r.Purpose = []string{"48761000"}
	for i := range r.Documents {
		for j := range r.Documents[i].Findings {
			f := &r.Documents[i].Findings[j]
			var own []match.Citation
			for _, c := range f.Citations {
				if c.Jurisdiction == "EU" {
					c.Speaks = "advises"
					own = append(own, c)
				}
			}
			f.Citations = own
			f.Verdict = own[0].Verdict
		}
	}
	has(t, "a buyer", read(t, write(t, r)), "ban Kaspersky Endpoint Security 12.6, of Kaspersky, by texts that only call on or advise the buyer", "Made for EU institution",
		"Purpose (CPV) 48761000", "not binding, addressed to the EU institutions; calls on the buyer, without a duty", "Texts that do not bind leave the decision to you.")
}

// For a buyer to whom no text speaks, the page is clear, and says what speaks to others.
func TestHeadlineOfBuyers(t *testing.T) {
	for name, want := range map[string]string{
		"eu-institution":             "clear No text that speaks to this buyer names a vendor of what was screened Texts that speak to others than this buyer: 7 observations on Huawei and ZTE, in the annex. To check: 1 binding text may cover ",
		"us-federal-contractor":      "ban 2 parts of ZTE and Huawei, by texts that bind the buyer ",
		"us-federal-agency-civilian": "ban 2 parts of ZTE and Huawei, by texts that bind the buyer and those who supply it ",
		"us-grant-recipient":         "ban 2 parts of ZTE and Huawei, by texts that bind the buyer ",
		"nl-ministry":                "parts that may concern ZTE and Huawei, by texts that only call on or advise the buyer ",
	} {
		buyers := denylist.Buyers()
		i := slices.IndexFunc(buyers, func(b denylist.Buyer) bool { return b.Name == name })
		if i < 0 {
			t.Errorf("no buyer %s", name)
			continue
		}
		opts := &match.Options{Buyer: &buyers[i]}
		if name == "eu-institution" { // warnings of states to the public speak to every buyer
			opts.Jurisdictions = []string{"EU"}
		}
		m, err := match.New(denylist.Current(), opts)
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "bidcheck", match.Ban)
		screened(t) // in the root of the repository
		r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{"testdata/bids/router-tender"}), nil))
		has(t, name, read(t, write(t, r)), want)
	}
}

// Each verdict has a headline, and one on what is not certain does not name a vendor as its maker.
func TestHeadlines(t *testing.T) {
	part := func(v match.Verdict, name string, binding bool) evidence.Finding {
		return evidence.Finding{Finding: match.Finding{Verdict: v, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: name},
			Citations: []match.Citation{{Verdict: v, Citation: &denylist.Citation{Listing: fmt.Sprint(binding), Jurisdiction: "NL", Addressees: "ministries; others", Binding: binding}}}}}
	}
	for want, findings := range map[string][]evidence.Finding{
		"review open questions on agent that may concern Acme, by texts that bind ministries (NL)":                                        {part(match.Review, "agent", true)},
		"ban 3 parts of Acme: 2 by texts that bind ministries (NL); 1 by texts that bind nobody, addressed to ministries (NL) a, b and c": {part(match.Ban, "a", true), part(match.Ban, "b", true), part(match.Ban, "c", false)},
		"exclude a, of Acme, by texts that bind nobody, addressed to ministries (NL)":                                                     {part(match.Exclude, "a", false)},
		"ban at least a, of Acme, by texts that bind ministries (NL) ban 1 part by binding texts 5 findings more, too many to list":       {part(match.Ban, "a", true)},
	} {
		d := evidence.Document{Path: "a.json", Verdict: findings[0].Verdict, Complete: true, Coverage: match.Coverage{Components: 3, Complete: true}, Findings: findings}
		if strings.Contains(want, "too many") {
			d.Unlisted = &match.Unlisted{Findings: 5, Verdict: match.Ban}
		}
		r := &evidence.Report{SchemaVersion: "2"}
		r.Finish([]evidence.Document{d}, nil)
		has(t, "headline", read(t, write(t, r)), want)
	}
}

// codes are words of the record that a reader cannot know.
var codes = regexp.MustCompile(`\b(notNamed|listNotRead|criterionOnly|productOnly|outOf[A-Z]\w*|softLaw|officialList|phaseOut|notAddressed|subsidyOnly|supplySide|noLonger|notEffective|mentionedOnly|authoredOnly|otherAddressee|formerMember|lookAlike|` +
	`name\.\w+|purl\.\w+|url\.(domain|owner)|cpe\.\w+|text\.mention|devicetree\.prefix|NoVerdict|linkedDocuments|nothingScreened|SPDX SPDX|section 889, section 889)\b`)

// The page has plain words where the record has codes, and the right number everywhere.
func TestPlainWords(t *testing.T) {
	page := read(t, write(t, screened(t, "testdata/bids/endpoint-tender", "testdata/bids/router-tender", "testdata/bids/clean")))
	if found := codes.FindAllString(page, -1); found != nil {
		t.Errorf("codes: %q", found)
	}
	if wrong := regexp.MustCompile(`\b1 (parts|files|gaps|documents|findings|texts|observations|exceptions|warnings|questions|groups) |addressed to if adopted|\b1 part carry|\.\.[^.]`).FindAllString(page, -1); wrong != nil {
		t.Errorf("wrong: %q", wrong)
	}
	if found := regexp.MustCompile(`[\w ]+ is named as the maker or supplier\. \[\d+\]`).FindAllString(page, -1); len(found) != 2 || found[0] == found[1] {
		t.Errorf("the notes before the texts are %q; want one of each finding", found)
	}
	if strings.Contains(page, "Not more than review: the claims contradict each other") {
		t.Error("a note is repeated")
	}
	has(t, "words", page, "the vendor's prefix in the devicetree", "addressed to nobody yet; if it is adopted: entities under NIS2", "policy paper", "the text does not name the vendor", "SPDX-2.3")
}

// overclaims are words that no view may use, as in the tests of the package evidence.
var overclaims = regexp.MustCompile(`(?i)\b(is|are) (a )?malicious|\b(is|are) banned|\bbanned in\b|\billegal|\bviolat(es|ing)|non-?compliant|not compliant|\beligib|\bguilty\b|\bunlawful|` +
	`\breject(ed)? (the|this) (bid|tender)|\b(bid|tender)s? must\b|confirmed by (a|the) court|\bproved\b|\bsafe to (use|buy)\b`)

// For no release and no buyer does the page claim more than the texts, or have codes.
func TestWording(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	screened(t) // in the root of the repository
	docs := []string{"testdata/bids/endpoint-tender", "testdata/bids/router-tender"}
	check := func(what string, release *denylist.Release, o *match.Options) {
		m, err := match.New(release, o)
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "bidcheck", match.Ban)
		d, c := screen.Run(context.Background(), m, screen.Collect(docs), nil)
		r.Finish(d, c)
		page := read(t, write(t, r))
		for _, rule := range []*regexp.Regexp{overclaims, codes} {
			for _, at := range rule.FindAllStringIndex(page, -1) {
				if strings.HasSuffix(page[:at[0]], "no company ") { // a denial that is reported
					continue
				}
				t.Errorf("%s: …%s…", what, page[max(0, at[0]-80):min(len(page), at[1]+40)])
			}
		}
	}
	for _, name := range denylist.Names() {
		release, err := denylist.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, release, nil)
	}
	for _, b := range denylist.Buyers() {
		check(b.Name, denylist.Current(), &match.Options{Buyer: &b})
	}
}

// The first sheet has the policy with its waivers, whom they are for, and what they did.
func TestPolicy(t *testing.T) {
	r := screened(t, "testdata/bids/clean")
	w := policy.Waiver{Vendor: "acme", Component: "agent", Author: "A. Buyer", Reason: "in use", Expires: "2027-06-30"}
	r.Policy = &policy.Decision{Policy: "Ministry", Pass: false, Fails: []policy.Decided{{Component: "agent", Vendor: "acme", Verdict: match.Ban}},
		Waived: []policy.Decided{{Component: "modem", Vendor: "acme", Waiver: &w}}, Expired: []policy.ExpiredWaiver{{Waiver: w, Findings: 1}}, Unused: []policy.Waiver{w}, Gaps: []string{"no identities"}}
	has(t, "policy", read(t, write(t, r)), r.Policy.Result(), "1 finding fails; 1 requirement is not met; 1 finding is waived; 1 waiver has expired; 1 waiver is not needed",
		"Used: modem (acme), valid until 2027-06-30, by A. Buyer: in use", "Expired on 2027-06-30: acme agent, by A. Buyer; it would have let pass 1 finding", "Not needed: acme agent, valid until 2027-06-30, by A. Buyer")
}

// A large report stays a page that can be used, and says what is only in the record.
func TestBounds(t *testing.T) {
	page := write(t, varied(t, 20_000))
	if n := len(page); n > 6<<20 {
		t.Errorf("a page of %d bytes", n)
	}
	text := read(t, page)
	has(t, "bounds", text, "ban 20000 parts of Kaspersky, by texts that bind", "1000 more groups of findings: only in the JSON record.", "19900 more observations: only in the JSON record.", "more groups of parts below")
	for what, most := range map[string]int{`class="card"`: 1000, `class="finding"`: 1000, "<tr>": 8000} {
		if n := bytes.Count(page, []byte(what)); n > most {
			t.Errorf("%d of %s", n, what)
		}
	}
}

// One group of very many parts names the first, and a report of very many files the first of them.
func TestBoundsOfOne(t *testing.T) {
	r := varied(t, 5000)
	for i := range r.Documents {
		for j := range r.Documents[i].Findings {
			r.Documents[i].Findings[j].Note = ""
		}
	}
	for i := range 3000 {
		r.Companions = append(r.Companions, evidence.File{Path: fmt.Sprint(i, ".sha256"), Reason: "checksum file"})
		r.Documents = append(r.Documents, evidence.Document{Path: fmt.Sprint("other/", i), Verdict: match.Inconclusive, Error: &evidence.Error{Message: "broken"}})
	}
	has(t, "bounds", read(t, write(t, r)), "5000 parts: part 0 12.6, part 1 12.6, part 2 12.6, part 3 12.6, part 4 12.6, part 5 12.6, part 6 12.6, part 7 12.6 and 4992 more", "4900 more parts, for which the same holds: only in the JSON record.",
		"2000 more files: only in the JSON record.", "2000 more gaps: only in the JSON record.", "2050 more documents: only in the JSON record.",
		"Please send again, complete and readable: other/0, other/1, other/2, other/3, other/4, other/5, other/6, other/7 and 2992 more (not read to the end).")
}

// The same report gives the same bytes.
func TestSame(t *testing.T) {
	r := screened(t, "testdata/bids/endpoint-tender", "testdata/bids/router-tender")
	first := write(t, r)
	var again bytes.Buffer
	if err := html.Write(&again, r, nil); err != nil || !bytes.Equal(first, again.Bytes()) {
		t.Errorf("another page, %v", err)
	}
}
