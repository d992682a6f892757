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
