// SPDX-License-Identifier: Apache-2.0

package view

import (
	"errors"
	"fmt"

	"github.com/clause76/clause76/match/evidence"
)

// Check returns an error for a report that cannot be shown: none, or one in which a finding has a
// citation without a text, which only a program can make.
func Check(r *evidence.Report) error {
	if r == nil {
		return errors.New("the report is nil")
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, fs := range [...][]evidence.Finding{d.Findings, d.Observations} {
			for j := range fs {
				if f := &fs[j]; !f.IsCited() {
					return fmt.Errorf("finding %q of %q: a citation without a text", f.ID, d.Path)
				}
			}
		}
	}
	return nil
}
