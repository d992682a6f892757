package auditlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// maxDelay is how long it takes an event to appear in the log, including clock
// differences.
const maxDelay = 10 * time.Minute

// A reader reads an audit log from the past to the present, each event once. That
// is hard because pages start with the newest event, the log grows while it is
// read, and events have no IDs. So a reader goes through windows of time, all of
// them in the past, and sorts the events of each.
//
// Events may reach the log late. So a reader that resumes starts a little earlier
// and recognizes by their content the events that it has read.
type reader struct {
	list   func(ctx context.Context, from, to time.Time) iter.Seq2[dockerhub.AuditLog, error]
	since  time.Time   // earlier events are left out
	end    time.Time   // everything before it was read, except for late events
	recent []seenEvent // the events read that happened less than maxDelay before end

	concurrency int // maximum number of windows read at a time; 0 = 1
}

// A seenEvent is an event that was read.
type seenEvent struct {
	At   time.Time `json:"at"`
	Hash string    `json:"hash"` // of its content
}

type event struct {
	dockerhub.AuditLog
	seenEvent
}

// read yields the events before until that were not read yet, oldest first except
// for late ones. It calls save after each window, when all of its events were
// yielded and r can be resumed from. That holds if the loop ends early, too. The
// windows that follow are read ahead.
func (r *reader) read(ctx context.Context, until time.Time, save func() error) iter.Seq2[dockerhub.AuditLog, error] {
	return func(yield func(dockerhub.AuditLog, error) bool) {
		known := map[string]int{}
		for _, e := range r.recent {
			known[e.Hash]++
		}
		ahead := r.readAhead(ctx, later(r.since, r.end.Add(-maxDelay)), until)
		defer ahead.end()
		for {
			w, err := ahead.next()
			if err != nil {
				yield(dockerhub.AuditLog{}, err)
				return
			}
			if w == nil {
				return
			}
			for _, e := range w.events {
				if known[e.Hash] > 0 {
					known[e.Hash]--
					continue
				}
				r.recent = append(r.recent, e.seenEvent)
				if !yield(e.AuditLog, nil) {
					return
				}
			}
			r.end = later(r.end, w.to)
			r.recent = slices.DeleteFunc(r.recent, func(e seenEvent) bool { return e.At.Before(r.end.Add(-maxDelay)) })
			if err := save(); err != nil {
				yield(dockerhub.AuditLog{}, err)
				return
			}
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// contentHash returns a hash of a JSON document that ignores white space and the
// order of keys.
func contentHash(doc json.RawMessage) (string, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	canonical, err := hub.Encode(v)
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:16]), err
}
