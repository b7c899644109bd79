// SPDX-License-Identifier: Apache-2.0

package evidence

import "iter"

// Findings yields each finding with its document, in the order of the report. It does not yield
// observations, which are in [Document].
func (r *Report) Findings() iter.Seq2[*Document, *Finding] {
	return func(yield func(*Document, *Finding) bool) {
		for i := range r.Documents {
			d := &r.Documents[i]
			for j := range d.Findings {
				if !yield(d, &d.Findings[j]) {
					return
				}
			}
		}
	}
}
