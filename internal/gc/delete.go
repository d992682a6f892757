package gc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
)

// An Outcome is the result of deleting a manifest.
type Outcome int

// The outcomes.
const (
	Deleted  Outcome = iota
	Gone             // it did not exist
	Accepted         // the registry deletes it in the background
)

// A Deleter deletes manifests, each after its referrers.
type Deleter struct {
	Registry *dockerhub.ImageRegistry

	mu       sync.Mutex
	outcomes map[string]Outcome // by NAMESPACE/REPO@DIGEST
	failed   map[string]bool
}

// Delete deletes a manifest. The referrers, by NAMESPACE/REPO@DIGEST, must be deleted
// before it: if that failed in this run or, according to failed, in an earlier one,
// nothing is sent. If begun is true, an earlier run may have deleted the manifest itself.
func (d *Deleter) Delete(
	ctx context.Context, r hub.Reference, referrers []string, failed func(name string) bool, begun bool,
) error {
	if i := slices.IndexFunc(referrers, func(name string) bool { return d.hasFailed(name) || failed(name) }); i >= 0 {
		name := referrers[i]
		return d.end(r, 0, hub.ConflictError(fmt.Sprintf("kept: %s refers to it and was not deleted", name)))
	}
	if begun {
		found, err := d.Registry.Exists(ctx, r.Namespace, r.Name, r.Digest)
		if err != nil || !found {
			return d.end(r, Gone, err)
		}
	}
	pending, err := d.Registry.Delete(ctx, r.Namespace, r.Name, r.Digest)
	if errors.Is(err, dockerhub.ErrForbidden) && len(referrers) > 0 {
		pending, err = d.afterReferrers(ctx, r, referrers, err)
	}
	switch {
	case errors.Is(err, dockerhub.ErrNotFound):
		return d.end(r, Gone, nil)
	case pending:
		return d.end(r, Accepted, err)
	}
	return d.end(r, Deleted, err)
}

// patience are the waits for the registry to finish deleting referrers.
var patience = []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second}

// afterReferrers deletes a manifest that was refused once its referrers are gone, which
// the registry may be deleting in the background. If that takes too long, it is left for
// a later run.
func (d *Deleter) afterReferrers(
	ctx context.Context, r hub.Reference, referrers []string, refused error,
) (pending bool, err error) {
	for _, wait := range patience {
		left, err := d.anyLeft(ctx, referrers)
		switch {
		case err != nil:
			return false, err
		case left == "":
			return d.Registry.Delete(ctx, r.Namespace, r.Name, r.Digest)
		}
		if err := hub.Sleep(ctx, wait); err != nil {
			return false, err
		}
	}
	return false, &job.Deferred{
		Err: fmt.Errorf("the registry is still deleting a manifest that refers to it; try again later: %w", refused),
	}
}

// anyLeft returns a manifest that still exists, or "".
func (d *Deleter) anyLeft(ctx context.Context, names []string) (string, error) {
	for _, name := range names {
		r, err := hub.ParseManifest(name)
		if err != nil {
			return "", err
		}
		if found, err := d.Registry.Exists(ctx, r.Namespace, r.Name, r.Digest); err != nil || found {
			return name, err
		}
	}
	return "", nil
}

// Outcome returns the outcome of a successful Delete.
func (d *Deleter) Outcome(name string) Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.outcomes[name]
}

func (d *Deleter) end(r hub.Reference, o Outcome, err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.outcomes == nil {
		d.outcomes, d.failed = map[string]Outcome{}, map[string]bool{}
	}
	if err == nil {
		d.outcomes[r.String()] = o
	} else {
		d.failed[r.String()] = !errors.Is(err, dockerhub.ErrDryRun)
	}
	return err
}

func (d *Deleter) hasFailed(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed[name]
}
