// SPDX-License-Identifier: Apache-2.0

// Package replaced says that a release of the denylist was corrected by another one.
package replaced

import (
	"fmt"

	"github.com/clause76/clause76/match/denylist"
)

// Notice returns that a release was replaced, by which one and why; "" if it was not replaced. It is about the program and not about the record of a screening, which
// stays the same when a later program has a correction.
func Notice(r *denylist.Release) string {
	name := r.SupersededBy()
	if name == "" {
		return ""
	}
	why := ""
	if by, err := denylist.Open(name); err == nil {
		why = ": " + by.Note()
	}
	return fmt.Sprintf("the denylist %s was replaced by %s of the same day; choose that one instead%s", r.Name(), name, why)
}
