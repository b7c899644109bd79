// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
)

// A letter from a record is the letter from the files.
func TestLetter(t *testing.T) {
	dir := t.TempDir()
	record, page := filepath.Join(dir, "report.json"), filepath.Join(dir, "letter.html")
	check(t, "", "-quiet", "-o", record, "-bid", "testdata/bid.json")
	status, out, stderr := check(t, "", "letter", "-bid", "testdata/bid.json")
	if status != exitFound || stderr != "" {
		t.Errorf("status %d, %s", status, stderr)
	}
	golden.Check(t, "testdata/letter.md", []byte(out))
	if status, again, stderr := check(t, "", "letter", record); status != exitFound || again != out {
		t.Errorf("from the record: status %d, %s\n%.500s", status, stderr, again)
	}
	if status, out, _ := check(t, "", "-quiet", "letter", "-o", page, "-o", filepath.Join(dir, "letter.md"), record); status != exitFound || out != "" || !strings.HasPrefix(read(t, page), "<!doctype html>") || read(t, filepath.Join(dir, "letter.md")) == "" {
		t.Errorf("files: status %d, %s", status, out)
	}
	write(t, filepath.Join(dir, "bad.json"), `{"schemaVersion": "2", "x": 1}`)
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-o", filepath.Join(dir, "letter.csv"), record}, "letter writes markdown (.md) or html (.html), and not csv"},
		{[]string{"-format", "table", record}, "letter writes markdown"},
		{[]string{"-buyer", "eu-institution", record}, "-buyer would change nothing"},
		{[]string{record, record}, "expected one record"},
		{[]string{filepath.Join(dir, "bad.json")}, "bad.json"},
		{[]string{"-policy", "x", record}, "letter cannot be combined with -policy"},
		{nil, "no PATH given"},
	} {
		if status, _, stderr := check(t, "", append([]string{"letter"}, tt.args...)...); status != exitUsage || !strings.Contains(stderr, tt.says) {
			t.Errorf("%v: status %d, %s; want %s", tt.args, status, stderr, tt.says)
		}
	}
	// The index of a container image is no record.
	index := filepath.Join(dir, "index.json")
	write(t, index, `{"schemaVersion": 2, "manifests": []}`)
	if status, _, stderr := check(t, "", "letter", index); status == exitUsage {
		t.Errorf("an index: status %d, %s", status, stderr)
	}
	if status, _, stderr := check(t, "", "letter", filepath.Join(dir, "none.json")); status != exitUnscreened || !strings.Contains(stderr, "none.json") {
		t.Errorf("a missing file: status %d, %s", status, stderr)
	}
}
