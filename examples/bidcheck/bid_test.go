// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBidFilesMustHaveTheirDigests(t *testing.T) {
	status, out, _ := check(t, "", "-format", "json", "-bid", "testdata/bid.json")
	validate(t, out)
	r := report(t, out)
	if status != exitFound || len(r.Documents) != 2 || r.Bid == nil || r.Bid.Bidder != "Example Networks Ltd." || r.Bid.Lot != "2" {
		t.Errorf("status %d, %+v", status, r.Bid)
	}
	if _, out, _ := check(t, "", "-bid", "testdata/bid.json"); !strings.Contains(out, "Bid of Example Networks Ltd., tender 2026/17, lot 2") {
		t.Errorf("%.300s", out)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "bid.json")
	write(t, filepath.Join(dir, "a.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`)
	bid := func(files string) { write(t, file, `{"bidder":"x","files":[`+files+`]}`) }
	// A file with another digest is not the one that was offered.
	bid(`{"path":"a.json","sha256":"` + strings.Repeat("0", 64) + `"}`)
	if status, out, _ := check(t, "", "-format", "json", "-bid", file); status != exitUnscreened || !strings.Contains(out, "not the one that the bid describes") {
		t.Errorf("another digest: status %d\n%s", status, out)
	} else {
		validate(t, out)
	}
	bid(`{"path":"none.json"}`)
	if status, _, _ := check(t, "", "-bid", file); status != exitUnscreened {
		t.Errorf("a file that is not there: status %d", status)
	}
	// A digest that cannot be compared with a file does not pass.
	bid(`{"path":"sub","sha256":"` + strings.Repeat("0", 64) + `"}`)
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "sub", "a.json"), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`)
	if status, out, _ := check(t, "", "-format", "json", "-bid", file); status != exitUnscreened || !strings.Contains(out, "for a folder") {
		t.Errorf("the digest of a folder: status %d\n%s", status, out)
	} else {
		validate(t, out)
	}
	sum := sha256.Sum256([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`))
	bid(`{"path":"a.json","sha256":"` + fmt.Sprintf("%X", sum) + `"}`)
	if status, out, _ := check(t, "", "-bid", file); status != exitClear {
		t.Errorf("the digest in capitals: status %d\n%s", status, out)
	}
	t.Run("a file called as standard input is", func(t *testing.T) {
		t.Chdir(dir)
		bid(`{"path":"-"}`)
		if b, err := loadBid("bid.json"); err != nil || len(b.paths) != 1 || b.paths[0] != "./-" {
			t.Errorf("%+v, %v", b, err)
		}
	})
	for _, files := range []string{`{"path":"a.json","sha256":"00"}`, ``, `{"path":"../x"}`, `{"path":"/etc/passwd"}`, `{"path":""}`, `{"path":"a.json"},{"path":"./a.json"}`, `{"path":"a.json","x":1}`} {
		bid(files)
		if status, _, stderr := check(t, "", "-bid", file); status != exitUsage || !strings.Contains(stderr, "-bid") {
			t.Errorf("%s: status %d, %s", files, status, stderr)
		}
	}
}

func TestDiff(t *testing.T) {
	dir := t.TempDir()
	bom := func(name string, parts ...string) {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`+strings.Join(parts, ",")+`]}`)
	}
	part := func(name, supplier string) string {
		return `{"type":"application","name":"` + name + `","version":"1","supplier":{"name":"` + supplier + `"}}`
	}
	for _, d := range []string{"1", "2"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	bom("1/a.json", part("agent", "Kaspersky Lab"), part("old", "Kaspersky Lab"), part("x", "Acme"))
	bom("2/a.json", part("agent", "Kaspersky Lab"), part("new", "Kaspersky Lab"), part("x", "Acme"))
	bom("1/gone.json", part("y", "Acme"))
	bom("2/more.json", part("z", "Acme"))
	status, out, _ := check(t, "", "diff", "-format", "json", dir+"/1", dir+"/2")
	var d differences
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	if status != exitFound || len(d.Changes) != 2 || d.Same != 1 || strings.Join(d.Added, "") != "more.json" || strings.Join(d.Removed, "") != "gone.json" {
		t.Errorf("status %d, %+v", status, d)
	}
	if _, out, _ = check(t, "", "diff", dir+"/1", dir+"/2"); !strings.Contains(out, "added: nothing → ban: new 1 — Kaspersky") || !strings.Contains(out, "removed: ban → nothing: old 1 — Kaspersky") {
		t.Error(out)
	}
	if status, _, _ := check(t, "", "diff", dir+"/1", dir+"/1"); status != exitClear {
		t.Errorf("the same bid: status %d", status)
	}
	if status, _, _ := check(t, "", "diff", "-fail-on", "never", dir+"/1", dir+"/2"); status != exitClear {
		t.Errorf("-fail-on never: status %d", status)
	}
	// Paths with unneeded parts.
	if _, out, _ := check(t, "", "diff", dir+"/./1", dir+"/2/"); !strings.Contains(out, "2 changes: 1 new, 1 gone, 0 changed; 1 stayed") {
		t.Error(out)
	}
	// A component that could not be read could be one with a finding.
	bom("3.json", part("agent", "Kaspersky Lab"), `{"type":"application","name":7}`, `{"name":"b","supplier":[]}`)
	if status, out, _ := check(t, "", "diff", dir+"/3.json", dir+"/3.json"); status != exitUnscreened {
		t.Errorf("a part that cannot be read: status %d\n%s", status, out)
	}
	// A bid can be a single file. A file that cannot be read is not a bid without findings.
	if status, out, _ := check(t, "", "diff", dir+"/1/a.json", dir+"/2/a.json"); status != exitFound || !strings.Contains(out, "(the file itself)") {
		t.Errorf("status %d\n%s", status, out)
	}
	write(t, filepath.Join(dir, "2", "a.json"), "{")
	if _, out, _ := check(t, "", "diff", dir+"/2", dir+"/1"); !strings.Contains(out, "not screened in the first: a.json: it was not read to its end") {
		t.Errorf("what was not read of the first:\n%s", out)
	}
	if status, out, _ := check(t, "", "diff", dir+"/1", dir+"/2"); status != exitUnscreened || !strings.Contains(out, "not screened in the second: a.json: it was not read to its end") {
		t.Errorf("status %d\n%s", status, out)
	}
	for _, args := range [][]string{{"diff", "a"}, {"diff", "a", "b", "c"}, {"diff", "-format", "html", "a", "b"}, {"diff", "-", "b"}} {
		if status, _, _ := check(t, "", args...); status != exitUsage {
			t.Errorf("%v: status %d", args, status)
		}
	}
}

func TestDiffComparesVersionsAndCounts(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")
	part := func(version, more string) string {
		return `{"type":"application","name":"agent","version":"` + version + `","supplier":{"name":"Kaspersky Lab"}` + more + `}`
	}
	const weak = `,"pedigree":{"notes":"x"}`
	npm, pypi := `,"purl":"pkg:npm/agent@1"`, `,"purl":"pkg:pypi/agent@1"`
	for _, tt := range []struct {
		name          string
		before, after []string
		status, same  int
		want          []string // lines
	}{
		{"the same", []string{part("1", ""), part("1", "")}, []string{part("1", ""), part("1", "")}, exitClear, 2, nil},
		{"another order", []string{part("1", ""), part("2", "")}, []string{part("2", ""), part("1", weak)}, exitClear, 2, nil},
		{"another version", []string{part("1", "")}, []string{part("2", "")}, exitClear, 0, []string{"changed: ban → ban: agent 1 → 2 — Kaspersky"}},
		{"a version less", []string{part("1", "")}, []string{part("", "")}, exitClear, 0, []string{"changed: ban → ban: agent 1 → (no version) — Kaspersky"}},
		{"two become one", []string{part("1", ""), part("1", "")}, []string{part("1", "")}, exitClear, 1, []string{"removed: ban → nothing: agent 1 — Kaspersky"}},
		{"one becomes three", []string{part("1", "")}, []string{part("1", ""), part("1", ""), part("1", "")}, exitFound, 1, []string{"added: nothing → ban: agent 1 — Kaspersky (2 times)"}},
		{"one more of another version", []string{part("1", "")}, []string{part("2", ""), part("1", "")}, exitFound, 1, []string{"added: nothing → ban: agent 2 — Kaspersky"}},
		{"another package", []string{part("1", npm)}, []string{part("1", pypi)}, exitFound, 0,
			[]string{"removed: ban → nothing: agent 1 — Kaspersky, pkg:npm/agent", "added: nothing → ban: agent 1 — Kaspersky, pkg:pypi/agent"}},
	} {
		for file, parts := range map[string][]string{a: tt.before, b: tt.after} {
			write(t, file, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`+strings.Join(append(parts, `{"type":"library","name":"x","supplier":{"name":"Acme"}}`), ",")+`]}`)
		}
		status, out, _ := check(t, "", "diff", a, b)
		var lines []string
		for line := range strings.Lines(out) {
			if after, ok := strings.CutPrefix(line, "  "); ok {
				lines = append(lines, strings.TrimSpace(after))
			}
		}
		if status != tt.status || !slices.Equal(lines, tt.want) || !strings.Contains(out, fmt.Sprintf("%d stayed", tt.same)) {
			t.Errorf("%s: status %d, want %d, %q, %d the same\n%s", tt.name, status, tt.status, tt.want, tt.same, out)
		}
	}
	t.Run("paths with a dot in front", func(t *testing.T) {
		t.Chdir(dir)
		var out, errs bytes.Buffer
		if status := run(t.Context(), []string{"diff", "./a.json", "a.json"}, strings.NewReader(""), &out, &errs); status != exitClear || strings.Contains(out.String(), "only in") {
			t.Errorf("status %d\n%s", status, out.String())
		}
	})
}

func TestAnnotate(t *testing.T) {
	dir := t.TempDir()
	status, _, stderr := check(t, "", "-annotate", dir, "-format", "json", "testdata/bids")
	if status != exitFound || !strings.Contains(stderr, "profiles.json") {
		t.Errorf("status %d, %s", status, stderr)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 5 {
		t.Errorf("files %v", files)
	}
	for _, f := range files {
		data, _ := os.ReadFile(f)
		if !strings.Contains(string(data), "clause76 finding") {
			t.Errorf("%s has no annotation", f)
		}
	}
	// The annotated copy has the same findings.
	_, before, _ := check(t, "", "-format", "csv", "testdata/bids/endpoint-tender/endpoint-agent.cdx.json")
	_, after, _ := check(t, "", "-format", "csv", filepath.Join(dir, "endpoint-agent.cdx.json"))
	if strings.Count(before, "\r\nfinding,") != strings.Count(after, "\r\nfinding,") {
		t.Error("the annotations changed what is found")
	}
}
