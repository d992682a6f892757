package rotation

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
)

// A stage is the progress of a rotation. The next run finishes a rotation that
// reached stageDelivered, and undoes any other.
type stage string

const (
	stageNone       stage = ""        // nothing remains of the rotation
	stageLabeled    stage = "label"   // a token with the temporary label may exist
	stageCreated    stage = "created" // the new token exists
	stageProven     stage = "proven"  // the new token works
	stageRenamed    stage = "renamed" // the new token has the label of the old one
	stageDelivering stage = "handing" // the secret may have been delivered
	stageDelivered  stage = "handed"  // the secret was delivered; the old token may be deactivated
	stageTurnedOff  stage = "turned"  // the old token is inactive
	stageUndoing    stage = "undoing" // the rotation is being undone
)

// state is the saved progress of one rotation.
type state struct {
	Stage  stage     `json:"stage"`
	Label  string    `json:"label,omitempty"`  // temporary label of the new token
	NewID  string    `json:"new,omitempty"`    // identifier of the new token
	Backup string    `json:"backup,omitempty"` // copy of the file before the secret was written; "" = there was no file
	Wrote  string    `json:"wrote,omitempty"`  // digest of the file with the secret
	Off    bool      `json:"off,omitempty"`    // the old token may be deactivated
	Handed bool      `json:"handed,omitempty"` // the secret may have been delivered
	Due    time.Time `json:"due,omitzero"`     // when the old token may be deleted
}

// delivered reports whether only the old token remains to be deleted.
func (s state) delivered() bool { return s.Stage == stageDelivered || s.Stage == stageTurnedOff }

// Delivered reports whether an earlier run delivered the secret, so that the
// rotation only has to be finished.
func Delivered(past job.Progress) bool {
	var s state
	return json.Unmarshal(past.Data, &s) == nil && s.delivered()
}

// A run is one rotation in progress.
type run struct {
	*Rotator
	client *dockerhub.Client
	job    *job.Job[Step]
	step   Step
	state
}

// start returns the run of a step, with the state saved by an earlier run.
func (r *Rotator) start(c *dockerhub.Client, j *job.Job[Step], s Step, past job.Progress) (*run, error) {
	current := &run{Rotator: r, client: c, job: j, step: s}
	if past.Data == nil {
		return current, nil
	}
	if err := json.Unmarshal(past.Data, &current.state); err != nil {
		return nil, &job.Deferred{Err: fmt.Errorf("cannot read the progress of an earlier run: %w", err)}
	}
	return current, nil
}

// reach saves that the rotation has reached a stage.
func (r *run) reach(to stage) error {
	r.Stage = to
	return r.job.Keep(r.step, r.state)
}

// Do rotates a token. A rotation begun by an earlier run is finished, or undone and
// restarted.
func (r *Rotator) Do(ctx context.Context, c *dockerhub.Client, j *job.Job[Step], s Step, past job.Progress) error {
	current, err := r.start(c, j, s, past)
	switch {
	case err != nil:
		return err
	case current.delivered():
		return current.resume(ctx)
	case current.Stage != stageNone:
		if finished, err := current.undo(ctx); err != nil || finished {
			return deferred(err)
		}
	}
	if err := current.rotate(ctx); err != nil {
		return current.rollBack(ctx, err)
	}
	return current.finish()
}

// deferred leaves a failed stage to a later run.
func deferred(err error) error {
	if err == nil {
		return nil
	}
	return &job.Deferred{Err: err}
}

// rotate runs all stages. It deletes the old token only if there is no grace
// period.
func (r *run) rotate(ctx context.Context) error {
	old, err := r.kind.Get(ctx, r.client, r.step.Org, r.step.ID)
	if err != nil {
		return err
	}
	if len(old.Scopes) == 0 {
		old.Scopes = []string{dockerhub.TokenScopes[0]} // the rights of tokens that predate scopes
	}
	made, err := r.create(ctx, old)
	if err != nil {
		return err
	}
	if err := r.env.Verify(ctx, r.step.User, made.Secret); err != nil {
		return fmt.Errorf("the new token does not work: %w", err)
	}
	if err := r.reach(stageProven); err != nil {
		return err
	}
	if err := r.kind.Update(ctx, r.client, r.step.Org, r.NewID, &r.step.Label, nil); err != nil {
		return fmt.Errorf("the new token could not be renamed: %w", err)
	}
	made.Raw = bytes.Replace(made.Raw, encode(r.Label), encode(r.step.Label), 1) // its current label
	if err := r.reach(stageRenamed); err != nil {
		return err
	}
	if err := r.deliver(ctx, made); err != nil {
		return err
	}
	if err := r.turnOff(ctx); err != nil {
		return err
	}
	if r.step.Grace > 0 {
		return nil
	}
	return r.deleteOld(ctx)
}

// plainSecret matches a secret that needs no quoting in any file.
var plainSecret = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._~+/=-]+$`) })

// create creates the new token.
func (r *run) create(ctx context.Context, old Token) (Token, error) {
	tag := make([]byte, 4)
	_, _ = rand.Read(tag) // never fails
	r.state = state{Label: temporaryLabel(r.step.Label, hex.EncodeToString(tag))}
	if err := r.reach(stageLabeled); err != nil {
		return Token{}, err
	}
	made, err := r.kind.Create(ctx, r.client, r.step.Org, NewToken{Like: old, Label: r.Label, Ends: r.step.NewEnds})
	r.env.Hide(made.Secret)
	r.NewID = made.ID
	if answer, ok := errors.AsType[*dockerhub.Error](err); ok && answer.Status < 500 {
		r.state = state{} // nothing was created
		return made, errors.Join(err, r.reach(stageNone))
	}
	if err != nil && (made.ID == "" || made.Secret == "") {
		return made, fmt.Errorf("the new token could not be created: %w", err)
	}
	if err := r.reach(stageCreated); err != nil {
		return made, err
	}
	if made.ID == "" || !plainSecret().MatchString(made.Secret) {
		return made, errors.New("the server did not send the secret of the new token")
	}
	return made, nil
}

// turnOff deactivates the old token.
func (r *run) turnOff(ctx context.Context) error {
	off := false
	if r.step.Works {
		if err := r.kind.Update(ctx, r.client, r.step.Org, r.step.ID, nil, &off); err != nil {
			return fmt.Errorf("the old token could not be deactivated: %w", err)
		}
	}
	r.Due = r.env.Now.Add(r.step.GracePeriod())
	return r.reach(stageTurnedOff)
}

// deleteOld deletes the old token.
func (r *run) deleteOld(ctx context.Context) error {
	err := r.kind.Delete(ctx, r.client, r.step.Org, r.step.ID)
	if err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
		return fmt.Errorf("the old token could not be deleted: %w", err)
	}
	r.relinkChain()
	return nil
}

// relinkChain updates unfinished rotations whose new token is this rotation's
// old one, which no longer exists. Its new token takes that place, so that they
// can still delete their own old tokens.
func (r *run) relinkChain() {
	err := r.job.Others(func(j *job.Job[Step]) error {
		var failed error
		for _, s := range j.Left() {
			var other state
			if err := json.Unmarshal(j.Past(s).Data, &other); err != nil || other.NewID != r.step.ID || !other.delivered() {
				continue
			}
			other.NewID = r.NewID
			failed = errors.Join(failed, j.Keep(s, other))
		}
		return failed
	})
	if err != nil {
		r.env.Warn("a token that %s replaced may stay inactive: %v", r.step.ID, err)
	}
}

// finish ends this run's part of a rotation. If there is a grace period, a later run
// deletes the old token.
func (r *run) finish() error {
	if err := r.removeBackup(); err != nil {
		r.env.Warn("%v: remove it, it holds the old secret", err)
	}
	if r.step.Grace == 0 || !r.env.Now.Before(r.Due) {
		return nil
	}
	r.env.Notice("rotated %s, which is now inactive; "+
		"from %s, hubctl %s rotate --resume or the next rotate deletes it",
		r.step.ID, r.Due.UTC().Format(time.RFC3339), r.kind.Noun)
	return &job.Deferred{}
}
