// Package gc plans which untagged manifests of repositories to delete, and deletes them:
// the garbage collection that Docker Hub does not do by itself.
package gc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/seq"
)

// The actions of a Step.
const (
	actionKeep   = "keep"
	actionDelete = "delete"
)

// A Step keeps or deletes an untagged manifest.
type Step struct {
	Manifest  string         `json:"manifest"` // NAMESPACE/REPO@DIGEST
	Action    string         `json:"action"`
	Reason    string         `json:"reason"`
	MediaType string         `json:"media_type,omitempty"`
	Pushed    dockerhub.Time `json:"pushed"`
	Size      int64          `json:"size"`                // in bytes; 0 = unknown
	Referrers []string       `json:"referrers,omitempty"` // keys of the steps that must be done first
}

// Key returns NAMESPACE/REPO@DIGEST.
func (s Step) Key() string { return s.Manifest }

// Acts reports whether the step deletes its manifest.
func (s Step) Acts() bool { return s.Action == actionDelete }

// Names returns the names in the step's request.
func (s Step) Names() []string { return strings.Split(s.Manifest, "@") }

// After returns the keys of the manifests that refer to this one.
func (s Step) After() []string { return s.Referrers }

// JSON returns the step's fields.
func (s Step) JSON() json.RawMessage {
	b, err := hub.Encode(s)
	if err != nil {
		panic(err) // text, times and numbers can always be encoded
	}
	return b
}

// A Planner decides which manifests to delete.
type Planner struct {
	Client      *dockerhub.Client
	Registry    *dockerhub.ImageRegistry
	Filter      Filter
	Concurrency int // maximum number of repositories, and of manifests of each, read at a time
}

// Plan returns a step for each untagged manifest of the repositories, a fingerprint of
// the data that it read, and an estimate of the bytes that the plan frees. Repositories that cannot
// be judged are in a *job.BatchError.
func (p Planner) Plan(ctx context.Context, repositories []string) (steps []Step, world string, freed int64, err error) {
	type outcome struct {
		repo
		err error
	}
	var failed []job.ItemError
	h := sha256.New()
	read := func(ctx context.Context, name string) (outcome, error) {
		r, err := readRepo(ctx, p.Client, name)
		if err == nil && slices.ContainsFunc(r.manifests, untagged) {
			err = p.readLinks(ctx, &r)
		}
		if errors.Is(err, dockerhub.ErrNotFound) || errors.Is(err, dockerhub.ErrForbidden) || errors.Is(err, errUnsure) {
			return outcome{r, err}, nil
		}
		return outcome{r, nil}, err
	}
	for found, err := range seq.ParallelMap(ctx, p.Concurrency, seq.Of(repositories), read) {
		if err != nil {
			return nil, "", 0, err
		}
		if found.err != nil {
			failed = append(failed, job.ItemError{ID: found.name, Err: found.err})
			continue
		}
		verdicts := p.Filter.Decide(found.manifests)
		freed += Freed(verdicts)
		before := len(steps)
		steps = append(steps, found.steps(verdicts)...)
		if len(steps) > before {
			_, _ = h.Write([]byte(found.fingerprint()))
		}
	}
	if failed != nil {
		err = &job.BatchError{Failed: failed}
	}
	return steps, hex.EncodeToString(h.Sum(nil)), freed, err
}

// Fingerprint returns the fingerprint that Plan would now return for the repositories of
// these steps. A digest stands for everything that a manifest refers to, so it reads no
// manifests.
func Fingerprint(ctx context.Context, c *dockerhub.Client, concurrency int, steps []Step) (string, error) {
	h := sha256.New()
	var names []string
	for _, s := range steps {
		if name := s.Names()[0]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	read := func(ctx context.Context, name string) (repo, error) { return readRepo(ctx, c, name) }
	for found, err := range seq.ParallelMap(ctx, concurrency, seq.Of(names), read) {
		if err != nil {
			return "", err
		}
		_, _ = h.Write([]byte(found.fingerprint()))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// A repo is the part of a repository that a plan depends on.
type repo struct {
	name      string
	manifests []Manifest
	listed    map[string]bool // the digests in the listing of manifests
}

func untagged(m Manifest) bool { return len(m.Tags) == 0 }

// errUnsure means that a tag may need manifests that are not known.
var errUnsure = errors.New("it is not known which manifests its tags need")

// readRepo reads the manifests of a repository, and its tags. Docker does not document
// the list of manifests, so what it says about tags is not the only thing to go by.
func readRepo(ctx context.Context, c *dockerhub.Client, name string) (repo, error) {
	r := repo{name: name, listed: map[string]bool{}}
	namespace, repository, _ := strings.Cut(name, "/")
	at := map[string]int{}
	for m, err := range c.Manifests.List(ctx, namespace, repository) {
		switch {
		case err != nil:
			return r, fmt.Errorf("%s: %w", name, err)
		case !m.Sent("tags"):
			return r, fmt.Errorf("%w: the Hub left out the tags of %s", errUnsure, m.Digest)
		case m.Digest == "":
			return r, fmt.Errorf("%w: the Hub left out the digest of a manifest", errUnsure)
		case r.listed[m.Digest]: // a push moved it to another page
			continue
		}
		r.listed[m.Digest], at[m.Digest] = true, len(r.manifests)
		r.manifests = append(r.manifests, manifestOf(m))
	}
	known := map[string]bool{}
	for _, m := range r.manifests {
		for _, tag := range m.Tags {
			known[tag] = true
		}
	}
	for t, err := range c.Tags.List(ctx, namespace, repository, dockerhub.TagListOptions{}) {
		if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		digests := []string{t.Digest}
		if t.Digest == "" {
			digests = nil
			for _, i := range t.Images {
				digests = append(digests, i.Digest)
			}
		}
		if len(digests) == 0 && !known[t.Name] {
			return r, fmt.Errorf("%w: the Hub left out the digest of the tag %s", errUnsure, t.Name)
		}
		for _, digest := range digests {
			i, ok := at[digest]
			if !ok {
				i, at[digest] = len(r.manifests), len(r.manifests)
				r.manifests = append(r.manifests, Manifest{Digest: digest, MediaType: t.MediaType, Pushed: t.LastPushed.Time})
			}
			if !slices.Contains(r.manifests[i].Tags, t.Name) {
				r.manifests[i].Tags = append(r.manifests[i].Tags, t.Name)
			}
		}
	}
	return r, nil
}

func manifestOf(m dockerhub.Manifest) Manifest {
	return Manifest{Digest: m.Digest, MediaType: m.MediaType, Tags: m.Tags, Pushed: m.LastPushed.Time, Size: m.Size}
}

// leaves are the media types of manifests that cannot refer to others.
var leaves = []string{
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.docker.distribution.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v1+prettyjws",
}

// readLinks reads what the manifests of a repository refer to.
func (p Planner) readLinks(ctx context.Context, r *repo) error {
	namespace, repository, _ := strings.Cut(r.name, "/")
	var places []int
	for i, m := range r.manifests {
		if !slices.Contains(leaves, m.MediaType) {
			places = append(places, i)
		}
	}
	hub.Progress(ctx, 0, len(places))
	read := func(ctx context.Context, i int) (struct{}, error) {
		m := &r.manifests[i]
		links, err := p.Registry.Links(ctx, namespace, repository, m.Digest)
		switch {
		case errors.Is(err, dockerhub.ErrNotFound) && untagged(*m):
			err = nil // it was deleted in the meantime
		case errors.Is(err, dockerhub.ErrNotFound):
			err = fmt.Errorf("%w: the registry does not find %s, which has the tag %s", errUnsure, m.Digest, m.Tags[0])
		}
		m.Links = links
		hub.Progress(ctx, 1, 0)
		return struct{}{}, err
	}
	for _, err := range seq.ParallelMap(ctx, p.Concurrency, seq.Of(places), read) {
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// steps returns the steps for the verdicts about untagged manifests.
func (r repo) steps(verdicts []Verdict) []Step {
	var steps []Step
	for _, v := range verdicts {
		if !untagged(v.Manifest) || !r.listed[v.Digest] {
			continue
		}
		s := Step{
			Manifest: r.name + "@" + v.Digest, Action: actionKeep, Reason: v.Reason, MediaType: v.MediaType,
			Pushed: dockerhub.Time{Time: v.Pushed}, Size: v.Size,
		}
		if v.Delete {
			s.Action = actionDelete
			for _, digest := range v.After {
				s.Referrers = append(s.Referrers, r.name+"@"+digest)
			}
		}
		steps = append(steps, s)
	}
	return steps
}

// fingerprint changes if a manifest is pushed or deleted, or a tag is moved.
func (r repo) fingerprint() string {
	lines := []string{}
	for _, m := range r.manifests {
		tags, pushed := unique(slices.Clone(m.Tags)), m.Pushed.UTC().Format(time.RFC3339Nano)
		lines = append(lines, fmt.Sprintf("%q %q %s", m.Digest, tags, pushed))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%q %q\n", r.name, lines)
}

// Check refuses steps that Plan would not make: anything but full names of manifests.
func Check(steps []Step) ([]Step, error) {
	for _, s := range steps {
		r, err := hub.ParseManifest(s.Manifest)
		switch {
		case err != nil:
			return nil, err
		case r.Namespace == "" || r.String() != s.Manifest:
			return nil, fmt.Errorf("expected NAMESPACE/REPO@DIGEST, got %q", s.Manifest)
		case s.Action != actionKeep && s.Action != actionDelete:
			return nil, fmt.Errorf("%s: the action must be one of keep, delete", s.Manifest)
		}
	}
	return steps, nil
}

// A Named is a manifest that was named, and what is known about it before it is deleted.
type Named struct {
	hub.Reference
	Referrers []string // named too, by NAMESPACE/REPO@DIGEST
	Needed    string   // why it cannot be deleted; "" = it can, as far as is known
}

// Named orders manifests so that each follows the others that refer to it. It reads the
// listing of each repository until it has found them, and the manifests themselves.
// Other manifests, which may refer to them, are not read.
func (p Planner) Named(ctx context.Context, references []hub.Reference) ([]Named, error) {
	wanted := map[string][]string{} // digests by repository
	for _, r := range references {
		wanted[r.Repository()] = append(wanted[r.Repository()], r.Digest)
	}
	var all []Named
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		r, err := findManifests(ctx, p.Client, name, wanted[name])
		if err == nil {
			err = p.readLinks(ctx, &r)
		}
		if err != nil {
			return nil, err
		}
		for _, v := range (Filter{}).Decide(r.manifests) {
			n := Named{Reference: hub.Reference{Digest: v.Digest}}
			n.Namespace, n.Name, _ = strings.Cut(name, "/")
			if !v.Delete {
				n.Needed = v.Reason
			}
			for _, digest := range v.After {
				n.Referrers = append(n.Referrers, name+"@"+digest)
			}
			all = append(all, n)
		}
	}
	return all, nil
}

// findManifests finds manifests in the listing of a repository. The others are known by
// their digest only.
func findManifests(ctx context.Context, c *dockerhub.Client, name string, digests []string) (repo, error) {
	r := repo{name: name}
	namespace, repository, _ := strings.Cut(name, "/")
	left := slices.Clone(digests)
	for m, err := range c.Manifests.List(ctx, namespace, repository) {
		if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		i := slices.Index(left, m.Digest)
		if i < 0 {
			continue
		}
		r.manifests = append(r.manifests, manifestOf(m))
		if left = slices.Delete(left, i, i+1); len(left) == 0 {
			return r, nil
		}
	}
	for _, digest := range left {
		r.manifests = append(r.manifests, Manifest{Digest: digest})
	}
	return r, nil
}
