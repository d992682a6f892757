package seq

import (
	"context"
	"iter"
	"sync"
)

// ParallelMap calls f for each value, at most limit calls at a time, and yields
// the results in the order of the values. It ends after the first error, of a
// value or of f. The context of f ends with the loop, and no call is running
// when the loop is over.
func ParallelMap[T, R any](
	ctx context.Context, limit int, values iter.Seq2[T, error], f func(context.Context, T) (R, error),
) iter.Seq2[R, error] {
	type result struct {
		v   R
		err error
	}
	return func(yield func(R, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var calls sync.WaitGroup
		defer calls.Wait()
		defer cancel()
		// The loop below waits for one call that it has taken out, so limit-1 are queued.
		queue := make(chan chan result, max(limit-1, 0))
		calls.Go(func() {
			defer close(queue)
			for value, err := range values {
				slot := make(chan result, 1)
				select {
				case queue <- slot:
				case <-ctx.Done():
					return
				}
				if err != nil {
					slot <- result{err: err}
					return
				}
				calls.Go(func() {
					v, err := f(ctx, value)
					slot <- result{v, err}
				})
			}
		})
		for slot := range queue {
			r := <-slot
			if !yield(r.v, r.err) || r.err != nil {
				return
			}
		}
	}
}
