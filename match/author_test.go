// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// An author with an e-mail address of a vendor contributed, and is no reason for a review.
func TestAuthorWithAnAddressOfAVendor(t *testing.T) {
	for _, part := range []string{
		`"author":"Ivan Petrov <ivan@kaspersky.com>","supplier":{"name":"Bar project"}`,
		`"author":"ivan@kaspersky.com"`,
		`"authors":[{"name":"Ivan Petrov","email":"ivan@kaspersky.com"}],"supplier":{"name":"Bar project"}`,
		`"authors":[{"name":"Ivan Petrov (ivan@kaspersky.com)"}]`,
	} {
		r := checkFor(t, denylist.Current(), nil, cyclonedxOf(`{"type":"library","name":"bar","version":"1",`+part+`}`))
		if len(r.Findings) != 0 || len(r.Observations) != 1 || r.Observations[0].Reason != match.AuthoredOnly {
			t.Errorf("%s: %+v, %+v", part, r.Findings, r.Observations)
		}
	}
	r := checkFor(t, denylist.Current(), nil, cyclonedxOf(`{"type":"library","name":"bar","version":"1","author":"AO Kaspersky Lab <x@kaspersky.com>"}`))
	if len(r.Findings) != 1 || r.Findings[0].Verdict != match.Review {
		t.Errorf("the vendor itself as the author: %+v", r.Findings)
	}
}
