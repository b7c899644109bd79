// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/vendors"
)

func report(paths ...string) *evidence.Report {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		panic(err)
	}
	r := evidence.New(m, "test", match.Ban)
	r.Finish(screen.Run(context.Background(), m, screen.Collect(paths), nil))
	return r
}

// decide returns the decision of a policy about a report.
func decide(p *policy.Policy, r *evidence.Report, day vendors.Date) *policy.Decision {
	r.Decide(p, day)
	return r.Policy
}

func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func Example() {
	p, err := policy.Parse([]byte(`{"policy": "routers", "failOn": "ban", "jurisdictions": ["US"], "waivers": [
		{"vendor": "zte", "component": "MF286", "reason": "in use until 2027", "author": "A. Buyer", "expires": "2027-06-30"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	d := decide(p, report("../../testdata/bids/router-tender/profiles.json"), "2027-01-15")
	fmt.Println("pass:", d.Pass)
	for _, f := range d.Fails {
		fmt.Println("fails:", f.Verdict, f.Component)
	}
	for _, f := range d.Waived {
		fmt.Println("waived:", f.Component, "by", f.Waiver.Author)
	}
	// Output:
	// pass: false
	// fails: ban EchoLife HG556a
	// waived: MF286 by A. Buyer
}

func TestDecide(t *testing.T) {
	r := report("../../testdata/bids/router-tender", "../../testdata/bids/endpoint-tender")
	waiver := func(fields string) string {
		return `{"failOn":"ban","waivers":[{` + fields + `,"reason":"x","author":"y","expires":"2027-01-01"}]}`
	}
	for _, tt := range []struct {
		name, policy                   string
		fails, waived, passed, expired int
		unused, gaps                   int
	}{
		{"nothing said", `{}`, 13, 0, 0, 0, 0, 0},
		{"bans", `{"failOn":" Ban"}`, 6, 0, 7, 0, 0, 0},
		{"reviews", `{"failOn":"review"}`, 13, 0, 0, 0, 0, 0},
		{"one jurisdiction", `{"failOn":"ban","jurisdictions":["eu"]}`, 1, 0, 12, 0, 0, 0},
		{"one jurisdiction, silence counts", `{"failOn":"ban","jurisdictions":["EU"],"silentOnParts":"count"}`, 4, 0, 9, 0, 0, 0},
		{"one jurisdiction, silence as by default", `{"failOn":"ban","jurisdictions":["EU"],"silentOnParts":"Review"}`, 1, 0, 12, 0, 0, 0},
		{"one action", `{"actions":["PHASEOUT"],"failOn":"exclude"}`, 1, 0, 12, 0, 0, 0},
		{"one action, silence counts", `{"actions":["phaseOut"],"failOn":"exclude","silentOnParts":"count"}`, 4, 0, 9, 0, 0, 0},
		{"surely", `{"failOn":"ban","minimumTier":"Registered"}`, 4, 0, 9, 0, 0, 0},
		{"devices", `{"failOn":"ban","componentTypes":["Device"]}`, 2, 0, 11, 0, 0, 0},
		{"a vendor waived", waiver(`"vendor":"kaspersky"`), 2, 4, 7, 0, 0, 0},
		{"a document waived", waiver(`"vendor":"kaspersky","document":"endpoint-tender/*.cdx.json"`), 3, 3, 7, 0, 0, 0},
		{"another document", waiver(`"vendor":"kaspersky","document":"router-tender/*"`), 6, 0, 7, 0, 1, 0},
		{"a version", waiver(`"vendor":"kaspersky","component":"klogga","version":"1.2.0"`), 5, 1, 7, 0, 0, 0},
		{"another version", waiver(`"vendor":"kaspersky","component":"klogga","version":"1.2.1"`), 6, 0, 7, 0, 1, 0},
		{"over", strings.ReplaceAll(waiver(`"vendor":"kaspersky"`), "2027-01-01", "2026-12-31"), 6, 0, 7, 1, 0, 0},
		{"more identity than there is", `{"failOn":"ban","requireIdentity":0.95}`, 6, 0, 7, 0, 0, 1},
		{"as much as there is", `{"failOn":"ban","requireIdentity":0.5}`, 6, 0, 7, 0, 0, 0},
	} {
		d := decide(parse(t, tt.policy), r, "2027-01-01")
		got := fmt.Sprint(len(d.Fails), len(d.Waived), len(d.OutOfPolicy), len(d.Expired), len(d.Unused), len(d.Gaps))
		if want := fmt.Sprint(tt.fails, tt.waived, tt.passed, tt.expired, tt.unused, tt.gaps); got != want || d.Pass {
			t.Errorf("%s: %s, pass %v; want %s\n%+v", tt.name, got, d.Pass, want, d.Fails)
		}
		for _, f := range d.OutOfPolicy {
			if f.Why == "" {
				t.Errorf("%s: %s does not count, and nobody says why", tt.name, f.Component)
			}
		}
	}
	clean := report("../../testdata/bids/clean")
	if d := decide(parse(t, `{"requireComplete":true,"failOn":"inconclusive"}`), clean, "2027-01-01"); !d.Pass {
		t.Errorf("the clean bid: %+v", d)
	}
	for name, broken := range map[string]*evidence.Report{"a file that cannot be read": report("../../go.mod"), "nothing": report()} {
		if d := decide(parse(t, `{}`), broken, "2027-01-01"); d.Pass || len(d.Gaps) == 0 {
			t.Errorf("%s passes: %+v", name, d)
		}
	}
	// What was waived does not stand in for what could not be read; a part without a type
	// can be of any.
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"agent","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"x","supplier":[]}]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	part := report(file)
	if d := decide(parse(t, strings.Replace(waiver(`"vendor":"kaspersky"`), `"ban"`, `"inconclusive"`, 1)), part, "2027-01-01"); d.Pass || len(d.Waived) != 1 || len(d.Gaps) != 1 {
		t.Errorf("a part that cannot be read beside one that is waived: %+v", d)
	}
	if d := decide(parse(t, `{"componentTypes":["device"]}`), part, "2027-01-01"); d.Pass || len(d.Fails) != 1 {
		t.Errorf("a part without a type: %+v", d)
	}
	expired := decide(parse(t, strings.ReplaceAll(waiver(`"vendor":"kaspersky"`), "2027-01-01", "2026-12-31")), r, "2027-01-01")
	if expired.Expired[0].Findings != 4 {
		t.Errorf("%+v", expired.Expired)
	}
}

// A waiver that can match nothing is an error that says what would.
func TestWaiverNames(t *testing.T) {
	for _, tt := range []struct{ fields, says string }{
		{`"vendor":"kaspersky"`, ""},
		{`"vendor":" Kaspersky "`, ""},
		{`"finding":"0123abcd"`, ""},
		{`"finding":"0123456789abcdef","vendor":"huawei"`, ""},
		{`"vendor":"kasperski"`, `closest that it has is "kaspersky"`},
		{`"vendor":"Huawai"`, `closest that it has is "huawei"`},
		{`"vendor":"hikvison"`, `closest that it has is "hikvision"`},
		{`"vendor":"` + strings.Repeat("x", 10000) + `"`, "the closest that it has is"},
		{`"finding":"0123abc"`, "the first 8 or more"},
		{`"finding":"0123456789abcdef0"`, "its id of 16 characters"},
		{`"finding":"#0123abcd"`, "0-9 and a-f"},
		{`"finding":"0123ABCD"`, "0-9 and a-f"},
	} {
		_, err := policy.Parse([]byte(`{"waivers":[{` + tt.fields + `,"reason":"x","author":"y","expires":"2027-01-01"}]}`))
		if tt.says == "" && err != nil || tt.says != "" && (!errors.Is(err, policy.ErrPolicy) || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%.100s: %v; want %q", tt.fields, err, tt.says)
		}
	}
	// The spelling of the register is what findings are compared with.
	p := parse(t, `{"failOn":"ban","waivers":[{"vendor":"KASPERSKY","reason":"x","author":"y","expires":"2027-01-01"},{"vendor":"zte","reason":"x","author":"y","expires":"2027-01-01"}]}`)
	if d := decide(p, report("../../testdata/bids/endpoint-tender"), "2026-12-01"); len(d.Waived) == 0 || len(d.Unused) != 1 || d.Unused[0].Vendor != "zte" {
		t.Errorf("%d waived, unused %+v", len(d.Waived), d.Unused)
	}
}

func TestParse(t *testing.T) {
	w := func(s string) string { return `{"waivers":[{` + s + `}]}` }
	for _, text := range []string{
		"", "[]", `{"failon":"ban"}`, `{"failOn":"clear"}`, `{"failOn":"never"}`, `{"silentOnParts":"ban"}`, `{"minimumTier":"certain"}`, `{"failOn":"ban","failOn":"review"}`, `{"minimumTier":"mentions"}`, `{"actions":["forbid"]}`, `{"requireIdentity":80}`,
		w(`"vendor":"zte","author":"y","expires":"2027-01-01"`), w(`"vendor":"zte","reason":"y","expires":"2027-01-01"`), w(`"vendor":"zte","reason":"y","author":"z"`),
		w(`"vendor":"zte","reason":"y","author":"z","expires":"2027-13-01"`), w(`"reason":"y","author":"z","expires":"2027-01-01"`), w(`"finding":"1","reason":"y","author":"z","expires":"2027-01-01"`),
		w(`"vendor":"zte","reason":" ","author":"z","expires":"2027-01-01"`), w(`"finding":"        ","vendor":"zte","reason":"y","author":"z","expires":"2027-01-01"`),
		w(`"vendor":"zte","document":"[","reason":"y","author":"z","expires":"2027-01-01"`),
	} {
		if _, err := policy.Parse([]byte(text)); !errors.Is(err, policy.ErrPolicy) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Words of closed sets are read in any case; others are refused with the entry, its position
// and the words that there are.
func TestWords(t *testing.T) {
	for _, text := range []string{
		`{"jurisdictions":["EU","us "]}`, `{"jurisdictions":[" nl"]}`, `{"actions":["Ban","phaseout"]}`, `{"minimumTier":" Declared"}`, `{"failOn":"REVIEW"}`,
		`{"componentTypes":["APPLICATION","OPERATING_SYSTEM","operating-system","operatingSystem","Device Driver","service","diskImage"]}`, `{"silentOnParts":"COUNT"}`,
	} {
		if _, err := policy.Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string][]string{
		`{"jurisdictions":["EU","Europe"]}`:                {"entry 2 of jurisdictions", `"Europe"`, "EU, FI"},
		`{"jurisdictions":[""]}`:                           {"entry 1 of jurisdictions", `""`, "US"},
		`{"actions":["ban","bann"]}`:                       {"entry 2 of actions", `"bann"`, "phaseOut"},
		`{"componentTypes":["device","x","applications"]}`: {"entry 2 of componentTypes", `"x"`, "entry 3", `"applications"`, "machine-learning-model"},
		`{"minimumTier":"sure"}`:                           {"minimumTier", `"sure"`, "registered, declared, resembles"},
		`{"failOn":"bans"}`:                                {"failOn", `"bans"`, "ban, exclude, review, inconclusive"},
		`{"silentOnParts":"ignore"}`:                       {"silentOnParts", `"ignore"`, "review, count"},
	} {
		_, err := policy.Parse([]byte(text))
		if !errors.Is(err, policy.ErrPolicy) {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %s in %v", text, w, err)
			}
		}
	}
}

// A policy under which no listing could fail a bid is refused, when it is read and when it is
// used with another denylist.
func TestCountsNothing(t *testing.T) {
	for _, text := range []string{
		`{"failOn":"ban","actions":["warn"]}`,
		`{"failOn":"exclude","actions":["review","warn"]}`,
		`{"failOn":"ban","jurisdictions":["DE"]}`,                       // a warning only
		`{"failOn":"exclude","jurisdictions":["LT"],"actions":["ban"]}`, // a decision to phase out
	} {
		if _, err := policy.Parse([]byte(text)); !errors.Is(err, policy.ErrPolicy) || !strings.Contains(err.Error(), "no listing of the denylist "+denylist.Current().Name()) {
			t.Errorf("%s: %v", text, err)
		}
	}
	old, err := denylist.Open("2018.06.12")
	if err != nil {
		t.Fatal(err)
	}
	const ban = `{"failOn":"ban","jurisdictions":["EU"]}` // the motion was only proposed then
	if _, err := policy.ParseFor([]byte(ban), old); !errors.Is(err, policy.ErrPolicy) {
		t.Errorf("by a denylist on which nothing counts: %v", err)
	}
	m, err := match.New(old, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "test", match.Review)
	r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{"../../testdata/bids/clean"}), nil))
	if d := decide(parse(t, ban), r, "2027-01-01"); d.Pass || len(d.Gaps) != 1 || !strings.Contains(d.Gaps[0], "2018.06.12") {
		t.Errorf("a report by a denylist on which nothing counts passes: %+v", d)
	}
	if d := decide(parse(t, `{"failOn":"review","jurisdictions":["EU"]}`), r, "2027-01-01"); !d.Pass {
		t.Errorf("a report by another denylist on which something counts: %+v", d)
	}
	r.Denylist.Release += "+own"
	if d := decide(parse(t, `{}`), r, "2027-01-01"); d.Pass || len(d.Gaps) != 1 {
		t.Errorf("a report by a denylist that nobody has: %+v", d)
	}
	if d := decide(new(policy.Policy), r, "2027-01-01"); d.Pass {
		t.Error("a policy that was not read passes")
	}
}

// document is a report on one document.
func document(t *testing.T, text string) *evidence.Report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return report(file)
}

func bom(rest string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6"` + rest + `}` }

// Everything that was not screened is a gap. A policy can let it pass in so many words, but not
// a document that was not read to its end, or nothing at all.
func TestRequireComplete(t *testing.T) {
	const part = `,"components":[{"type":"library","name":"x"}]`
	for _, tt := range []struct {
		name    string
		report  *evidence.Report
		lenient bool // passes if the policy says so
	}{
		{"a field", document(t, bom(`,"components":[{"type":"library","name":"x","supplier":5}]`)), true},
		{"a link", document(t, bom(`,"externalReferences":[{"type":"bom","url":"https://example.org/x"}]`+part)), true},
		{"no components", document(t, bom(``)), false},
		{"cut off", document(t, strings.TrimSuffix(bom(part), "}")), false},
		{"no document", document(t, "x"), false},
		{"nothing", report(), false},
	} {
		for text, pass := range map[string]bool{
			`{}`: false, `{"requireComplete":true}`: false, `{"requireComplete":false}`: tt.lenient, `{"requireComplete":false,"failOn":"inconclusive"}`: false,
		} {
			d := decide(parse(t, text), tt.report, "2027-01-01")
			if d.Pass != pass || pass != (len(d.Gaps) == 0) || pass && len(d.Unscreened) == 0 || len(d.Fails) > 0 {
				t.Errorf("%s: %s passes: %v (%+v)", tt.name, text, d.Pass, d)
			}
			if want := map[bool]int{true: evidence.ExitClear, false: evidence.ExitUnscreened}[pass]; tt.report.ExitStatus() != want {
				t.Errorf("%s: %s: status %d, want %d", tt.name, text, tt.report.ExitStatus(), want)
			}
		}
	}
	// What fails wins over what was not screened.
	both := document(t, bom(`,"components":[{"type":"library","name":"x","supplier":{"name":"Kaspersky Lab"}},{"name":"y","supplier":5}]`))
	if d := decide(parse(t, `{}`), both, "2027-01-01"); len(d.Fails) != 1 || len(d.Gaps) != 1 || both.ExitStatus() != evidence.ExitFound {
		t.Errorf("%+v, status %d", d, both.ExitStatus())
	}
}

// Without a day no waiver is valid, whatever its last day is, and the report does not pass.
func TestDayOfTheDecision(t *testing.T) {
	r := report("../../testdata/bids/router-tender", "../../testdata/bids/endpoint-tender")
	const expired = `{"failOn":"ban","waivers":[{"vendor":"kaspersky","reason":"x","author":"y","expires":"2020-01-01"},{"vendor":"zte","reason":"x","author":"y","expires":"9999-12-31"}]}`
	for _, day := range []vendors.Date{"", "today", "2027", "2027-01", "2027-13-01", "0000", "2019-1-1", " 2019-01-01"} {
		d := decide(parse(t, expired), r, day)
		if d.Pass || len(d.Waived)+len(d.Expired)+len(d.Unused) > 0 || len(d.Gaps) != 1 || !strings.Contains(d.Gaps[0], fmt.Sprintf("%q; expected YYYY-MM-DD", string(day))) {
			t.Errorf("%q: pass %t, waived %d, expired %d, unused %d, gaps %q", day, d.Pass, len(d.Waived), len(d.Expired), len(d.Unused), d.Gaps)
		}
		if clean := report("../../testdata/bids/clean"); decide(parse(t, `{}`), clean, day).Pass {
			t.Errorf("%q: the clean bid passes", day)
		}
	}
}

// A share is compared as the decimal number that the policy has.
func TestRequireIdentity(t *testing.T) {
	for _, tt := range []struct {
		identified, total int
		share             string
		pass              bool
	}{
		{7, 100, "0.07", true}, {6, 100, "0.07", false}, {29, 100, "0.29", true}, {28, 100, "0.29", false}, {57, 100, "0.57", true}, {56, 100, "0.57", false},
		{3, 3, "1", true}, {2, 3, "1", false}, {0, 3, "0", true}, {1, 3, "0.3333", true}, {1, 3, "0.3334", false},
	} {
		r := document(t, bom(`,"components":[{"type":"library","name":"x"}]`))
		r.Coverage.Identified, r.Coverage.Unidentified = tt.identified, tt.total-tt.identified
		if d := decide(parse(t, `{"requireIdentity":`+tt.share+`}`), r, "2027-01-01"); d.Pass != tt.pass {
			t.Errorf("%d of %d for %s passes: %v (%q)", tt.identified, tt.total, tt.share, d.Pass, d.Gaps)
		}
	}
}

// A type is compared in any spelling. One that no format has, or none, lets no finding pass.
func TestComponentTypes(t *testing.T) {
	for typ, counts := range map[string]bool{
		"firmware": true, "Firmware": true, "operating-system": true, "OPERATING_SYSTEM": true, "library": false, "LIBRARY": false, "Application": false,
		"": true, "fermware": true, "appliance": true, "other": true,
	} {
		r := document(t, bom(`,"components":[{"type":"`+typ+`","name":"x","supplier":{"name":"Kaspersky Lab"}}]`))
		d := decide(parse(t, `{"componentTypes":["firmware","Operating-System"]}`), r, "2027-01-01")
		if len(d.Fails) != map[bool]int{true: 1}[counts] || len(d.Fails)+len(d.OutOfPolicy) != 1 {
			t.Errorf("type %q: %+v", typ, d)
		}
	}
}

// Silence on parts is lifted alone: what else holds a citation at review stays.
func TestSilentOnParts(t *testing.T) {
	for _, tt := range []struct {
		supplier, name string
		want           string
	}{
		{"Kaspersky Lab", "x", "ban"},
		{"Kapersky Lab", "x", "review"}, // only resembles
	} {
		r := document(t, bom(`,"components":[{"type":"library","name":"`+tt.name+`","supplier":{"name":"`+tt.supplier+`"}}]`))
		for silent, want := range map[string]string{"review": "review", "count": tt.want} {
			d := decide(parse(t, `{"jurisdictions":["EU"],"silentOnParts":"`+silent+`"}`), r, "2027-01-01")
			if len(d.Fails) != 1 || d.Fails[0].Verdict.String() != want {
				t.Errorf("%s, silence %s: %+v; want %s", tt.supplier, silent, d.Fails, want)
			}
		}
	}
}

// What a text asks of a product that it names is not recorded, so it counts for each action.
func TestNamedProductCountsForEachAction(t *testing.T) {
	r := document(t, bom(`,"components":[{"type":"application","name":"TikTok","supplier":{"name":"ByteDance Ltd."}}]`))
	if d := decide(parse(t, `{"actions":["ban"],"failOn":"review"}`), r, "2027-01-01"); len(d.Fails) != 1 {
		t.Errorf("%+v", d)
	}
}

// What is read as a policy can decide, and what it was read with is a closed set.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"policy":"x","failOn":"exclude","jurisdictions":["EU"],"actions":["ban"],"minimumTier":"declared","componentTypes":["device"],"silentOnParts":"count","requireComplete":false,"requireIdentity":0.07}`,
		`{"waivers":[{"vendor":"kaspersky","document":"*/a.json","reason":"x","author":"y","expires":"2027-01-01"}]}`, `{"jurisdictions":["EU","Europe"]}`,
	} {
		f.Add([]byte(text))
	}
	r := report("../../testdata/bids/router-tender")
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.Parse(text)
		if err != nil {
			if p != nil || !errors.Is(err, policy.ErrPolicy) {
				t.Errorf("%+v, %v", p, err)
			}
			return
		}
		d := decide(p, r, "2027-01-01")
		if n := len(d.Fails) + len(d.Waived) + len(d.OutOfPolicy); n != len(r.Documents[0].Findings)+len(r.Documents[1].Findings) {
			t.Errorf("%d findings are decided on", n)
		}
	})
}
