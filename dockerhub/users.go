package dockerhub

import (
	"context"
	"iter"
)

// A User is the profile of a user.
type User struct {
	Raw
	ID            string `json:"id"`
	Name          string `json:"username"`
	FullName      string `json:"full_name"`
	Company       string `json:"company"`
	Location      string `json:"location"`
	ProfileURL    string `json:"profile_url"`
	GravatarEmail string `json:"gravatar_email"`
	Type          string `json:"type"`
	JoinedAt      Time   `json:"date_joined"`
}

// UsersService reads user profiles.
type UsersService struct{ c *Client }

// Me returns the session's user.
//
// Operation: GET /v2/user
func (s *UsersService) Me(ctx context.Context) (User, error) {
	return call[User](ctx, s.c, "GET", nil, legacy, "user")
}

// Get returns any user.
//
// Operation: GET /v2/users/{username}
func (s *UsersService) Get(ctx context.Context, user string) (User, error) {
	return call[User](ctx, s.c, "GET", nil, legacy, "users", user)
}

// Orgs lists the organizations of a user that the session may see.
//
// Operation: GET /v2/users/{username}/orgs
func (s *UsersService) Orgs(ctx context.Context, user string) iter.Seq2[Org, error] {
	return list[Org](ctx, s.c, nil, "v2", "users", user, "orgs")
}

// A Plan is the subscription of an account.
type Plan struct {
	Raw
	Name         string `json:"name"`
	Seats        int    `json:"seats"`
	PrivateRepos int    `json:"private_repos"` // how many private repositories the account may have
}

// Plan returns the subscription of the account with an ID, to its user and with a
// session from a password. Docker does not document it: it fails with ErrNotFound if
// the server no longer has it.
//
// Operation: GET /api/billing/v4/accounts/{id}/hub-plan
func (s *UsersService) Plan(ctx context.Context, id string) (Plan, error) {
	return call[Plan](ctx, s.c, "GET", nil, "api", "billing", "v4", "accounts", id, "hub-plan")
}
