package dockerhub

import (
	"net/http"
	"net/http/httptest"
	"testing"
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
