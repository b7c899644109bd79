// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// bidOf writes a bill of materials with components of suppliers.
func bidOf(t *testing.T, path string, suppliers ...string) {
	t.Helper()
	var parts []string
	for i, s := range suppliers {
		parts = append(parts, fmt.Sprintf(`{"type":"application","name":"part-%d","version":"1","supplier":{"name":%q}}`, i, s))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, path, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`+strings.Join(parts, ",")+`]}`)
}

// The exit status is about what is new since the baseline, and the changes are printed.
func TestBaseline(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	bidOf(t, in("old/a.json"), "Kaspersky Lab", "Acme")
	bidOf(t, in("old/same.json"), "Huawei")
	check(t, "", "-quiet", "-o", in("base.json"), in("old"))
	bidOf(t, in("same/a.json"), "Kaspersky Lab", "Acme")
	bidOf(t, in("same/renamed.json"), "Huawei")
	bidOf(t, in("worse/sub/a.json"), "Kaspersky Lab", "Kaspersky Lab")
	bidOf(t, in("worse/sub/same.json"), "Huawei")
	bidOf(t, in("gone/a.json"), "Acme", "Acme")
	bidOf(t, in("gone/same.json"), "Huawei")
	bidOf(t, in("unread/a.json"), "Kaspersky Lab", "Acme")
	write(t, in("unread/same.json"), `{"bomFormat":`)
	for _, tt := range []struct {
		bid    string
		args   []string
		status int
		says   []string
	}{
		{"old", nil, exitClear, []string{"0 new, 0 gone, 0 changed; 2 stayed the same"}},
		{"same", nil, exitClear, []string{"0 new, 0 gone, 0 changed; 2 stayed the same"}},
		{"worse", nil, exitFound, []string{"1 new, 0 gone, 0 changed; 2 stayed the same", "sub/a.json", "added: nothing → "}},
		{"worse", []string{"-fail-on", "never"}, exitClear, []string{"1 new"}},
		{"gone", nil, exitClear, []string{"0 new, 1 gone", "removed: "}},
		{"unread", nil, exitUnscreened, []string{"0 new, 1 gone", "not screened in this run: "}},
		{"old", []string{"-buyer", "eu-institution"}, exitClear, []string{"Made differently: the buyer was not given, and is now eu-institution (eu.institutions"}},
		{"old", []string{"-denylist", "2018.06.13"}, exitClear, []string{"Made differently: the denylist was ", "the day judged by was "}},
		{"old", []string{"-jurisdiction", "EU,US", "-cpv", "32420000"}, exitClear, []string{"jurisdictions was all, and is now EU, US", "the purpose was not given, and is now 32420000"}},
	} {
		args := append(append([]string{"-quiet", "-baseline", in("base.json")}, tt.args...), in(tt.bid))
		status, out, stderr := check(t, "", args...)
		flat := strings.Join(strings.Fields(out), " ")
		for _, want := range append(tt.says, "Compared with the baseline") {
			if !strings.Contains(flat, want) {
				t.Errorf("%s %v: no %q in\n%s", tt.bid, tt.args, want, out)
			}
		}
		if status != tt.status || withoutReplaced(stderr) != "" {
			t.Errorf("%s %v: status %d, %s; want %d", tt.bid, tt.args, status, stderr, tt.status)
		}
		if len(tt.args) == 0 && strings.Contains(flat, "Made differently") {
			t.Errorf("%s: made differently:\n%s", tt.bid, out)
		}
	}
	// Beside a report for programs the changes go to standard error.
	_, out, stderr := check(t, "", "-quiet", "-format", "json", "-baseline", in("base.json"), in("worse"))
	if r := report(t, out); len(r.Documents) != 2 || !strings.Contains(stderr, "1 new") {
		t.Errorf("%s", stderr)
	}
	// diff takes records, too.
	check(t, "", "-quiet", "-o", in("worse.json"), in("worse"))
	for _, second := range []string{in("worse.json"), in("worse")} {
		if status, out, _ := check(t, "", "-quiet", "diff", in("base.json"), second); status != exitFound || !strings.Contains(out, "1 new, 0 gone") {
			t.Errorf("diff with %s: status %d\n%s", second, status, out)
		}
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-baseline", in("none.json")}, "not the record of an earlier run"},
		{[]string{"-baseline", in("old/a.json")}, "not the record of an earlier run"},
		{[]string{"-baseline", in("base.json"), "-policy", "x"}, "-baseline cannot be combined with -policy"},
		{[]string{"-baseline", in("base.json"), "-explain", "all"}, "-baseline cannot be combined with -explain"},
	} {
		if status, _, stderr := check(t, "", append(tt.args, in("old"))...); status != exitUsage || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %s", tt.args, status, stderr)
		}
	}
}

// A record of schema 1 is a baseline, too.
func TestBaselineOfSchema1(t *testing.T) {
	file := filepath.Join(t.TempDir(), "base.json")
	_, out, _ := check(t, "", "-format", "json", "testdata/bids/router-tender")
	r := report(t, out)
	r.SchemaVersion = "1"
	var b strings.Builder
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	write(t, file, b.String())
	if _, err := evidence.ParseReport([]byte(b.String())); err != nil {
		t.Fatal(err)
	}
	if status, out, _ := check(t, "", "-quiet", "-baseline", file, "testdata/bids/router-tender"); status != exitClear || !strings.Contains(out, ": 0 new, 0 gone, 0 changed") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// A verdict that comes to rest on a binding text is a change that counts as more severe.
func TestBaselineTellsTheForce(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(in("bid"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, in("bid/a.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"part-0","version":"1","supplier":{"name":"TP-Link Technologies Co., Ltd."}}},"components":[]}`)
	check(t, "", "-quiet", "-denylist", "2026.11.25", "-o", in("old.json"), in("bid"))
	check(t, "", "-quiet", "-denylist", "2026.11.30", "-o", in("new.json"), in("bid"))
	status, out, stderr := check(t, "", "-quiet", "-denylist", "2026.11.30", "-baseline", in("old.json"), in("bid"))
	if status != exitFound || !strings.Contains(out+stderr, "changed: review (not binding) → review (binding): part-0 1 — TP-Link") {
		t.Errorf("status %d: %s%s", status, out, stderr)
	}
	status, out, stderr = check(t, "", "-quiet", "-denylist", "2026.11.25", "-baseline", in("new.json"), in("bid"))
	if status == exitFound || !strings.Contains(out+stderr, "review (binding) → review (not binding)") {
		t.Errorf("the way back: status %d: %s%s", status, out, stderr)
	}
}
