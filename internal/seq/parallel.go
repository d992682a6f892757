package seq

import (
	"context"
	"iter"
	"sync"

	"github.com/hubctl/hubctl/internal/hub"
)

// ParallelMap calls f for each item, up to most of them at a time, and yields what
// comes of them in the order of the items. The first error, of an item or of f,
// comes in its place and ends it. When the loop ends before that, what is under
// way is cancelled. No call is under way afterwards.
func ParallelMap[T, R any](ctx context.Context, most int, items iter.Seq2[T, error], f func(context.Context, T) (R, error)) iter.Seq2[R, error] {
	type result struct {
		v   R
		err error
	}
	return func(yield func(R, error) bool) {
		ctx, cancel := context.WithCancel(hub.WithMaxRows(ctx, 1)) // what f lists is not read ahead beside
		var all sync.WaitGroup
		defer all.Wait()
		defer cancel()
		begun := make(chan chan result, max(most-1, 0)) // and the one that the loop below waits for
		all.Go(func() {
			defer close(begun)
			for item, err := range items {
				place := make(chan result, 1)
				select {
				case begun <- place:
				case <-ctx.Done():
					return
				}
				if err != nil {
					place <- result{err: err}
					return
				}
				all.Go(func() {
					v, err := f(ctx, item)
					place <- result{v, err}
				})
			}
		})
		for place := range begun {
			r := <-place
			if !yield(r.v, r.err) || r.err != nil {
				return
			}
		}
	}
}

// Once is f, called a single time for each key. It can be called from several
// goroutines.
func Once[K comparable, V any](f func(K) (V, error)) func(K) (V, error) {
	var mu sync.Mutex
	known := map[K]func() (V, error){}
	return func(k K) (V, error) {
		mu.Lock()
		get := known[k]
		if get == nil {
			get = sync.OnceValues(func() (V, error) { return f(k) })
			known[k] = get
		}
		mu.Unlock()
		return get()
	}
}
