package terminal

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressDelay is how long work takes before its progress is shown.
const progressDelay = time.Second

// Progress shows on standard error how far some work is, in a line that is gone
// when the work is done. All methods do nothing for a nil Progress.
type Progress struct {
	streams *Streams
	what    string
	started time.Time

	// guarded by streams.progressMu
	bar      *progressbar.ProgressBar // nil until progressDelay has passed
	n, total int                      // total is 0 if unknown
	timer    *time.Timer
}

// StartProgress starts showing the progress of work such as "Reading tags", of
// which total is the number of parts, or 0 if it is not known yet. It returns nil
// if standard error is not a terminal or other progress is shown already.
func (s *Streams) StartProgress(what string, total int) *Progress {
	s.progressMu.Lock()
	defer s.progressMu.Unlock()
	if s.progress != nil || !IsTerminal(s.Err) {
		return nil
	}
	p := &Progress{streams: s, what: what, total: total, started: time.Now()}
	p.timer = time.AfterFunc(progressDelay, func() { p.Set(-1, 0) })
	s.progress = p
	return p
}

// Set shows that n parts of total are done. A negative n and a total of 0 leave
// the number unchanged.
func (p *Progress) Set(n, total int) {
	if p == nil {
		return
	}
	p.streams.progressMu.Lock()
	defer p.streams.progressMu.Unlock()
	if p.streams.progress != p {
		return // it is done
	}
	if n >= 0 {
		p.n = n
	}
	if total > 0 && total != p.total {
		p.total, p.bar = max(total, p.n), nil
	}
	if time.Since(p.started) < progressDelay {
		return
	}
	if p.bar == nil {
		p.bar = p.newBar()
	}
	_ = p.bar.Set(p.n)
}

// Add shows that n more parts are done.
func (p *Progress) Add(n int) {
	if p == nil {
		return
	}
	p.streams.progressMu.Lock()
	n += p.n
	p.streams.progressMu.Unlock()
	p.Set(n, 0)
}

func (p *Progress) newBar() *progressbar.ProgressBar {
	total := p.total
	if total < p.n || total == 0 {
		total = -1
	}
	options := []progressbar.Option{
		progressbar.OptionSetWriter(p.streams.Err), progressbar.OptionSetDescription(p.what),
		progressbar.OptionSetWidth(20), progressbar.OptionShowCount(), progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionSpinnerType(14), progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(),
	}
	if Width(p.streams.Err) >= 72 { // else the line might not fit
		options = append(options, progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(total > 0),
			progressbar.OptionSetElapsedTime(false))
	}
	return progressbar.NewOptions(total, options...)
}

// Done removes the line.
func (p *Progress) Done() {
	if p == nil {
		return
	}
	p.streams.progressMu.Lock()
	defer p.streams.progressMu.Unlock()
	p.timer.Stop()
	if p.streams.progress == p {
		p.streams.clearProgress()
		p.streams.progress = nil
	}
}

// EndProgress ends the progress that is shown, if any, and removes its line.
func (s *Streams) EndProgress() {
	s.progressMu.Lock()
	p := s.progress
	s.progressMu.Unlock()
	p.Done()
}

// Message writes text to standard error, where it takes the place of the progress
// until that is shown again.
func (s *Streams) Message(text string) {
	s.progressMu.Lock()
	defer s.progressMu.Unlock()
	s.clearProgress()
	_, _ = io.WriteString(s.Err, text) // there is no place to report an error to
}

func (s *Streams) clearProgress() {
	if s.progress != nil && s.progress.bar != nil {
		_, _ = io.WriteString(s.Err, "\r\x1b[K")
	}
}

// progressState is the part of Streams that shows progress.
type progressState struct {
	progressMu sync.Mutex
	progress   *Progress // that is shown; nil = none
}
