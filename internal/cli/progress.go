package cli

import (
	"fmt"
	"io"

	"github.com/hubctl/hubctl/internal/output"
)

// A Progress shows the progress of a job in a line on a terminal.
type Progress struct {
	A     *App
	Total int
	On    bool
}

func (p Progress) At(n int, what string) {
	if p.On {
		_, _ = fmt.Fprintf(p.A.IO.Err, "\r\x1b[K%d of %d: %.60s", n+1, p.Total, output.Clean(what))
	}
}

func (p Progress) Clear() {
	if p.On {
		_, _ = io.WriteString(p.A.IO.Err, "\r\x1b[K")
	}
}
