package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// An accessToken has the fields common to personal and organization access tokens.
type accessToken struct {
	ID       string `json:"id"`
	Owner    string `json:"owner"` // a user or an organization
	Label    string `json:"label"`
	Active   bool   `json:"active"`
	Created  stamp  `json:"created"`
	LastUsed *stamp `json:"last_used,omitempty"`
	Expires  *stamp `json:"expires,omitempty"`
	Secret   string `json:"secret,omitempty"` // digest; "" = the secret is not known
}

func (t *accessToken) shared() *accessToken { return t }

func (t *accessToken) usable(now time.Time) bool {
	return t.Active && (t.Expires == nil || now.Before(t.Expires.Time))
}

// A tokenKind reads and changes the tokens of one kind.
type tokenKind[T any, P interface {
	*T
	shared() *accessToken
}] struct {
	seeded  func(c *call, owner string) []T
	changed func(*state) *overlay[T]
}

var (
	pats = tokenKind[token, *token]{(*call).seededTokens, func(st *state) *overlay[token] { return &st.Tokens }}
	oats = tokenKind[orgToken, *orgToken]{
		(*call).seededOrgTokens, func(st *state) *overlay[orgToken] { return &st.OrgTokens },
	}
)

// list returns the tokens of an owner in st, newest first.
func (k tokenKind[T, P]) list(c *call, st *state, owner string) []T {
	changed := *k.changed(st)
	var all []T
	for _, t := range k.seeded(c, owner) {
		if !changed.decides(P(&t).shared().ID) {
			all = append(all, t)
		}
	}
	for _, t := range changed {
		if t != nil && P(t).shared().Owner == owner {
			all = append(all, *t)
		}
	}
	order(all, func(a, b T) int {
		x, y := P(&a).shared(), P(&b).shared()
		return cmp.Or(y.Created.Compare(x.Created.Time), cmp.Compare(x.ID, y.ID))
	})
	return all
}

func (k tokenKind[T, P]) find(c *call, st *state, owner string, match func(*accessToken) bool) (t T, found bool) {
	all := k.list(c, st, owner)
	i := slices.IndexFunc(all, func(t T) bool { return match(P(&t).shared()) })
	if i < 0 {
		return t, false
	}
	return all[i], true
}

func (k tokenKind[T, P]) get(c *call, st *state, owner, id string) (T, error) {
	t, ok := k.find(c, st, owner, func(t *accessToken) bool { return t.ID == id })
	if !ok {
		return t, message(http.StatusNotFound, "access token not found")
	}
	return t, nil
}

// put stores a token.
func (k tokenKind[T, P]) put(st *state, t T) { k.changed(st).put(P(&t).shared().ID, t) }

// change applies edit to a token, or deletes it if edit returns false.
func (k tokenKind[T, P]) change(c *call, owner, id string, edit func(*state, *T) bool) (t T, err error) {
	err = c.change(func(st *state) (err error) {
		if t, err = k.get(c, st, owner, id); err != nil {
			return err
		}
		if edit(st, &t) {
			k.put(st, t)
		} else {
			k.changed(st).remove(id)
		}
		return nil
	})
	return t, err
}

// login finds the usable token with a secret and records its use.
func (k tokenKind[T, P]) login(c *call, owner, digest string) (t T, found bool, err error) {
	bySecret := func(t *accessToken) bool { return t.Secret != "" && t.Secret == digest && t.usable(c.now) }
	if _, ok := k.find(c, c.state, owner, bySecret); !ok {
		return t, false, nil // without waiting for the state
	}
	err = c.change(func(st *state) error {
		if t, found = k.find(c, st, owner, bySecret); found {
			P(&t).shared().LastUsed = stampAt(c.now)
			k.put(st, t)
		}
		return nil
	})
	return t, found, err
}

// seededToken returns a token of the seed; kind is part of what its ID and its times are
// derived from.
func (c *call) seededToken(kind, owner string, s seed.Token) accessToken {
	t := accessToken{
		ID: seed.UUID(kind, owner, s.Label), Owner: owner, Label: s.Label, Active: !s.Inactive,
		Created: *c.daysAgo(s.Created, kind+" created", s.Label),
	}
	if s.Used > 0 {
		t.LastUsed = c.daysAgo(s.Used, kind+" used", s.Label)
	}
	if s.Expires != 0 {
		t.Expires = c.daysAgo(-s.Expires, kind+" expires", s.Label)
	}
	if s.Known {
		t.Secret = digest(s.Secret)
	}
	return t
}

// made returns a new active token and its secret, which begins with prefix and has n
// more characters.
func (c *call) made(owner, label string, expires *stamp, prefix string, n int) (t accessToken, plain string) {
	plain = randomSecret(prefix, n)
	return accessToken{
		ID: randomUUID(), Owner: owner, Label: label, Active: true, Created: stampOf(c.now), Expires: expires,
		Secret: digest(plain),
	}, plain
}
