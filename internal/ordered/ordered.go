// SPDX-License-Identifier: Apache-2.0

// Package ordered works on several items at once and returns the results in the order of the
// items, so that a result does not depend on how many goroutines there are.
//
// [Map] is for work with one result per item:
//
//	for digest := range ordered.Map(ctx, 8, 32, slices.Values(files), digestOf) { … }
//	if err := ctx.Err(); err != nil { … }
//
// [Stream] is for work with results that are used while the work goes on.
package ordered

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
)

// Map calls work for each item, in as many goroutines as there are workers, and yields the
// results in the order of the items. It keeps at most ahead results that the caller has not
// taken yet. Workers and ahead are at least 1.
//
// The sequence ends early if ctx is canceled, which the caller has to check. A panic of work goes on
// in the goroutine of the caller, who can recover. When the sequence
// ends or the caller leaves the loop, work gets a canceled context and no goroutine is left.
func Map[T, R any](ctx context.Context, workers, ahead int, items iter.Seq[T], work func(context.Context, T) R) iter.Seq[R] {
	type slot struct {
		item   T
		result chan R
	}
	slots := func(yield func(slot) bool) {
		for item := range items {
			if !yield(slot{item, make(chan R, 1)}) {
				return
			}
		}
	}
	return func(yield func(R) bool) {
		for s := range Stream(ctx, workers, ahead, slots, func(ctx context.Context, s slot) {
			defer close(s.result) // also if work panics
			s.result <- work(ctx, s.item)
		}) {
			if result, ok := <-s.result; !ok || ctx.Err() != nil || !yield(result) {
				return
			}
		}
	}
}

// Stream calls work for each item, in as many goroutines as there are workers, and yields the
// items in order. An item is yielded without waiting for its work: work hands results to the
// caller through the item, for instance in a channel that it closes at the end, also if it panics. At most ahead
// items are started before the caller takes them. Workers and ahead are at least 1.
//
// Work is called once for each item that is yielded, even after ctx is canceled, so that a
// caller who waits for an item is never left waiting: work must then return soon. Otherwise
// Stream ends as [Map] does.
func Stream[T any](ctx context.Context, workers, ahead int, items iter.Seq[T], work func(context.Context, T)) iter.Seq[T] {
	return func(yield func(T) bool) {
		parent := ctx
		ctx, cancel := context.WithCancel(ctx)
		var goroutines sync.WaitGroup
		var failed panicked
		defer failed.again()
		defer goroutines.Wait()
		defer cancel()
		todo, order := make(chan T), make(chan T, max(1, ahead))
		for range max(1, workers) {
			goroutines.Go(func() {
				defer failed.stop(cancel)
				for item := range todo {
					work(ctx, item)
				}
			})
		}
		goroutines.Go(func() {
			defer failed.stop(cancel)
			defer close(order)
			defer close(todo)
			for item := range items {
				select {
				case order <- item:
				case <-ctx.Done():
					return
				}
				select {
				case todo <- item:
				case <-ctx.Done():
					work(ctx, item) // the caller may be waiting for it, and no worker will take it
					return
				}
			}
		})
		for item := range order {
			if parent.Err() != nil || !yield(item) {
				return
			}
		}
	}
}

// panicked keeps the first panic of a goroutine for the caller's.
type panicked struct {
	mu  sync.Mutex
	err error
}

// stop recovers in a goroutine, and ends the others.
func (p *panicked) stop(cancel func()) {
	v := recover()
	if v == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = fmt.Errorf("%v\n\n%s", v, debug.Stack())
	}
	cancel()
}

// again panics if a goroutine did.
func (p *panicked) again() {
	if p.err != nil {
		panic(p.err)
	}
}
