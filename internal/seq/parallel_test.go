package seq

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func numbers(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// Results come in order however long each takes, and no more than limit calls
// run at a time.
func TestParallelMapOrder(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 2, 6, 100} {
		synctest.Test(t, func(t *testing.T) {
			var now, peak atomic.Int32
			var got []int
			for v, err := range ParallelMap(t.Context(), limit, numbers(50), func(_ context.Context, i int) (int, error) {
				peak.Store(max(peak.Load(), now.Add(1)))
				time.Sleep(time.Duration(i*7%11) * time.Second)
				now.Add(-1)
				return i, nil
			}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
			if len(got) != 50 || !slices.IsSorted(got) {
				t.Errorf("limit %d: %v", limit, got)
			}
			if n := int(peak.Load()); n > max(limit, 1) || limit == 6 && n < 6 {
				t.Errorf("limit %d: %d at a time", limit, n)
			}
		})
	}
}

// An error of a value or of a call comes once, in its place, and ends the loop.
func TestParallelMapError(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	broken := func(yield func(int, error) bool) {
		_ = yield(0, nil) && yield(1, nil) && yield(0, bad) && yield(3, nil)
	}
	for name, of := range map[string]struct {
		values iter.Seq2[int, error]
		fails  int
	}{"value": {broken, -1}, "call": {numbers(20), 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for v, err := range ParallelMap(t.Context(), 4, of.values, func(_ context.Context, i int) (int, error) {
				if i == of.fails {
					return 0, bad
				}
				return i, nil
			}) {
				got = append(got, fmt.Sprint(v, err)) // without break, which must not matter
			}
			if want := []string{"0 <nil>", "1 <nil>", "0 bad"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A loop that ends early cancels running calls, waits for them, and starts no more.
func TestParallelMapBreak(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var begun, now atomic.Int32
		for v, err := range ParallelMap(t.Context(), 3, numbers(1000), func(ctx context.Context, i int) (int, error) {
			begun.Add(1)
			now.Add(1)
			defer now.Add(-1)
			if i == 0 {
				return i, nil
			}
			<-ctx.Done()
			return i, ctx.Err()
		}) {
			if v != 0 || err != nil {
				t.Fatal(v, err)
			}
			break
		}
		if n := now.Load(); n != 0 {
			t.Errorf("%d calls are still running", n)
		}
		if n := begun.Load(); n > 4 {
			t.Errorf("%d calls were started", n)
		}
	})
}
