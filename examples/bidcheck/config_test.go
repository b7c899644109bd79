// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/clause76/clause76/match/evidence"
)

func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "office.json")
	out := filepath.Join(dir, "r.json")
	config := func(text string) string {
		write(t, file, text)
		return file
	}
	const full = `{"buyer": "nl-ministry", "jurisdiction": ["EU", "nl"], "cpv": "32420000-3", "quiet": true, "jobs": "1", "details": true, "sign": "none.pem", "day": "2027-01-01"}`
	_, got, stderr := check(t, "", "-config", config(full), "-format", "json", "testdata/bids/router-tender")
	r := report(t, got)
	if stderr != "" || r.Buyer == nil || r.Buyer.Name != "nl-ministry" || strings.Join(r.Options.Jurisdictions, " ") != "EU NL" || len(r.Purpose) != 1 {
		t.Errorf("%s, %+v, %v, %v", stderr, r.Buyer, r.Options.Jurisdictions, r.Purpose)
	}
	// The command line wins.
	_, got, _ = check(t, "", "-config", file, "-buyer", "eu-institution", "-jurisdiction", "EU", "-format", "json", "testdata/bids/router-tender")
	if r := report(t, got); r.Buyer.Name != "eu-institution" || strings.Join(r.Options.Jurisdictions, " ") != "EU" {
		t.Errorf("%+v", r.Options)
	}
	config(fmt.Sprintf(`{"o": [%q], "policy": "none.json", "quiet": true}`, filepath.ToSlash(out)))
	if status, got, stderr := check(t, "", "-config", file, "-policy", "testdata/policies/routers.json", "testdata/bids/clean"); status == exitUsage || got != "" || !strings.Contains(read(t, out), `"policy"`) {
		t.Errorf("status %d, %s, %s", status, got, stderr)
	}
	// What has no effect beside a command is passed over.
	config(`{"policy": "none.json", "annotate": "none", "quiet": true}`)
	if status, _, stderr := check(t, "", "-config", file, "diff", "testdata/bids/clean", "testdata/bids/router-tender"); status != exitFound {
		t.Errorf("diff: status %d, %s", status, stderr)
	}
	if status, _, stderr := check(t, "", "buyers", "-config", file); status != exitClear {
		t.Errorf("buyers: status %d, %s", status, stderr)
	}
	for text, says := range map[string]string{
		"{\n  \"bayer\": \"x\"}":                 `office.json:2:3: "bayer" is not a flag that a -config file can set; did you mean -buyer?`,
		`{"config": "x"}`:                        `office.json:1:2: "config" is not a flag`,
		`{"quiet": "yes"}`:                       `quiet: the value is "yes"; expected true or false`,
		`{"policy": ["a", "b"]}`:                 "policy: the value is a list; expected a string",
		`{"key": [1]}`:                           "key: the value is 1; expected a string or a list of strings",
		`{"jobs": 2}`:                            "jobs: the value is 2; expected a string",
		"{\"quiet\": true,\n\"jobs\": \"many\"}": `office.json:2:1: jobs is "many"`,
		`{"quiet": true, "quiet": true}`:         "office.json:1:17: duplicate",
		`{"quiet": true`:                         "office.json:1:15: ",
		`{"quiet": true} {}`:                     "office.json:1:",
		`[]`:                                     "office.json:1:1: expected an object",
		``:                                       "office.json:1:1: ",
		`{"denylist": "9"}`:                      "-denylist",
	} {
		if status, _, stderr := check(t, "", "-config", config(text), "testdata/bids/clean"); status != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("%s: status %d, %s; want %s", text, status, stderr, says)
		}
	}
	if status, _, stderr := check(t, "", "-config", filepath.Join(dir, "none"), "."); status != exitUsage || !strings.Contains(stderr, "-config: ") {
		t.Errorf("status %d, %s", status, stderr)
	}
}

func TestSchemas(t *testing.T) {
	for _, name := range schemaNames() {
		status, out, stderr := check(t, "", "-quiet", "schema", name)
		var s jsonschema.Schema
		if err := json.Unmarshal([]byte(out), &s); status != exitClear || err != nil {
			t.Errorf("%s: status %d, %v, %s", name, status, err, stderr)
		}
		if _, err := s.Resolve(nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if s.Description == "" {
			t.Errorf("%s has no description", name)
		}
		for member, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("%s: %s has no description", name, member)
			}
		}
		if name != "config" {
			continue
		}
		(&options{}).flagSet().VisitAll(func(f *flag.Flag) {
			if s.Properties[f.Name] == nil && f.Name != "config" && f.Name != "version" {
				t.Errorf("-%s is not in the schema of -config", f.Name)
			}
		})
	}
	if _, out, _ := check(t, "", "schema", "record"); out != string(new(evidence.Report).Schema()) {
		t.Error("the schema of the record is another one")
	}
	for _, args := range [][]string{{"schema"}, {"schema", "recrod"}, {"schema", "record", "config"}, {"schema", "-policy", "x", "record"}, {"schema", "-format", "html", "record"}} {
		if status, out, stderr := check(t, "", args...); status != exitUsage || out != "" || stderr == "" {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

// Standard error says what was written and what could not be read, wherever the report goes.
func TestStandardError(t *testing.T) {
	dir := t.TempDir()
	html, list := filepath.Join(dir, "r.html"), filepath.Join(dir, "b.json")
	_, out, stderr := check(t, "", "-o", html, "testdata/bids/router-tender")
	if !regexp.MustCompile(`^wrote .*r\.html \(HTML, \d+ kB\)\n$`).MatchString(stderr) || out != "" {
		t.Errorf("%q", stderr)
	}
	if _, _, stderr = check(t, "", "buyers", "-o", list); !strings.Contains(stderr, "b.json (JSON, ") {
		t.Errorf("%q", stderr)
	}
	if _, _, stderr = check(t, "", "-annotate", dir, "testdata/bids/endpoint-tender"); !strings.Contains(stderr, "endpoint-agent.cdx.json (annotated copy)") {
		t.Errorf("%q", stderr)
	}
	if _, _, stderr = check(t, "", "-quiet", "-o", html, "testdata/bids/router-tender"); stderr != "" {
		t.Errorf("-quiet: %q", stderr)
	}
	status, out, stderr := check(t, "", "-quiet", "-o", html, "no-such-file.json")
	if status != exitUnscreened || out != "" || !strings.Contains(stderr, "bidcheck: no-such-file.json: ") {
		t.Errorf("a missing file: status %d, %q", status, stderr)
	}
	var paths []string
	for i := range 13 {
		paths = append(paths, fmt.Sprintf("none-%d", i))
	}
	if _, _, stderr = check(t, "", append([]string{"-quiet"}, paths...)...); strings.Count(stderr, "\n") != 11 || !strings.Contains(stderr, "3 files more") {
		t.Errorf("many: %q", stderr)
	}
	if _, err := os.Stat(html); err != nil {
		t.Error(err)
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1 kB", 119_600: "120 kB", 999_499: "999 kB", 999_500: "1.0 MB", 12_340_000: "12.3 MB"} {
		if got := (&counter{n}).String(); got != want {
			t.Errorf("%d: %s; want %s", n, got, want)
		}
	}
}
