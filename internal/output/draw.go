package output

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// draw writes the planned grid, one line per row.
func (g *grid) draw(w io.Writer) error {
	widths, aligns := tw.NewMapper[int, int](), make([]tw.Align, len(g.columns))
	for i, c := range g.columns {
		widths.Set(i, c.width)
		aligns[i] = tw.AlignLeft
		if c.right {
			aligns[i] = tw.AlignRight
		}
	}
	lines := &lineRenderer{Blueprint: renderer.NewBlueprint(noBorders), g: g, w: bufio.NewWriterSize(w, 1<<16)}
	t := tablewriter.NewTable(
		w,
		tablewriter.WithRenderer(lines),
		tablewriter.WithStreaming(tw.StreamConfig{Enable: true}),
		tablewriter.WithColumnWidths(widths),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: aligns}),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithTrimTab(tw.Off),
	)
	if err := t.Start(); err != nil {
		return err
	}
	cells := make([]string, len(g.columns))
	for _, row := range g.rows {
		for i, cell := range row {
			cells[i] = g.columns[i].cut(cell)
		}
		if err := errors.Join(t.Append(cells), lines.err); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), lines.w.Flush())
}

// noBorders means a table without borders, lines and separators.
var noBorders = tw.Rendition{
	Borders:   tw.BorderNone,
	Settings:  tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
	Streaming: true,
}

// A lineRenderer draws rows as lines of a grid. tablewriter's own renderer would cut joined
// emoji, whose characters it measures one by one, and it pads the last column.
type lineRenderer struct {
	*renderer.Blueprint

	g   *grid
	w   *bufio.Writer
	err error // of w
}

// Row draws one row.
func (r *lineRenderer) Row(cells []string, f tw.Formatting) {
	_, r.err = r.w.WriteString(r.g.line(cells, func(i int) (int, bool) {
		return f.Row.Widths.Get(i), f.Row.GetCell(i).Align == tw.AlignRight
	}))
}

// lines returns the planned grid without the help of tablewriter, for a few rows: every
// table of tablewriter allocates 300 kB.
func (g *grid) lines() []byte {
	var b []byte
	for _, row := range g.rows {
		b = append(b, g.line(row, func(i int) (int, bool) { return g.columns[i].width, g.columns[i].right })...)
	}
	return b
}

// line returns the line of the next row. Cells are padded to the width of their column,
// on the left if it is right-aligned.
func (g *grid) line(cells []string, column func(i int) (width int, right bool)) string {
	var line strings.Builder
	blank := 0 // columns since the last cell
	for i, cell := range cells {
		width, right := column(i)
		padding := max(width-runewidth.StringWidth(cell), 0)
		if right {
			blank += padding
			padding = 0
		}
		if cell != "" {
			line.WriteString(strings.Repeat(" ", blank))
			line.WriteString(g.markAt(i).apply(cell))
			blank = 0
		}
		blank += padding + gap
	}
	g.headed = false
	g.drawn++
	return strings.TrimRight(line.String(), " ") + "\n"
}

// markAt returns how a cell of the row being drawn looks.
func (g *grid) markAt(column int) mark {
	m := g.marks[place{g.drawn, g.columns[column].index}]
	switch {
	case !g.color:
		m.color = ""
	case g.headed || g.upright && column == 0:
		m.color = bold
	}
	return m
}
