package sandbox

import (
	"net/url"
	"sort"
	"strconv"
)

const (
	pageDefault = 10
	pageMax     = 100
)

// A window is the part of a list that a request asks for: from lo to before hi.
type window struct {
	lo, hi         int
	next, previous *string
}

// A page is the envelope of most lists.
type page[T any] struct {
	Count    int     `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  []T     `json:"results"`
}

// offset reads page and page_size and returns the size and the index of the page.
func (c *call) offset(standard int) (number, size int, err error) {
	if number, err = c.positive("page", 1); err != nil {
		return 0, 0, err
	}
	if size, err = c.positive("page_size", standard); err != nil {
		return 0, 0, err
	}
	return number, min(size, pageMax), nil
}

func (c *call) positive(name string, standard int) (int, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 1 {
		return 0, invalid("Invalid "+name+" value", name, "Must be a positive integer")
	}
	return int(min(n, 1e7)), nil // beyond any list, but no overflow
}

// window selects a page of a list of n items; past its end it fails with end.
func (c *call) window(n int, end *fault) (window, error) {
	number, size, err := c.offset(pageDefault)
	if err != nil {
		return window{}, err
	}
	w := window{lo: (number - 1) * size}
	if w.lo >= n && number > 1 {
		return window{}, end
	}
	w.hi = min(w.lo+size, n)
	if w.hi < n {
		w.next = c.link(number + 1)
	}
	if number > 1 {
		w.previous = c.link(number - 1)
	}
	return w, nil
}

// list answers with a page of n items. It makes only the items on the page.
func list[T any](c *call, n int, end *fault, item func(int) T) error {
	w, err := c.window(n, end)
	if err != nil {
		return err
	}
	return c.json(200, pageOf(n, w, item))
}

func pageOf[T any](n int, w window, item func(int) T) page[T] {
	return page[T]{n, w.next, w.previous, fill(w, item)}
}

func fill[T any](w window, item func(int) T) []T {
	items := make([]T, 0, w.hi-w.lo)
	for i := w.lo; i < w.hi; i++ {
		items = append(items, item(i))
	}
	return items
}

// order sorts a list. It is not slices.SortStableFunc, which is compiled once for
// each sorted type.
func order[T any](all []T, compare func(a, b T) int) {
	sort.SliceStable(all, func(i, j int) bool { return compare(all[i], all[j]) < 0 })
}

// link returns the absolute address of another page. It repeats the query, so it
// only has page_size if the request had it.
func (c *call) link(number int) *string {
	u := url.URL{Scheme: c.URL.Scheme, Host: c.Host, Path: c.URL.Path, RawPath: c.URL.RawPath}
	switch {
	case u.Scheme != "":
	case c.TLS != nil:
		u.Scheme = "https"
	default:
		u.Scheme = "http"
	}
	query := c.URL.Query()
	query.Set("page", strconv.Itoa(number))
	u.RawQuery = query.Encode()
	s := u.String()
	return &s
}
