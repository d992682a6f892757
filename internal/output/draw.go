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

// A lineRenderer draws the rows of a grid without trailing spaces, and their colors
// and links. tablewriter's own renderer would cut joined emoji, whose characters it
// measures one by one.
type lineRenderer struct {
	*renderer.Blueprint

	g   *grid
	w   *bufio.Writer
	err error // of w
}

// Row draws one row.
func (r *lineRenderer) Row(cells []string, f tw.Formatting) {
	var line strings.Builder
	blank := 0 // columns since the last cell
	for i, cell := range cells {
		padding := max(f.Row.Widths.Get(i)-runewidth.StringWidth(cell), 0)
		right := f.Row.GetCell(i).Align == tw.AlignRight
		if right {
			blank += padding
			padding = 0
		}
		if cell != "" {
			line.WriteString(strings.Repeat(" ", blank))
			line.WriteString(r.g.markAt(i).apply(cell))
			blank = 0
		}
		blank += padding + gap
	}
	r.g.headed = false
	r.g.drawn++
	_, r.err = r.w.WriteString(strings.TrimRight(line.String(), " ") + "\n")
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
