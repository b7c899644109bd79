// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
)

// A list that asks for nothing is not said to ask for a review, in each release that has it.
func TestListAsksForNothing(t *testing.T) {
	n := 0
	for _, name := range denylist.Names() {
		r := checkFor(t, open(t, name), nil, cyclonedxOf(`{"type":"device","name":"x","supplier":{"name":"Hesai Technology Co., Ltd."}},{"type":"device","name":"y","supplier":{"name":"DJI Technology Co., Ltd."}}`))
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				if c.Instrument != "us-1260h" {
					continue
				}
				n++
				if !strings.Contains(c.CappedBy, "the text lists the vendor and asks for nothing by itself") || strings.Contains(c.CappedBy, "asks for a review") {
					t.Errorf("%s: %q", name, c.CappedBy)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no finding cites the list")
	}
}
