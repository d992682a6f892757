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

// TestAheadInOrder: what takes longer comes in its place all the same, and no
// more than the given number is under way.
func TestAheadInOrder(t *testing.T) {
	t.Parallel()
	for _, most := range []int{-1, 0, 1, 2, 6, 100} {
		synctest.Test(t, func(t *testing.T) {
			var now, peak atomic.Int32
			var got []int
			for v, err := range ParallelMap(t.Context(), most, numbers(50), func(_ context.Context, i int) (int, error) {
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
				t.Errorf("most %d: %v", most, got)
			}
			if n := int(peak.Load()); n > max(most, 1) || most == 6 && n < 6 {
				t.Errorf("most %d: %d at a time", most, n)
			}
		})
	}
}

// TestAheadError: an error comes in its place, once, and ends it, of an item as
// of a call.
func TestAheadError(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	broken := func(yield func(int, error) bool) {
		_ = yield(0, nil) && yield(1, nil) && yield(0, bad) && yield(3, nil)
	}
	for name, of := range map[string]struct {
		items iter.Seq2[int, error]
		fails int
	}{"item": {broken, -1}, "call": {numbers(20), 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for v, err := range ParallelMap(t.Context(), 4, of.items, func(_ context.Context, i int) (int, error) {
				if i == of.fails {
					return 0, bad
				}
				return i, nil
			}) {
				got = append(got, fmt.Sprint(v, err)) // and goes on, which must not matter
			}
			if want := []string{"0 <nil>", "1 <nil>", "0 bad"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestAheadLeft: a loop that is left cancels what is under way, waits for it,
// and begins no more.
func TestAheadLeft(t *testing.T) {
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
			t.Errorf("%d are still under way", n)
		}
		if n := begun.Load(); n > 4 {
			t.Errorf("%d were begun", n)
		}
	})
}

// TestOnce: each key is asked for once, however many ask together.
func TestOnce(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	double := Once(func(n int) (int, error) {
		calls.Add(1)
		time.Sleep(10 * time.Millisecond)
		return 2 * n, nil
	})
	for v, err := range ParallelMap(t.Context(), 8, numbers(20), func(_ context.Context, i int) (int, error) { return double(i % 2) }) {
		if err != nil || v != 0 && v != 2 {
			t.Error(v, err)
		}
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("%d calls", n)
	}
}
