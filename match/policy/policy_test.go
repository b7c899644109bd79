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

func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func Example() {
	p, err := policy.Parse([]byte(`{"policy": "routers", "jurisdictions": ["US"], "waivers": [
		{"vendor": "zte", "component": "MF286", "reason": "in use until 2027", "author": "A. Buyer", "expires": "2027-06-30"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	d := p.Decide(report("../../testdata/bids/router-tender/profiles.json"), "2027-01-15")
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
		return `{"waivers":[{` + fields + `,"reason":"x","author":"y","expires":"2027-01-01"}]}`
	}
	for _, tt := range []struct {
		name, policy                   string
		fails, waived, passed, expired int
		unused, gaps                   int
	}{
		{"nothing said", `{}`, 6, 0, 7, 0, 0, 0},
		{"reviews", `{"failOn":"review"}`, 13, 0, 0, 0, 0, 0},
		{"one jurisdiction", `{"jurisdictions":["EU"]}`, 4, 0, 9, 0, 0, 0},
		{"one action", `{"actions":["phaseOut"],"failOn":"exclude"}`, 4, 0, 9, 0, 0, 0},
		{"surely", `{"minimumTier":"registered"}`, 4, 0, 9, 0, 0, 0},
		{"devices", `{"componentTypes":["device"]}`, 2, 0, 11, 0, 0, 0},
		{"a vendor waived", waiver(`"vendor":"kaspersky"`), 2, 4, 7, 0, 0, 0},
		{"a document waived", waiver(`"vendor":"kaspersky","document":"endpoint-tender/*.cdx.json"`), 3, 3, 7, 0, 0, 0},
		{"another document", waiver(`"vendor":"kaspersky","document":"router-tender/*"`), 6, 0, 7, 0, 1, 0},
		{"a version", waiver(`"vendor":"kaspersky","component":"klogga","version":"1.2.0"`), 5, 1, 7, 0, 0, 0},
		{"another version", waiver(`"vendor":"kaspersky","component":"klogga","version":"1.2.1"`), 6, 0, 7, 0, 1, 0},
		{"over", strings.ReplaceAll(waiver(`"vendor":"kaspersky"`), "2027-01-01", "2026-12-31"), 6, 0, 7, 1, 0, 0},
		{"more identity than there is", `{"requireIdentity":0.95}`, 6, 0, 7, 0, 0, 1},
		{"as much as there is", `{"requireIdentity":0.5}`, 6, 0, 7, 0, 0, 0},
	} {
		d := parse(t, tt.policy).Decide(r, "2027-01-01")
		got := fmt.Sprint(len(d.Fails), len(d.Waived), len(d.Passed), len(d.Expired), len(d.Unused), len(d.Gaps))
		if want := fmt.Sprint(tt.fails, tt.waived, tt.passed, tt.expired, tt.unused, tt.gaps); got != want || d.Pass {
			t.Errorf("%s: %s, pass %v; want %s\n%+v", tt.name, got, d.Pass, want, d.Fails)
		}
		for _, f := range d.Passed {
			if f.Why == "" {
				t.Errorf("%s: %s does not count, and nobody says why", tt.name, f.Component)
			}
		}
	}
	clean := report("../../testdata/bids/clean")
	if d := parse(t, `{"requireComplete":true,"failOn":"inconclusive"}`).Decide(clean, "2027-01-01"); !d.Pass {
		t.Errorf("the clean bid: %+v", d)
	}
	for name, broken := range map[string]*evidence.Report{"a file that cannot be read": report("../../go.mod"), "nothing": report()} {
		if d := parse(t, `{}`).Decide(broken, "2027-01-01"); d.Pass || len(d.Gaps) == 0 {
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
	if d := parse(t, strings.Replace(waiver(`"vendor":"kaspersky"`), "{", `{"failOn":"inconclusive",`, 1)).Decide(part, "2027-01-01"); d.Pass || len(d.Waived) != 1 || len(d.Gaps) != 1 {
		t.Errorf("a part that cannot be read beside one that is waived: %+v", d)
	}
	if d := parse(t, `{"componentTypes":["device"]}`).Decide(part, "2027-01-01"); d.Pass || len(d.Fails) != 1 {
		t.Errorf("a part without a type: %+v", d)
	}
	expired := parse(t, strings.ReplaceAll(waiver(`"vendor":"kaspersky"`), "2027-01-01", "2026-12-31")).Decide(r, "2027-01-01")
	if expired.Expired[0].Findings != 4 {
		t.Errorf("%+v", expired.Expired)
	}
}

func TestParse(t *testing.T) {
	w := func(s string) string { return `{"waivers":[{` + s + `}]}` }
	for _, text := range []string{
		"", "[]", `{"failon":"ban"}`, `{"failOn":"clear"}`, `{"failOn":"ban","failOn":"review"}`, `{"minimumTier":"mentions"}`, `{"actions":["forbid"]}`, `{"requireIdentity":80}`,
		w(`"vendor":"x","author":"y","expires":"2027-01-01"`), w(`"vendor":"x","reason":"y","expires":"2027-01-01"`), w(`"vendor":"x","reason":"y","author":"z"`),
		w(`"vendor":"x","reason":"y","author":"z","expires":"2027-13-01"`), w(`"reason":"y","author":"z","expires":"2027-01-01"`), w(`"finding":"1","reason":"y","author":"z","expires":"2027-01-01"`),
		w(`"vendor":"x","document":"[","reason":"y","author":"z","expires":"2027-01-01"`),
	} {
		if _, err := policy.Parse([]byte(text)); !errors.Is(err, policy.ErrPolicy) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
