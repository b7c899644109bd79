// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

// The first output in the README is what the program prints, in at most 25 lines of 80 columns.
func TestReadmeShowsTheOutput(t *testing.T) {
	readme := read(t, "../../README.md")
	const command = "$ go run ./examples/bidcheck testdata/bids/endpoint-tender\n"
	_, shown, found := strings.Cut(readme, "```console\n"+command)
	if !found {
		t.Fatalf("the README does not show %q first", command)
	}
	shown, _, _ = strings.Cut(shown, "```\n")
	_, out, _ := check(t, "", "-quiet", "testdata/bids/endpoint-tender")
	if d := diff.Diff("README.md", []byte(shown), "output", []byte(out)); d != nil {
		t.Errorf("the README shows another output:\n%s", d)
	}
	if n := strings.Count(out, "\n"); n > 25 {
		t.Errorf("%d lines", n)
	}
}

// The commands in the README exist, with their flags.
func TestReadmeCommands(t *testing.T) {
	dir := t.TempDir()
	for line := range strings.Lines(read(t, "../../README.md")) {
		args, found := strings.CutPrefix(line, "go run ./examples/bidcheck ")
		if !found || strings.Contains(line, "-sign") {
			continue
		}
		fields := strings.Fields(args)
		for i, f := range fields { // files are written to a folder of the test
			if f == "report.json" || f == "report.html" || f == "letter.html" {
				fields[i] = filepath.Join(dir, f)
			}
		}
		if status, _, stderr := check(t, "", fields...); status == exitUsage {
			t.Errorf("%s: status %d, %s", strings.TrimSpace(line), status, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "letter.html")); err != nil {
		t.Error(err)
	}
}
