// SPDX-License-Identifier: Apache-2.0

package words_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/words"
)

func TestNearest(t *testing.T) {
	valid := []string{"eu-institution", "nl-ministry", "it"}
	for value, want := range map[string]string{
		"eu-institutions": "eu-institution", " EU-Institution ": "eu-institution", "ministry": "nl-ministry", "ut": "it",
		"": "", "private": "", "xy": "", strings.Repeat("i", 1000): "",
	} {
		if got := words.Nearest(value, valid); got != want {
			t.Errorf("%q: %q; want %q", value, got, want)
		}
	}
}
