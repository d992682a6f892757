// Package job runs plans step by step. It records in a file when each step begins
// and ends, so that a job that was interrupted, killed or rate limited resumes where it
// stopped.
package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A Step is one thing to do. It is stored as JSON.
type Step interface {
	// Key identifies the step; it is unique within a plan.
	Key() string
}

const version = 1

// A Plan is a list of steps, in order. Making one changes nothing.
type Plan[S Step] struct {
	Version     int       `json:"version"`
	Kind        string    `json:"kind"`   // the command that made it, such as "tags prune"
	Origin      string    `json:"origin"` // URL of its server
	User        string    `json:"user"`   // user of its session
	Made        time.Time `json:"made"`
	Fingerprint string    `json:"fingerprint,omitempty"` // fingerprint of the data it was made from
	Steps       []S       `json:"steps"`
}

// ErrBadPlan means that a file does not hold a plan that can be used here.
var ErrBadPlan = errors.New("cannot use the plan")

// Encode returns the plan in the form that Load reads.
func (p Plan[S]) Encode() ([]byte, error) {
	p.Version = version
	b, err := json.MarshalIndent(p, "", "  ")
	return append(b, '\n'), err
}

// Load parses a plan and refuses one whose kind, server or user differs from want. The
// file name is for errors, which are ErrBadPlan.
func Load[S Step](name string, b []byte, want Plan[S]) (Plan[S], error) {
	p, err := decode[S](b, want.Kind)
	if err == nil {
		err = p.fits(want)
	}
	if err != nil {
		return p, fmt.Errorf("%w in %s: %w", ErrBadPlan, name, err)
	}
	return p, nil
}

// decode parses a plan of a kind, including kinds with other steps; "" = any.
func decode[S Step](b []byte, kind string) (Plan[S], error) {
	var p Plan[S]
	var head struct {
		Version int
		Kind    string
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return p, fmt.Errorf("not JSON: %w", err)
	}
	switch {
	case head.Version == 0:
		return p, errors.New("not a plan file (save one with --plan-out)")
	case head.Version != version:
		return p, fmt.Errorf("expected version %d, got version %d", version, head.Version)
	case kind != "" && head.Kind != kind:
		return p, fmt.Errorf("expected a plan of %q, got one of %q", kind, head.Kind)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, err
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if s.Key() == "" || seen[s.Key()] {
			return p, fmt.Errorf("duplicate or empty step %q", s.Key())
		}
		seen[s.Key()] = true
	}
	return p, nil
}

func (p Plan[S]) fits(want Plan[S]) error {
	switch {
	case p.Kind != want.Kind: // in job files, which decode reads for any kind
		return fmt.Errorf("expected a plan of %q, got one of %q", want.Kind, p.Kind)
	case p.Origin != want.Origin:
		return fmt.Errorf("it is for %s, not %s", p.Origin, want.Origin)
	case p.User != want.User:
		return fmt.Errorf("it is for the user %s, not %s", p.User, want.User)
	}
	return nil
}
