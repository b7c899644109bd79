// SPDX-License-Identifier: Apache-2.0

package match

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/internal/cpv"
	"github.com/clause76/clause76/sbom"
)

// setPurpose parses the codes of [Options.Purpose].
func (m *Matcher) setPurpose(codes []string) error {
	var digits []string
	for i, text := range codes {
		code, err := cpv.Parse(text)
		if err != nil {
			return fmt.Errorf("%w: entry %d of purpose: %w", ErrOptions, i+1, err)
		}
		if !slices.Contains(digits, code.Digits) {
			digits = append(digits, code.Digits)
			m.purpose = append(m.purpose, code)
		}
	}
	m.opts.Purpose = digits
	return nil
}

// fits compares the scope of a listing with the component and, if that leaves a limit open, with
// the purpose of the lot. It also returns the reason in words for a fit that is not within, and
// what the lot is about for one that the lot settled.
//
// A CPV code is evidence on the lot and not on a component: a lot of servers can contain a modem.
// So it counts only for the product that is offered, never for a part, and it never takes a
// component out of a limit. Of several products nobody knows which one the lot is about. What the
// document or the register records about the component wins.
func (e *evaluation) fits(s *denylist.Scope) (f fit, why, settledBy string) {
	f, why = fits(s, e.c, e.attributions)
	if f != open || s.Limit == "" || len(e.m.purpose) == 0 || e.placement != sbom.Primary {
		return f, why, ""
	}
	if kind, _ := fitsKind(s, kinds(e.c)); kind != within {
		return f, why, "" // the limit is not what is open
	}
	if category := recorded(e.c, e.attributions); category != "" {
		return f, why + ", nor does the purpose of the lot: the component is recorded as " + category, ""
	}
	if !e.only {
		return f, why + ", nor does the purpose of the lot: the document does not describe this as its only product", ""
	}
	var lot []string
	for _, code := range e.m.purpose {
		if !slices.ContainsFunc(code.Categories, func(c string) bool { return slices.Contains(s.Settles, c) }) {
			return open, why + ", nor does the purpose of the lot", ""
		}
		lot = append(lot, code.String())
	}
	return within, "", "the lot is about " + strings.Join(lot, ", ")
}
