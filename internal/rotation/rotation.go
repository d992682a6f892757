// Package rotation replaces access tokens with new ones that have the same
// rights: it plans the rotation of each token, carries it out as a step of a
// job, and finishes or undoes what an interrupted run left. It knows no
// terminal: what it needs from the program comes in as an Env.
package rotation

import (
	"context"
	"encoding/json"
	"os/exec"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// Env is what rotation needs from the program around it.
type Env struct {
	Now    time.Time
	DryRun func() bool
	Notice func(format string, args ...any)
	Warn   func(format string, args ...any)
	// Hide keeps a secret out of messages and logs.
	Hide func(secret string)
	// Lock is the path of the lock for a file in a folder that belongs to the
	// user; "" = next to the file.
	Lock func(path string) string
	// Verify logs in with a new token, once: Docker Hub locks an account after
	// a few failed attempts.
	Verify func(ctx context.Context, user, secret string) error
	// Print prints a step's new token on standard output.
	Print func(Step) error
	// Exec runs a program of the user's in the foreground. It gets the user's
	// environment without hubctl's credentials, and the variables in cmd.Env.
	Exec func(cmd *exec.Cmd) error
}

// A Step is the planned rotation of one token. Its JSON, which plans and jobs
// store, holds no secret.
type Step struct {
	ID      string         `json:"id"`
	Org     string         `json:"org,omitempty"`
	User    string         `json:"user"` // the user name that goes with the secret
	Label   string         `json:"label"`
	Skip    string         `json:"skip,omitempty"` // reason the token is not rotated
	Works   bool           `json:"is_active"`
	Ends    dockerhub.Time `json:"expires_at"`
	NewEnds dockerhub.Time `json:"new_expires_at"`
	Grace   int64          `json:"grace_seconds"`
	To      Delivery       `json:"to,omitzero"`
	Does    []string       `json:"steps,omitempty"` // for people

	New Token `json:"-"` // the new token, where it is to be printed
}

// Key identifies the step in its job.
func (s Step) Key() string { return s.ID }

// String names the token for people.
func (s Step) String() string {
	if s.Label == "" {
		return s.ID
	}
	return s.Label + " (" + s.ID + ")"
}

// Organization is the organization that the token belongs to, or "".
func (s Step) Organization() string { return s.Org }

// Acts reports whether the token is rotated.
func (s Step) Acts() bool { return s.Skip == "" }

// Names are the names that the step's requests need.
func (s Step) Names() []string { return []string{s.ID} }

// JSON is the new token as the server sent it, or the step itself before there
// is one.
func (s Step) JSON() json.RawMessage {
	if s.New.Raw != nil {
		return s.New.Raw
	}
	return encode(s)
}

// GracePeriod is how long the old token is kept before it is deleted.
func (s Step) GracePeriod() time.Duration { return time.Duration(s.Grace) * time.Second }

// encode returns the JSON of v, which must be of a type that always has one.
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
	recovered map[string]string // by ID: why Plan skips a token that Recover has rotated
}

// New returns a Rotator for tokens of a kind.
func New(env Env, kind Kind) *Rotator {
	return &Rotator{env: env, kind: kind, recovered: map[string]string{}}
}
