package rotation

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
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/seq"
)

// A Request determines which tokens to rotate, and how.
type Request struct {
	Org, User string
	// Choose returns the identifiers of the tokens to rotate, given all tokens.
	Choose         func(all []Token) ([]string, error)
	ExpiringWithin *time.Duration  // all active tokens that expire within it, instead of Choose
	Expires        *dockerhub.Time // when new tokens expire; nil = after the lifetime of the old ones
	Grace          time.Duration   // how long to keep an old token, deactivated
	To             Delivery        // where the secrets go; zero in a saved plan
}

// Plan returns the steps that rotate the tokens of a request, and a fingerprint
// of those tokens.
func (r *Rotator) Plan(ctx context.Context, c *dockerhub.Client, q Request) ([]Step, string, error) {
	all, err := seq.Collect(r.kind.List(ctx, c, q.Org))
	if err != nil {
		return nil, "", err
	}
	tokens, err := r.choose(ctx, c, q, all)
	if err != nil {
		return nil, "", err
	}
	var steps []Step
	for _, t := range tokens {
		s, err := r.planStep(q, t, all)
		if err != nil {
			return nil, "", err
		}
		if !s.Acts() && !r.env.DryRun() {
			r.env.Notice("skipped %s: %s", t.ID, s.Skip)
		}
		steps = append(steps, s)
	}
	if err := distinct(steps); err != nil {
		return nil, "", err
	}
	sum, err := r.fingerprint(ctx, c, steps)
	return steps, sum, err
}

// choose returns the tokens of a request.
func (r *Rotator) choose(ctx context.Context, c *dockerhub.Client, q Request, all []Token) ([]Token, error) {
	if q.ExpiringWithin != nil {
		return slices.DeleteFunc(slices.Clone(all), func(t Token) bool {
			return t.EndsSent && !t.ExpiresWithin(*q.ExpiringWithin, r.env.Now)
		}), nil
	}
	ids, err := q.Choose(all)
	if err != nil {
		return nil, err
	}
	var tokens []Token
	for _, id := range ids {
		i := slices.IndexFunc(all, func(t Token) bool { return t.ID == id })
		switch {
		case i >= 0:
			tokens = append(tokens, all[i])
		case r.recovered[id] != "":
			tokens = append(tokens, Token{ID: id})
		default: // without such a token, the server's own error is best
			t, err := r.kind.Get(ctx, c, q.Org, id)
			if err != nil {
				return nil, job.ItemError{ID: id, Err: err}
			}
			tokens = append(tokens, t)
		}
	}
	return tokens, nil
}

// planStep plans the rotation of one token. A named token is rotated or refused,
// never skipped.
func (r *Rotator) planStep(q Request, t Token, all []Token) (Step, error) {
	named := q.ExpiringWithin == nil
	s := Step{
		ID: t.ID, Org: q.Org, User: q.User, Label: t.Label, Works: !t.Off(),
		Ends: dockerhub.Time{Time: t.Ends}, Grace: int64((q.Grace + time.Second - 1) / time.Second),
		Skip: cmp.Or(r.recovered[t.ID], unfinishedRotation(t, all)),
	}
	switch {
	case s.Skip == "" && !named:
		s.Skip = skipReason(t)
	case s.Skip != "" && named && r.recovered[t.ID] == "":
		return s, hub.ConflictError(t.ID + ": " + s.Skip)
	}
	if !s.Acts() {
		return s, nil
	}
	switch {
	case q.Expires != nil:
		s.NewEnds = *q.Expires
	case !t.Ends.IsZero() && t.Created.IsZero():
		return s, hub.InputError(fmt.Sprintf("%s: the server did not send its creation time: pass --expires", t.ID))
	case !t.Ends.IsZero():
		s.NewEnds.Time = r.env.Now.Add(t.Ends.Sub(t.Created)).UTC().Truncate(time.Second)
	}
	if q.To == (Delivery{}) {
		return s, nil
	}
	err := s.deliverTo(q.To)
	return s, err
}

// unfinishedRotation returns the reason not to rotate a token that is part of an
// unfinished rotation, or "".
func unfinishedRotation(t Token, all []Token) string {
	if temporary().MatchString(t.Label) {
		return "it is part of an unfinished rotation"
	}
	for _, other := range all {
		if m := temporary().FindStringSubmatch(other.Label); len(m) > 1 && m[1] == stem(t.Label) {
			return fmt.Sprintf("another run is rotating it or was interrupted: %s exists; "+
				"delete that token if no run is active", other.ID)
		}
	}
	return ""
}

// skipReason returns the reason not to rotate a token that was not named, or "".
func skipReason(t Token) string {
	switch {
	case !t.EndsSent:
		return "the server did not send its expiry time"
	case t.Off():
		return "it is inactive"
	case t.MadeBy != "" && t.MadeBy != "manual":
		return "made by " + t.MadeBy + ", which renews it"
	}
	return ""
}

// deliverTo sets the destination of the new secret, and describes the rotation.
func (s *Step) deliverTo(to Delivery) (err error) {
	if s.To, err = to.expand(s.Label, s.ID); err != nil {
		return err
	}
	until := "never expires"
	if !s.NewEnds.IsZero() {
		until = "expires " + s.NewEnds.UTC().Format(time.RFC3339)
	}
	deletion := "delete the old one"
	if s.Grace > 0 {
		deletion += " after " + s.GracePeriod().String()
	}
	s.Does = []string{
		fmt.Sprintf("create a token %q that %s", s.Label, until), "log in with it as " + s.User,
		s.To.describe(), "deactivate the old one", deletion,
	}
	return nil
}

// distinct refuses to deliver two secrets to the same destination.
func distinct(steps []Step) error {
	seen := map[Delivery]string{}
	for _, s := range steps {
		if !s.Acts() || !s.To.exclusive() {
			continue
		}
		if other := seen[s.To]; other != "" {
			return hub.InputError(fmt.Sprintf("the secrets of %s and %s would both go to %s: "+
				"rotate them one by one, or put {label} or {uuid} in the name", other, s.ID, s.To))
		}
		seen[s.To] = s.ID
	}
	return nil
}

// Fingerprint returns the fingerprint that Plan would now return for a saved plan,
// or "" if Plan would return different steps.
func (r *Rotator) Fingerprint(ctx context.Context, c *dockerhub.Client, p job.Plan[Step]) (string, error) {
	return r.fingerprint(ctx, c, p.Steps)
}

func (r *Rotator) fingerprint(ctx context.Context, c *dockerhub.Client, steps []Step) (string, error) {
	h := sha256.New()
	for _, s := range steps {
		if !s.Acts() {
			continue
		}
		t, err := r.kind.Get(ctx, c, s.Org, s.ID)
		if err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return "", job.ItemError{ID: s.ID, Err: err}
		}
		if s.Label != t.Label || s.Works == t.Off() || !sameMoment(s.Ends.Time, t.Ends) {
			return "", nil // the plan shows a different token
		}
		_, _ = fmt.Fprintf(h, "%q %q %t %s %q %v\n", s.ID, t.Label, t.Off(), t.Ends, t.Scopes, t.Resources)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// sameMoment compares times with the precision of a saved plan.
func sameMoment(a, b time.Time) bool {
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

// Adopt sets the destination of the secrets of a saved plan. It refuses a plan that
// has one: anyone who can edit the plan could redirect the secrets.
func (r *Rotator) Adopt(steps []Step, to Delivery) ([]Step, error) {
	for i := range steps {
		s := &steps[i]
		user, err := r.kind.User(s.Org)
		switch {
		case err != nil:
			return nil, err
		case s.To != Delivery{}:
			return nil, fmt.Errorf("%s: a plan must not say where a secret goes: "+
				"remove its field \"to\" and pass a flag such as --write-file with --plan", s.ID)
		case s.User != user:
			return nil, fmt.Errorf("%s: expected user %q, got %q", s.ID, user, s.User)
		case s.Grace < 0:
			return nil, fmt.Errorf("%s: grace_seconds must not be negative", s.ID)
		case !s.Acts():
			continue
		}
		if err := s.deliverTo(to); err != nil {
			return nil, err
		}
	}
	return steps, distinct(steps)
}
