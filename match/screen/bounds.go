// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"fmt"
	"sync"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

// all screens the inputs. The bounds of all of them together are kept in the order of the inputs,
// so that what is screened does not depend on which is ready first: an input counts only if
// those before it have left room, whatever those after it took.
func (x *screener) all(ctx context.Context, inputs []Input) []file {
	found := make([]file, len(inputs))
	ready := make([]bool, len(inputs))
	var mu sync.Mutex
	spent, first := cost{}, 0 // by the inputs before first, all of which are ready
	full := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return spent.reached(&x.opts)
	}
	kept := listing{found: found, max: x.opts.MaxFindings}
	done := func(i int, f file) {
		mu.Lock()
		defer mu.Unlock()
		found[i], ready[i] = f, true
		kept.add(i)
		for ; first < len(inputs) && ready[first]; first++ {
			if spent.reached(&x.opts) {
				kept.n -= found[first].findings
				found[first] = x.left(inputs[first])
			}
			spent.add(found[first].cost)
		}
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(x.opts.Jobs, len(inputs)) {
		workers.Go(func() {
			for i := range next {
				if full() {
					done(i, x.left(inputs[i]))
				} else {
					done(i, x.input(ctx, inputs[i]))
				}
			}
		})
	}
	for i := range inputs {
		next <- i
	}
	close(next)
	workers.Wait()
	return found
}

// A cost is how much came out of archives and other layers.
type cost struct {
	items int
	bytes int64
}

func (c *cost) add(d cost)              { c.items, c.bytes = c.items+d.items, c.bytes+d.bytes }
func (c *cost) reached(o *Options) bool { return c.items >= o.MaxItems || c.bytes >= o.MaxBytes }

// A listing bounds the findings and observations that are listed of all inputs together. Those of
// the first inputs stay; which inputs were ready first does not matter, because whatever is over
// the bound is taken from the last.
type listing struct {
	found []file
	n     int // that are listed
	max   int
	top   int // no input after it has any
}

// add counts those of an input that is ready.
func (l *listing) add(i int) {
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
