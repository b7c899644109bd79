// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
)

// The list has every release, with what corrects it and what it corrects.
func TestReleases(t *testing.T) {
	status, out, stderr := check(t, "", "releases", "-format", "json")
	var list releaseList
	if err := json.Unmarshal([]byte(out), &list); err != nil || status != exitClear || stderr != "" {
		t.Fatalf("status %d, %v, %s", status, err, stderr)
	}
	var names []string
	for _, r := range list.Releases {
		names = append(names, r.Release)
		d, err := denylist.Open(r.Release)
		if err != nil {
			t.Fatal(err)
		}
		if r.Date != d.Date() || r.Digest != d.Digest() || r.Texts == 0 || r.Note != d.Note() || r.Supersedes != d.Supersedes() || r.SupersededBy != d.SupersededBy() {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Equal(names, denylist.Names()) || list.Current != names[len(names)-1] {
		t.Errorf("%q, current %s", names, list.Current)
	}
	_, out, _ = check(t, "", "releases")
	for _, r := range list.Releases {
		line := "\n" + r.Release + ": as of " + string(r.Date) + ", "
		_, rest, found := strings.Cut(out, line)
		rest, _, _ = strings.Cut(rest, "\n")
		if !found || strings.Contains(rest, "replaced by "+r.SupersededBy) != (r.SupersededBy != "") || strings.Contains(rest, "replaces "+r.Supersedes) != (r.Supersedes != "") {
			t.Errorf("%s is not in the list with what replaces it:\n%s", r.Release, out)
		}
	}
	for _, args := range [][]string{{"releases", "x"}, {"releases", "-buyer", "eu-institution"}, {"releases", "-format", "html"}} {
		if status, _, _ := check(t, "", args...); status != exitUsage {
			t.Errorf("%q: status %d", args, status)
		}
	}
}

// Who chooses a release that was corrected is told so, by its name or by its file, and still gets that
// release. A comparison with the correction needs no such words, and a day alone chooses no release.
func TestCorrectedReleaseIsSaid(t *testing.T) {
	const bid = "testdata/bids/clean"
	chosen := func(args ...string) (release, stderr string) {
		t.Helper()
		status, out, stderr := check(t, "", append(args, "-quiet", "-format", "json", bid)...)
		if status == exitUsage {
			t.Fatalf("%q: %s", args, stderr)
		}
		return report(t, out).Denylist.Release, stderr
	}
	old, err := denylist.Open("2018.06.12")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "2018.06.12.json")
	write(t, file, read(t, "../../match/denylist/data/releases/2018.06.12.json"))
	by := old.SupersededBy()
	correction, err := denylist.Open(by)
	if err != nil {
		t.Fatal(err)
	}
	words := "bidcheck: the denylist 2018.06.12 was replaced by " + by + " of the same day; choose that one instead: " + correction.Note() + "\n"
	for _, args := range [][]string{{"-denylist", "2018.06.12"}, {"-denylist", file, "-pin", old.Digest()}} {
		if release, stderr := chosen(args...); release != "2018.06.12" || stderr != words {
			t.Errorf("%q: release %s, %q; want %q", args, release, stderr, words)
		}
	}
	for _, tt := range []struct {
		args    []string
		release string
	}{{[]string{"-denylist", by}, by}, {[]string{"-as-of", "2018-06-12"}, denylist.Current().Name()}, {nil, denylist.Current().Name()}} {
		if release, stderr := chosen(tt.args...); stderr != "" || release != tt.release {
			t.Errorf("%q: release %s, %q; want %s", tt.args, release, stderr, tt.release)
		}
	}
	for _, pair := range [][2]string{{"2018.06.12", by}, {by, "2018.06.12"}} {
		if status, _, stderr := check(t, "", "-quiet", "-denylist", pair[0], "-compare", pair[1], bid); status == exitUsage || stderr != "" {
			t.Errorf("%q: status %d, %q", pair, status, stderr)
		}
	}
	if _, _, stderr := check(t, "", "-quiet", "-denylist", "2018.06.12", "-compare", "2018.06.13", bid); strings.Count(stderr, " was replaced by ") != 2 {
		t.Errorf("two corrected releases: %q", stderr)
	}
}
