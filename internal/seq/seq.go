package seq

import (
	"iter"
)

// Collect reads a listing to its end.
func Collect[T any](rows iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// Concat is a listing of listings.
func Concat[T any](groups iter.Seq2[[]T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for rows, err := range groups {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Take yields the first n rows.
func Take[T any](n int, rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		i := 0
		for row, err := range rows {
			if i++; !yield(row, err) || i == n {
				return
			}
		}
	}
}

// Map makes something else of each row.
func Map[T, U any](rows iter.Seq2[T, error], of func(T) U) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		for row, err := range rows {
			if !yield(of(row), err) {
				return
			}
		}
	}
}

// Filter yields the rows that keep keeps.
func Filter[T any](keep func(T) bool, rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range rows {
			if (err != nil || keep(row)) && !yield(row, err) {
				return
			}
		}
	}
}

func Of[T any](vs []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Fail is a listing that has no rows, for a reason.
func Fail[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}

// From are the rows of a listing that comes in one piece.
func From[T any](vs []T, err error) iter.Seq2[T, error] {
	if err != nil {
		return Fail[T](err)
	}
	return Of(vs)
}
