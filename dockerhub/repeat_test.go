package dockerhub

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// writes are all writes, with the requests that are sent if the gateway fails the first
// of them.
var writes = []struct {
	name  string
	write func(context.Context, *Client) error
	want  string // methods
}{
	{"token", func(ctx context.Context, c *Client) error {
		_, err := c.Tokens.Update(ctx, "a", TokenPatch{Label: new("x")})
		return err
	}, "PATCH>PATCH"},
	{"organization token", func(ctx context.Context, c *Client) error {
		_, err := c.OrgTokens.Update(ctx, "acme", "a", OrgTokenPatch{Label: new("x")})
		return err
	}, "PATCH>PATCH"},
	{"both texts", func(ctx context.Context, c *Client) error {
		_, err := c.Repos.Update(ctx, "acme", "api", RepoPatch{Description: new("x"), Readme: new("y")})
		return err
	}, "PATCH>PATCH"},
	{"one text", func(ctx context.Context, c *Client) error {
		_, err := c.Repos.Update(ctx, "acme", "api", RepoPatch{Readme: new("y")})
		return err
	}, "GET>PATCH>GET>PATCH"},
	{"privacy", func(ctx context.Context, c *Client) error { return c.Repos.SetPrivate(ctx, "acme", "api", true) }, "POST>POST"},
	{"immutable tags", func(ctx context.Context, c *Client) error {
		_, err := c.Repos.SetImmutableTags(ctx, "acme", "api", ImmutableTags{})
		return err
	}, "PATCH>PATCH"},
	{"permission", func(ctx context.Context, c *Client) error {
		_, err := c.Repos.UpdateTeam(ctx, "acme", "api", 7, RepoTeamRequest{})
		return err
	}, "PATCH>PATCH"},
	{"team", func(ctx context.Context, c *Client) error {
		_, err := c.Teams.Update(ctx, "acme", "dev", TeamPatch{})
		return err
	}, "PATCH>GET>PATCH"},
	{"whole team", func(ctx context.Context, c *Client) error {
		_, err := c.Teams.Replace(ctx, "acme", "dev", TeamRequest{})
		return err
	}, "PUT>GET>PUT"},
	{"role", func(ctx context.Context, c *Client) error {
		_, err := c.Members.Update(ctx, "acme", "ada", MemberRequest{})
		return err
	}, "PUT>PUT"},
	{"settings", func(ctx context.Context, c *Client) error {
		_, err := c.Orgs.UpdateSettings(ctx, "acme", OrgSettingsPatch{})
		return err
	}, "GET>GET>PUT>GET>PUT"},

	{"delete token", func(ctx context.Context, c *Client) error { return c.Tokens.Delete(ctx, "a") }, "DELETE>GET>DELETE"},
	{"delete organization token", func(ctx context.Context, c *Client) error { return c.OrgTokens.Delete(ctx, "acme", "a") }, "DELETE>GET>DELETE"},
	{"delete tag", func(ctx context.Context, c *Client) error { return c.Tags.Delete(ctx, "acme", "api", "v1") }, "DELETE>GET>DELETE"},
	{"delete planned tag", func(ctx context.Context, c *Client) error {
		return c.Tags.DeleteIf(ctx, "acme", "api", "v1", func(Tag) error { return nil })
	}, "GET>DELETE>GET>DELETE"},
	{"delete repository", func(ctx context.Context, c *Client) error { return c.Repos.Delete(ctx, "acme", "api") }, "DELETE>GET>DELETE"},
	{"delete team", func(ctx context.Context, c *Client) error { return c.Teams.Delete(ctx, "acme", "dev") }, "DELETE>GET>DELETE"},
	{"remove permission", func(ctx context.Context, c *Client) error { return c.Repos.RemoveTeam(ctx, "acme", "api", 7) }, "DELETE>GET>DELETE"},
	{"remove collaborator", func(ctx context.Context, c *Client) error {
		return c.Repos.RemoveCollaborator(ctx, "acme", "api", "ada")
	}, "DELETE>GET>DELETE"},
	{"delete webhook", func(ctx context.Context, c *Client) error { return c.Repos.DeleteWebhook(ctx, "acme", "api", "ci") }, "DELETE>GET>DELETE"},
	{"remove member", func(ctx context.Context, c *Client) error { return c.Members.Delete(ctx, "acme", "ada") }, "DELETE>GET>DELETE"},
	{"remove team member", func(ctx context.Context, c *Client) error { return c.Teams.RemoveMember(ctx, "acme", "dev", "ada") }, "DELETE>GET>DELETE"},

	{"create token", func(ctx context.Context, c *Client) error {
		_, err := c.Tokens.Create(ctx, TokenRequest{})
		return err
	}, "POST"},
	{"add collaborator", func(ctx context.Context, c *Client) error { return c.Repos.AddCollaborator(ctx, "acme", "api", "ada") }, "POST"},
	{"add to team", func(ctx context.Context, c *Client) error { return c.Teams.AddMember(ctx, "acme", "dev", "ada") }, "POST"},
	{"star", func(ctx context.Context, c *Client) error { return c.Repos.Star(ctx, "acme", "api") }, "POST"},
	{"unstar", func(ctx context.Context, c *Client) error { return c.Repos.Unstar(ctx, "acme", "api") }, "DELETE"},
	{"resend", func(ctx context.Context, c *Client) error { return c.Invites.Resend(ctx, "i") }, "PATCH"},
	{"revoke", func(ctx context.Context, c *Client) error { return c.Invites.Delete(ctx, "i") }, "DELETE"},
}

// thing is an answer to every GET: a resource, and a listing that has one.
const thing = `{"restricted_images":{},"full_description":"a","description":"b",` +
	`"results":[{"username":"ada","user":"ada","name":"ci"}]}`

// gateway fails the first write with 503. After that, a GET gets after.
func gateway(after string) *server {
	failed := false
	return &server{answer: func(_ int, r *http.Request) (*http.Response, error) {
		switch {
		case r.Method == http.MethodGet && failed && after == "":
			return reply(404, `{"message":"no such thing"}`), nil
		case r.Method == http.MethodGet && failed:
			return reply(200, after), nil
		case r.Method == http.MethodGet:
			return reply(200, thing), nil
		case !failed:
			failed = true
			return reply(503, `{"message":"upstream connect error"}`, "Retry-After", "1"), nil
		}
		return reply(200, `{}`), nil
	}}
}

func methods(s *server) string {
	var all []string
	for _, r := range s.got {
		method, _, _ := strings.Cut(r, " ")
		all = append(all, method)
	}
	return strings.Join(all, ">")
}

// TestRepeat runs all writes against a gateway that fails once: writes that state the
// whole result are repeated, deletions only while the resource is still there.
func TestRepeat(t *testing.T) {
	t.Parallel()
	for _, test := range writes {
		synctest.Test(t, func(t *testing.T) {
			s := gateway(thing)
			err := test.write(t.Context(), client(t, s, func(o *Options) { o.Retries = 2 }))
			repeated := !slices.Contains([]string{"POST", "PATCH", "DELETE"}, test.want)
			if got := methods(s); got != test.want || (err == nil) != repeated {
				t.Errorf("%s: sent %s, want %s: %v", test.name, got, test.want, err)
			}
		})
	}
}

// TestRepeatChanged: after the failure, nothing is sent over what somebody else has
// changed, and a resource that is gone counts as deleted only if its own path says so.
func TestRepeatChanged(t *testing.T) {
	t.Parallel()
	const (
		other   = `{"restricted_images":{"enabled":true},"full_description":"z","description":"z","results":[]}`
		applied = `{"restricted_images":{"enabled":false},"full_description":"y","description":"b","new":1}`
	)
	settings := func(ctx context.Context, c *Client) error {
		_, err := c.Orgs.UpdateSettings(ctx, "acme", OrgSettingsPatch{Body: Body{Base: []byte(`{"restricted_images":{"enabled":false}}`)}})
		return err
	}
	readme := func(ctx context.Context, c *Client) error {
		_, err := c.Repos.Update(ctx, "acme", "api", RepoPatch{Readme: new("y")})
		return err
	}
	for _, test := range []struct {
		name  string
		write func(context.Context, *Client) error
		after string
		want  string
		ok    bool
	}{
		{"settings, changed", settings, other, "GET>GET>PUT>GET", false},
		{"settings, applied", settings, strings.Replace(thing, `{}`, `{"enabled":false}`, 1), "GET>GET>PUT>GET>PUT", true},
		{"README, changed", readme, other, "GET>PATCH>GET", false},
		{"README, applied", readme, applied, "GET>PATCH>GET>PATCH", true},
		{"token, gone", func(ctx context.Context, c *Client) error { return c.Tokens.Delete(ctx, "a") }, "", "DELETE>GET", true},
		{"member, not listed", func(ctx context.Context, c *Client) error { return c.Members.Delete(ctx, "acme", "ada") }, other, "DELETE>GET", false},
		{"team, renamed", func(ctx context.Context, c *Client) error {
			_, err := c.Teams.Update(ctx, "acme", "dev", TeamPatch{})
			return err
		}, "", "PATCH>GET", false},
		{"tag, pushed again", func(ctx context.Context, c *Client) error {
			return c.Tags.DeleteIf(ctx, "acme", "api", "v1", func(t Tag) error {
				if t.Sent("new") {
					return ErrConflict
				}
				return nil
			})
		}, applied, "GET>DELETE>GET", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := gateway(test.after)
			err := test.write(t.Context(), client(t, s, func(o *Options) { o.Retries = 2 }))
			if got := methods(s); got != test.want || (err == nil) != test.ok {
				t.Errorf("%s: sent %s: %v", test.name, got, err)
			}
			if err != nil && !strings.Contains(err.Error(), "upstream connect error") {
				t.Errorf("%s: %v", test.name, err)
			}
			if last := s.got[len(s.got)-1]; test.want == "GET>GET>PUT>GET>PUT" && !slices.Contains(s.got[:len(s.got)-1], last) {
				t.Errorf("%s: then sent %s", test.name, last)
			}
		})
	}
}
