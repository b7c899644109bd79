// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/clause76/clause76/internal/ordered"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

// all screens the inputs. The bounds of all of them together are kept in the order of the inputs,
// so that what is screened does not depend on which is ready first: an input counts only if
// those before it have left room, whatever those after it took.
func (x *screener) all(ctx context.Context, inputs []Input) []file {
	kept := listing{found: make([]file, len(inputs)), max: x.opts.MaxFindings}
	var full atomic.Bool // whether the inputs so far have reached a bound
	screen := func(_ context.Context, i int) int {
		if full.Load() {
			kept.put(i, x.left(inputs[i]))
		} else {
			kept.put(i, x.input(ctx, inputs[i]))
		}
		return i
	}
	spent := cost{} // by the inputs so far
	indexes := func(yield func(int) bool) {
		for i := 0; i < len(inputs) && yield(i); i++ {
		}
	}
	one := func(yield func(int) bool) { // without the goroutines of Map, which cost more than a small file
		for i := 0; i < len(inputs) && yield(screen(ctx, i)); i++ {
		}
	}
	done := iter.Seq[int](one)
	if jobs := min(x.opts.Jobs, len(inputs)); jobs > 1 {
		// When ctx is done, the remaining inputs still get their records, which have an error.
		done = ordered.Map(context.WithoutCancel(ctx), jobs, len(inputs), indexes, screen)
	}
	for i := range done {
		if full.Load() {
			kept.put(i, x.left(inputs[i]))
		}
		spent.add(kept.found[i].cost)
		full.Store(spent.reached(&x.opts))
	}
	return kept.found
}

// A cost is how much came out of archives and other layers.
type cost struct {
	items int
	bytes int64
}

func (c *cost) add(d cost)              { c.items, c.bytes = c.items+d.items, c.bytes+d.bytes }
func (c *cost) reached(o *Options) bool { return c.items >= o.MaxItems || c.bytes >= o.MaxBytes }

// A listing has what was found, and bounds the findings and observations that are listed of all
// inputs together. Those of the first inputs stay; which inputs were ready first does not matter,
// because whatever is over the bound is taken from the last.
type listing struct {
	mu    sync.Mutex
	found []file
	n     int // that are listed
	max   int
	top   int // no input after it has any
}

// put sets what was found in an input.
func (l *listing) put(i int, f file) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n -= l.found[i].findings
	l.found[i] = f
	if i > l.top && l.n >= l.max {
		l.found[i].limit(0)
		return
	}
	l.top = max(l.top, i)
	for l.n += l.found[i].findings; l.n > l.max; {
		last := &l.found[l.top]
		if last.findings == 0 {
			l.top--
			continue
		}
		before := last.findings
		last.limit(max(0, before-(l.n-l.max)))
		l.n -= before - last.findings
	}
}

// limit keeps the first n findings and observations of the documents of an input.
func (f *file) limit(n int) {
	f.findings = 0
	for i := range f.docs {
		f.findings += f.docs[i].limit(n - f.findings)
	}
}

// limit keeps the first n findings and observations of a document, and returns how many it
// lists. The others are counted in its result.
func (d *document) limit(n int) int {
	if d.result == nil {
		return 0
	}
	// The error is made for the record, when nothing more is left out.
	_ = d.result.Limit(n)
	return d.listed()
}

// listed is how many findings and observations the document lists.
func (d *document) listed() int {
	if d.result == nil {
		return 0
	}
	return len(d.result.Findings) + len(d.result.Observations)
}

// left is an input that was left out.
func (x *screener) left(in Input) file {
	err := fmt.Errorf("not screened: %d documents and companions, or %d bytes, came out of the archives before it", x.opts.MaxItems, x.opts.MaxBytes)
	return file{src: evidence.File{Path: in.Name},
		docs: []document{{item: unpack.Item{Path: in.Name}, err: &sbom.Error{Kind: sbom.ErrLimit, Err: err}}}}
}
