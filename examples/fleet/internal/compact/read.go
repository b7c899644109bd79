// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// ReadTable yields the rows of a file of a table of a commit, without the row groups that cannot have
// what where selects. The digest of the file is checked before the first row.
func ReadTable[T table.Row](ctx context.Context, s store.Store, c *Commit, t *Table, where ...table.Where) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		key := c.Key(t)
		data, err := readTable(ctx, s, key, t)
		if errors.Is(err, store.ErrMissing) {
			// The commit was made a moment ago, or was interrupted.
			data, err = readTable(ctx, s, store.StagedKey(c.Tenant, c.Number, t.SHA256), t)
			if errors.Is(err, store.ErrMissing) { // it was moved since
				data, err = readTable(ctx, s, key, t)
			}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for row, err := range table.Read[T](bytes.NewReader(data), int64(len(data)), where...) {
			if err != nil {
				yield(nil, fmt.Errorf("%s: %w", key, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
