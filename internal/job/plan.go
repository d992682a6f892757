// Package job carries out plans: what was planned is done a step at a time, and
// noted in a file before and after each, so that a job which was interrupted,
// killed or limited goes on where it stopped.
package job

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A Step is one thing to do. It is kept as JSON.
type Step interface {
	// Key names what the step is about; no two steps of a plan have the same.
	Key() string
}

const version = 1

// A Plan is what is to be done, in order. Making one changes nothing.
type Plan[S Step] struct {
	Version     int       `json:"version"`
	Kind        string    `json:"kind"`   // the command that made it, such as "tags prune"
	Origin      string    `json:"origin"` // of the server that it was made for
	User        string    `json:"user"`   // whose session made it
	Made        time.Time `json:"made"`
	Fingerprint string    `json:"fingerprint,omitempty"` // a fingerprint of what it was made from
	Steps       []S       `json:"steps"`
}

// ErrBadPlan is a file that holds no plan that can be used here.
var ErrBadPlan = errors.New("cannot use the plan")

// Encode is the plan as Load reads it.
func (p Plan[S]) Encode() ([]byte, error) {
	p.Version = version
	b, err := json.MarshalIndent(p, "", "  ")
	return append(b, '\n'), err
}

// Load reads a plan from the content of the file of that name, and refuses one
// of another kind, server or user than want's. Its errors are ErrPlan.
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

// decode reads a plan of a kind, whose steps others do not know; "" = any.
func decode[S Step](b []byte, kind string) (Plan[S], error) {
	var p Plan[S]
	var head struct {
		Version int
		Kind    string
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return p, fmt.Errorf("it is not JSON: %w", err)
	}
	switch {
	case head.Version == 0:
		return p, errors.New("it is none: --plan-out saves one")
	case head.Version != version:
		return p, fmt.Errorf("it has version %d, and this hubctl knows version %d", head.Version, version)
	case kind != "" && head.Kind != kind:
		return p, fmt.Errorf("it is one of %q, not of %q", head.Kind, kind)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, err
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if s.Key() == "" || seen[s.Key()] {
			return p, fmt.Errorf("it has two steps for %q, or one for nothing", s.Key())
		}
		seen[s.Key()] = true
	}
	return p, nil
}

func (p Plan[S]) fits(want Plan[S]) error {
	switch {
	case p.Kind != want.Kind: // of jobs
		return fmt.Errorf("it is one of %q, not of %q", p.Kind, want.Kind)
	case p.Origin != want.Origin:
		return fmt.Errorf("it was made for %s, and this is %s", p.Origin, want.Origin)
	case p.User != want.User:
		return fmt.Errorf("it was made as %s, and this is %s", p.User, want.User)
	}
	return nil
}
