package seq

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// f is called once for each key, even by several goroutines at the same time.
func TestMemoize(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	double := Memoize(func(n int) (int, error) {
		calls.Add(1)
		time.Sleep(10 * time.Millisecond)
		return 2 * n, nil
	})
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if v, err := double(i % 2); err != nil || v != 2*(i%2) {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	all.Wait()
	if n := calls.Load(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}
