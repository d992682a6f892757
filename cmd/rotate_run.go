package cmd

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
)

// The stages of a rotation, in order. What has not reached handed is undone by
// the next run, and what has is finished.
const (
	atNothing = ""        // nothing is left of it
	atLabel   = "label"   // a token with the temporary label may be there
	atCreated = "created" // the new token is there
	atProven  = "proven"  // it works
	atRenamed = "renamed" // it has the old one's label
	atHanding = "handing" // its secret may have been handed over
	atHanded  = "handed"  // it was, and the old token may be turned off
	atTurned  = "turned"  // the old token is turned off
	atUndoing = "undoing" // all of this is being undone
)

// A kept is what a job keeps of a rotation under way.
type kept struct {
	Stage  string    `json:"stage"`
	Label  string    `json:"label,omitempty"`  // of the new token until it is renamed, which no other has
	New    string    `json:"new,omitempty"`    // the new token
	Backup string    `json:"backup,omitempty"` // a file with what the written one held before; "" = there was none
	Wrote  string    `json:"wrote,omitempty"`  // digest of what the written file holds
	Off    bool      `json:"off,omitempty"`    // the old token may be turned off
	Handed bool      `json:"handed,omitempty"` // somebody may have the secret
	Due    time.Time `json:"due,omitzero"`     // when the old token may be deleted
}

// handedOver reports whether an earlier run has handed the secret over, so that
// the rotation is only finished.
func handedOver(past job.Progress) bool {
	var k kept
	return json.Unmarshal(past.Data, &k) == nil && (k.Stage == atHanded || k.Stage == atTurned)
}

// A turn is a rotation under way.
type turn struct {
	*rotator
	c *dockerhub.Client
	j *job.Job[rotation]
	s rotation
	kept
}

func (r *rotator) turn(c *dockerhub.Client, j *job.Job[rotation], s rotation, past job.Progress) (*turn, error) {
	t := &turn{rotator: r, c: c, j: j, s: s}
	if past.Data == nil {
		return t, nil
	}
	if err := json.Unmarshal(past.Data, &t.kept); err != nil {
		return nil, &job.Deferred{Err: fmt.Errorf("what an earlier run kept cannot be read: %w", err)}
	}
	return t, nil
}

// reach notes a stage.
func (t *turn) reach(stage string) error {
	t.Stage = stage
	return t.j.Keep(t.s, t.kept)
}

// do rotates a token. What an earlier run has begun is finished, or undone and
// done anew.
func (r *rotator) do(ctx context.Context, c *dockerhub.Client, j *job.Job[rotation], s rotation, past job.Progress) error {
	t, err := r.turn(c, j, s, past)
	switch {
	case err != nil:
		return err
	case t.Stage == atHanded, t.Stage == atTurned:
		return t.goOn(ctx)
	case t.Stage != atNothing:
		if finished, err := t.undo(ctx); err != nil || finished {
			return unfinished(err)
		}
	}
	if err := t.rotate(ctx); err != nil {
		return t.rollBack(ctx, err)
	}
	return t.wait()
}

// settle finishes or undoes what an earlier run has begun of a rotation. One
// that it has not begun is for the new plan to decide.
func (r *rotator) settle(ctx context.Context, c *dockerhub.Client, j *job.Job[rotation], s rotation, past job.Progress) error {
	t, err := r.turn(c, j, s, past)
	switch {
	case err != nil:
		return err
	case t.Stage == atNothing:
		return nil
	case t.Stage == atHanded, t.Stage == atTurned:
		err := t.goOn(ctx)
		if job.Waiting(err) {
			r.settled[s.ID] = "it was rotated before, and waits to be deleted"
		} else if err == nil {
			r.settled[s.ID] = "it was rotated before"
			r.a.Notice("finished the rotation of %s, which an earlier run had begun", s.ID)
		}
		return err
	}
	finished, err := t.undo(ctx)
	switch {
	case err != nil:
		return unfinished(err)
	case finished:
		r.settled[s.ID] = "it was rotated before"
	default:
		r.a.Notice("undid the rotation of %s, which an earlier run had begun", s.ID)
		t.warn()
	}
	return nil
}

func unfinished(err error) error {
	if err == nil {
		return nil
	}
	return &job.Deferred{Err: err}
}

// rotate goes through all stages. The old token is deleted only if no grace was
// given.
func (t *turn) rotate(ctx context.Context) error {
	old, err := t.kind.get(ctx, t.c, t.s.Org, t.s.ID)
	if err != nil {
		return err
	}
	if len(old.scopes) == 0 {
		old.scopes = []string{dockerhub.TokenScopes[0]} // what one of the time before scopes may do
	}
	made, err := t.create(ctx, old)
	if err != nil {
		return err
	}
	if err := t.prove(ctx, made.secret); err != nil {
		return err
	}
	if err := t.kind.update(ctx, t.c, t.s.Org, t.New, &t.s.Label, nil); err != nil {
		return fmt.Errorf("the new token could not be given its label: %w", err)
	}
	made.raw = bytes.Replace(made.raw, cli.MustJSON(t.Label), cli.MustJSON(t.s.Label), 1) // the label that it has by now
	if err := t.reach(atRenamed); err != nil {
		return err
	}
	if err := t.handOver(ctx, made); err != nil {
		return err
	}
	if err := t.turnOff(ctx); err != nil {
		return err
	}
	if t.s.Grace > 0 {
		return nil
	}
	return t.remove(ctx)
}

// create makes the new token.
func (t *turn) create(ctx context.Context, old accessToken) (accessToken, error) {
	tag := make([]byte, 4)
	_, _ = rand.Read(tag) // never fails
	t.kept = kept{Label: temporaryLabel(t.s.Label, hex.EncodeToString(tag))}
	if err := t.reach(atLabel); err != nil {
		return accessToken{}, err
	}
	made, err := t.kind.create(ctx, t.c, t.s.Org, old, t.Label, t.s.NewEnds)
	t.a.Secrets.Add(made.secret)
	t.New = made.id
	if answer, ok := errors.AsType[*dockerhub.Error](err); ok && answer.Status < 500 {
		t.kept = kept{} // nothing was made
		return made, errors.Join(err, t.reach(atNothing))
	}
	if err != nil && (made.id == "" || made.secret == "") {
		return made, fmt.Errorf("the new token could not be made: %w", err)
	}
	if err := t.reach(atCreated); err != nil {
		return made, err
	}
	if made.id == "" || !plainSecret().MatchString(made.secret) {
		return made, errors.New("the answer holds no secret of the new token")
	}
	return made, nil
}

// prove buys a session with the new token: one try, since the Hub locks an
// account after some that fail.
func (t *turn) prove(ctx context.Context, secret string) error {
	o, err := t.a.ClientOptions()
	if err != nil {
		return err
	}
	nobody, err := dockerhub.New(o)
	if err != nil {
		return err
	}
	bearer, err := nobody.Auth.Exchange(ctx, t.s.User, secret)
	t.a.Secrets.Add(bearer)
	if err != nil {
		return fmt.Errorf("the new token does not work: %w", err)
	}
	return t.reach(atProven)
}

// handOver gives the secret to where it goes.
func (t *turn) handOver(ctx context.Context, made accessToken) (err error) {
	if t.s.To.Path != "" {
		err = t.write(ctx, made.secret)
	} else if err = t.reach(atHanding); err == nil && t.s.To.By == toStdout {
		err = t.show(t.s, made)
	} else if err == nil {
		err = t.s.To.run(ctx, t.a, t.s, made.secret)
	}
	if err != nil {
		return err
	}
	t.Off = true
	return t.reach(atHanded)
}

// forget removes the copy of what the file held before.
func (t *turn) forget() error {
	if t.Backup == "" {
		return nil
	}
	if err := os.Remove(t.Backup); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (t *turn) turnOff(ctx context.Context) error {
	off := false
	if t.s.Works {
		if err := t.kind.update(ctx, t.c, t.s.Org, t.s.ID, nil, &off); err != nil {
			return fmt.Errorf("the old token could not be turned off: %w", err)
		}
	}
	t.Due = t.a.Now.Add(t.s.grace())
	return t.reach(atTurned)
}

// remove deletes the old token.
func (t *turn) remove(ctx context.Context) error {
	err := t.kind.remove(ctx, t.c, t.s.Org, t.s.ID)
	if err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
		return fmt.Errorf("the old token could not be deleted: %w", err)
	}
	t.passOn()
	return nil
}

// passOn tells the rotations whose new token was this one's old one, which is
// gone now, that its new one is theirs: they still have to delete their own.
func (t *turn) passOn() {
	err := t.j.Others(func(j *job.Job[rotation]) error {
		var all error
		for _, s := range j.Left() {
			var k kept
			if err := json.Unmarshal(j.Past(s).Data, &k); err != nil || k.New != t.s.ID || k.Stage != atHanded && k.Stage != atTurned {
				continue
			}
			k.New = t.New
			all = errors.Join(all, j.Keep(s, k))
		}
		return all
	})
	if err != nil {
		t.a.Warn("a token that %s has replaced may stay turned off: %v", t.s.ID, err)
	}
}

// wait ends a run's part of a rotation: the rest is for later if the old token
// is to be kept for a while.
func (t *turn) wait() error {
	if err := t.forget(); err != nil {
		t.a.Warn("%v: remove it, it holds the old secret", err)
	}
	if t.s.Grace == 0 || !t.a.Now.Before(t.Due) {
		return nil
	}
	t.a.Notice("rotated %s, which is turned off now; from %s on, hubctl %s rotate --resume deletes it, or the next rotate",
		t.s.ID, t.Due.UTC().Format(time.RFC3339), t.kind.noun)
	return &job.Deferred{}
}
