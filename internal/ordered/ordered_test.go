// SPDX-License-Identifier: Apache-2.0

package ordered_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clause76/clause76/internal/ordered"
)

func Example() {
	lengths := ordered.Map(context.Background(), 2, 4, slices.Values([]string{"router", "agent", "switch"}),
		func(_ context.Context, name string) int { return len(name) })
	fmt.Println(slices.Collect(lengths))
	// Output: [6 5 6]
}

// count yields 0 to n-1.
func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func TestMapKeepsTheOrderOfItems(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 50} {
		for _, n := range []int{0, 1, 2, 20} {
			synctest.Test(t, func(t *testing.T) {
				next := 0
				for got := range ordered.Map(t.Context(), workers, 5, count(n), func(_ context.Context, i int) int {
					time.Sleep(time.Duration(n-i) * time.Second) // later items are ready first
					return i
				}) {
					if got != next {
						t.Fatalf("%d workers: got %d, want %d", workers, got, next)
					}
					next++
				}
				if next != n {
					t.Errorf("%d workers: %d results of %d", workers, next, n)
				}
			})
		}
	}
}

func TestMapUsesAllWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for range ordered.Map(t.Context(), 4, 4, count(8), func(context.Context, int) int { time.Sleep(time.Second); return 0 }) {
		}
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("8 items of a second each took 4 workers %s; want 2s", d)
		}
	})
}

func TestMapBoundsResultsThatNobodyHasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ahead = 3
		var started atomic.Int64
		taken := int64(0)
		for range ordered.Map(t.Context(), 8, ahead, count(50), func(context.Context, int) int { started.Add(1); return 0 }) {
			taken++
			synctest.Wait()
			if n := started.Load() - taken; n > ahead {
				t.Fatalf("%d items are started and not taken; want at most %d", n, ahead)
			}
		}
	})
}

func TestMapEndsWhenTheContextIsCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		taken, running := 0, atomic.Int64{}
		for range ordered.Map(ctx, 4, 8, count(1000), func(ctx context.Context, i int) int {
			running.Add(1)
			defer running.Add(-1)
			if i >= 3 {
				<-ctx.Done() // as work does that reads with the context
			}
			return i
		}) {
			if taken++; taken == 3 {
				cancel()
			}
		}
		if taken != 3 || !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("%d results after 3 and then a cancellation", taken)
		}
		if n := running.Load(); n != 0 {
			t.Errorf("%d calls still run after the loop", n)
		}
	})
}

func TestMapStopsWorkWhenTheCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int64
		for range ordered.Map(t.Context(), 4, 8, count(1000), func(ctx context.Context, i int) int {
			running.Add(1)
			defer running.Add(-1)
			if i > 0 {
				<-ctx.Done()
			}
			return i
		}) {
			break
		}
		if n := running.Load(); n != 0 {
			t.Errorf("%d calls still run after the loop", n)
		}
	})
}

// An item with results that are used while it is worked on.
type item struct{ parts chan int }

func TestStreamYieldsItemsBeforeTheirWorkIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items := func(yield func(item) bool) {
			for range 3 {
				if !yield(item{make(chan int)}) { // without a buffer: work cannot end first
					return
				}
			}
		}
		var got []int
		for it := range ordered.Stream(t.Context(), 2, 2, items, func(_ context.Context, it item) {
			defer close(it.parts)
			for i := range 3 {
				it.parts <- i
			}
		}) {
			for part := range it.parts {
				got = append(got, part)
			}
		}
		if want := []int{0, 1, 2, 0, 1, 2, 0, 1, 2}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestStreamWorksOnEachYieldedItemAfterCancellation(t *testing.T) {
	for canceledAt := range 6 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			items := func(yield func(item) bool) {
				for yield(item{make(chan int)}) {
				}
			}
			n := 0
			for it := range ordered.Stream(ctx, 1, 3, items, func(ctx context.Context, it item) {
				defer close(it.parts)
				time.Sleep(time.Second)
			}) {
				if n++; n > canceledAt {
					cancel()
				}
				<-it.parts // blocks for ever if nobody works on it, which synctest reports
			}
		})
	}
}

// A panic of work goes on in the goroutine of the caller, and no goroutine is left.
func TestPanicsGoOnInTheCaller(t *testing.T) {
	for _, workers := range []int{1, 3} {
		for at := range 4 {
			synctest.Test(t, func(t *testing.T) {
				got := 0
				err := func() (v any) {
					defer func() { v = recover() }()
					for range ordered.Map(t.Context(), workers, 2, count(10), func(_ context.Context, i int) int {
						if i >= at {
							panic("no")
						}
						return i
					}) {
						got++
					}
					return nil
				}()
				if !strings.HasPrefix(fmt.Sprint(err), "no\n") || got > at {
					t.Errorf("%d workers, panic at %d: %v after %d results", workers, at, err, got)
				}
			})
		}
	}
}
