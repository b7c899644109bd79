// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/clause76/clause76/vendors"
)

// Package URLs that the specification's tests take are never counted as unreadable, and
// the canonical identity of a component is what those tests expect. That invalid ones
// are refused is package purl's to test; here a broken rule of a type is borne with.
func TestPURLSpecification(t *testing.T) {
	files, err := filepath.Glob("../../shared/corpus/package-url+purl-spec/tests/*/*-test.json")
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
			if !vendors.ValidPURL([]byte(in)) {
				t.Errorf("%s %d: %q is refused", filepath.Base(file), i, in)
			}
			if json.Unmarshal(c.Expected, &want) == nil && want != "" {
				if got := vendors.CanonicalPURL(in, "", "", ""); got != want {
					t.Errorf("%s %d: %q becomes %q; want %q", filepath.Base(file), i, in, got, want)
				}
			}
		}
	}
	t.Logf("%d texts", n)
}
