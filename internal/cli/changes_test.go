package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
)

// TestExitStatusAfterChange checks that an error exits with 2 only if nothing was
// changed, and that other statuses are unaffected.
func TestExitStatusAfterChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err           error
		before, after int
	}{
		{nil, 0, 0},
		{NewUsageError(errors.New("wrong")), 2, 7},
		{settings.Error("wrong"), 2, 7},
		{fmt.Errorf("which: %w", session.ErrChoice), 2, 7},
		{hub.InputError("wrong"), 2, 7},
		{job.ItemError{ID: "a", Err: NewUsageError(errors.New("wrong"))}, 2, 7},
		{&job.BatchError{Failed: []job.ItemError{{ID: "a", Err: NewUsageError(errors.New("wrong"))}}}, 2, 7},
		{&job.BatchError{Failed: []job.ItemError{{ID: "a", Err: NewUsageError(errors.New("wrong"))}}, Done: 1}, 7, 7},
		{&job.BatchError{Failed: []job.ItemError{{ID: "a", Err: dockerhub.ErrNotFound}}}, 3, 3},
		{ErrNotLoggedIn, 4, 4},
		{dockerhub.ErrConflict, 5, 5},
		{CheckError("found"), 8, 8},
		{errors.New("failed"), 1, 1},
	} {
		a := &App{}
		if got := ExitStatus(a.afterAnyChange(tt.err)); got != tt.before {
			t.Errorf("%v before a change: exit status %d, want %d", tt.err, got, tt.before)
		}
		a.Change()
		if got := ExitStatus(a.afterAnyChange(tt.err)); got != tt.after {
			t.Errorf("%v after a change: exit status %d, want %d", tt.err, got, tt.after)
		}
	}
}
