package output

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"iter"
	"time"
)

// quiet prints the identifier of each row as it arrives.
func (p *printer) quiet(rows iter.Seq2[Row, error]) error {
	return stream(p.w, rows, func(v Row) ([]byte, error) {
		id := p.key.Cell(v).machine(time.RFC3339Nano)
		if id == "" {
			return nil, nil
		}
		return []byte(id + "\n"), nil
	})
}

// csv prints the rows as they arrive, after the column names.
func (p *printer) csv(shown table, rows iter.Seq2[Row, error]) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := func(cells []string) error {
		if len(cells) == 1 && cells[0] == "" {
			b.WriteString("\"\"\n") // readers skip an empty line
			return nil
		}
		if err := w.Write(cells); err != nil {
			return err
		}
		w.Flush()
		return w.Error()
	}
	if !p.o.NoHeaders {
		if err := line(Table[Row](shown).Names()); err != nil {
			return err
		}
	}
	err := stream(p.w, rows, func(v Row) ([]byte, error) {
		cells := make([]string, len(shown))
		for i, c := range shown {
			cells[i] = c.Cell(v).machine(time.RFC3339Nano)
		}
		err := line(cells)
		return b.Next(b.Len()), err
	})
	if err != nil || b.Len() == 0 {
		return err
	}
	return p.write(b.Bytes(), nil)
}

// table prints the rows when the last one is in.
func (p *printer) table(rows iter.Seq2[Row, error]) error {
	g := p.newGrid()
	o := p.o
	o.NoTrunc = true // digests are shortened below, when all of them are known
	digests := make([]bool, len(p.shown))
	n := 0
	var failed error
	for v, err := range rows {
		if err != nil {
			failed = err
			break
		}
		cells := make([]string, len(p.shown))
		for i, c := range p.shown {
			value := c.Cell(v)
			cells[i] = value.cell(o)
			g.columns[i].note(value, o)
			g.mark(i, p.markOf(c, value, v))
			digests[i] = digests[i] || value.kind == digest
		}
		g.rows = append(g.rows, cells)
		n++
	}
	switch {
	case failed != nil && n == 0:
		return failed
	case n == 0 && o.Terminal:
		return p.write([]byte("no "+cmp.Or(o.Things, "results")+" found\n"), nil)
	}
	for i := range digests {
		if digests[i] && o.Terminal && !p.o.NoTrunc {
			abbreviateAll(g.rows[len(g.rows)-n:], i)
		}
	}
	if err := p.fit(&g); err != nil || failed == nil {
		return err
	}
	return partial(n, failed)
}

// fit prints g in the width of the terminal, and names the columns for which
// there was no room.
func (p *printer) fit(g *grid) error {
	g.plan(p.o.Width)
	if err := g.draw(p.w); err != nil {
		return err
	}
	footer := g.footer(p.o.Width)
	if footer == "" {
		return nil
	}
	if g.color {
		footer = paint(footer, dim)
	}
	return p.write([]byte("\n"+footer+"\n"), nil)
}

// newGrid returns the grid of a listing, with its headings.
func (p *printer) newGrid() grid {
	g := grid{columns: make([]span, len(p.shown)), color: p.o.Color, headed: !p.o.NoHeaders}
	for i, c := range p.shown {
		g.columns[i] = span{name: c.heading(), index: i, key: c.Key, spare: c.Spare, chosen: len(p.o.Columns) > 0}
	}
	if g.headed {
		g.rows = append(g.rows, p.shown.headings())
	}
	return g
}

// markOf returns how a cell looks.
func (p *printer) markOf(c column, v Value, row Row) (m mark) {
	if p.o.Color {
		m.color = v.color(c.Name, p.o.Now)
	}
	m.link = p.o.linkOf(c.Name, row)
	return m
}

// note updates how c is aligned and cut for another value in it.
func (c *span) note(v Value, o Options) {
	switch v.kind {
	case text, list:
		c.soft = true
	case size, count:
		c.right = o.Terminal
	case unknown, digest, moment, truth, share:
	}
}

// flow prints the rows as they arrive, after the headings.
func (p *printer) flow(rows iter.Seq2[Row, error]) error {
	g := p.newGrid()
	for i, c := range p.shown {
		g.columns[i].width = c.Room
	}
	return stream(p.w, rows, func(v Row) ([]byte, error) {
		cells := make([]string, len(p.shown))
		for i, c := range p.shown {
			value := c.Cell(v)
			cells[i] = value.cell(p.o)
			g.columns[i].note(value, p.o)
			g.mark(i, p.markOf(c, value, v))
		}
		g.rows = append(g.rows, cells)
		g.plan(0)
		lines := g.lines()
		g.rows, g.marks, g.drawn = g.rows[:0], nil, 0
		return lines, nil
	})
}

func (t table) headings() []string {
	heads := make([]string, len(t))
	for i, c := range t {
		heads[i] = c.heading()
	}
	return heads
}

// vertical prints v, one line per column and none of them cut.
func (p *printer) vertical(shown table, v Row) error {
	g := grid{columns: []span{{}, {index: 1}}, color: p.o.Color, upright: true}
	if p.o.NoHeaders {
		g.columns, g.upright = g.columns[:1], false
	}
	for _, c := range shown {
		value := c.Cell(v)
		cells := []string{c.heading(), value.cell(p.o)}
		g.mark(len(g.columns)-1, p.markOf(c, value, v))
		g.rows = append(g.rows, cells[len(cells)-len(g.columns):])
	}
	g.plan(0)
	return p.write(g.lines(), nil)
}
