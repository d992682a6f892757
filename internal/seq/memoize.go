package seq

import (
	"sync"
)

// Memoize returns a function that calls f once for each key. It may be called
// from several goroutines.
func Memoize[K comparable, V any](f func(K) (V, error)) func(K) (V, error) {
	var mu sync.Mutex
	calls := map[K]func() (V, error){}
	return func(k K) (V, error) {
		mu.Lock()
		call := calls[k]
		if call == nil {
			call = sync.OnceValues(func() (V, error) { return f(k) })
			calls[k] = call
		}
		mu.Unlock()
		return call()
	}
}
