// Package prune plans which tags of repositories to delete, and deletes them.
package prune

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/retention"
	"github.com/hubctl/hubctl/internal/seq"
)

// The actions of a Step.
const (
	actionKeep   = "keep"
	actionDelete = "delete"
)

// A Step keeps or deletes a tag. Digest and Pushed are from the time of planning.
type Step struct {
	Tag    string         `json:"tag"` // NAMESPACE/REPO:TAG
	Action string         `json:"action"`
	Reason string         `json:"reason"`
	Digest string         `json:"digest,omitempty"`
	Pushed dockerhub.Time `json:"pushed"`
	Pulled dockerhub.Time `json:"pulled"`
	Size   int64          `json:"size"` // in bytes; 0 = unknown
}

// Key returns the tag's full name.
func (s Step) Key() string { return s.Tag }

// Acts reports whether the step deletes its tag.
func (s Step) Acts() bool { return s.Action == actionDelete }

// Names returns the names in the step's request.
func (s Step) Names() []string { return strings.Split(s.Tag, ":") }

// JSON returns the step's fields.
func (s Step) JSON() json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // text, times and numbers can always be encoded
	}
	return bytes.TrimSpace(b.Bytes())
}

// A Planner decides which tags to delete.
type Planner struct {
	Client *dockerhub.Client
	Policy retention.Policy
	Now    time.Time
	Notice func(format string, args ...any)

	Concurrency int // maximum number of repositories read at a time
}

// Plan returns a step for each tag of the repositories, a fingerprint of the data
// that it read, and the maximum number of bytes that the plan frees.
func (p Planner) Plan(ctx context.Context, repositories []string) (steps []Step, world string, freed int64, err error) {
	h := sha256.New()
	repositories = slices.DeleteFunc(slices.Clone(repositories), func(name string) bool {
		_, ok := p.Policy.For(name)
		if !ok {
			p.Notice("skipped %s: no rule matches it", name)
		}
		return !ok
	})
	for found, err := range readRepos(ctx, p.Client, p.Concurrency, repositories) {
		if err != nil {
			return nil, "", 0, err
		}
		if len(found.tags) > 0 { // otherwise, no step names the repository
			_, _ = h.Write([]byte(found.fingerprint()))
		}
		name := found.name
		if found.status != "" {
			p.Notice("%s is %s: the Hub may refuse to delete its tags", name, found.status)
		}
		rule, _ := p.Policy.For(name)
		rule.Protected = found.protected
		verdicts := rule.Decide(found.tags, p.Now)
		freed += retention.Freed(verdicts)
		for _, v := range verdicts {
			s := Step{
				Tag: name + ":" + v.Name, Action: actionKeep, Reason: v.Reason, Digest: v.Digest,
				Pushed: dockerhub.Time{Time: v.Pushed}, Pulled: dockerhub.Time{Time: v.Pulled}, Size: v.Size,
			}
			if v.Drop {
				s.Action = actionDelete
			}
			steps = append(steps, s)
		}
	}
	return steps, hex.EncodeToString(h.Sum(nil)), freed, nil
}

// Fingerprint returns the fingerprint that Plan would now return for the
// repositories of these steps. It reads concurrency repositories at a time.
func Fingerprint(ctx context.Context, c *dockerhub.Client, concurrency int, steps []Step) (string, error) {
	h := sha256.New()
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i], _, _ = strings.Cut(s.Tag, ":")
	}
	for found, err := range readRepos(ctx, c, concurrency, slices.Compact(names)) {
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
	status    string // "" = active
	tags      []retention.Tag
	protected []*regexp.Regexp
}

// readRepos reads repositories, in order.
func readRepos(ctx context.Context, c *dockerhub.Client, concurrency int, names []string) iter.Seq2[repo, error] {
	read := func(ctx context.Context, name string) (repo, error) { return readRepo(ctx, c, name) }
	return seq.ParallelMap(ctx, concurrency, seq.Of(names), read)
}

// readRepo reads the immutability rules and the tags of a repository.
func readRepo(ctx context.Context, c *dockerhub.Client, name string) (repo, error) {
	found := repo{name: name}
	namespace, repository, _ := strings.Cut(name, "/")
	r, err := c.Repos.Get(ctx, namespace, repository)
	if err != nil {
		return found, fmt.Errorf("%s: %w", name, err)
	}
	if r.Restricted() {
		found.status = strings.ToLower(r.Status)
	}
	if r.ImmutableTags != nil && r.ImmutableTags.Enabled {
		if found.protected, err = retention.Patterns(r.ImmutableTags.Rules); err != nil || len(found.protected) == 0 {
			found.protected = []*regexp.Regexp{regexp.MustCompile(".*")} // an unreadable rule may protect any tag
		}
	}
	for t, err := range c.Tags.List(ctx, namespace, repository, dockerhub.TagListOptions{}) {
		if err != nil {
			return found, fmt.Errorf("%s: %w", name, err)
		}
		tag := retention.Tag{
			Name: t.Name, Digest: t.Digest, Type: t.ContentType, Size: t.FullSize,
			Pushed: t.LastPushed.Time, Pulled: t.LastPulled.Time, PullsUnknown: !t.PullsKnown(),
		}
		for _, i := range t.Images {
			tag.Images = append(tag.Images, i.Digest)
		}
		found.tags = append(found.tags, tag)
	}
	return found, nil
}

// fingerprint changes if a tag is added, deleted, pushed again or protected.
func (r repo) fingerprint() string {
	lines := []string{}
	for _, t := range r.tags {
		lines = append(lines, fmt.Sprintf("%q %q %s", t.Name, t.Digest, t.Pushed.UTC().Format(time.RFC3339Nano)))
	}
	slices.Sort(lines)
	return fmt.Sprintf("%q %q %q\n", r.name, r.protected, lines)
}

// Check refuses steps that Plan would not make: anything but full names of tags.
func Check(steps []Step) ([]Step, error) {
	for _, s := range steps {
		r, err := hub.ParseReference(s.Tag)
		switch {
		case err != nil:
			return nil, err
		case r.Tag == "" || r.String() != s.Tag:
			return nil, fmt.Errorf("expected NAMESPACE/REPO:TAG, got %q", s.Tag)
		case s.Action != actionKeep && s.Action != actionDelete:
			return nil, fmt.Errorf("%s: the action must be one of keep, delete", s.Tag)
		}
	}
	return steps, nil
}

// Delete deletes the tag of a step, unless it has changed since it was planned. A
// tag that no longer exists is a success.
func Delete(ctx context.Context, c *dockerhub.Client, s Step) error {
	r, err := hub.ParseReference(s.Tag)
	if err != nil {
		return err
	}
	err = c.Tags.DeleteIf(ctx, r.Namespace, r.Name, r.Tag, func(t dockerhub.Tag) error {
		if !s.describes(t) {
			return hub.ConflictError("kept: it was pushed again after it was planned")
		}
		return nil
	})
	if errors.Is(err, dockerhub.ErrNotFound) {
		return nil
	}
	return err
}

func (s Step) describes(t dockerhub.Tag) bool {
	return t.Digest == s.Digest &&
		t.LastPushed.Truncate(time.Microsecond).Equal(s.Pushed.Truncate(time.Microsecond))
}
