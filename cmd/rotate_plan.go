package cmd

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

func (r *rotator) plan(ctx context.Context, c *dockerhub.Client, args []string) ([]rotation, string, error) {
	org, err := r.kind.org()
	if err != nil {
		return nil, "", err
	}
	user, err := r.kind.user(org)
	if err != nil {
		return nil, "", err
	}
	ids, err := verb.Identifiers(ctx, r.a, args, hub.Segment)
	if err != nil {
		return nil, "", err
	}
	all, err := seq.Collect(r.kind.list(ctx, c, org))
	if err != nil {
		return nil, "", err
	}
	tokens := slices.DeleteFunc(slices.Clone(all), func(t accessToken) bool {
		return t.ending(t.endsWithin(r.expiring.Value, r.a.Now)) == cli.DropRow
	})
	if len(args) > 0 {
		tokens = nil
		for _, id := range ids {
			i := slices.IndexFunc(all, func(t accessToken) bool { return t.id == id.Value })
			switch {
			case i >= 0:
				tokens = append(tokens, all[i])
			case r.settled[id.Value] != "":
				tokens = append(tokens, accessToken{id: id.Value})
			default: // the server says best that there is no such token
				t, err := r.kind.get(ctx, c, org, id.Value)
				if err != nil {
					return nil, "", job.ItemError{ID: id.ID, Err: err}
				}
				tokens = append(tokens, t)
			}
		}
	}
	var steps []rotation
	for _, t := range tokens {
		s := rotation{ID: t.id, Org: org, User: user, Label: t.label, Works: !t.off(), Ends: dockerhub.Time{Time: t.ends}, Grace: int64((r.grace.Value + time.Second - 1) / time.Second)}
		s.Skip = cmp.Or(r.settled[t.id], busy(t, all))
		switch {
		case s.Skip == "":
			s.Skip = reason(t, len(args) > 0)
		case len(args) > 0 && r.settled[t.id] == "":
			return nil, "", hub.ConflictError(t.id + ": " + s.Skip)
		}
		if s.Acts() {
			if err := r.complete(&s, t); err != nil {
				return nil, "", err
			}
		} else if !r.a.Flags.DryRun {
			r.a.Notice("%s is left alone: %s", t.id, s.Skip)
		}
		steps = append(steps, s)
	}
	if err := distinct(steps); err != nil {
		return nil, "", cli.NewUsageError(err)
	}
	world, err := r.fingerprint(ctx, c, steps)
	return steps, world, err
}

// busy says which rotation of a token has not ended; "" = none.
func busy(t accessToken, all []accessToken) string {
	if temporary().MatchString(t.label) {
		return "it belongs to a rotation that has not ended"
	}
	for _, other := range all {
		if m := temporary().FindStringSubmatch(other.label); len(m) > 1 && m[1] == stem(t.label) {
			return fmt.Sprintf("another run rotates it, or was broken off: %s is there; if no run is at it, delete that", other.id)
		}
	}
	return ""
}

// reason is why a token is left alone that was not named; "" = it is not.
func reason(t accessToken, named bool) string {
	switch {
	case named:
		return ""
	case !t.endsSent:
		return "the server did not send its expiry time"
	case t.off():
		return "it is turned off"
	case t.madeBy != "" && t.madeBy != "manual":
		return "made by " + t.madeBy + ", which renews it by itself"
	}
	return ""
}

// complete says what is to be done with a token.
func (r *rotator) complete(s *rotation, t accessToken) error {
	switch {
	case r.expires.At != nil:
		s.NewEnds = *r.expires.At
	case !t.ends.IsZero() && t.created.IsZero():
		return hub.InputError(fmt.Sprintf("%s: the server does not say when it was made: give --expires", t.id))
	case !t.ends.IsZero():
		s.NewEnds.Time = r.a.Now.Add(t.ends.Sub(t.created)).UTC().Truncate(time.Second)
	}
	if r.saves {
		return nil
	}
	return r.address(s)
}

// address says where the secret goes that replaces a token's.
func (r *rotator) address(s *rotation) (err error) {
	if s.To, err = r.hand.of(s.Label, s.ID); err != nil {
		return err
	}
	until := "never ends"
	if !s.NewEnds.IsZero() {
		until = "ends " + s.NewEnds.UTC().Format(time.RFC3339)
	}
	deletes := "delete the old one"
	if s.Grace > 0 {
		deletes += " after " + s.grace().String()
	}
	s.Does = []string{
		fmt.Sprintf("create a token %q that %s", s.Label, until), "buy a session with it as " + s.User,
		s.To.does(), "turn the old one off", deletes,
	}
	return nil
}

// distinct refuses two secrets in one place.
func distinct(steps []rotation) error {
	seen := map[handover]string{}
	for _, s := range steps {
		if !s.Acts() || s.To.By == toStdout || s.To.By == toCommand {
			continue
		}
		if other := seen[s.To]; other != "" {
			return fmt.Errorf("the secrets of %s and %s would both go to %s: rotate them one by one, or let {label} or {uuid} be in the name", other, s.ID, s.To)
		}
		seen[s.To] = s.ID
	}
	return nil
}

func (r *rotator) world(ctx context.Context, c *dockerhub.Client, p job.Plan[rotation]) (string, error) {
	return r.fingerprint(ctx, c, p.Steps)
}

// fingerprint is of the tokens that are to be rotated, as they are now.
func (r *rotator) fingerprint(ctx context.Context, c *dockerhub.Client, steps []rotation) (string, error) {
	h := sha256.New()
	for _, s := range verb.Acting(steps) {
		t, err := r.kind.get(ctx, c, s.Org, s.ID)
		if err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return "", job.ItemError{ID: s.ID, Err: err}
		}
		if s.Label != t.label || s.Works == t.off() || !sameMoment(s.Ends.Time, t.ends) {
			return "", nil // the plan shows another token
		}
		_, _ = fmt.Fprintf(h, "%q %q %t %s %q %v\n", s.ID, t.label, t.off(), t.ends, t.scopes, t.resources)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sameMoment compares times as precisely as a plan holds them.
func sameMoment(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// adopt says where the secrets of a saved plan go. One that names a destination
// is refused: whoever edited the plan could have the secrets sent anywhere.
func (r *rotator) adopt(steps []rotation) ([]rotation, error) {
	for i := range steps {
		s := &steps[i]
		user, err := r.kind.user(s.Org)
		switch {
		case err != nil:
			return nil, err
		case s.To != handover{}:
			return nil, fmt.Errorf("%s: a plan must not say where a secret goes: "+
				"remove its field \"to\", and give a flag such as --write-file with --plan", s.ID)
		case s.User != user:
			return nil, fmt.Errorf("%s: expected user %q, got %q", s.ID, user, s.User)
		case s.Grace < 0:
			return nil, fmt.Errorf("%s: grace_seconds must not be negative", s.ID)
		case !s.Acts():
			continue
		}
		if err := r.address(s); err != nil {
			return nil, err
		}
	}
	return steps, distinct(steps)
}
