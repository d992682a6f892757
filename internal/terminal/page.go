package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/term"

	"github.com/hubctl/hubctl/internal/output"
)

// A Pager is the program that shows output that does not fit the screen.
type Pager struct {
	Command []string             // empty = none
	Environ []string             // of the program
	Ctx     context.Context      //nolint:containedctx // its end ends the program
	Yield   func() (back func()) // leaves Ctrl-C to the program
}

// ErrInterrupted means that Ctrl-C killed the pager.
var ErrInterrupted = errors.New("the pager was interrupted")

// pageState is the part of Streams that pages output.
type pageState struct {
	pageMu sync.Mutex
	page   *page // nil = none since the last Flush
}

// A page is output for standard output, a terminal. It is kept until it is known
// whether it fits the screen.
type page struct {
	s      *Streams
	pager  Pager
	kept   bytes.Buffer
	screen screen
	out    io.WriteCloser // where it goes when it does not fit; nil = it fits so far
	cmd    *exec.Cmd      // the running pager; nil = none
	back   func()         // takes Ctrl-C back from it
}

// Page returns a writer to standard output, which must be a terminal. What was
// written appears with Flush, or in the pager as soon as it does not fit the screen.
func (s *Streams) Page(pager Pager) io.Writer {
	s.pageMu.Lock()
	defer s.pageMu.Unlock()
	if s.page == nil {
		width, height, err := term.GetSize(int(s.Out.Fd()))
		if err != nil || len(pager.Command) == 0 {
			height = 0
		}
		s.page = &page{s: s, pager: pager, screen: screen{width: width, height: height}}
	}
	return paged{s, pager}
}

// A paged writer writes to the page of the streams.
type paged struct {
	s     *Streams
	pager Pager
}

func (w paged) Write(b []byte) (int, error) {
	w.s.EndProgress()
	w.s.Page(w.pager) // a message may have ended the last one
	w.s.pageMu.Lock()
	defer w.s.pageMu.Unlock()
	p := w.s.page
	if p.out != nil {
		return p.out.Write(b)
	}
	_, _ = p.kept.Write(b) // never fails
	if p.screen.fits(b) {
		return len(b), nil
	}
	p.start()
	_, err := p.kept.WriteTo(p.out)
	return len(b), err
}

// start starts the pager. Without one, the page goes to the terminal.
func (p *page) start() {
	p.out = unclosed{p.s.Out}
	if p.screen.height == 0 {
		return
	}
	c := p.pager.Command
	cmd := exec.CommandContext(p.pager.Ctx, c[0], c[1:]...) //nolint:gosec // the user names it
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env, cmd.Stdout, cmd.Stderr = p.pager.Environ, p.s.Out, p.s.Err
	back := p.pager.Yield() // before it can print anything
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		back()
		_, _ = io.WriteString(p.s.Err, "hubctl: cannot run the pager: "+err.Error()+"\n") // nowhere to report an error
		return
	}
	p.out, p.cmd, p.back = in, cmd, back
}

// Flush prints the rest of the page and waits until its reader quits the pager.
func (s *Streams) Flush() error {
	s.pageMu.Lock()
	defer s.pageMu.Unlock()
	p := s.page
	s.page = nil
	switch {
	case p == nil:
		return nil
	case p.cmd == nil:
		_, err := p.kept.WriteTo(s.Out)
		return err
	}
	_ = p.out.Close() // the pager may be gone
	err := p.cmd.Wait()
	p.back()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if exit == nil {
		return nil
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	switch {
	case !ok || !status.Signaled():
		return nil // its status is its own business
	case status.Signal() == syscall.SIGINT:
		return ErrInterrupted
	}
	return err
}

// unclosed is a file that the page does not close.
type unclosed struct{ *os.File }

func (unclosed) Close() error { return nil }

// A screen counts the lines of output on a terminal.
type screen struct {
	width, height int // height 0 means that there is no screen: nothing fits
	lines, column int
	skip          output.Escapes
}

// fits reports whether b still fits, with a line left for the prompt.
func (s *screen) fits(b []byte) bool {
	for _, r := range string(b) {
		w := s.skip.Width(r)
		s.column += w
		if r == '\n' || s.column > s.width {
			s.lines++
			s.column = w
		}
		if s.lines >= s.height {
			return false
		}
	}
	return true
}
