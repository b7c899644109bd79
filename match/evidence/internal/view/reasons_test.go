// SPDX-License-Identifier: Apache-2.0

package view

import (
	"slices"
	"testing"
)

// A semicolon in a reason, or in a name in it, does not end it.
func TestReasons(t *testing.T) {
	for text, want := range map[string][]string{
		"": {""},
		"the attribution only resembles the vendor; the text is only proposed":                                             {"the attribution only resembles the vendor", "the text is only proposed"},
		"the claims contradict each other: Acme; Wile is named as the maker or supplier; the text is only proposed":        {"the claims contradict each other: Acme; Wile is named as the maker or supplier", "the text is only proposed"},
		"about software; its type does not say that the component is not equipment or its firmware; limited to “x; y”, so": {"about software; its type does not say that the component is not equipment or its firmware", "limited to “x; y”, so"},
	} {
		if got := Reasons(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
