// SPDX-License-Identifier: Apache-2.0

package cli_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/cli"
)

func ExamplePrintFlags() {
	fs := flag.NewFlagSet("screen", flag.ContinueOnError)
	fs.String("denylist", "", "the `RELEASE` of the denylist to use, such as 2026.11.24; default: the newest one")
	fs.Bool("quiet", false, "print no progress")
	fs.Int("jobs", 3, "screen this `NUMBER` of files at the same time")
	cli.PrintFlags(os.Stdout, fs, "denylist", "quiet")
	// Output:
	//   -denylist RELEASE
	//         the RELEASE of the denylist to use, such as 2026.11.24; default: the
	//         newest one
	//   -quiet
	//         print no progress
}

func TestWrapBreaksAtSpaces(t *testing.T) {
	for _, tt := range []struct {
		text, want string
	}{
		{"", ""},
		{"0123456789", "0123456789"},
		{"01234 6789", "01234 6789"},
		{"01234 67890", "01234\n  67890"},
		{"a b c d e f g h", "a b c d e\n  f g h"},
		{"0123456789 1", "0123456789\n  1"},
		{"01234567890123 5", "01234567890123\n  5"},
		{"a 01234567890123 5", "a\n  01234567890123\n  5"},
		{"    a bcdefgh", "    a\n  bcdefgh"},
		{"one\ntwo three four", "one\ntwo three\n  four"},
		{"äöü äöü äöü", "äöü äöü\n  äöü"},
	} {
		if got := cli.Wrap(tt.text, 10, 2); got != tt.want {
			t.Errorf("%q is wrapped as %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestCountUsesThePlural(t *testing.T) {
	for n, want := range []string{"0 files", "1 file", "2 files"} {
		if got := cli.Count(n, "file"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestVersionNamesTheProgramAndTheDenylist(t *testing.T) {
	got := cli.Version("bidcheck", "2026.11.24", "h1:AAAA")
	if !strings.HasPrefix(got, "bidcheck ") || !strings.HasSuffix(got, "\ndenylist 2026.11.24 (h1:AAAA)\n") {
		t.Errorf("%q", got)
	}
}
