// Package rotation replaces access tokens with new ones that have the same
// rights. It plans the rotation of each token, runs it as a step of a job, and
// finishes or undoes interrupted rotations. It does not use the terminal: an Env
// connects it to the program.
package rotation

import (
	"context"
	"encoding/json"
	"os/exec"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// Env connects rotation to the program.
type Env struct {
	Now    time.Time
	DryRun func() bool
	Notice func(format string, args ...any)
	Warn   func(format string, args ...any)
	// Hide hides a secret from messages and logs.
	Hide func(secret string)
	// Lock returns the path of the lock for a file in a user's folder; "" = next to
	// the file.
	Lock func(path string) string
	// Verify logs in with a new token, once: Docker Hub locks an account after
	// a few failed attempts.
	Verify func(ctx context.Context, user, secret string) error
	// Print prints the new token of a step on standard output.
	Print func(Step) error
	// Exec runs a user program in the foreground, with the user's environment
	// without hubctl's credentials, and the variables in cmd.Env.
	Exec func(cmd *exec.Cmd) error
}

// A Step is the planned rotation of one token. Its JSON, which plans and jobs
// store, holds no secret.
type Step struct {
	ID      string         `json:"id"`
	Org     string         `json:"org,omitempty"`
	User    string         `json:"user"` // the user name to log in with
	Label   string         `json:"label"`
	Skip    string         `json:"skip,omitempty"` // reason the token is not rotated
	Works   bool           `json:"is_active"`
	Ends    dockerhub.Time `json:"expires_at"`
	NewEnds dockerhub.Time `json:"new_expires_at"`
	Grace   int64          `json:"grace_seconds"`
	To      Delivery       `json:"to,omitzero"`
	Does    []string       `json:"steps,omitempty"` // for display

	New Token `json:"-"` // the new token, to print
}

// Key identifies the step within its job.
func (s Step) Key() string { return s.ID }

// String returns the name of the token for display.
func (s Step) String() string {
	if s.Label == "" {
		return s.ID
	}
	return s.Label + " (" + s.ID + ")"
}

// Organization returns the organization that the token belongs to, or "".
func (s Step) Organization() string { return s.Org }

// Acts reports whether the token is rotated.
func (s Step) Acts() bool { return s.Skip == "" }

// Names returns the names in the step's requests.
func (s Step) Names() []string { return []string{s.ID} }

// JSON returns the new token in the form that the server sent, or the step itself
// if there is no new token yet.
func (s Step) JSON() json.RawMessage {
	if s.New.Raw != nil {
		return s.New.Raw
	}
	return encode(s)
}

// GracePeriod returns how long the old token is kept before it is deleted.
func (s Step) GracePeriod() time.Duration { return time.Duration(s.Grace) * time.Second }

// encode returns the JSON of v, whose type must always have one.
func encode(v any) json.RawMessage {
	b, err := hub.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

// A Rotator rotates the tokens of one kind.
type Rotator struct {
	env       Env
	kind      Kind
	recovered map[string]string // by ID: why Plan skips a token that Recover rotated
}

// New returns a Rotator for tokens of a kind.
func New(env Env, kind Kind) *Rotator {
	return &Rotator{env: env, kind: kind, recovered: map[string]string{}}
}
