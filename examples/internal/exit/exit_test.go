// SPDX-License-Identifier: Apache-2.0

package exit_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/match"
)

func TestParseFailOn(t *testing.T) {
	for word, want := range map[string]match.Verdict{"ban": match.Ban, " Exclude": match.Exclude, "REVIEW": match.Review, "inconclusive": match.Inconclusive, "never": match.NoVerdict} {
		if got, err := exit.ParseFailOn(word); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", word, got, err, want)
		}
	}
	for _, word := range []string{"", "clear", "bans"} {
		if _, err := exit.ParseFailOn(word); err == nil || !strings.Contains(err.Error(), "ban, exclude, review, inconclusive, never") {
			t.Errorf("%q: %v", word, err)
		}
	}
}
