package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
)

// A Token is a personal access token.
type Token struct {
	Raw
	UUID        string   `json:"uuid"`
	Label       string   `json:"token_label"`
	Scopes      []string `json:"scopes"`    // none for tokens older than scopes
	Active      *bool    `json:"is_active"` // nil = not sent
	CreatedAt   Time     `json:"created_at"`
	LastUsed    Time     `json:"last_used"`  // zero = never
	ExpiresAt   Time     `json:"expires_at"` // zero = never
	GeneratedBy string   `json:"generated_by"`
	ClientID    string   `json:"client_id"`
	CreatorIP   string   `json:"creator_ip"`
	CreatorUA   string   `json:"creator_ua"`
	Secret      string   `json:"token"` // only in the answer to Create
}

// UnmarshalJSON reads a masked secret as none.
func (t *Token) UnmarshalJSON(b []byte) error {
	type plain Token
	err := json.Unmarshal(b, (*plain)(t))
	t.Secret = unmasked(t.Secret)
	return err
}

// TokenScopes are the known scopes of personal access tokens, each including those
// after it.
var TokenScopes = []string{"repo:admin", "repo:write", "repo:read", "repo:public_read"}

// A TokenRequest is the request of Create: a label of 1 to 100 characters and at
// least one scope.
type TokenRequest struct {
	Body
	Label     string   `json:"token_label,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
	ExpiresAt *Time    `json:"expires_at,omitempty"` // nil or zero = never
}

// A TokenPatch is the request of Update; nil fields stay unchanged.
type TokenPatch struct {
	Body
	Label  *string `json:"token_label,omitempty"`
	Active *bool   `json:"is_active,omitempty"`
}

// TokensService manages the personal access tokens of the session's user. The Hub
// refuses this to sessions of access tokens: log in with the password.
type TokensService struct{ c *Client }

// List lists the tokens, without their secrets.
//
// Operation: GET /v2/access-tokens
func (s *TokensService) List(ctx context.Context) iter.Seq2[Token, error] {
	return list[Token](ctx, s.c, nil, "v2", "access-tokens")
}

// Get returns one token without its secret.
//
// Operation: GET /v2/access-tokens/{uuid}
func (s *TokensService) Get(ctx context.Context, uuid string) (Token, error) {
	return call[Token](ctx, s.c, "GET", nil, "v2", "access-tokens", uuid)
}

// Create creates a token. The answer is the only place where its secret appears, so
// the token is returned with whatever could be read even if the error is an
// [*AnswerError].
//
// Operation: POST /v2/access-tokens
func (s *TokensService) Create(ctx context.Context, r TokenRequest) (Token, error) {
	t, err := call[Token](ctx, s.c, "POST", r, "v2", "access-tokens")
	if t.Secret == "" {
		var salvage struct{ UUID, Token string }
		_ = json.Unmarshal(t.raw, &salvage)
		t.UUID, t.Secret = salvage.UUID, unmasked(salvage.Token)
	}
	return t, err
}

// Update renames a token, or activates or deactivates it. It returns the token without
// its secret.
//
// Operation: PATCH /v2/access-tokens/{uuid}
func (s *TokensService) Update(ctx context.Context, uuid string, p TokenPatch) (Token, error) {
	return set[Token](ctx, s.c, always, "PATCH", p, "v2", "access-tokens", uuid)
}

// Delete deletes a token permanently, and ends the sessions bought with it.
//
// Operation: DELETE /v2/access-tokens/{uuid}
func (s *TokensService) Delete(ctx context.Context, uuid string) error {
	path := []string{"v2", "access-tokens", uuid}
	return remove(ctx, s.c, found(s.c, path...), path...)
}
