// SPDX-License-Identifier: Apache-2.0

package buyer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/match/denylist"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.JSON")
	if err := os.WriteFile(own, []byte(`{"name": "city", "title": "A city", "codes": ["public"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{"eu-institution": "eu-institution", " NL-Ministry ": "nl-ministry", own: "city"} {
		if b, err := buyer.Open(value); err != nil || b.Name != want {
			t.Errorf("%s: %+v, %v", value, b, err)
		}
	}
	for value, says := range map[string]string{
		"": "there is no buyer", "xyzzy": "bidcheck buyers", "nl-ministri": "did you mean nl-ministry?", "uk-tele": "did you mean uk-telecoms-provider?",
		filepath.Join(dir, "none"): "none", "none.json": "none.json", `none\x`: "none",
	} {
		if b, err := buyer.Open(value); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, %v", value, b, err)
		}
	}
	// What is changed of a buyer does not change the next one.
	b, _ := buyer.Named("eu-institution")
	b.Codes[0] = "public"
	if again, _ := buyer.Named("eu-institution"); again.Codes[0] == "public" {
		t.Error("the buyer of the package was changed")
	}
	if len(denylist.Buyers()) == 0 {
		t.Error("no buyers")
	}
}
