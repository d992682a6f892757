package output

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestLimitReadsNoMore(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Format: "table"}, {Format: "json"}, {Format: "yaml"}, {Format: "ndjson"}, {Format: "csv"}, {Format: "table", Quiet: true}, {Format: "json", JQ: "length"}} {
		for limit, want := range map[int]int{0: 10, 1: 1, 3: 3, 10: 10, 11: 10} {
			pulled, ended := 0, false
			o.Limit = limit
			_, err := listing(t, o, func(yield func(repo, error) bool) {
				for range 10 {
					pulled++
					if !yield(repo{ID: "x"}, nil) {
						return
					}
				}
				ended = true
			})
			if pulled != want || err != nil || limit > 0 && limit <= 10 && ended {
				t.Errorf("%+v: %d pulled, ended %t, %v", o, pulled, ended, err)
			}
		}
	}
}

func TestPartial(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"table":  {Options{Format: "table", Columns: []string{"id"}}, "ID\nb\na\n"},
		"sort":   {Options{Format: "table", Columns: []string{"id"}, Sort: "id"}, "ID\na\nb\n"},
		"csv":    {Options{Format: "csv", Columns: []string{"id"}}, "id\nb\na\n"},
		"quiet":  {Options{Format: "table", Quiet: true}, "b\na\n"},
		"ndjson": {Options{Format: "ndjson"}, "{\"id\":\"b\"}\n{\"id\":\"a\"}\n"},
	} {
		got, err := listing(t, c.o, rows(io.ErrUnexpectedEOF, repo{ID: "b", raw: []byte(`{"id":"b"}`)}, repo{ID: "a", raw: []byte(`{"id":"a"}`)}))
		var p *Partial
		if !errors.As(err, &p) || p.Printed != 2 || !errors.Is(err, io.ErrUnexpectedEOF) || got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, o := range []Options{{Format: "json"}, {Format: "yaml"}, {Format: "json", JQ: "."}, {Format: "json", Template: "x"}} {
		got, err := listing(t, o, rows(io.ErrUnexpectedEOF, two()...))
		if err != io.ErrUnexpectedEOF || got != "" { //nolint:errorlint // not wrapped
			t.Errorf("%+v: %q, %v", o, got, err)
		}
	}
}

// A pipe accepts some bytes and is then closed, or discards them.
type pipe struct {
	room  int
	short bool
}

var errPipe = errors.New("closed pipe")

func (p *pipe) Write(b []byte) (int, error) {
	if p.room -= len(b); p.room >= 0 {
		return len(b), nil
	}
	if p.short {
		return 0, nil
	}
	return 0, errPipe
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	many := make([]repo, 200)
	for i := range many {
		many[i] = repo{ID: fmt.Sprint(i), raw: []byte(`{"id": "some"}`)}
	}
	for _, o := range []Options{
		{Format: "table"},
		{Format: "json"},
		{Format: "yaml"},
		{Format: "ndjson"},
		{Format: "csv"},
		{Format: "table", Quiet: true},
		{Format: "json", JQ: "."},
		{Format: "json", Template: "{{.}}"},
		{Format: "json", JQ: ".[].id", Terminal: true},
	} {
		for _, room := range []int{0, 10, 500} {
			for want, w := range map[error]*pipe{errPipe: {room: room}, io.ErrShortWrite: {room: room, short: true}} {
				p, err := repos.Printer(w, o)
				if err != nil {
					t.Fatal(err)
				}
				var failed *WriteError
				if err := p.Rows(rows(nil, many...)); !errors.As(err, &failed) || !errors.Is(err, want) {
					t.Errorf("%+v: %v", o, err)
				}
			}
		}
	}
	var failed *WriteError
	if err := Document(&pipe{}, []byte("1"), Options{Format: "json"}); !errors.As(err, &failed) {
		t.Error(err)
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Format: "ndjson"}, {Format: "csv"}, {Format: "table", Quiet: true}} {
		var w writes
		p, err := repos.Printer(&w, o)
		if err != nil {
			t.Fatal(err)
		}
		err = p.Rows(func(yield func(repo, error) bool) {
			for i := range 5 {
				if len(w) != i {
					t.Errorf("%+v: %d writes before row %d", o, len(w), i)
				}
				if !yield(repo{ID: "x"}, nil) {
					return
				}
			}
		})
		if err != nil || len(w) != 5 || slices.ContainsFunc(w, func(s string) bool { return !strings.HasSuffix(s, "\n") }) {
			t.Errorf("%+v: %q, %v", o, w, err)
		}
	}
}

// TestStream: Stream prints tables row by row too, with uncut cells and columns that
// only grow.
func TestStream(t *testing.T) {
	t.Parallel()
	table := Table[repo]{
		{Name: "id", Room: 5, Key: true, Cell: func(r repo) Value { return Text(r.ID) }},
		{Name: "upper", Cell: func(r repo) Value { return Text(strings.ToUpper(r.ID)) }},
	}
	for _, c := range []struct {
		o    Options
		want writes
	}{
		{Options{Format: "table"}, writes{"ID     UPPER\na      A\n", "longer  LONGER\n", "é       É\n"}},
		{Options{Format: "table", NoHeaders: true, Terminal: true, Width: 8}, writes{"a      A\n", "longer  LONGER\n", "é       É\n"}},
		{Options{Format: "table", Color: true, Limit: 1}, writes{"\x1b[1mID\x1b[0m     \x1b[1mUPPER\x1b[0m\na      A\n"}},
		{Options{Format: "ndjson"}, writes{"1\n", "2\n", "3\n"}},
	} {
		var w writes
		p, err := table.Printer(&w, c.o)
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		err = p.Stream(func(yield func(repo, error) bool) {
			for i, id := range []string{"a", "longer", "é"} {
				asked++
				if len(w) != i || !yield(repo{ID: id, raw: fmt.Append(nil, i+1)}, nil) {
					return
				}
			}
			yield(repo{}, io.ErrUnexpectedEOF)
		})
		if whole := c.o.Limit == 0; !slices.Equal(w, c.want) || asked != len(c.want) || whole != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%+v: %q, %d asked for, %v", c.o, w, asked, err)
		}
	}
}

type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
