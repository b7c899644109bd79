// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/purl"
)

// differs are the texts for which that suite, which is older than ECMA-427, expects
// a result that differs from the specification today.
var differs = map[string]string{
	"pkg:conan/bincrafters/cctz@2.3":           "a namespace needs no channel",
	"pkg:conan/cctz@2.3?channel=stable":        "a channel needs no namespace",
	"pkg:cran/A3":                              "a version is optional",
	"pkg:swift/github.com/Alamofire/Alamofire": "a version is optional",
	"pkg:cpan/Perl-Version@1.013":              "a namespace is optional",
}

// escaped returns a package URL of the suite with the slashes in its qualifiers encoded,
// as they must be now (ECMA-427, 5.4).
func escaped(s string) string {
	path, qualifiers, _ := strings.Cut(s, "?")
	qualifiers, subpath, _ := strings.Cut(qualifiers, "#")
	if qualifiers == "" {
		return s
	}
	path += "?" + strings.ReplaceAll(qualifiers, "/", "%2F")
	if subpath != "" {
		path += "#" + subpath
	}
	return path
}

// The suite in the form in which implementations of the specification carried it before
// there was one file per type. PURL_SUITE names the folder of one of them, see .ci/run.
func TestSuite(t *testing.T) {
	dir := os.Getenv("PURL_SUITE")
	if dir == "" {
		t.Skip("PURL_SUITE is not set")
	}
	data, err := os.ReadFile(filepath.Join(dir, "test-suite-data.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		PURL      string  `json:"purl"`
		Canonical *string `json:"canonical_purl"`
		Invalid   bool    `json:"is_invalid"`
		Why       string  `json:"description"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 50 {
		t.Errorf("%d cases; expected at least 50", len(cases))
	}
	for _, c := range cases {
		if differs[c.PURL] != "" {
			continue
		}
		got, err := purl.Normalize(c.PURL)
		switch {
		case c.Invalid && err == nil:
			t.Errorf("%s: %q is taken, as %q", c.Why, c.PURL, got)
		case !c.Invalid && err != nil && !errors.Is(err, purl.ErrType):
			t.Errorf("%s: %v", c.Why, err)
		case !c.Invalid && c.Canonical != nil && got != escaped(*c.Canonical):
			t.Errorf("%s: %q becomes %q; want %q", c.Why, c.PURL, got, *c.Canonical)
		}
	}
}
