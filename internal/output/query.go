package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/itchyny/gojq"
)

// A query prints its result for a decoded JSON value.
type query interface {
	run(w io.Writer, v any) error
}

type jq struct {
	code            *gojq.Code
	terminal, color bool
}

func newJQ(o Options) (query, error) {
	parsed, err := gojq.Parse(o.JQ)
	if err != nil {
		return nil, fmt.Errorf("--jq: %w%s", err, where(o.JQ, err))
	}
	code, err := gojq.Compile(parsed, gojq.WithEnvironLoader(func() []string { return nil }))
	if err != nil {
		return nil, fmt.Errorf("--jq: %w", err)
	}
	return jq{code, o.Terminal, o.Color}, nil
}

// where returns the place of err in src.
func where(src string, err error) string {
	var e *gojq.ParseError
	if !errors.As(err, &e) {
		return ""
	}
	before := src[:min(max(e.Offset-len(e.Token), 0), len(src))]
	line := strings.Count(before, "\n")
	column := len(before) - strings.LastIndexByte(before, '\n')
	return fmt.Sprintf(" (line %d, column %d)", line+1, column)
}

// run prints each result on its own line, strings without quotes.
func (q jq) run(w io.Writer, v any) error {
	results := q.code.Run(v)
	for {
		result, more := results.Next()
		if !more {
			return nil
		}
		if err, failed := result.(error); failed {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			return fmt.Errorf("--jq: %s", Clean(err.Error()))
		}
		if err := q.line(w, result); err != nil {
			return err
		}
	}
}

func (q jq) line(w io.Writer, result any) error {
	if s, bare := result.(string); bare {
		return writeText(w, s+"\n", q.terminal)
	}
	b, err := gojq.Marshal(result)
	if err != nil {
		return err
	}
	if q.terminal {
		if err := indented(w, b, "", q.color); err != nil {
			return err
		}
		_, err = io.WriteString(w, "\n")
		return err
	}
	_, err = w.Write(append(escape(b), '\n'))
	return err
}

// writeText writes s, made safe if it goes to a terminal.
func writeText(w io.Writer, s string, terminal bool) error {
	if !terminal {
		_, err := io.WriteString(w, s)
		return err
	}
	safe := SafeWriter(w)
	if _, err := io.WriteString(safe, s); err != nil {
		return err
	}
	return safe.Close()
}

func toJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return string(escape(trim(b.Bytes()))), err
}
