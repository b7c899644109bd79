// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/match/denylist"
)

// keeper runs listkeeper.
func keeper(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, &out, &errs)
	return status, out.String(), errs.String()
}

// must runs listkeeper, which must succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := keeper(args...)
	if status != exitFine {
		t.Fatalf("%q: status %d, %q", args, status, errs)
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLintCountsTheBundledList(t *testing.T) {
	out := must(t, "lint")
	for _, want := range []string{"release 2018.06.12  h1:", "instruments   ", "addressees    codes in ", "bound       ", "advised     ", "by contract us.federal.contractors ", "clauses       ", "listings      ", "by basis    named ", "verified ", "excluded      ", "register      "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// The way of a list from a folder to a signed release, and what a reader refuses.
func TestFromFolderToSignedRelease(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "list")
	write(t, filepath.Join(list, "list.json"), `{"list": "ministry", "date": "2026-12-01"}`)
	instrument := `{"id": "xx-1", "title": "Order 1", "issuer": "Ministry", "jurisdiction": "XX", "force": "order", "binding": true, "addressees": "the ministry", "url": "https://example.org/1",
 "events": [{"date": "2026-11-01", "event": "issued", "source": "register"}],
 "clauses": [{"id": "1", "locator": "section 1", "language": "en", "text": "Do not buy from AO Kaspersky Lab.", "verified": true, "public": "2026-11-01", "source": "register"}],
 "listings": [{"id": "xx-1/1", "vendor": "kaspersky", "clause": "1", "named": "AO Kaspersky Lab", "basis": "named", "action": "ban", "effect": "procurement", "depth": "notAddressed",
  "scope": {"software": true, "hardware": true, "services": true}, "quote": "Do not buy from AO Kaspersky Lab", "public": "2026-11-01", "from": "2026-11-01", "verified": true}]}
`
	file := filepath.Join(list, "instruments", "xx-1.json")
	write(t, file, instrument)
	if out := must(t, "lint", list); !strings.Contains(out, "+ministry of 2026-12-01") || !strings.Contains(out, "warning: instruments/xx-1.json:4: xx-1/1: verb is missing") {
		t.Error(out)
	}
	write(t, file, strings.Replace(instrument, `"quote": "Do not`, `"quote": "Never`, 1))
	if status, out, errs := keeper("lint", list); status != exitFault || !strings.Contains(out, "instruments/xx-1.json:5: xx-1/1: quote ") || !strings.Contains(errs, "mistakes in the list: 1") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	write(t, file, instrument)

	release := filepath.Join(dir, "2026.12.01.json")
	must(t, "cut", "-name", "2026.12.01", "-date", "2026-12-01", "-note", "the first", "-o", release, list)
	if status, _, errs := keeper("cut", "-name", "2026.12.01", "-date", "2026-12-01", "-o", release, list); status != exitFault || !strings.Contains(errs, "exists") {
		t.Errorf("an existing release was overwritten: status %d, %q", status, errs)
	}
	key := filepath.Join(dir, "key")
	must(t, "keygen", "lists.example.org", key)
	if info, err := os.Stat(key); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("the private key is readable by others: %v", err)
	}
	must(t, "sign", "-key", key, "-expires", "2027-06-01", release)
	if out := must(t, "verify", "-verifier", key+".pub", "-today", "2027-01-01", release); !strings.Contains(out, "signed by lists.example.org, valid until 2027-06-01") {
		t.Error(out)
	}
	if status, _, errs := keeper("verify", "-verifier", key+".pub", "-today", "2027-06-01", release); status != exitFault || !strings.Contains(errs, "expired") {
		t.Errorf("an expired statement: status %d, %q", status, errs)
	}
	if out := must(t, "diff", "2026.11.24", release); !strings.Contains(out, "toListed    new: Order 1, section 1 (ban") {
		t.Error(out)
	}
	data, err := os.ReadFile(release)
	if err != nil {
		t.Fatal(err)
	}
	write(t, release, strings.Replace(string(data), "the first", "The first", 1))
	if status, _, errs := keeper("verify", "-verifier", key+".pub", "-today", "2027-01-01", release); status != exitFault || !strings.Contains(errs, "digest") {
		t.Errorf("a changed letter: status %d, %q", status, errs)
	}
}

// A comparison with a correction, in either order, begins with what it corrects and why.
func TestDiffOfACorrection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "2018.06.12.9.json")
	must(t, "cut", "-name", "2018.06.12.9", "-date", "2018-06-12", "-supersedes", "2018.06.12", "-note", "A text of the day was missing.", "-o", file, "../../match/denylist/author/data")
	const words = "2018.06.12.9 corrects 2018.06.12: A text of the day was missing.\n"
	for _, args := range [][]string{{"2018.06.12", file}, {file, "2018.06.12"}} {
		if out := must(t, append([]string{"diff"}, args...)...); !strings.HasPrefix(out, words) {
			t.Errorf("%q: %.200s", args, out)
		}
	}
	if out := must(t, "diff", "2018.06.13", file); strings.Contains(out, "corrects") {
		t.Errorf("another release: %.200s", out)
	}
}

func TestWrongUsageIsStatus2(t *testing.T) {
	for _, args := range [][]string{nil, {"mend"}, {"cut"}, {"sign", "x.json"}, {"verify", "x.json"}, {"diff", "2018.06.12"}, {"lint", "-no-such-flag", "x"}, {"lint", "x", "y"}, {"keygen", "x", "y", "z"}} {
		if status, _, errs := keeper(args...); status != exitUsage || !strings.Contains(errs, "listkeeper") {
			t.Errorf("%q: status %d, %q", args, status, errs)
		}
	}
	if status, _, errs := keeper("-help"); status != exitFine || !strings.Contains(errs, "Examples:") {
		t.Errorf("-help: status %d, %q", status, errs)
	}
	if status, _, _ := keeper("diff", "2018.06.12", "1999.01.01"); status != exitFault {
		t.Errorf("a missing release: status %d", status)
	}
}

// The help texts fit a terminal, and are read before they change.
func TestHelp(t *testing.T) {
	help := func(args ...string) string {
		t.Helper()
		status, out, text := keeper(args...)
		if status != exitFine || out != "" {
			t.Errorf("%q: status %d, output %q", args, status, out)
		}
		return text
	}
	all := help("-help")
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		all += "\n$ listkeeper " + name + " -help\n\n" + help(name, "-help")
	}
	for line := range strings.Lines(all) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	golden.Check(t, "testdata/help.txt", []byte(all))
}

func TestVersionNamesModuleAndDenylist(t *testing.T) {
	list := denylist.Current()
	if out := must(t, "-version"); !strings.HasPrefix(out, "listkeeper ") || !strings.Contains(out, "denylist "+list.Name()+" ("+list.Digest()+")") {
		t.Errorf("%q", out)
	}
}

// The page about the denylist is what the command prints for the newest release.
func TestPageOfTheDenylist(t *testing.T) {
	status, out, stderr := keeper("table")
	if status != exitFine {
		t.Fatal(stderr)
	}
	golden.Check(t, "../../match/denylist/README.md", []byte(out))
	if status, old, stderr := keeper("table", "2018.06.13"); status != exitFine || !strings.Contains(old, "Release 2018.06.13 has") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if status, _, _ := keeper("table", "none"); status != exitFault {
		t.Errorf("an unknown release: status %d", status)
	}
}
