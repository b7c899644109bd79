// SPDX-License-Identifier: Apache-2.0

// Package golden compares what a test produces with a file.
package golden

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the changes before you commit them")

// Updating reports whether the test is run with -update.
func Updating() bool { return *update }

// CheckGenerated compares what a test generates with the generated file that is in the repository,
// without a diff. command is what makes the file again. With -update it writes the file instead.
func CheckGenerated(t testing.TB, file string, got []byte, command string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: it has %d bytes, and %d others are generated; run: %s", file, len(want), len(got), command)
	}
}

// Check compares got with the file and fails the test with a diff if they differ. With -update
// it writes the file instead.
func Check(t testing.TB, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(file, want, "got", got); d != nil {
		t.Errorf("the output differs from %s; if that is meant, run the test with -update\n%s", file, d)
	}
}
