// SPDX-License-Identifier: Apache-2.0

package author

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/statement"
	"github.com/clause76/clause76/vendors"
)

// Sign returns the signed statement on a release, for [denylist.Trust]. expires is the
// first day on which it is no longer accepted; it must be after the release's date. Errors
// wrap [denylist.ErrRelease], except errors of the signers.
func Sign(r *denylist.Release, expires vendors.Date, signers ...note.Signer) ([]byte, error) {
	if !expires.IsDay() {
		return nil, fmt.Errorf("%w: expires is %q; expected a day, YYYY-MM-DD: %w", denylist.ErrRelease, expires, denylist.ErrInterval)
	}
	if expires <= r.Date() {
		return nil, fmt.Errorf("%w: expires on %s, before the release's date %s: %w", denylist.ErrRelease, expires, r.Date(), denylist.ErrInterval)
	}
	s := &statement.Statement{Release: r.Name(), Date: r.Date(), Expires: expires, Digest: r.Digest()}
	return note.Sign(&note.Note{Text: s.String()}, signers...)
}
