package terminal

import (
	"cmp"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	progressDelay = time.Second            // work that takes less shows no progress
	progressPace  = 200 * time.Millisecond // between two updates of the line
)

// Progress shows the progress of some work in a line on standard error, which is
// removed when the work is done. Its methods do nothing if it is nil, and may be
// called from several goroutines.
type Progress struct {
	streams *Streams
	what    string
	// guarded by streams.mu
	bar      *progressbar.ProgressBar
	n, total int // total is 0 if unknown
	shown    bool
	timer    *time.Timer
}

// StartProgress starts to show the progress of work such as "Reading tags of
// acme/api". It consists of total things, or of an unknown number if total is 0. It
// returns nil if standard error is not a terminal, or if there is a
// Progress already.
func (s *Streams) StartProgress(what string, total int) *Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress != nil || !IsTerminal(s.Err) {
		return nil
	}
	p := &Progress{streams: s, what: what, total: total}
	p.start()
	p.timer = time.AfterFunc(cmp.Or(s.ProgressDelay, progressDelay), p.tick)
	s.progress = p
	return p
}

// start makes the bar, which shows no more than counts while the total is unknown.
func (p *Progress) start() {
	known := p.total > 0
	p.bar = progressbar.NewOptions(cmp.Or(p.total, -1),
		progressbar.OptionSetWriter(progressLine{p}), progressbar.OptionSetDescription(p.what),
		progressbar.OptionSetWidth(20), progressbar.OptionShowCount(), progressbar.OptionShowTotalBytes(known),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString(""), progressbar.OptionSetPredictTime(known),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionUseANSICodes(true),
		progressbar.OptionSpinnerType(14), progressbar.OptionSetSpinnerChangeInterval(0)) // no goroutine
	p.bar.StartWithoutRender()
}

// Add counts n more things as done, and total more things to do.
func (p *Progress) Add(n, total int) {
	if p == nil {
		return
	}
	p.streams.mu.Lock()
	defer p.streams.mu.Unlock()
	p.n += n
	switch {
	case total <= 0:
	case p.total == 0:
		p.total = total
		p.start()
	default:
		p.total += total
		p.bar.ChangeMax(p.total)
	}
}

// tick draws the line, again and again.
func (p *Progress) tick() {
	p.streams.mu.Lock()
	defer p.streams.mu.Unlock()
	if p.streams.progress != p {
		return // done
	}
	p.shown = true
	if p.total == 0 || p.n < p.total { // else the bar would end itself
		_ = p.bar.Set(p.n) // progressLine returns no error
	}
	p.timer.Reset(progressPace)
}

// Done removes the line.
func (p *Progress) Done() {
	if p == nil {
		return
	}
	p.streams.mu.Lock()
	defer p.streams.mu.Unlock()
	if p.streams.progress == p {
		p.timer.Stop()
		p.clear()
		p.streams.progress = nil
	}
}

func (p *Progress) clear() {
	if p != nil && p.shown {
		_, _ = io.WriteString(p.streams.Err, "\r\x1b[K") // nowhere to report an error
	}
}

// A progressLine draws what a bar writes, cut to the width of the terminal.
type progressLine struct{ p *Progress }

func (l progressLine) Write(b []byte) (int, error) {
	line := string(b)
	text := []rune(strings.TrimSuffix(line[strings.LastIndexByte(line, '\r')+1:], "\x1b[0K"))
	if !l.p.shown || len(text) == 0 {
		return len(b), nil
	}
	text = []rune(strings.ReplaceAll(string(text), " /", "/")) // the rate has no unit
	text = text[:min(len(text), max(PromptWidth(l.p.streams.Err)-1, 0))]
	_, _ = io.WriteString(l.p.streams.Err, "\r"+string(text)+"\x1b[K") // nowhere to report an error
	return len(b), nil
}

// EndProgress ends the Progress that is shown, if any, and removes its line.
func (s *Streams) EndProgress() {
	s.mu.Lock()
	p := s.progress
	s.mu.Unlock()
	p.Done()
}

// Message writes text to standard error, above the line of a Progress and after what
// was paged.
func (s *Streams) Message(text string) {
	_ = s.Flush() // it was written before
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.clear()
	_, _ = io.WriteString(s.Err, s.Worded(text)) // nowhere to report an error
}

// progressState is the part of Streams that shows progress.
type progressState struct {
	// ProgressDelay is how long work takes before its progress is shown; 0 = a second.
	ProgressDelay time.Duration

	mu       sync.Mutex
	progress *Progress // nil = none
}
