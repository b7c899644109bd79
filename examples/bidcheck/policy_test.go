// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
)

func digest(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// The decision of the policy is in every format of the report, with the digest of the policy and
// the waivers that were used. It is signed with the report, which can be reproduced.
func TestDecisionInReport(t *testing.T) {
	const file = "testdata/policies/routers.json"
	dir := t.TempDir()
	private, public := keyFiles(t)
	args := []string{"-policy", file, "-day", "2027-06-30", "-sign", private}
	for _, form := range forms {
		args = append(args, "-o", filepath.Join(dir, "report"+form.ending))
	}
	if status, _, stderr := check(t, "", append(args, "testdata/bids/router-tender")...); status != exitFound || !strings.Contains(stderr, "DOES NOT PASS") {
		t.Fatalf("status %d, %s", status, stderr)
	}
	sum := digest(t, file)
	for _, form := range forms {
		text, err := os.ReadFile(filepath.Join(dir, "report"+form.ending))
		if err != nil {
			t.Fatal(err)
		}
		if form.name == "intoto" {
			key, err := loadKey(public)
			if err != nil {
				t.Fatal(err)
			}
			r, _, err := evidence.Verify(context.Background(), text, key)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir("../..")
			if err := screen.Reproduce(context.Background(), r, denylist.Current(), nil); err != nil {
				t.Error(err)
			}
			t.Chdir("examples/bidcheck")
			var record bytes.Buffer
			if err := r.WriteJSON(&record); err != nil {
				t.Fatal(err)
			}
			text = record.Bytes()
		}
		flat := strings.Join(strings.Fields(string(text)), " ")
		wants := []string{sum}
		switch form.name {
		case "json", "intoto":
			wants = append(wants, `"pass": false`, `"waived": [ { "document"`, `"author": "A. Buyer, procurement office"`)
		case "sarif", "junit":
			wants = append(wants, "DOES NOT PASS")
		default:
			wants = append(wants, "DOES NOT PASS", "waived until 2027-06-30 by A. Buyer")
		}
		for _, want := range wants {
			if !strings.Contains(strings.ReplaceAll(flat, "- ", "-"), strings.ReplaceAll(want, "- ", "-")) {
				t.Errorf("%s: no %q in\n%.3000s", form.name, want, flat)
			}
		}
	}
}

func TestPolicy(t *testing.T) {
	const file = "testdata/policies/routers.json"
	status, out, _ := check(t, "", "-policy", file, "-day", "2027-06-30", "testdata/bids/router-tender")
	for _, want := range []string{"DOES NOT PASS", "waived until 2027-06-30 by A. Buyer", "expired on 2026-03-31", "fails: ban EchoLife HG556a, huawei"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if status != exitFound {
		t.Errorf("status %d", status)
	}
	if _, out, _ := check(t, "", "-policy", file, "-day", "2027-07-01", "testdata/bids/router-tender"); strings.Contains(out, "waived") {
		t.Error("a waiver holds after its last day")
	}
	// Apart from the decision, the report is the same with a policy.
	_, plain, _ := check(t, "", "-format", "json", "testdata/bids/router-tender")
	_, out, stderr := check(t, "", "-format", "json", "-policy", file, "-day", "2027-06-30", "testdata/bids/router-tender")
	r, err := evidence.ParseReport([]byte(out))
	if err != nil || r.Policy == nil || !strings.Contains(stderr, "Policy ") {
		t.Fatalf("%v, or no decision: %q", err, stderr)
	}
	if d := r.Policy; d.Pass || d.Day != "2027-06-30" || d.SHA256 != digest(t, file) || len(d.Fails) == 0 || len(d.Waived) != 1 || d.Waived[0].Waiver.Author != "A. Buyer, procurement office" || len(d.Expired) != 1 {
		t.Errorf("%+v", d)
	}
	validate(t, out)
	r.Policy = nil
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil || b.String() != plain {
		t.Errorf("another record, %v", err)
	}
	if status, out, _ := check(t, "", "-policy", file, "testdata/bids/clean"); status != exitClear || !strings.Contains(out, "PASSES") {
		t.Errorf("the clean bid: status %d", status)
	}
	if status, _, _ := check(t, "", "-policy", file, "go.mod"); status != exitUnscreened {
		t.Errorf("a file that cannot be read: status %d", status)
	}
	part := filepath.Join(t.TempDir(), "part.json")
	write(t, part, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":5}]}`)
	if status, _, _ := check(t, "", "-policy", file, part); status != exitUnscreened {
		t.Errorf("a part that cannot be read: status %d", status)
	}
	policy := func(text string) string {
		path := filepath.Join(t.TempDir(), "policy.json")
		write(t, path, text)
		return path
	}
	// A policy that can count nothing, or that lets unscreened files pass by mistake.
	link := filepath.Join(t.TempDir(), "link.json")
	write(t, link, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}],"externalReferences":[{"type":"bom","url":"https://example.org/b"}]}`)
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"-policy", policy(`{"jurisdictions":["Europe"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"failOn":"ban","actions":["warn"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"failOn":"ban","jurisdictions":["IT"]}`), "-denylist", "2018.06.13", "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"jurisdictions":["xx"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"jurisdictions":["xx"]}`), "-denylist", "testdata/lists/ministry", "testdata/bids/clean"}, exitClear},
		{[]string{"-policy", policy(`{"jurisdictions":["eu"]}`), "testdata/bids/endpoint-tender"}, exitFound},
		{[]string{"-policy", policy(`{"failOn":"ban"}`), "-fail-on", "never", "testdata/bids/endpoint-tender"}, exitFound},
		{[]string{"-policy", policy(`{}`), link}, exitUnscreened},
		{[]string{"-policy", policy(`{"requireComplete":false}`), link}, exitClear},
		{[]string{"-policy", policy(`{"requireComplete":false}`), "go.mod"}, exitUnscreened},
	} {
		if status, _, stderr := check(t, "", tt.args...); status != tt.want {
			t.Errorf("%v: status %d, want %d (%s)", tt.args, status, tt.want, stderr)
		}
	}
	// A run does not pass if nothing that counts could be found.
	const listed, clean = "testdata/bids/endpoint-tender", "testdata/bids/clean"
	for _, tt := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"-as-of", "1999-01-01", listed}, exitUnscreened, "on 1999-01-01"},
		{[]string{"-jurisdiction", "RO", listed}, exitUnscreened, "in RO"},
		{[]string{"-jurisdiction", "RO", "-fail-on", "never", listed}, exitUnscreened, "in RO"},
		{[]string{"-jurisdiction", "XX", listed}, exitUsage, "expected one of AU, "},
		{[]string{"-jurisdiction", "DE", "-fail-on", "ban", clean}, exitUsage, "expected -fail-on review"},
		{[]string{"-jurisdiction", "DE", clean}, exitClear, ""},
		{[]string{"-policy", policy(`{"requireComplete":false}`), "-as-of", "1999-01-01", listed}, exitUnscreened, "DOES NOT PASS"},
		{[]string{"-policy", policy(`{"jurisdictions":["EU"],"requireComplete":false}`), "-jurisdiction", "US", listed}, exitUnscreened, "nothing that the policy counts could be found"},
		{[]string{"-policy", policy(`{"failOn":"ban","jurisdictions":["US"]}`), "-as-of", "2020-01-01", clean}, exitClear, "PASSES"},
		{[]string{"-policy", policy(`{"failOn":"exclude","jurisdictions":["IT"]}`), "-as-of", "2018-06-13", clean}, exitUnscreened, "nothing that the policy counts could be found"},
	} {
		if status, out, stderr := check(t, "", tt.args...); status != tt.want || !strings.Contains(out+stderr, tt.says) {
			t.Errorf("%v: status %d, want %d and %q (%s)", tt.args, status, tt.want, tt.says, stderr)
		}
	}
	bad := policy(`{"waivers":[{}]}`)
	for _, args := range [][]string{{"-policy", bad}, {"-policy", "none"}, {"-policy", file, "-day", "soon"}, {"-day", "2027-01-01"}} {
		if status, _, stderr := check(t, "", append(args, "testdata/bids/clean")...); status != exitUsage || !strings.Contains(stderr, "-policy") {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

// The decision is also written to a file of its own, as it is in the record.
func TestDecisionFile(t *testing.T) {
	dir := t.TempDir()
	file, record := filepath.Join(dir, "decision.json"), filepath.Join(dir, "r.json")
	args := []string{"-policy", "testdata/policies/routers.json", "-day", "2027-01-01", "-decision", file, "-o", record, "testdata/bids/router-tender"}
	_, _, stderr := check(t, "", args...)
	if !strings.Contains(stderr, "decision.json (decision of the policy, ") {
		t.Errorf("%s", stderr)
	}
	r := report(t, read(t, record))
	var d policy.Decision
	if err := json.Unmarshal([]byte(read(t, file)), &d); err != nil || !reflect.DeepEqual(&d, r.Policy) {
		t.Errorf("%v, %+v; want %+v", err, d, r.Policy)
	}
	broken := filepath.Join(dir, "broken.json")
	write(t, broken, "{\n  \"failOn\": \"bann\"}")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-decision", file}, "-decision needs a -policy"},
		{[]string{"-policy", "testdata/policies/routers.json", "-decision", record, "-o", record}, "are the same file"},
		{[]string{"-policy", broken}, "broken.json:2:3: failOn is \"bann\"; expected one of ban, exclude, review, inconclusive; did you mean \"ban\"?"},
	} {
		if status, _, stderr := check(t, "", append(tt.args, "testdata/bids/clean")...); status != exitUsage || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %s", tt.args, status, stderr)
		}
	}
}
