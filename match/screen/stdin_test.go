// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// Only the argument "-" is standard input: a file or a folder that is called so is itself,
// however it is reached, and is found again.
func TestFileCalledStdin(t *testing.T) {
	const listed = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"k","supplier":{"name":"Kaspersky Lab"}}]}`
	const clean = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"x","supplier":{"name":"Acme"}}]}`
	m := matcher(t, nil)
	for _, kind := range []string{"file", "link", "tree"} {
		dir := t.TempDir()
		t.Chdir(dir)
		switch kind {
		case "file":
			put(t, "-", listed)
		case "link":
			put(t, "../target.json", listed)
			if err := os.Symlink("../target.json", "-"); err != nil {
				t.Fatal(err)
			}
		case "tree":
			put(t, "-/etc/os-release", "ID=x\nVENDOR_NAME=Huawei\n")
			put(t, "-/etc/inittab", "x")
		}
		for _, tt := range []struct {
			args  []string
			paths string
			found bool
		}{
			{[]string{"."}, "./-", true},
			{[]string{"./-"}, "./-", true},
			{[]string{"./-", "."}, "./-", true},
			{[]string{filepath.Join(dir, "-")}, filepath.ToSlash(dir) + "/-", true},
			{[]string{"-"}, "-", false},
			{[]string{"-", "."}, "- ./-", true},
		} {
			r := evidence.New(m, "test", match.Ban)
			r.Finish(screen.Run(context.Background(), m, screen.Collect(tt.args), &screen.Options{Stdin: strings.NewReader(clean)}))
			var paths []string
			for _, d := range r.Documents {
				paths = append(paths, d.Path)
			}
			found := r.Verdict != match.Clear
			if got := strings.Join(paths, " "); got != tt.paths || found != tt.found {
				t.Errorf("%s, %q: %s for %q; want %q, and a finding: %v", kind, tt.args, r.Verdict, got, tt.paths, tt.found)
			}
			if tt.args[0] == screen.Stdin {
				continue
			}
			if err := screen.Reproduce(t.Context(), r, denylist.Current(), &screen.Options{Stdin: strings.NewReader(clean)}); err != nil {
				t.Errorf("%s, %q, screened again: %v", kind, tt.args, err)
			}
		}
	}
}

// put writes a file and the folders above it.
func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
