package rotation

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
)

// Recover finishes or undoes a rotation that an earlier run began. A rotation that
// has not begun is left to the new plan.
func (r *Rotator) Recover(ctx context.Context, c *dockerhub.Client, j *job.Job[Step], s Step, past job.Progress) error {
	current, err := r.start(c, j, s, past)
	switch {
	case err != nil:
		return err
	case current.Stage == stageNone:
		return nil
	case current.delivered():
		err := current.resume(ctx)
		if job.Waiting(err) {
			r.recovered[s.ID] = "already rotated, will be deleted later"
		} else if err == nil {
			r.markRotated(s.ID, current.NewID)
			r.env.Notice("finished the interrupted rotation of %s", s.ID)
		}
		return err
	}
	finished, err := current.undo(ctx)
	switch {
	case err != nil:
		return deferred(err)
	case finished:
		r.markRotated(s.ID, current.NewID)
	default:
		r.env.Notice("undid the interrupted rotation of %s", s.ID)
		current.warnOfLeftover()
	}
	return nil
}

// markRotated prevents Plan from rotating a token again, whether it is named by label
// or identifier.
func (r *Rotator) markRotated(oldID, newID string) {
	r.recovered[oldID], r.recovered[newID] = "already rotated", "already rotated"
}

// resume finishes a rotation whose secret an earlier run delivered. The new token is
// in use, so nothing is undone: the next run retries any failure.
func (r *run) resume(ctx context.Context) error {
	switch _, err := r.kind.Get(ctx, r.client, r.step.Org, r.NewID); {
	case errors.Is(err, dockerhub.ErrNotFound):
		text := fmt.Sprintf("the new token %s no longer exists, so the old one is kept: check hubctl %s get %s",
			r.NewID, r.kind.Noun, r.step.ID)
		if _, err := os.Stat(r.Backup); err == nil {
			text += fmt.Sprintf("; the previous content of %s is in %s", r.step.To.Path, r.Backup)
		}
		return errors.New(text)
	case err != nil:
		return deferred(err)
	}
	if r.Stage == stageTurnedOff {
		switch old, err := r.kind.Get(ctx, r.client, r.step.Org, r.step.ID); {
		case errors.Is(err, dockerhub.ErrNotFound):
			r.relinkChain()
			return r.removeBackup()
		case err != nil:
			return deferred(err)
		case r.step.Works && !old.Off():
			r.env.Notice("kept %s, which was reactivated", r.step.ID)
			return r.removeBackup()
		}
	} else if err := r.turnOff(ctx); err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
		return deferred(err)
	}
	if r.env.Now.Before(r.Due) {
		return r.finish()
	}
	if err := r.deleteOld(ctx); err != nil {
		return deferred(err)
	}
	return r.removeBackup()
}

// InterruptedState describes what a rotation leaves if it is discarded.
func InterruptedState(past job.Progress) string {
	var s state
	switch err := json.Unmarshal(past.Data, &s); {
	case err != nil:
		return "it was started, but its progress is unknown"
	case s.Stage == stageNone:
		return "nothing is left behind"
	}
	text := fmt.Sprintf("the new token is %s",
		cmp.Or(s.NewID, fmt.Sprintf("the one with the label %q, if it was created", s.Label)))
	if s.Off {
		text += "; this one may be inactive"
	}
	if _, err := os.Stat(s.Backup); err == nil {
		text += "; the previous content of the file is in " + s.Backup
	}
	return text
}

// rollBack undoes a rotation that failed with cause, and returns the error to
// report.
func (r *run) rollBack(ctx context.Context, cause error) error {
	if r.Stage == stageNone {
		return cause
	}
	switch finished, err := r.undo(ctx); {
	case err != nil:
		return &job.Deferred{Err: fmt.Errorf("%w; the undo failed, too: %w; retry it with: hubctl %s rotate --resume",
			cause, err, r.kind.Noun)}
	case finished:
		return nil
	}
	r.warnOfLeftover()
	return &job.UndoneError{Err: fmt.Errorf("%w; the old token is unchanged, and the new one was deleted", cause)}
}

// warnOfLeftover warns about effects that cannot be undone.
func (r *run) warnOfLeftover() {
	if text := r.step.To.leftover(); text != "" && r.Handed {
		r.env.Warn("%s: %s", r.step.ID, text)
	}
}

// undo restores the state before the rotation. It deletes the new token only once
// the old one works again; if the old one no longer exists, the rotation is
// finished instead. An error names everything that remains.
func (r *run) undo(ctx context.Context) (finished bool, err error) {
	if r.Stage == stageDelivering || r.delivered() {
		r.Handed = true
	}
	if err := r.reach(stageUndoing); err != nil && r.Off { // before that, the last saved stage means the same
		return false, err
	}
	on := true
	if r.Off && r.step.Works {
		err := r.kind.Update(ctx, r.client, r.step.Org, r.step.ID, nil, &on)
		if errors.Is(err, dockerhub.ErrNotFound) {
			if _, err := r.kind.Get(ctx, r.client, r.step.Org, r.NewID); err == nil {
				r.relinkChain()
				return true, r.removeBackup()
			}
		}
		if err != nil {
			return false, fmt.Errorf("the old token %s may be inactive, and the new one %s exists: %w",
				r.step.ID, r.NewID, err)
		}
	}
	if err := r.restoreFile(ctx); err != nil {
		return false, fmt.Errorf("the new token %s: %w", r.NewID, err)
	}
	if err := r.deleteNew(ctx); err != nil {
		return false, err
	}
	handed := r.Handed
	r.state = state{}
	err = r.reach(stageNone)
	r.Handed = handed
	return false, err
}

// deleteNew deletes the new token. If its identifier never arrived, it is the
// one with the temporary label.
func (r *run) deleteNew(ctx context.Context) error {
	ids := []string{r.NewID}
	if r.NewID == "" {
		ids = nil
		for other, err := range r.kind.List(ctx, r.client, r.step.Org) {
			if err != nil {
				return fmt.Errorf("perhaps a token with the label %q: %w", r.Label, err)
			}
			if other.Label == r.Label {
				ids = append(ids, other.ID)
			}
		}
	}
	for _, id := range ids {
		err := r.kind.Delete(ctx, r.client, r.step.Org, id)
		if err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return fmt.Errorf("the new token %s (%s): %w", id, r.Label, err)
		}
	}
	return nil
}
