// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

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
	"github.com/clause76/clause76/vendors"
)

// wording is a document for each thing that a view has to word with care.
var wording = map[string]string{
	"declared.json":  bom("kav", "AO Kaspersky Lab"),
	"resembles.json": bom("kav", "Kapersky Lab"),
	"excluded.json":  bom("MF286", "ZTE Corporation"),
	"maker.json":     bom("HG556a", "Huawei"),
	"covered.json":   bom("thing", "AVP Media LLC"),
	"former.json":    bom("phone", "Honor Device Co., Ltd."),
	"unknown.json":   `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"left-pad"}]}`,
	"broken.json":    `{"bomFormat":`,
}

// releases are those that were opened, so that each is opened once.
var releases = make(map[string]*denylist.Release)

func opened(t testing.TB, name string) *denylist.Release {
	t.Helper()
	if releases[name] == nil {
		r, err := denylist.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		releases[name] = r
	}
	return releases[name]
}

// worthComparing reports whether a test of all pairs of releases has this one: those that are in
// use, and a correction with what it corrects. With all corrected releases the pairs take too long.
func worthComparing(a, b *denylist.Release) bool {
	return a.SupersededBy() == "" && b.SupersededBy() == "" || a.Supersedes() == b.Name() || b.Supersedes() == a.Name() || a == b
}

// eachRelease runs a test on every embedded release.
func eachRelease(t *testing.T, f func(*testing.T, *denylist.Release)) {
	for _, name := range denylist.Names() {
		t.Run(name, func(t *testing.T) { f(t, opened(t, name)) })
	}
}

// worded are the reports on the documents of wording, by release.
var worded = make(map[string]*evidence.Report)

func wordingBy(t testing.TB, r *denylist.Release) *evidence.Report {
	t.Helper()
	if worded[r.Name()] == nil {
		worded[r.Name()] = screenWith(t, r, wording)
	}
	return worded[r.Name()]
}

// views are all texts that a report can be shown as, unwrapped to single spaces.
func views(t testing.TB, r *evidence.Report, release *denylist.Release) map[string]string {
	t.Helper()
	out := make(map[string]string)
	var buf bytes.Buffer
	add := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(name, err)
		}
		out[name] = strings.Join(strings.Fields(buf.String()), " ")
		buf.Reset()
	}
	add("table", text.Write(&buf, r, &text.Options{Details: true}))
	add("record", r.WriteJSON(&buf))
	add("html", html.Write(&buf, r, nil))
	add("markdown", markdown.Write(&buf, r, nil))
	add("csv", csvview.Write(&buf, r, nil))
	add("csv-citations", csvview.Write(&buf, r, &csvview.Options{Citations: true}))
	add("junit", junit.Write(&buf, r, nil))
	add("sarif", sarif.Write(&buf, r, nil))
	add("oscal", oscal.Write(&buf, r, nil))
	add("letter", text.WriteLetter(&buf, r, nil))
	add("letter as a page", html.WriteLetter(&buf, r, nil))
	for _, d := range r.Documents {
		if len(d.Findings) > 0 {
			add("explanation", text.WriteExplanation(&buf, r, "all", release.Register(), nil))
			break
		}
	}
	for _, name := range denylist.Names() {
		other := opened(t, name)
		if !worthComparing(other, release) {
			continue
		}
		c := evidence.Compare(wordingBy(t, other), r, denylist.Diff(other, release))
		add("comparison with "+name, text.WriteComparison(&buf, c, nil))
	}
	return out
}

// overclaims are words that no view may use, and no text of ours in the data.
var overclaims = regexp.MustCompile(`(?i)\b(is|are) (a )?malicious|\b(is|are) banned|\bbanned in\b|\billegal|\bviolat(es|ing)|` +
	`non-?compliant|not compliant|\beligib|\bguilty\b|\bunlawful|\breject(ed)? (the|this) (bid|tender)|\b(bid|tender)s? must\b|` +
	`confirmed by (a|the) court|\bproved\b|\bsafe to (use|buy)\b`)

// No view says more than the texts do: that a vendor is malicious, that anything is
// banned in the EU, illegal or not compliant, or who may win a tender.
func TestViewsDoNotOverclaim(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		for name, view := range views(t, screenWith(t, release, wording), release) {
			for _, at := range overclaims.FindAllStringIndex(view, -1) {
				if strings.HasSuffix(view[:at[0]], "no company ") { // a denial that is reported
					continue
				}
				t.Errorf("%s says …%s…", name, view[max(0, at[0]-80):min(len(view), at[1]+40)])
			}
		}
	})
}

// Nor do our own words in the data: grounds, notes, facts, context. The quotes are
// the texts' and may say what they say.
func TestDataDoesNotOverclaim(t *testing.T) {
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		check := func(id, text string) {
			if m := overclaims.FindString(text); m != "" {
				t.Errorf("%s says %q: %s", id, m, text)
			}
		}
		for _, in := range release.Instruments() {
			check(in.ID, in.Ground)
			check(in.ID, in.Addressees)
			for _, ev := range in.Events {
				check(in.ID, ev.Note)
			}
			for _, c := range in.Context {
				check(c.ID, c.Text)
			}
			for _, x := range in.Excluded {
				check(x.ID, x.Note)
			}
			for _, c := range in.Clauses {
				check(in.ID, c.Note)
			}
			for _, l := range in.Listings {
				check(l.ID, l.Note)
				check(l.ID, l.Fact)
			}
		}
	})
}

// A hit on clause 76 opens with what it is: not binding, addressed to the EU
// institutions, an example. It cites the adopted text, with the motion as its history,
// and says that the text does not tell who confirms.
func TestClause76(t *testing.T) {
	release := denylist.Current()
	product := strings.NewReplacer(`"components":[`, `"metadata":{"component":`, `}]`, `}},"components":[{"name":"x"}]`).Replace(bom("kav", "AO Kaspersky Lab"))
	r := screenWith(t, release, map[string]string{"a": product})
	table := views(t, r, release)["table"]
	hit := regexp.MustCompile(`\[\d+\] ban — not binding, addressed to the EU institutions; EU resolution, clause 76; adopted; named as an example`)
	if !hit.MatchString(table) {
		t.Errorf("the hit on clause 76 does not open with its force, addressees and basis:\n%.2000s", table)
	}
	if n := strings.Count(table, "A8-0189/2018"); n != 1 || !strings.Contains(table, "P8_TA(2018)0258, on motion A8-0189/2018") {
		t.Errorf("the motion is cited %d times, other than as the history of the adopted text", n)
	}
	c := citation(r, "eu-ep-p8-ta-2018-0258")
	if c == nil {
		t.Fatal("no citation of the resolution")
	}
	if c.Binding || c.Basis != denylist.Example || !strings.Contains(c.Note, "Who confirms, how and when is not stated") ||
		!strings.Contains(c.Note, "not on Member States, the market or bidders") {
		t.Errorf("%+v", c)
	}
}

// citation is the first citation of an instrument in a report.
func citation(r *evidence.Report, instrument string) *match.Citation {
	for _, d := range r.Documents {
		for _, f := range d.Findings {
			for i, c := range f.Citations {
				if c.Instrument == instrument {
					return &f.Citations[i]
				}
			}
		}
	}
	return nil
}

// Clause 76 names one vendor, and no release lists another one under it.
func TestClause76NamesNobodyElse(t *testing.T) {
	listed := 0
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		for _, in := range release.Instruments() {
			if !strings.HasPrefix(in.ID, "eu-ep-") {
				continue
			}
			for _, l := range in.Listings {
				listed++
				if l.Vendor != "kaspersky" || l.Basis != denylist.Example {
					t.Errorf("%s lists %s with the basis %s", l.ID, l.Vendor, l.Basis)
				}
			}
		}
	})
	if listed == 0 {
		t.Error("no release lists anybody under clause 76")
	}
}

// A licence to supply and a condition of subsidies say nothing about use: they never
// give a verdict. Nor does a criterion that names nobody.
func TestNoVerdictFromOtherEffects(t *testing.T) {
	supply := 0
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		r := screenWith(t, release, wording)
		for _, d := range r.Documents {
			for _, f := range slices.Concat(d.Findings, d.Observations) {
				for _, c := range f.Citations {
					if c.Effect == denylist.Supply || c.Effect == denylist.Subsidy {
						supply++
						if c.Verdict != match.NoVerdict {
							t.Errorf("%s, effect %s: verdict %s", c.Listing, c.Effect, c.Verdict)
						}
					}
				}
			}
		}
	})
	if supply == 0 {
		t.Error("no document of the test meets a listing of supply or subsidy")
	}
}

// What was not verified in the official text never gives more than review, and says so.
func TestUnverifiedIsReview(t *testing.T) {
	seen := 0
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		unverified := make(map[string]bool)
		for _, in := range release.Instruments() {
			for _, l := range in.Listings {
				i := slices.IndexFunc(in.Clauses, func(c denylist.Clause) bool { return c.ID == l.Clause })
				unverified[l.ID] = i < 0 || !in.Clauses[i].Verified || !l.Verified
			}
		}
		r := screenWith(t, release, wording)
		for _, d := range r.Documents {
			for _, f := range d.Findings {
				for _, c := range f.Citations {
					if !unverified[c.Listing] || c.Verdict == match.NoVerdict {
						continue
					}
					seen++
					if c.Verdict != match.Review {
						t.Errorf("%s is unverified and gives %s", c.Listing, c.Verdict)
					}
				}
			}
		}
	})
	if seen == 0 {
		t.Error("no document of the test meets an unverified listing")
	}
}

// untranslated are the releases that were cut before the format had translations.
var untranslated = map[string]bool{"2018.06.12": true, "2018.06.13": true, "2026.11.23": true}

// Every citation keeps three answers apart: which vendor the component is from (rule, source),
// what the text says (verbatim, located, digested), and for whom and when (force,
// addressees, status). The text's own verb stays.
func TestCitationsAreWhole(t *testing.T) {
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		r := screenWith(t, release, wording)
		for _, d := range r.Documents {
			for _, f := range d.Findings {
				for _, a := range f.Attributions {
					if a.Rule == "" || a.Source == "" || a.Tier == vendors.NoTier || a.Role == "" || a.Value == "" {
						t.Errorf("%s: an attribution without rule, source, tier, role or value: %+v", d.Path, a)
					}
				}
				for _, c := range f.Citations {
					if c.Status == "" || c.Force == "" || c.Addressees == "" || c.Title == "" || c.URL == "" {
						t.Errorf("%s: without status, force, addressees, title or URL", c.Listing)
					}
					if f.Verdict != match.NoVerdict && (c.Quote == "" || c.Clause == "" || c.Language == "" || c.TextDigest == "" || c.Action == "") {
						t.Errorf("%s: a finding without quote, locator, language, digest or action", c.Listing)
					}
					if n := len([]rune(c.Translation)); n > 0 && n < (c.QuoteEnd-c.QuoteStart)/2 || strings.Contains(c.Translation, "[…]") && !strings.Contains(c.Quote, "[…]") {
						t.Errorf("%s: the translation is not of the whole clause: %s", c.Listing, c.Translation)
					}
					if c.Language != "" && c.Language != "en" && c.Translation == "" && !untranslated[release.Name()] {
						t.Errorf("%s: words in %s without a translation", c.Listing, c.Language)
					}
				}
				if f.Verdict != match.NoVerdict && len(f.Context) != len(release.ContextFor(vendors.ID(f.Vendor.ID))) {
					t.Errorf("%s: a finding on %s without its other facts", d.Path, f.Vendor.ID)
				}
			}
		}
	})
}

// A report says which list, of which day, with which digest, and what it did not see;
// an unknown supplier is unknown, an unreadable document is not clear.
func TestReportsSayWhatWasNotScreened(t *testing.T) {
	release := denylist.Current()
	r := screenWith(t, release, wording)
	table := views(t, r, release)["table"]
	for _, want := range []string{
		"denylist release " + release.Name(), "judged as of", "for a person to decide on", "no legal advice",
		"1 could not be screened", "Nothing is known about the components without a vendor identity", "they are not clear of any vendor",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	var record struct {
		Denylist struct{ Release, Digest, AsOf string }
		Coverage struct {
			Complete bool
		}
	}
	var buf bytes.Buffer
	if err := r.WriteJSON(&buf); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(buf.Bytes(), &record); err != nil {
		t.Fatal(err)
	}
	if record.Denylist.Release != release.Name() || record.Denylist.Digest != release.Digest() || record.Denylist.AsOf == "" || record.Coverage.Complete {
		t.Errorf("%+v", record)
	}
}

// The article that started this is no source of law: no citation leads to a newspaper.
func TestSourcesAreOfficial(t *testing.T) {
	press := regexp.MustCompile(`(?i)cyberscoop|zdnet|reuters|euractiv|wikipedia|theregister|bleepingcomputer|forbes|techcrunch`)
	eachRelease(t, func(t *testing.T, release *denylist.Release) {
		for _, in := range release.Instruments() {
			if press.MatchString(in.URL) {
				t.Errorf("%s: the source is %s", in.ID, in.URL)
			}
		}
	})
}
