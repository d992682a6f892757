package output

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	gap      = 2  // spaces between columns
	readable = 20 // no column is cut below this while another can be dropped
	narrow   = 8  // no column is cut below this at all
	ellipsis = "…"
)

// A grid is a table of finished cells.
type grid struct {
	columns []span
	rows    [][]string
	marks   map[place]mark // of cells that have one
	drawn   int            // rows so far
	dropped []string       // headings of the columns that did not fit
	color   bool
	headed  bool // the first row is headings
	upright bool // the first column has the headings
}

// A place is a cell of a grid: a row, and a column before any was dropped.
type place struct{ row, column int }

// A mark is the color and link of a cell.
type mark struct{ color, link string }

// mark notes how a cell of the last row looks.
func (g *grid) mark(column int, m mark) {
	if m != (mark{}) {
		if g.marks == nil {
			g.marks = map[place]mark{}
		}
		g.marks[place{len(g.rows), column}] = m
	}
}

// A span is one column's width, and how it may shrink.
type span struct {
	name    string
	index   int // before any column was dropped
	width   int
	natural int  // width of the widest cell
	key     bool // never cut, and dropped only if spare
	soft    bool // may be cut
	spare   bool // dropped before others
	chosen  bool // the user asked for it: never dropped
	right   bool // right-aligned
	middle  bool // cut in the middle, since cells differ only at their ends
}

// plan fits the columns into limit, unless it is 0. Lines are longer only if
// identifiers, numbers and columns the user asked for leave no room, or if a
// cut would make two different rows look the same.
func (g *grid) plan(limit int) {
	for _, row := range g.rows {
		for i, cell := range row {
			g.columns[i].natural = max(g.columns[i].natural, runewidth.StringWidth(cell))
		}
	}
	for {
		for i := range g.columns {
			g.columns[i].width = max(g.columns[i].width, g.columns[i].natural)
		}
		if limit <= 0 {
			return
		}
		g.drop(limit)
		g.shrink(limit, readable)
		g.shrink(limit, narrow)
		if !g.widenBlurred() {
			return
		}
	}
}

// least is the width c cannot be cut below while another can be dropped.
func (c span) least() int {
	if c.soft && !c.key {
		return min(c.natural, readable)
	}
	return c.natural
}

// drop removes columns until the others fit into limit without being cut below
// what is readable: spare columns first, and of each kind the last one first.
func (g *grid) drop(limit int) {
	for {
		width, last, lastSpare := -gap, -1, -1
		for i, c := range g.columns {
			width += gap + c.least()
			if c.chosen {
				continue
			}
			if c.spare {
				lastSpare = i
			}
			if !c.key {
				last = i
			}
		}
		if lastSpare >= 0 {
			last = lastSpare
		}
		if width <= limit || last < 0 || len(g.columns) == 1 {
			return
		}
		g.dropped = append(g.dropped, g.columns[last].name)
		g.columns = slices.Delete(g.columns, last, last+1)
		for i, row := range g.rows {
			g.rows[i] = slices.Delete(row, last, last+1)
		}
	}
}

// shrink cuts the widest columns first, none of them below least.
func (g *grid) shrink(limit, least int) {
	over := gap*(len(g.columns)-1) - limit
	for i := range g.columns {
		c := &g.columns[i]
		if c.soft && !c.key && c.width > limit {
			c.width = max(limit, least)
		}
		over += c.width
	}
	for ; over > 0; over-- {
		var widest *span
		for i := range g.columns {
			if c := &g.columns[i]; c.soft && !c.key && c.width > least && (widest == nil || c.width > widest.width) {
				widest = c
			}
		}
		if widest == nil {
			return
		}
		widest.width--
	}
}

// widenBlurred looks for cells and rows that a cut makes look the same. Cells of
// a column are cut in the middle if that tells them apart. If rows still look
// the same, widenBlurred exempts the columns in which they differ from cutting
// and returns true.
func (g *grid) widenBlurred() bool {
	rows := g.rows
	if g.headed {
		rows = rows[1:]
	}
	cut := false
	for i := range g.columns {
		c := &g.columns[i]
		c.middle = false
		if c.width >= c.natural {
			continue
		}
		cut = true
		if a, _ := blurred(rows, func(row []string) string { return c.cut(row[i]) }, func(a, b []string) bool {
			return a[i] == b[i]
		}); a != nil {
			c.middle = true
		}
	}
	if !cut {
		return false
	}
	a, b := blurred(rows, func(row []string) string {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = g.columns[i].cut(cell)
		}
		return strings.Join(cells, "\x00")
	}, slices.Equal)
	for i := range a {
		if a[i] != b[i] {
			g.columns[i].key, g.columns[i].spare = true, false
		}
	}
	return a != nil
}

// blurred returns two different rows that look the same, if there are any.
func blurred(rows [][]string, look func([]string) string, same func(a, b []string) bool) (a, b []string) {
	seed := maphash.MakeSeed()
	seen := make(map[uint64][]string, len(rows)) // hashes, since looks take memory
	for _, row := range rows {
		hash := maphash.String(seed, look(row))
		if other, ok := seen[hash]; ok && !same(row, other) {
			return other, row
		}
		seen[hash] = row
	}
	return nil, nil
}

// cut shortens a cell to the width of its column.
func (c span) cut(cell string) string {
	if runewidth.StringWidth(cell) <= c.width {
		return cell
	}
	if !c.middle {
		return runewidth.Truncate(cell, c.width, ellipsis)
	}
	head := (c.width - 1) / 2
	return runewidth.Truncate(cell, head, "") + runewidth.TruncatePrefix(cell, c.width-head, ellipsis)
}

// footer names the dropped columns in lines of at most limit columns, or is "".
func (g *grid) footer(limit int) string {
	if len(g.dropped) == 0 {
		return ""
	}
	slices.Reverse(g.dropped)
	text := "Hidden: " + strings.Join(g.dropped, ", ") + " (show with --columns)"
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(text) {
		switch n := runewidth.StringWidth(word); {
		case i == 0:
			width = n
		case width+1+n > limit:
			b.WriteByte('\n')
			width = n
		default:
			b.WriteByte(' ')
			width += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}
