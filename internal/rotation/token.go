package rotation

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// A Token is a personal or an organization access token.
type Token struct {
	Lifespan
	ID, Label, Description string
	MadeBy                 string   // origin of a personal token, such as "manual"
	Scopes                 []string // for a personal token
	Resources              []dockerhub.OrgTokenResource
	Secret                 string // only for a newly created token
	Raw                    json.RawMessage
}

// JSON returns the token in the form that the server sent.
func (t Token) JSON() json.RawMessage { return t.Raw }

// A Lifespan holds when a token was created and last used, and when it expires.
type Lifespan struct {
	Active              *bool // nil if the server did not send it
	Created, Used, Ends time.Time
	UsedSent, EndsSent  bool // the server sent the field
}

// Expired reports whether the token has expired.
func (l Lifespan) Expired(now time.Time) bool { return !l.Ends.IsZero() && !l.Ends.After(now) }

// ExpiresWithin reports whether the token still works and expires within d.
func (l Lifespan) ExpiresWithin(d time.Duration, now time.Time) bool {
	return l.Ends.After(now) && !l.Ends.After(now.Add(d))
}

// Off reports whether the token is inactive according to the server.
func (l Lifespan) Off() bool { return l.Active != nil && !*l.Active }

// A Kind is one of the two kinds of access tokens, with the requests that they
// share. Personal tokens belong to the organization "".
type Kind struct {
	Noun    string // of the commands, such as "tokens"
	IDField string // the name of a token's identifier, such as "uuid"
	Org     func() (string, error)
	User    func(org string) (string, error) // the user name to log in with

	List   func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[Token, error]
	Get    func(ctx context.Context, c *dockerhub.Client, org, id string) (Token, error)
	Create func(ctx context.Context, c *dockerhub.Client, org string, n NewToken) (Token, error)
	Update func(ctx context.Context, c *dockerhub.Client, org, id string, label *string, active *bool) error
	Delete func(ctx context.Context, c *dockerhub.Client, org, id string) error
}

// NewToken describes a new token with the rights of an existing one.
type NewToken struct {
	Like  Token
	Label string
	Ends  dockerhub.Time // zero = never
}
