// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
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
