package dockerhub

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestPublishedChanges reads what the newest specification permits: fields that are
// null, masked secrets, and renamed fields.
func TestPublishedChanges(t *testing.T) {
	t.Parallel()
	token, err := Decode[Token]([]byte(`{"uuid":"u","token":"***","expires_at":null}`))
	if err != nil || token.Secret != "" || !token.ExpiresAt.IsZero() || !token.Sent("token") {
		t.Errorf("token %+v: %v", token, err)
	}
	orgToken, err := Decode[OrgToken]([]byte(`{"id":"i","token":"***","expires_at":null,"resources":null}`))
	if err != nil || orgToken.Secret != "" || orgToken.CreatedBy != "" {
		t.Errorf("organization access token %+v: %v", orgToken, err)
	}
	team, err := Decode[Team]([]byte(`{"name":"qa","role":null,"member_count":null}`))
	if err != nil || team.Role != "" || team.MemberCount != nil {
		t.Errorf("team %+v: %v", team, err)
	}
	member, err := Decode[Member]([]byte(`{"username":"ada","role":"release-manager","last_logged_in_at":null,"last_seen_at":null}`))
	if err != nil || member.Role != "release-manager" || !member.LastSeen.IsZero() || !member.LastLoggedIn.IsZero() {
		t.Errorf("member %+v: %v", member, err)
	}
	tag, err := Decode[Tag]([]byte(`{"name":"x","v2":true,"tag_status":"inactive","images":[{"architecture":"amd64","features":null,"os":"linux","os_features":null,"os_version":null,"variant":null}]}`))
	if err != nil || tag.Status != "inactive" || tag.Images[0].Platform() != "linux/amd64" {
		t.Errorf("tag %+v: %v", tag, err)
	}
	for _, doc := range []string{
		`{"immutable_tags":true,"immutable_tags_rules":"v.*,latest"}`,
		`{"immutable_tags":true,"immutable_tags_rules":["v.*","latest"],"immutable_tags_settings":null}`,
		`{"immutable_tags_settings":{"enabled":true,"rules":["v.*","latest"]},"immutable_tags":false}`,
	} {
		r, err := Decode[Repo]([]byte(doc))
		if err != nil || r.ImmutableTags == nil || !r.ImmutableTags.Enabled || len(r.ImmutableTags.Rules) != 2 || string(r.JSON()) != doc {
			t.Errorf("%s: %+v, %v", doc, r.ImmutableTags, err)
		}
	}
	for _, doc := range []string{`{"immutable_tags":true,"immutable_tags_rules":7}`, `{"immutable_tags":"x"}`} {
		if r, err := Decode[Repo]([]byte(doc)); err == nil {
			t.Errorf("%s: %+v", doc, r.ImmutableTags)
		}
	}
}

// TestMaskedAnswer: a token that was created without its secret is not taken for one
// whose secret is asterisks.
func TestMaskedAnswer(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"uuid":"u","id":"i","token":"***"}`))
	}))
	t.Cleanup(srv.Close)
	c, err := New(Options{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Tokens.Create(t.Context(), TokenRequest{Label: "x"})
	if err != nil || token.Secret != "" || token.UUID != "u" {
		t.Errorf("%+v: %v", token, err)
	}
	orgToken, err := c.OrgTokens.Create(t.Context(), "acme", OrgTokenRequest{Label: "x"})
	if err != nil || orgToken.Secret != "" || orgToken.ID != "i" {
		t.Errorf("%+v: %v", orgToken, err)
	}
}

// TestPublishedAnswers reads whole answers in the forms of the newest specification,
// and in the older forms that it replaces.
func TestPublishedAnswers(t *testing.T) {
	t.Parallel()
	type read = func(context.Context, *Client) (any, error)
	invitations := func(ctx context.Context, c *Client) (any, error) {
		all, err := c.Invites.Create(ctx, InviteRequest{Org: "acme", Invitees: []string{"ada"}})
		return fmt.Sprint(len(all), " ", all[0].Invitee, " ", all[0].Status), err
	}
	scimUsers := func(ctx context.Context, c *Client) (any, error) {
		for u, err := range c.SCIM.ListUsers(ctx, SCIMUserListOptions{}) {
			return u.UserName, err
		}
		return "none", nil
	}
	token := func(ctx context.Context, c *Client) (any, error) {
		got, err := c.OrgTokens.Get(ctx, "acme", "i")
		return got.Description + " until " + got.ExpiresAt.Format(time.RFC3339Nano), err
	}
	failure := func(ctx context.Context, c *Client) (any, error) {
		_, err := c.Tags.Get(ctx, "acme", "api", "x")
		return err.Error(), nil
	}
	for _, tc := range []struct {
		name   string
		status int
		answer string
		read   read
		want   any
	}{
		{"invitations once", 202, `{"invitees":[{"invitee":"ada","status":"invited"}]}`, invitations, "1 ada invited"},
		{"invitations nested", 202, `{"invitees":{"invitees":[{"invitee":"ada","status":"invited"}]}}`, invitations, "1 ada invited"},
		{"one page of members", 200, `{"count":1,"next":null,"previous":null,"results":[{"username":"ada","last_seen_at":null}]}`, func(ctx context.Context, c *Client) (any, error) {
			for m, err := range c.Members.List(ctx, "acme", MemberListOptions{}) {
				return m.Username, err
			}
			return "none", nil
		}, "ada"},
		{"export of members", 200, "Name,Username,Email,Type,Role,Teams,Date Joined,Last Logged-in Date,Docker Desktop Version,Last Seen Date,Opted Out Analytics\nAda,ada,,User,Release manager,qa,,,4.53.0,,false\n", func(ctx context.Context, c *Client) (any, error) {
			for m, err := range c.Members.Records(ctx, "acme") {
				return m.Role + " " + m.DesktopVersion + " " + m.OptedOut, err
			}
			return "none", nil
		}, "Release manager 4.53.0 false"},
		{"SCIM Resources", 200, `{"totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[{"userName":"ada"}]}`, scimUsers, "ada"},
		{"SCIM resources", 200, `{"totalResults":1,"startIndex":1,"itemsPerPage":1,"resources":[{"userName":"ada"}]}`, scimUsers, "ada"},
		{"SCIM authentication schemes", 200, `{"patch":{"supported":true},"filter":{"supported":true,"maxResults":200},"authenticationSchemes":[{"name":"b"}]}`, func(ctx context.Context, c *Client) (any, error) {
			got, err := c.SCIM.Config(ctx)
			return fmt.Sprint(*got.Patch.Supported, " ", *got.Filter.MaxResults), err
		}, "true 200"},
		{"role of a team", 200, `{"name":"qa","role":"release-manager"}`, func(ctx context.Context, c *Client) (any, error) {
			got, err := c.Teams.Get(ctx, "acme", "qa")
			return got.Role, err
		}, "release-manager"},
		{"tag without images", 200, `{"name":"x","images":null,"v2":true,"tag_status":"inactive"}`, func(ctx context.Context, c *Client) (any, error) {
			got, err := c.Tags.Get(ctx, "acme", "api", "x")
			return fmt.Sprint(len(got.Images), " ", got.Status), err
		}, "0 inactive"},
		{"organization access token", 200, `{"id":"i","description":"Of CI","expires_at":"2029-12-31T23:59:59Z"}`, token, "Of CI until 2029-12-31T23:59:59Z"},
		{"organization access token with six decimals", 200, `{"id":"i","description":"Of CI","expires_at":"2029-12-31T23:59:59.000000Z"}`, token, "Of CI until 2029-12-31T23:59:59Z"},
		{"error without errinfo", 404, `{"message":"not found","errinfo":null}`, failure, "not found (GET /v2/namespaces/acme/repositories/api/tags/x: 404)"},
		{"error with errinfo", 404, `{"message":"httperror 404: tag 'x' not found","errinfo":{"tag":"x"}}`, failure, "httperror 404: tag 'x' not found (GET /v2/namespaces/acme/repositories/api/tags/x: 404)"},
		{"no pulls", 200, `{"pulls":null}`, func(ctx context.Context, c *Client) (any, error) {
			got, err := c.Analytics.NamespacePulls(ctx, "acme", PullsListOptions{})
			return len(got), err
		}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.answer))
			}))
			t.Cleanup(srv.Close)
			c, err := New(Options{URL: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := tc.read(t.Context(), c); got != tc.want || err != nil {
				t.Errorf("%v, %v; want %v", got, err, tc.want)
			}
		})
	}
}
