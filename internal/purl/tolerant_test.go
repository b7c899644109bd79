// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/clause76/clause76/internal/purl"
)

// The tolerant parser reads every package URL that the specification's tests accept, and the
// canonical identity of a component is the canonical form in those tests.
func TestTolerantReadsSpecification(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/package-url+purl-spec/tests/*/*-test.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no corpus here")
	}
	n := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Tests []struct {
				Input    json.RawMessage `json:"input"`
				Expected json.RawMessage `json:"expected_output"`
				Failure  bool            `json:"expected_failure"`
			} `json:"tests"`
		}
		if err := json.Unmarshal(data, &suite); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, c := range suite.Tests {
			var in, want string
			if c.Failure || json.Unmarshal(c.Input, &in) != nil {
				continue
			}
			n++
			if _, _, ok := purl.ParseTolerant(in); !ok {
				t.Errorf("%s %d: %q is refused", filepath.Base(file), i, in)
			}
			if json.Unmarshal(c.Expected, &want) == nil && want != "" {
				if got := purl.Canonical(in, "", "", ""); got != want {
					t.Errorf("%s %d: %q becomes %q; want %q", filepath.Base(file), i, in, got, want)
				}
			}
		}
	}
	t.Logf("%d texts", n)
}
