// Package seq has helpers for listings: sequences of values, each with an error.
// A listing that fails yields its error last, with a zero value.
package seq

import "iter"

// Of yields values.
func Of[T any](values []T) iter.Seq2[T, error] {
	return From(values, nil)
}

// From yields values, or only err if there is one: it makes a listing of a call
// that returns everything at once.
func From[T any](values []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err != nil {
			yield(*new(T), err)
			return
		}
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// One yields v, or only err if there is one.
func One[T any](v T, err error) iter.Seq2[T, error] {
	return From([]T{v}, err)
}

// Fail yields only err.
func Fail[T any](err error) iter.Seq2[T, error] {
	return From[T](nil, err)
}

// Collect returns all values, or none and the first error.
func Collect[T any](values iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range values {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Map yields f of each value. Errors are passed on.
func Map[T, U any](values iter.Seq2[T, error], f func(T) U) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		for v, err := range values {
			if !yield(f(v), err) {
				return
			}
		}
	}
}

// Filter yields the values that keep returns true for. Errors are passed on.
func Filter[T any](keep func(T) bool, values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range values {
			if (err != nil || keep(v)) && !yield(v, err) {
				return
			}
		}
	}
}

// Take yields the first n values, n being at least 1.
func Take[T any](n int, values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		i := 0
		for v, err := range values {
			if i++; !yield(v, err) || i == n {
				return
			}
		}
	}
}

// Concat yields the values of each group in turn, up to the first error.
func Concat[T any](groups iter.Seq2[[]T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for group, err := range groups {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, v := range group {
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}

// Buffer reads all values before it yields the first.
func Buffer[T any](values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var all []T
		var failed error
		for v, err := range values {
			if failed = err; err != nil {
				break
			}
			all = append(all, v)
		}
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
		if failed != nil {
			yield(*new(T), failed)
		}
	}
}
