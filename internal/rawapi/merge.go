package rawapi

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Merger writes pages as one document: the first page with the rows of all of them and without a
// next page or, with slurp, an array of the raw pages.
type Merger struct {
	w     io.Writer
	slurp bool
	pages int
	rows  int
	rest  []byte // the end of the first page, after its rows
}

func NewMerger(w io.Writer, slurp bool) *Merger { return &Merger{w: w, slurp: slurp} }

func (m *Merger) Add(p dockerhub.Page) error {
	m.pages++
	if m.slurp {
		sep := ","
		if m.pages == 1 {
			sep = "["
		}
		return m.write([]byte(sep), p.Body)
	}
	if m.pages == 1 {
		head, rest, err := splitPage(p)
		if err != nil {
			return err
		}
		m.rest = rest
		if err := m.write(head); err != nil {
			return err
		}
	}
	for _, row := range p.Rows {
		if m.rows++; m.rows > 1 {
			if err := m.write([]byte(",")); err != nil {
				return err
			}
		}
		if err := m.write(row); err != nil {
			return err
		}
	}
	return nil
}

func (m *Merger) End() error {
	switch {
	case m.slurp && m.pages == 0:
		return m.write([]byte("[]\n"))
	case m.slurp:
		return m.write([]byte("]\n"))
	}
	return m.write(m.rest, []byte("\n"))
}

func (m *Merger) write(bs ...[]byte) error {
	for _, b := range bs {
		if _, err := m.w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// splitPage returns a page up to its rows and from their end, in the order of its keys, without a
// next page.
func splitPage(p dockerhub.Page) (head, rest []byte, err error) {
	if p.Key == "" {
		return []byte("["), []byte("]"), nil
	}
	var b bytes.Buffer
	d := json.NewDecoder(bytes.NewReader(p.Body))
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	for sep := "{"; d.More(); sep = "," {
		key, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, nil, err
		}
		b.WriteString(sep)
		b.Write(encodeKey(key))
		b.WriteByte(':')
		switch key {
		case p.Key:
			b.WriteByte('[')
			head = bytes.Clone(b.Bytes())
			b.Reset()
			b.WriteByte(']')
		case "next", "last_evaluated_key":
			b.WriteString("null")
		case "next_page_token":
			b.WriteString(`""`)
		default:
			b.Write(value)
		}
	}
	b.WriteByte('}')
	return head, b.Bytes(), nil
}

func encodeKey(key json.Token) []byte {
	b, err := json.Marshal(key)
	if err != nil {
		panic(err) // impossible for a string
	}
	return b
}
