// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/clause76/clause76/vendors"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The package URL specification's own tests: what becomes of each text is in a golden
// table. A text that must parse is never counted as unreadable, unless the table says
// so; one that must not is listed where it is read all the same.
func TestPURLSpecification(t *testing.T) {
	files, err := filepath.Glob("../../shared/corpus/package-url+purl-spec/tests/*/*-test.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no corpus here")
	}
	var out strings.Builder
	counts := make(map[string]int)
	sort.Strings(files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var suite struct {
			Tests []struct {
				Type     string          `json:"test_type"`
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
			if json.Unmarshal(c.Input, &in) != nil {
				counts["built from parts, not texts"]++
				continue // nothing builds purls from parts here
			}
			what := "read"
			switch valid := vendors.ValidPURL([]byte(in)); {
			case !valid && c.Failure:
				what = "refused, as it must be"
			case !valid:
				what = "REFUSED"
			case c.Failure:
				what = "READ, though it must be refused"
			case json.Unmarshal(c.Expected, &want) == nil && want != "":
				what = "read, in its canonical form"
				if got := vendors.CanonicalPURL(in, "", "", ""); got != want {
					what = fmt.Sprintf("read, BUT %s IS NOT %s", got, want)
				}
			}
			counts[strings.SplitN(what, " pkg:", 2)[0]]++
			if strings.ToLower(what) != what {
				fmt.Fprintf(&out, "%s %d\t%q\t%s\n", filepath.Base(file), i, in, what)
			}
		}
	}
	for _, k := range []string{"read", "read, in its canonical form", "refused, as it must be", "built from parts, not texts"} {
		fmt.Fprintf(&out, "%s: %d\n", k, counts[k])
	}
	const golden = "testdata/purl-spec.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("differs from %s\n%s", golden, out.String())
	}
}
