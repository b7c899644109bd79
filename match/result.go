// SPDX-License-Identifier: Apache-2.0

package match

import (
	"fmt"

	"github.com/clause76/clause76/sbom"
)

// A Result is what was found in one document. Findings and observations are in the order
// in which the document gives the components, then by vendor and reason.
type Result struct {
	Verdict      Verdict
	Header       sbom.Header
	Findings     []Finding
	Observations []Finding
	Coverage     Coverage
	Unlisted     Unlisted
	Gaps         []Gap // what was not screened; with any gap, Verdict is never Clear
	// Unidentified are the first 100 components without an identity of their vendor, in the order of
	// the document: they are unknown, and not cleared. Coverage counts all of them.
	Unidentified []Component
	// PartsElsewhere marks a document without components that only refers to other documents,
	// all of which were screened. See [Matcher.Settle].
	PartsElsewhere bool

	worst Verdict // of all findings so far, listed or not; see list
}

// Coverage counts how much of a document was screened.
type Coverage struct {
	Components   int `json:"components"`
	Identified   int `json:"identified"`   // with a claim that identifies the maker or supplier
	Unidentified int `json:"unidentified"` // without such a claim: their vendor is unknown
	WithSupplier int `json:"withSupplier"` // with the name of a maker or supplier
	WithPURL     int `json:"withPURL"`     // with a package URL
	Malformed    int `json:"malformed"`    // fields and elements that could not be read
	// Undecided is the number of components of which the denylist does not tell whether a text that
	// binds the buyer covers them, see [GapUndecided].
	Undecided int  `json:"undecided,omitzero"`
	Complete  bool `json:"complete"` // the document was read to its end
}

// Add adds the counts of another document. The sum is complete if both are.
func (c *Coverage) Add(o Coverage) {
	c.Components += o.Components
	c.Identified += o.Identified
	c.Unidentified += o.Unidentified
	c.WithSupplier += o.WithSupplier
	c.WithPURL += o.WithPURL
	c.Malformed += o.Malformed
	c.Undecided += o.Undecided
	c.Complete = c.Complete && o.Complete
}

func (c *Coverage) count(x *sbom.Component) {
	c.Components++
	if x.Identified {
		c.Identified++
	} else {
		c.Unidentified++
	}
	if x.Supplied {
		c.WithSupplier++
	}
	if x.HasPURL {
		c.WithPURL++
	}
}

// An IncompleteError reports that a document was not read to its end, or has more findings
// than [Options] allow to list. Result holds what was found up to that point. Its verdict is
// the most severe of its findings, listed or not, and [Inconclusive], and never [Clear].
type IncompleteError struct {
	Result *Result
	Err    error // the document's own error, the context's, an [sbom.ErrLimit] or an [ErrUnlisted]
}

// Error returns the text of the cause, and how many findings were made before it.
func (e *IncompleteError) Error() string {
	if e.Err == nil {
		return "match: the document was not read to its end"
	}
	if e.Result == nil || len(e.Result.Findings) == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v; before that, %d findings were made, the worst of them %s (see Result)", e.Err, len(e.Result.Findings), e.Result.Verdict)
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.Err }
