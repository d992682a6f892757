package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
)

// goOn finishes what an earlier run has handed over. The new token is in use
// since, so nothing is undone: what fails is tried again by the next run.
func (t *turn) goOn(ctx context.Context) error {
	switch _, err := t.kind.get(ctx, t.c, t.s.Org, t.New); {
	case errors.Is(err, dockerhub.ErrNotFound):
		text := fmt.Sprintf("the new token %s is gone, so the old one is left as it is: see hubctl %s get %s", t.New, t.kind.noun, t.s.ID)
		if _, err := os.Stat(t.Backup); err == nil {
			text += fmt.Sprintf("; what %s held before is in %s", t.s.To.Path, t.Backup)
		}
		return errors.New(text)
	case err != nil:
		return unfinished(err)
	}
	if t.Stage == atTurned {
		switch old, err := t.kind.get(ctx, t.c, t.s.Org, t.s.ID); {
		case errors.Is(err, dockerhub.ErrNotFound):
			t.passOn()
			return t.forget()
		case err != nil:
			return unfinished(err)
		case t.s.Works && !old.off():
			t.a.Notice("%s was turned on again since, and stays", t.s.ID)
			return t.forget()
		}
	} else if err := t.turnOff(ctx); err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
		return unfinished(err)
	}
	if t.a.Now.Before(t.Due) {
		return t.wait()
	}
	if err := t.remove(ctx); err != nil {
		return unfinished(err)
	}
	return t.forget()
}

// half says what a rotation has left that is forgotten.
func (r *rotator) half(past job.Progress) string {
	var k kept
	switch err := json.Unmarshal(past.Data, &k); {
	case err != nil:
		return "it was begun, and what it has left is not known"
	case k.Stage == atNothing:
		return "nothing is left of it"
	}
	text := fmt.Sprintf("the new token is %s", cmp.Or(k.New, fmt.Sprintf("that with the label %q, if it was made", k.Label)))
	if k.Off {
		text += "; this one may be turned off"
	}
	if _, err := os.Stat(k.Backup); err == nil {
		text += "; the file held before what is in " + k.Backup
	}
	return text
}

// rollBack undoes a rotation that failed, and says so.
func (t *turn) rollBack(ctx context.Context, cause error) error {
	if t.Stage == atNothing {
		return cause
	}
	switch finished, err := t.undo(ctx); {
	case err != nil:
		return &job.Deferred{Err: fmt.Errorf("%w; and this is left: %w; hubctl %s rotate --resume tries again to undo it", cause, err, t.kind.noun)}
	case finished:
		return nil
	}
	t.warn()
	return &job.UndoneError{Err: fmt.Errorf("%w; the old token is as it was, and no new one is left", cause)}
}

// warn tells of what cannot be undone.
func (t *turn) warn() {
	if text := t.s.To.lasting(); text != "" && t.Handed {
		t.a.Warn("%s: %s", t.s.ID, text)
	}
}

// undo makes all as it was before the rotation. The new token is not deleted
// before the old one works again; if that is gone, the rotation is finished.
// An error names what is left.
func (t *turn) undo(ctx context.Context) (finished bool, err error) {
	if slices.Contains([]string{atHanding, atHanded, atTurned}, t.Stage) {
		t.Handed = true
	}
	if err := t.reach(atUndoing); err != nil && t.Off { // before that, what was noted last means the same
		return false, err
	}
	on := true
	if t.Off && t.s.Works {
		err := t.kind.update(ctx, t.c, t.s.Org, t.s.ID, nil, &on)
		if errors.Is(err, dockerhub.ErrNotFound) {
			if _, err := t.kind.get(ctx, t.c, t.s.Org, t.New); err == nil {
				t.passOn()
				return true, t.forget()
			}
		}
		if err != nil {
			return false, fmt.Errorf("the old token %s may be turned off, and the new one %s is there: %w", t.s.ID, t.New, err)
		}
	}
	if err := t.putBack(ctx); err != nil {
		return false, fmt.Errorf("the new token %s: %w", t.New, err)
	}
	if err := t.removeNew(ctx); err != nil {
		return false, err
	}
	handed := t.Handed
	t.kept = kept{}
	err = t.reach(atNothing)
	t.Handed = handed
	return false, err
}

// removeNew deletes the new token. Where its identifier never came, its label
// tells it, which no other token has.
func (t *turn) removeNew(ctx context.Context) error {
	ids := []string{t.New}
	if t.New == "" {
		ids = nil
		for other, err := range t.kind.list(ctx, t.c, t.s.Org) {
			if err != nil {
				return fmt.Errorf("perhaps a token with the label %q: %w", t.Label, err)
			}
			if other.label == t.Label {
				ids = append(ids, other.id)
			}
		}
	}
	for _, id := range ids {
		if err := t.kind.remove(ctx, t.c, t.s.Org, id); err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return fmt.Errorf("the new token %s (%s): %w", id, t.Label, err)
		}
	}
	return nil
}
