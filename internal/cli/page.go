package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Out returns standard output for a result that may be paged. Secrets never go
// there, but to Print or IO.Out.
func (a *App) Out() io.Writer {
	if !terminal.IsTerminal(a.IO.Out) {
		return a.IO.Out
	}
	pager := terminal.Pager{Environ: settings.PagerEnviron(), Ctx: a.Signals.Ctx, Yield: a.Signals.Yield}
	if !a.Flags.noPager {
		pager.Command = settings.Pager()
	}
	return a.IO.Page(pager)
}

// flush ends the paged output. If Ctrl-C killed the pager, the run is interrupted.
func (a *App) flush() error {
	err := a.IO.Flush()
	if errors.Is(err, terminal.ErrInterrupted) {
		return InterruptedError{Signal: os.Interrupt, Err: context.Canceled}
	}
	if err != nil {
		return &output.WriteError{Err: err}
	}
	return nil
}

// Reading shows the progress of listings that are read with the returned context,
// such as "Reading tags of acme/api", until done is called. It shows nothing if rows
// are printed to the same terminal as they arrive.
func (a *App) Reading(ctx context.Context, things string, of ...string) (_ context.Context, done func()) {
	what := "Reading " + things
	if len(of) == 1 && of[0] != "-" {
		what += " of " + of[0]
	}
	p := a.StartProgress(what, 0)
	return hub.WithProgress(ctx, func(rows, total int) {
		a.listed.Add(int64(total))
		p.Add(rows, total)
	}), p.Done
}

// NoticeShown says on a terminal how many rows of a limited listing were printed, if
// the server told how many there are: "showing 30 of 250 repositories in acme".
func (a *App) NoticeShown(n int, things string, of ...string) {
	total := int(a.listed.Load())
	if o := a.Options(); !o.Terminal || !o.IsTable() || total <= n {
		return
	}
	text := fmt.Sprintf("showing %d of %s", n, Amount(total, cmp.Or(things, "rows")))
	if len(of) == 1 {
		text += " in " + of[0]
	}
	a.Notice("%s", text)
}

// StartProgress is IO.StartProgress, unless progress would disturb the output.
func (a *App) StartProgress(what string, total int) *terminal.Progress {
	o := a.Options()
	if a.Quiet || o.Quiet || o.Terminal && !o.IsTable() || settings.DumbTerminal() {
		return nil
	}
	return a.IO.StartProgress(output.Clean(strings.TrimSpace(what)), total)
}
