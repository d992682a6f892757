package output

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
)

const (
	gap    = 2  // blanks between columns
	narrow = 8  // a column is cut further only if there is no other way
	ample  = 12 // a column that is cut to this is no reason to leave another out
)

// A grid is a table of finished cells.
type grid struct {
	columns []span
	rows    [][]string
	color   bool
	headed  bool // the first row is headings
	upright bool // the first column has the headings
}

// A span is how wide a column is, and what may be done about it.
type span struct {
	width int
	key   bool // never cut
	soft  bool // cut first
	spare bool // left out before others are cut
}

// plan fits the columns into limit, unless it is 0. Lines are longer only if
// the identifiers leave no room.
func (g *grid) plan(limit int) {
	for _, row := range g.rows {
		for i, cell := range row {
			g.columns[i].width = max(g.columns[i].width, runewidth.StringWidth(cell))
		}
	}
	if limit <= 0 {
		return
	}
	g.leaveOut(limit)
	g.shrink(limit, narrow, func(s span) bool { return s.soft && !s.key })
	g.shrink(limit, narrow, func(s span) bool { return !s.key })
	planned := slices.Clone(g.columns)
	if g.shrink(limit, 1, func(s span) bool { return !s.key }) > 0 {
		g.columns = planned
	}
}

// leaveOut drops spare columns, the widest first, until limit has room for the
// others.
func (g *grid) leaveOut(limit int) {
	for {
		over, widest := -gap-limit, -1
		for i, c := range g.columns {
			if over += gap + c.width; c.soft && !c.key {
				over -= max(c.width-ample, 0)
			}
			if c.spare && (widest < 0 || c.width > g.columns[widest].width) {
				widest = i
			}
		}
		if over <= 0 || widest < 0 {
			return
		}
		g.columns = slices.Delete(g.columns, widest, widest+1)
		for i, row := range g.rows {
			g.rows[i] = slices.Delete(row, widest, widest+1)
		}
	}
}

// shrink narrows the columns that may, the widest first, and returns by how
// much the lines are still too long.
func (g *grid) shrink(limit, least int, may func(span) bool) int {
	over := gap*(len(g.columns)-1) - limit
	for i := range g.columns {
		c := &g.columns[i]
		if may(*c) && c.width > limit {
			c.width = max(limit, least)
		}
		over += c.width
	}
	for ; over > 0; over-- {
		var widest *span
		for i := range g.columns {
			if c := &g.columns[i]; may(*c) && c.width > least && (widest == nil || c.width > widest.width) {
				widest = c
			}
		}
		if widest == nil {
			break
		}
		widest.width--
	}
	return over
}

// draw writes the grid a block of rows at a time, since tablewriter takes
// several times the memory of what it is given. Lines have no blanks at their
// ends.
func (g *grid) draw(w io.Writer) error {
	for rows := range slices.Chunk(g.rows, 512) {
		var b bytes.Buffer
		t := tablewriter.NewWriter(&b)
		t.SetBorder(false)
		t.SetColumnSeparator("")
		t.SetNoWhiteSpace(true)
		t.SetTablePadding(strings.Repeat(" ", gap))
		t.SetAutoWrapText(false)
		t.SetAlignment(tablewriter.ALIGN_LEFT)
		for _, row := range rows {
			t.Append(g.finish(row))
		}
		t.Render()
		lines := b.Bytes()[:0]
		for line := range bytes.Lines(b.Bytes()) {
			lines = append(append(lines, bytes.TrimRight(line, " \n")...), '\n')
		}
		if _, err := w.Write(lines); err != nil {
			return err
		}
	}
	return nil
}

// finish cuts or fills each cell to the width of its column.
func (g *grid) finish(row []string) []string {
	heading := g.headed
	g.headed = false
	cells := make([]string, len(row))
	for i, cell := range row {
		width := g.columns[i].width
		cell = runewidth.Truncate(cell, width, "…")
		fill := strings.Repeat(" ", max(width-runewidth.StringWidth(cell), 0))
		switch {
		case !g.color:
		case heading || g.upright && i == 0:
			cell = "\x1b[1m" + cell + "\x1b[0m"
		case cell == "-":
			cell = "\x1b[2m" + cell + "\x1b[0m"
		}
		cells[i] = cell + fill
	}
	return cells
}
