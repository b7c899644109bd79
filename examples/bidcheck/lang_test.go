// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// With -lang the words of the texts are in that language too, in every form of the output. A
// language of no text is an error that lists the others.
func TestLanguage(t *testing.T) {
	const bid, german = "testdata/bids/endpoint-tender", "die Verwendung als böswillig eingestufter Programme und Geräte wie Kaspersky Lab"
	dir := t.TempDir()
	config, record := filepath.Join(dir, "office.json"), filepath.Join(dir, "report.json")
	write(t, config, `{"lang": "de"}`)
	check(t, "", "-quiet", "-lang", "de", "-o", record, bid)
	tests := []struct {
		name   string
		args   []string
		status int
		want   string // of the output, or of an error
	}{
		{"details", []string{"-lang", "de", "-details", bid}, exitFound, german},
		{"capitals", []string{"-lang", "DE", "-details", bid}, exitFound, german},
		{"configuration", []string{"-config", config, "-details", bid}, exitFound, german},
		{"explanation", []string{"-lang", "de", "-explain", "80ee", bid}, exitFound, "other words In German [de], as copies that agree have them, not seen on the official page: “" + german},
		{"letter", []string{"letter", "-lang", "de", bid}, exitFound, german},
		{"letter from a record", []string{"letter", record}, exitFound, german},
		{"page", []string{"-lang", "de", "-format", "html", bid}, exitFound, `<blockquote lang="de">` + german},
		{"no words", []string{"-lang", "ro", bid}, exitFound, `has no words of any text in the language "ro"`},
		{"old release", []string{"-denylist", "2018.06.13", "-lang", "de", bid}, exitFound, `has no words of any text in the language "de"`},
		{"unknown", []string{"-lang", "ga", bid}, exitUsage, `language "ga"; expected one of ["da" "de" "en"`},
		{"record", []string{"letter", "-lang", "de", record}, exitUsage, "-lang would change nothing"},
		{"diff", []string{"diff", "-lang", "de", bid, bid}, exitUsage, "diff cannot be combined with -lang"},
		{"compare", []string{"-compare", "2018.06.13", "-lang", "de", bid}, exitUsage, "-compare cannot be combined with -lang"},
	}
	for _, tt := range tests {
		status, out, stderr := check(t, "", tt.args...)
		if got := strings.Join(strings.Fields(out+stderr), " "); status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: status %d, no %q in %.3000s", tt.name, status, tt.want, got)
		}
	}
	if _, out, _ := check(t, "", "-details", bid); strings.Contains(strings.Join(strings.Fields(out), " "), german) {
		t.Error("German words that nobody asked for")
	}
	check(t, "", "-quiet", "-lang", "de", "-annotate", dir, bid)
	if annotated := read(t, filepath.Join(dir, "endpoint-agent.cdx.json")); !strings.Contains(annotated, german) {
		t.Error("the annotated copy has no German words")
	}
	_, out, _ := check(t, "", "-lang", "es", "-format", "json", bid)
	validate(t, out)
}
