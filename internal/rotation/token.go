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
	MadeBy                 string   // what created a personal token, such as "manual"
	Scopes                 []string // of a personal token
	Resources              []dockerhub.OrgTokenResource
	Secret                 string // only of a token that was just created
	Raw                    json.RawMessage
}

// JSON is the token as the server sent it.
func (t Token) JSON() json.RawMessage { return t.Raw }

// A Lifespan says when a token was created and used, and until when it works.
type Lifespan struct {
	Active              *bool // nil if the server does not say
	Created, Used, Ends time.Time
	UsedSent, EndsSent  bool // the server sent the field
}

// Expired reports whether the token has expired.
func (l Lifespan) Expired(now time.Time) bool { return !l.Ends.IsZero() && !l.Ends.After(now) }

// ExpiresWithin reports whether the token still works and expires within d.
func (l Lifespan) ExpiresWithin(d time.Duration, now time.Time) bool {
	return l.Ends.After(now) && !l.Ends.After(now.Add(d))
}

// Off reports whether the server says that the token is inactive.
func (l Lifespan) Off() bool { return l.Active != nil && !*l.Active }

// A Kind is one of the two kinds of access tokens, with the requests that both
// have in common. Personal tokens belong to the organization "".
type Kind struct {
	Noun    string // of the commands, such as "tokens"
	IDField string // the name of a token's identifier, such as "uuid"
	Org     func() (string, error)
	User    func(org string) (string, error) // the user name that goes with a secret

	List   func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[Token, error]
	Get    func(ctx context.Context, c *dockerhub.Client, org, id string) (Token, error)
	Create func(ctx context.Context, c *dockerhub.Client, org string, n NewToken) (Token, error)
	Update func(ctx context.Context, c *dockerhub.Client, org, id string, label *string, active *bool) error
	Delete func(ctx context.Context, c *dockerhub.Client, org, id string) error
}

// NewToken is what a Kind creates: a token with the rights of another.
type NewToken struct {
	Like  Token
	Label string
	Ends  dockerhub.Time // zero = never
}
