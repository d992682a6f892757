package output

import (
	"bytes"
	"encoding/csv"
	"iter"
	"time"
)

// quiet prints the identifier of each row as it comes.
func (p *printer) quiet(rows iter.Seq2[Row, error]) error {
	return stream(p.w, rows, func(v Row) ([]byte, error) {
		id := p.key.Cell(v).machine(time.RFC3339Nano)
		if id == "" {
			return nil, nil
		}
		return []byte(id + "\n"), nil
	})
}

// csv prints the rows as they come, the column names before the first.
func (p *printer) csv(shown table, rows iter.Seq2[Row, error]) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := func(cells []string) error {
		if len(cells) == 1 && cells[0] == "" {
			b.WriteString("\"\"\n") // else an empty line, which readers skip
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

// table prints the rows once it knows how wide they are.
func (p *printer) table(rows iter.Seq2[Row, error]) error {
	g := grid{columns: make([]span, len(p.shown)), color: p.o.Color, headed: !p.o.NoHeaders}
	for i, c := range p.shown {
		g.columns[i].key, g.columns[i].spare = c.Key, c.Spare && len(p.o.Columns) == 0
	}
	if g.headed {
		g.rows = append(g.rows, p.shown.headings())
	}
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
			cells[i] = value.cell(p.o)
			g.columns[i].soft = g.columns[i].soft || value.kind == text || value.kind == list
		}
		g.rows = append(g.rows, cells)
		n++
	}
	if failed != nil && n == 0 {
		return failed
	}
	g.plan(p.o.Width)
	if err := g.draw(p.w); err != nil || failed == nil {
		return err
	}
	return partial(n, failed)
}

// flow prints the rows as they come, the headings before the first.
func (p *printer) flow(rows iter.Seq2[Row, error]) error {
	g := grid{columns: make([]span, len(p.shown)), color: p.o.Color, headed: !p.o.NoHeaders}
	for i, c := range p.shown {
		g.columns[i].width = c.Room
	}
	if g.headed {
		g.rows = append(g.rows, p.shown.headings())
	}
	return stream(p.w, rows, func(v Row) ([]byte, error) {
		cells := make([]string, len(p.shown))
		for i, c := range p.shown {
			cells[i] = c.Cell(v).cell(p.o)
		}
		g.rows = append(g.rows, cells)
		g.plan(0)
		var b bytes.Buffer
		err := g.draw(&b)
		g.rows = g.rows[:0]
		return b.Bytes(), err
	})
}

func (t table) headings() []string {
	heads := make([]string, len(t))
	for i, c := range t {
		heads[i] = c.heading()
	}
	return heads
}

// vertical prints v as a line for each column, none of them cut.
func (p *printer) vertical(shown table, v Row) error {
	g := grid{columns: make([]span, 2), color: p.o.Color, upright: true}
	if p.o.NoHeaders {
		g.columns, g.upright = make([]span, 1), false
	}
	for _, c := range shown {
		cells := []string{c.heading(), c.Cell(v).cell(p.o)}
		g.rows = append(g.rows, cells[len(cells)-len(g.columns):])
	}
	g.plan(0)
	return g.draw(p.w)
}
