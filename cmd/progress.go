package cmd

import (
	"fmt"
	"io"

	"github.com/hubctl/hubctl/internal/output"
)

// A progress is a line on a terminal that tells how far a job is.
type progress struct {
	a     *app
	total int
	on    bool
}

func (p progress) at(n int, what string) {
	if p.on {
		_, _ = fmt.Fprintf(p.a.io.Err, "\r\x1b[K%d of %d: %.60s", n+1, p.total, output.Clean(what))
	}
}

func (p progress) clear() {
	if p.on {
		_, _ = io.WriteString(p.a.io.Err, "\r\x1b[K")
	}
}
