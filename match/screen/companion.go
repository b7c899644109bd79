// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/sbom/unpack"
)

// recognized reports whether a document that starts with head is of a format that is read.
func recognized(head []byte) bool {
	return format.Detect(head) != "" || firmware.Detect(head) != ""
}

// companion takes the digest of a companion, to its end: it shows there if it is one.
func companion(ctx context.Context, item unpack.Item, input string) (evidence.File, int64, error) {
	t := newTally(ctx, item.Reader, func(int) {})
	if _, err := io.Copy(io.Discard, t); err != nil {
		if !errors.As(err, new(*sbom.Error)) {
			err = unreadable(err)
		}
		return evidence.File{}, t.n, err
	}
	c := evidence.File{Path: EscapePath(item.Path), Bytes: t.n, Reason: item.Companion}
	if len(item.Layers) > 0 {
		c.In = EscapePath(input)
	}
	c.SHA256, _ = t.sums()
	return c, t.n, nil
}

// missing makes an error of the files that an index says are beside it, and are not among the
// inputs.
func missing(found []file) {
	if !slices.ContainsFunc(found, func(f file) bool { return len(f.names) > 0 }) {
		return
	}
	there := make(map[string]bool)
	for i := range found {
		there[path.Clean(found[i].src.Path)] = true
	}
	for i := range found {
		f, n, first := &found[i], 0, ""
		for _, name := range f.names {
			if p := path.Join(path.Dir(f.src.Path), name); !there[p] {
				if n++; n == 1 {
					first = p
				}
			}
		}
		if n > 0 {
			err := fmt.Errorf("it lists %d files that were not screened with it, as %s", n, first)
			f.docs = append(f.docs, document{item: unpack.Item{Path: f.src.Path}, err: &sbom.Error{Kind: sbom.ErrRead, Err: err}})
		}
	}
}
