// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"io"
	"slices"

	"github.com/clause76/clause76/internal/ordered"
	"github.com/clause76/clause76/sbom"
)

// resolve resolves the references of what was found in the inputs. Most bids have none.
func (x *screener) resolve(ctx context.Context, inputs []Input, found []file) {
	some := func(is func(*document) bool) bool {
		return slices.ContainsFunc(found, func(f file) bool {
			return slices.ContainsFunc(f.docs, func(d document) bool { return is(&d) })
		})
	}
	if !some(func(d *document) bool { return refers(d.result) }) {
		return
	}
	if some(func(d *document) bool { return d.result != nil && asksSHA1(&d.result.Header) }) {
		x.addSHA1(ctx, inputs, found)
	}
	var all []Screened
	for i := range found {
		for j := range found[i].docs {
			all = append(all, found[i].docs[j].screened(&found[i]))
		}
	}
	ResolveReferences(x.m, all)
}

// asksSHA1 reports whether a document refers to another one by its SHA-1 digest.
func asksSHA1(h *sbom.Header) bool {
	return slices.ContainsFunc(h.DocumentRefs, func(r sbom.DocumentRef) bool { _, states := r.Digests["sha1"]; return states })
}

// addSHA1 takes the SHA-1 digests of the files that were screened without them.
func (x *screener) addSHA1(ctx context.Context, inputs []Input, found []file) {
	var without []int
	for i := range found {
		f := &found[i]
		plain := slices.ContainsFunc(f.docs, func(d document) bool { return len(d.item.Layers) == 0 && d.result != nil })
		if inputs[i].again && f.sha1 == "" && f.src.SHA256 != "" && plain {
			without = append(without, i)
		}
	}
	jobs := min(x.opts.Jobs, len(without))
	for range ordered.Map(context.WithoutCancel(ctx), jobs, 2*jobs, slices.Values(without), func(_ context.Context, i int) bool {
		found[i].sha1 = x.sha1Of(ctx, inputs[i], &found[i])
		return true
	}) {
	}
}

// noDigest is in the place of a digest that cannot be taken any more. It differs from every digest
// that a reference states: without it, the name of the document would be enough.
const noDigest = "the file has changed"

// sha1Of reads a file again, and returns its SHA-1 digest if it is still the one that was screened.
func (x *screener) sha1Of(ctx context.Context, in Input, f *file) string {
	r, err := x.open(in)
	if err != nil {
		return noDigest
	}
	defer r.Close()
	t := newTally(ctx, r, func(int) {}).withSHA1()
	if _, err := io.Copy(io.Discard, io.LimitReader(t, f.src.Bytes+1)); err != nil {
		return noDigest
	}
	sha256, sha1 := t.sums()
	if sha256 != f.src.SHA256 {
		return noDigest
	}
	return sha1
}
