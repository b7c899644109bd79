// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// check runs bidcheck in the repository's top folder.
func check(t testing.TB, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir("../..")
	defer t.Chdir("examples/bidcheck")
	var out, errs bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// withoutReplaced leaves out that a release was replaced, which depends on what this program has.
func withoutReplaced(stderr string) string {
	var rest strings.Builder
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "bidcheck: the denylist ") || !strings.Contains(line, " was replaced by ") {
			rest.WriteString(line)
		}
	}
	return rest.String()
}

// validate checks a report against its schema.
func validate(t testing.TB, out string) {
	t.Helper()
	var s jsonschema.Schema
	var v any
	if err := errors.Join(json.Unmarshal(new(evidence.Report).Schema(), &s), json.Unmarshal([]byte(out), &v)); err != nil {
		t.Fatal(err)
	}
	schema, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Error(err)
	}
}

func report(t testing.TB, out string) evidence.Report {
	t.Helper()
	var r evidence.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%.500s", err, out)
	}
	return r
}

// version matches the version of the program in SARIF.
var version = regexp.MustCompile(`(?s)^(.*?"name": "bidcheck",\s*"version": )"[^"]*"`)

// The bids in testdata, in several formats and with three releases.
func TestGolden(t *testing.T) {
	tests := []struct {
		name   string
		args   []string
		status int
	}{
		{"clean", []string{"testdata/bids/clean"}, 0},
		{"router-tender", []string{"testdata/bids/router-tender"}, 1},
		{"router-tender-2018.06.13", []string{"-denylist", "2018.06.13", "testdata/bids/router-tender"}, 0},
		{"endpoint-tender", []string{"testdata/bids/endpoint-tender"}, 1},
		{"endpoint-tender-2018.06.12", []string{"-denylist", "2018.06.12", "-jurisdiction", "eu", "testdata/bids/endpoint-tender"}, 1},
		{"endpoint-tender-2018.06.13", []string{"-denylist", "2018.06.13", "testdata/bids/endpoint-tender"}, 1},
	}
	for _, tt := range tests {
		formats := []string{"table", "json"}
		if tt.name == "router-tender" {
			formats = append(formats, "csv", "csv-citations", "markdown", "junit", "sarif")
		}
		for _, format := range formats {
			status, out, stderr := check(t, "", append([]string{"-format", format}, tt.args...)...)
			if status != tt.status || withoutReplaced(stderr) != "" {
				t.Errorf("%s: status %d, standard error %q; want %d", tt.name, status, stderr, tt.status)
			}
			if format == "json" {
				validate(t, out)
				// The version is that of the build.
				r := report(t, out)
				out = strings.Replace(out, `"version": "`+r.Tool.Version+`"`, `"version": "VERSION"`, 1)
			}
			if format == "sarif" {
				out = version.ReplaceAllString(out, `${1}"VERSION"`)
			}
			golden.Check(t, filepath.Join("testdata", tt.name+"."+format), []byte(out))
		}
	}
}

func TestReleaseAndDayDecideTheStatusOfAText(t *testing.T) {
	status := func(name, listing string, rs ...string) string {
		args := append([]string{"-format", "json"}, rs...)
		_, out, _ := check(t, "", append(args, "testdata/bids/"+name)...)
		for _, d := range report(t, out).Documents {
			for _, f := range append(d.Findings, d.Observations...) {
				for _, c := range f.Citations {
					if c.Listing == listing {
						return string(f.Reason) + c.Verdict.String() + " " + c.Status
					}
				}
			}
		}
		return ""
	}
	tests := []struct {
		bid, listing string
		args         []string
		want         string
	}{
		{"endpoint-tender", "eu-ep-a8-0189-2018/76/kaspersky", []string{"-denylist", "2018.06.12"}, "review tabled"},
		{"endpoint-tender", "eu-ep-p8-ta-2018-0258/76/kaspersky", []string{"-denylist", "2018.06.12"}, ""},
		{"endpoint-tender", "eu-ep-p8-ta-2018-0258/76/kaspersky", []string{"-denylist", "2018.06.13"}, "ban adopted"},
		{"endpoint-tender", "eu-ep-a8-0189-2018/76/kaspersky", []string{"-denylist", "2018.06.13"}, ""},
		{"endpoint-tender", "us-pl-115-91-s1634/a/kaspersky", []string{"-denylist", "2018.06.13"}, "notEffective enacted, not effective"},
		{"endpoint-tender", "us-pl-115-91-s1634/a/kaspersky", []string{"-as-of", "2018-09-30"}, "notEffective enacted, not effective"},
		{"endpoint-tender", "us-pl-115-91-s1634/a/kaspersky", []string{"-as-of", "2018-10-01"}, "ban effective"},
		{"router-tender", "eu-ep-p8-ta-2018-0258/76/zte", []string{"-denylist", "2018.06.13"}, "notNamed adopted"},
		{"router-tender", "eu-ep-a8-0189-2018/76/zte", []string{"-denylist", "2018.06.12"}, "notNamed tabled"},
		{"router-tender", "us-bis-zte-2018-04-15/order/zte", []string{"-denylist", "2018.06.13"}, "supplySide effective"},
		{"router-tender", "us-pl-115-232-s889/a1A/zte", nil, "review effective"},
	}
	for _, tt := range tests {
		if got := status(tt.bid, tt.listing, tt.args...); got != tt.want {
			t.Errorf("%s %v: %s comes to %q, want %q", tt.bid, tt.args, tt.listing, got, tt.want)
		}
	}
}

// With the releases of 2018, a component of ZTE or Huawei is not a finding.
func TestZTEIsNotAFindingIn2018(t *testing.T) {
	for _, release := range []string{"2018.06.12", "2018.06.13"} {
		_, out, _ := check(t, "", "-format", "json", "-denylist", release, "testdata/bids/router-tender")
		for _, d := range report(t, out).Documents {
			if len(d.Findings) != 0 || d.Verdict != match.Clear {
				t.Errorf("%s: %s is %s with %d findings", release, d.Path, d.Verdict, len(d.Findings))
			}
		}
	}
}

// A bad file does not stop the screening of the others. It is at least inconclusive, with an
// error, and alone it gives status 3.
func TestBadFileIsNeverClear(t *testing.T) {
	good, err := os.ReadFile("../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	deep := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[` + strings.Repeat(`{"components":[`, 100_000)
	tests := []struct{ name, in, kind string }{
		{"empty file", "", "notRecognised"},
		{"truncated", string(good[:len(good)-20]), "syntax"},
		{"empty object", "{}", "notRecognised"},
		{"null", "null", "notRecognised"},
		{"duplicate keys", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"kav"}],"components":[]}`, "duplicateName"},
		{"wrong bomFormat", `{"bomFormat":"SPDX","specVersion":"1.6"}`, "notRecognised"},
		{"unknown version", `{"bomFormat":"CycloneDX","specVersion":"9.9"}`, "unsupportedVersion"},
		{"invalid UTF-8", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{\"name\":\"\xff\"}]}", "encoding"},
		{"nesting", deep, "limit"},
		{"a text file", "Dear Sir or Madam,\n", "notRecognised"},
	}
	for _, tt := range tests {
		if testing.Short() && tt.name == "nesting" {
			continue // it takes long
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "bad.json"), tt.in)
		write(t, filepath.Join(dir, "good.json"), string(good))
		status, out, _ := check(t, "", "-format", "json", dir)
		r := report(t, out)
		if status != exitFound || len(r.Documents) != 2 || r.Coverage.Complete {
			t.Errorf("%s: status %d, %d documents; want 1 and 2", tt.name, status, len(r.Documents))
			continue
		}
		bad, other := r.Documents[0], r.Documents[1]
		want, alone := "inconclusive", exitUnscreened
		if tt.name == "truncated" { // after the findings
			want, alone = "ban", exitFound
		}
		if bad.Verdict.String() != want || bad.Error == nil || bad.Error.Kind != tt.kind || len(bad.SHA256) != 64 || bad.Complete || len(bad.Gaps) == 0 {
			t.Errorf("%s: verdict %s, error %+v; want %s, %s", tt.name, bad.Verdict, bad.Error, want, tt.kind)
		}
		if status, _, _ := check(t, "", filepath.Join(dir, "bad.json")); status != alone {
			t.Errorf("%s alone: status %d, want %d", tt.name, status, alone)
		}
		if other.Verdict != match.Ban || other.Error != nil {
			t.Errorf("%s: the other file is %s (%+v), want ban", tt.name, other.Verdict, other.Error)
		}
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestUnreadablePaths(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling")); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{filepath.Join(dir, "missing"), filepath.Join(dir, "empty"), dir} {
		status, out, _ := check(t, "", "-format", "json", path)
		r := report(t, out)
		if status != exitUnscreened || r.Verdict != match.Inconclusive || len(r.Documents) != 1 || r.Documents[0].Error == nil {
			t.Errorf("%s: status %d, verdict %s, documents %+v", path, status, r.Verdict, r.Documents)
		}
	}
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		return // permissions do not bind
	}
	locked := filepath.Join(dir, "locked.json")
	write(t, locked, "{}")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := check(t, "", locked); status != exitUnscreened {
		t.Errorf("a file that must not be read: status %d", status)
	}
}

func TestStandardInput(t *testing.T) {
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x","publisher":"Kaspersky"}]}`
	status, out, _ := check(t, bom, "-format", "json", "-")
	if r := report(t, out); status != exitFound || r.Documents[0].Path != "-" || r.Documents[0].Bytes != int64(len(bom)) {
		t.Errorf("status %d, documents %+v", status, r.Documents)
	}
	if status, _, _ := check(t, "", "-"); status != exitUnscreened {
		t.Errorf("empty standard input: status %d, want 3", status)
	}
}

func TestUnreadableFieldIsNeverStatus0(t *testing.T) {
	part := func(publisher, purl string) string {
		return `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x","publisher":"` + publisher + `","purl":"` + purl + `"}]}`
	}
	for _, tt := range []struct {
		bom  string
		want int
	}{
		{part("Acme", "pkg:npm/a@1"), exitClear},
		{part("Acme", "pkg:npm/%zz"), exitUnscreened},
		{part("Kaspersky", "pkg:npm/%zz"), exitFound},
	} {
		if status, _, _ := check(t, tt.bom, "-"); status != tt.want {
			t.Errorf("status %d, want %d: %s", status, tt.want, tt.bom)
		}
	}
}

func TestReportDoesNotDependOnWorkersAndOrder(t *testing.T) {
	paths := []string{"testdata/bids/clean", "testdata/bids/router-tender", "testdata/bids/endpoint-tender", "testdata/bids"}
	_, want, _ := check(t, "", append([]string{"-format", "json", "-jobs", "1"}, paths...)...)
	for range 3 {
		paths[0], paths[1], paths[2], paths[3] = paths[3], paths[0], paths[1], paths[2]
		_, got, _ := check(t, "", append([]string{"-format", "json", "-jobs", "8"}, paths...)...)
		if got != want {
			t.Fatal("the report depends on the order of paths or the number of workers")
		}
	}
}

// The status is 1 if the verdict is -fail-on or more severe, else 3 if something was not screened,
// else 0.
func TestFailOn(t *testing.T) {
	bom := func(rest string) string { return `{"bomFormat":"CycloneDX","specVersion":"1.6"` + rest + `}` }
	const part = `,"components":[{"type":"application","name":"x","supplier":{"name":"%s"}}]`
	const link = `,"externalReferences":[{"type":"bom","url":"https://example.org/bom"}]`
	var (
		clear     = bom(strings.Replace(part, "%s", "Acme", 1))
		review    = bom(strings.Replace(part, "%s", "Kapersky Lab", 1))
		ban       = bom(strings.Replace(part, "%s", "Kaspersky Lab", 1))
		nothing   = bom("")
		unlinked  = bom(link + strings.Replace(part, "%s", "Acme", 1))
		banLinked = bom(link + strings.Replace(part, "%s", "Kaspersky Lab", 1))
		banCut    = strings.TrimSuffix(ban, "]}") + `,{"name":`
		revLinked = bom(link + strings.Replace(part, "%s", "Kapersky Lab", 1))
	)
	for _, tt := range []struct {
		name, in string
		// The statuses for -fail-on ban, exclude, review, inconclusive, never.
		want [5]int
	}{
		{"clear", clear, [5]int{0, 0, 0, 0, 0}},
		{"review", review, [5]int{0, 0, 1, 1, 0}},
		{"ban", ban, [5]int{1, 1, 1, 1, 0}},
		{"no components", nothing, [5]int{3, 3, 3, 1, 3}},
		{"a linked document that is not there", unlinked, [5]int{3, 3, 3, 1, 3}},
		{"review, and a linked document that is not there", revLinked, [5]int{3, 3, 1, 1, 3}},
		{"ban, and a linked document that is not there", banLinked, [5]int{1, 1, 1, 1, 3}},
		{"ban, and cut off", banCut, [5]int{1, 1, 1, 1, 3}},
		{"nothing that can be read", "{", [5]int{3, 3, 3, 1, 3}},
	} {
		for i, failOn := range []string{"ban", " Exclude", "review", "INCONCLUSIVE", "never"} {
			if got, _, _ := check(t, tt.in, "-fail-on", failOn, "-"); got != tt.want[i] {
				t.Errorf("%s, -fail-on %s: status %d, want %d", tt.name, failOn, got, tt.want[i])
			}
		}
		if got, _, _ := check(t, tt.in, "-"); got != tt.want[2] {
			t.Errorf("%s: status %d by default, want %d as for review", tt.name, got, tt.want[2])
		}
	}
	_, out, _ := check(t, clear, "-fail-on", "never", "-format", "json", "-")
	validate(t, out)
	if r := report(t, out); r.Options.FailOn != match.NoVerdict {
		t.Errorf("failOn is recorded as %q", r.Options.FailOn)
	}
}

func TestWrongUsageIsStatus2(t *testing.T) {
	for _, args := range [][]string{
		{}, {"-format", "xml", "x"}, {"-fail-on", "clear", "x"}, {"-jobs", "0", "x"}, {"-as-of", "today", "x"},
		{"-denylist", "1999.01.01", "x"}, {"-jurisdiction", "Mars", "x"}, {"-no-such-flag"},
	} {
		if status, out, stderr := check(t, "", args...); status != exitUsage || out != "" || !strings.HasPrefix(stderr, "bidcheck: ") {
			t.Errorf("%q: status %d, output %q, standard error %q", args, status, out, stderr)
		}
	}
	status, out, stderr := check(t, "", "--help")
	if status != 0 || out != "" || !strings.Contains(stderr, "Examples:") || !strings.Contains(stderr, "-fail-on") {
		t.Errorf("--help: status %d, output %q, standard error %q", status, out, stderr)
	}
}

func TestOutputFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	if status, out, _ := check(t, "", "-format", "json", "-o", file, "testdata/bids/clean"); status != 0 || out != "" {
		t.Errorf("status %d, output %q", status, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r := report(t, string(data)); r.Verdict != match.Clear {
		t.Errorf("verdict %s", r.Verdict)
	}
	if status, _, stderr := check(t, "", "-o", t.TempDir(), "testdata/bids/clean"); status == 0 || stderr == "" {
		t.Errorf("an output that cannot be written: status %d, %q", status, stderr)
	}
}

// A denylist can be the file of a release that is signed or pinned, or the folder of a custom
// list. The report shows which.
func TestDenylistFromFileOrFolder(t *testing.T) {
	data, err := os.ReadFile("../../match/denylist/data/releases/2018.06.13.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "2018.06.13.json")
	write(t, path, string(data))
	old, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "lists.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(r *denylist.Release, expires vendors.Date, to string) {
		signed, err := author.Sign(r, expires, signer)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to+".note", string(signed))
	}
	refused := func(what string, args ...string) {
		t.Helper()
		if status, out, stderr := check(t, "", append(args, "testdata/bids/clean")...); status != exitUsage || out != "" || stderr == "" {
			t.Errorf("%s: status %d, %.100q, %q", what, status, out, stderr)
		}
	}
	refused("a file that is neither signed nor pinned", "-denylist", path)
	refused("no statement beside it", "-denylist", path, "-verifier", public)
	refused("another digest", "-denylist", path, "-pin", "h1:AAAA")
	trustOf := func(args ...string) string {
		t.Helper()
		status, out, stderr := check(t, "", append(args, "-format", "json", "testdata/bids/endpoint-tender")...)
		if status != exitFound {
			t.Fatalf("%q: status %d, %q", args, status, stderr)
		}
		validate(t, out)
		r := report(t, out)
		return r.Denylist.Release + " " + r.Denylist.Trust
	}
	if got := trustOf("-denylist", path, "-pin", old.Digest()); got != "2018.06.13 pinned" {
		t.Error(got)
	}
	sign(old, "2018-12-31", path)
	refused("an expired statement", "-denylist", path, "-verifier", public)
	sign(old, "2999-01-01", path)
	state := filepath.Join(dir, "trusted")
	write(t, filepath.Join(dir, "key.pub"), public+"\n")
	if got := trustOf("-denylist", path, "-verifier", filepath.Join(dir, "key.pub"), "-trusted", state); got != "2018.06.13 signed" {
		t.Error(got)
	}
	newer, err := os.ReadFile("../../match/denylist/data/releases/2026.11.23.json")
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "2026.11.23.json")
	write(t, other, string(newer))
	r, err := denylist.Open("2026.11.23")
	if err != nil {
		t.Fatal(err)
	}
	sign(r, "2999-01-01", other)
	if got := trustOf("-denylist", other, "-verifier", public, "-trusted", state); got != "2026.11.23 signed" {
		t.Error(got)
	}
	refused("an older one than was trusted", "-denylist", path, "-verifier", public, "-trusted", state)
	write(t, path, string(data[:len(data)-1])+" ")
	refused("a changed byte", "-denylist", path, "-verifier", public)

	own := filepath.Join(dir, "ministry")
	if err := os.Mkdir(own, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(own, "list.json"), `{"list": "ministry", "date": "2026-12-01"}`)
	if got := trustOf("-denylist", own); got != denylist.Current().Name()+"+ministry own" {
		t.Error(got)
	}
	write(t, filepath.Join(own, "list.json"), `{"list": "ministry", "date": "tomorrow"}`)
	refused("a faulty list", "-denylist", own)
}

func TestComparePrintsWhichVerdictsDiffer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		status int
	}{
		{"compare-eve", []string{"-denylist", "2018.06.12", "-compare", "2018.06.13", "testdata/bids/endpoint-tender"}, 1},
		{"compare-oldest", []string{"-denylist", "2017.09.14", "-compare", "2026.11.24", "testdata/bids/endpoint-tender", "testdata/bids/router-tender"}, 1},
		{"compare-eve", []string{"-denylist", "2018.06.12", "-compare", "2018.06.13", "-fail-on", "never", "testdata/bids/endpoint-tender"}, 0},
		{"compare-back", []string{"-denylist", "2018.06.13", "-compare", "2018.06.12", "testdata/bids/endpoint-tender"}, 0},
	} {
		status, out, stderr := check(t, "", tt.args...)
		if status != tt.status || withoutReplaced(stderr) != "" {
			t.Errorf("%s: status %d, %q; want %d", tt.name, status, stderr, tt.status)
		}
		golden.Check(t, filepath.Join("testdata", tt.name+".table"), []byte(out))
	}
	_, out, _ := check(t, "", "-format", "json", "-denylist", "2018.06.12", "-compare", "2018.06.13", "testdata/bids/endpoint-tender", "testdata/bids/clean")
	var c evidence.Comparison
	if err := json.Unmarshal([]byte(out), &c); err != nil || len(c.Flips) != 1 || c.Same != 5 || c.Flips[0].Before != match.Exclude || c.Flips[0].After != match.Ban || len(c.Flips[0].Changes) != 1 {
		t.Errorf("%v: %+v", err, c)
	}
	if status, _, stderr := check(t, "{}", "-compare", "2018.06.13", "-"); status != exitUsage || !strings.Contains(stderr, "twice") {
		t.Errorf("standard input: status %d, %q", status, stderr)
	}
	for _, form := range []string{"table", "json"} {
		if status, out, _ := check(t, "", "-denylist", "2018.06.12", "-compare", "2018.06.13", "-format", form, "main_test.go"); status != exitUnscreened || !strings.Contains(out, "it was not read to its end: ") {
			t.Errorf("what is no manifest: status %d, %q", status, out)
		}
	}
}

// File names cannot control a terminal. The fingerprints of the keys are in the report.
func TestHostileFileNames(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"e\x1b[31m.json": "garbage \x1b[31mRED", "r\u202e.json": `{"bomFormat":`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Skip(err) // the system has no such names
		}
	}
	const steering = "\x1b\u202e"
	for _, args := range [][]string{{"-denylist", "2018.06.12", "-compare", "2018.06.13", dir}, {dir}, {"-annotate", t.TempDir(), dir}, {"-o", filepath.Join(dir, "none\x1b", "x.json"), dir}, {filepath.Join(dir, "none\x1b")}} {
		if _, out, stderr := check(t, "", args...); strings.ContainsAny(out+stderr, steering) {
			t.Errorf("%q: %q %q", args, out, stderr)
		}
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out, _ := check(t, "", "-key", key, "-key", key, "-format", "json", "testdata/bids/clean")
	validate(t, out)
	if got := report(t, out).Options.Keys; len(got) != 1 || got[0] != fmt.Sprintf("sha256:%x", sha256.Sum256(der)) {
		t.Errorf("the keys are %q", got)
	}
}

func TestCanceledRunIsNotClear(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	status := run(ctx, []string{"-format", "json", "../../testdata/bids/clean"}, strings.NewReader(""), &out, io.Discard)
	if r := report(t, out.String()); status != exitUnscreened || r.Verdict != match.Inconclusive {
		t.Errorf("status %d, verdict %s; want 3, inconclusive", status, r.Verdict)
	}
}

// The exit status is the same with and without -explain.
func TestExplainDoesNotChangeTheStatus(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"testdata/bids/clean/reporting.spdx.json"}, exitClear, "clear — the report has no findings"},
		{[]string{"go.mod"}, exitUnscreened, "inconclusive — the report has no findings"},
		{[]string{"go.mod"}, exitUnscreened, "Not screened: go.mod"},
		{[]string{"-as-of", "1999-01-01", "testdata/bids/endpoint-tender"}, exitUnscreened, "Not screened: "},
		{[]string{"testdata/bids/endpoint-tender"}, exitFound, "finding "},
		{[]string{"testdata/bids/endpoint-tender", "go.mod"}, exitFound, "Not screened: go.mod"},
		{[]string{"-fail-on", "never", "testdata/bids/endpoint-tender"}, exitClear, "finding "},
		{[]string{"-policy", "testdata/policies/routers.json", "-day", "2027-01-01", "testdata/bids/clean"}, exitClear, "PASSES"},
	} {
		plain, _, _ := check(t, "", tt.args...)
		status, out, stderr := check(t, "", append([]string{"-explain", "all"}, tt.args...)...)
		if status != tt.want || plain != tt.want || !strings.Contains(out, tt.says) || stderr != "" {
			t.Errorf("%v: status %d, and %d without -explain; want %d, %q in\n%.500s\n%s", tt.args, status, plain, tt.want, tt.says, out, stderr)
		}
	}
}

func TestExplainPrintsOnlyTheFindingsAskedFor(t *testing.T) {
	_, out, _ := check(t, "", "testdata/bids/endpoint-tender")
	at := strings.Index(out, "#")
	if at < 0 {
		t.Fatal("the table has no ids")
	}
	id := out[at+1 : at+9]
	status, out, stderr := check(t, "", "-explain", id[:4], "testdata/bids/endpoint-tender")
	if status != 1 || stderr != "" || strings.Count(out, "── "+id) != 1 || strings.Count(out, "\n── ") != 1 {
		t.Errorf("status %d, %q, %.300q", status, stderr, out)
	}
	for _, want := range []string{"document says  supplier (name): \"AO Kaspersky Lab\"\n", "compared as ", "rule           name.whole: ", "register has ", "source ", "compared, none of them matches",
		"result         declared: ", "force          not binding, addressed to the EU institutions\n", "“Calls on the EU"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	_, all, _ := check(t, "", "-explain", "all", "testdata/bids/endpoint-tender")
	if n := strings.Count(all, "\nobservation "); n < 2 || !strings.Contains(all, "not attributed") {
		t.Errorf("%d observations are explained; an account of a stranger among them: %v", n, strings.Contains(all, "not attributed"))
	}
	for _, none := range []string{"zzzz", "1"} {
		if status, out, stderr := check(t, "", "-explain", none, "testdata/bids/endpoint-tender"); status != 2 || out != "" || !strings.Contains(stderr, "no such finding") {
			t.Errorf("-explain %s: status %d, %q, %q", none, status, out, stderr)
		}
	}
}

// The help text fits a terminal, and is read before it changes.
func TestHelp(t *testing.T) {
	status, out, help := check(t, "", "-help")
	if status != exitClear || out != "" {
		t.Errorf("status %d, output %q", status, out)
	}
	for line := range strings.Lines(help) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	golden.Check(t, "testdata/help.txt", []byte(help))
	// The groups have every flag, once.
	listed := 0
	for _, g := range flagGroups {
		listed += len(g.names)
	}
	(&options{}).flagSet().VisitAll(func(f *flag.Flag) {
		listed--
		if strings.Count(help, "\n  -"+f.Name+" ")+strings.Count(help, "\n  -"+f.Name+"\n") != 1 {
			t.Errorf("-%s is not in the help text exactly once", f.Name)
		}
	})
	if listed != 0 {
		t.Errorf("the groups have %d names more than there are flags", listed)
	}
}

func TestVersionNamesModuleAndDenylist(t *testing.T) {
	status, out, stderr := check(t, "", "-version")
	if list := denylist.Current(); status != exitClear || stderr != "" || !strings.HasPrefix(out, "bidcheck ") || !strings.Contains(out, "denylist "+list.Name()+" ("+list.Digest()+")") {
		t.Errorf("status %d, %q, %q", status, out, stderr)
	}
}
