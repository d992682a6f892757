package dockerhub

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The claims of two recorded bearers, with the personal parts replaced.
const (
	exchanged = `{
  "aud": "https://hub.docker.com",
  "exp": 1769819388,
  "https://hub.docker.com": {
    "email": "ada@example.com",
    "roles": [],
    "session_id": "6b0f6f6f-0f10-4c57-9a7e-2f9a1c9e5d0b",
    "source": "docker_pat|2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10",
    "username": "ada",
    "uuid": "9a7e6b0f-5d0b-4c57-9a7e-6b0f6f6f0f10"
  },
  "iat": 1769818788,
  "iss": "https://api.docker.com/",
  "jti": "6b0f6f6f-0f10-4c57-9a7e-2f9a1c9e5d0b",
  "scope": "repo:public_read",
  "source": {"type": "docker_pat", "id": "2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10"}
}`
	deviceLogin = `{
  "https://hub.docker.com": {
    "email": "bork@docker.com",
    "session_id": "a-session-id",
    "source": "samlp",
    "username": "bork!",
    "uuid": "0123-456789"
  },
  "iss": "https://login.docker.com/",
  "sub": "samlp|samlp-docker|bork@docker.com",
  "aud": ["https://audience.com"],
  "iat": 1719502939,
  "exp": 1719506539,
  "scope": "openid offline_access"
}`
)

func TestParseClaims(t *testing.T) {
	t.Parallel()
	at := func(unix int64) time.Time { return time.Unix(unix, 0).UTC() }
	for _, test := range []struct {
		claims string
		want   Claims
	}{
		{exchanged, Claims{
			User: "ada", Email: "ada@example.com", Kind: PersonalAccessToken, TokenID: "2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10",
			Scopes: []string{"repo:public_read"}, IssuedAt: at(1769818788), ExpiresAt: at(1769819388),
		}},
		{deviceLogin, Claims{
			User: "bork!", Email: "bork@docker.com", Kind: JWT, Scopes: []string{"openid", "offline_access"}, IssuedAt: at(1719502939), ExpiresAt: at(1719506539),
		}},
		{`{}`, Claims{Kind: JWT}},
		{`null`, Claims{Kind: JWT}},
		{`[1]`, Claims{Kind: JWT}},
		{`"x"`, Claims{Kind: JWT}},
		{`{"https://hub.docker.com":`, Claims{Kind: JWT}},
		{`{"source":{"type":"docker_pat","id":"x"}}`, Claims{Kind: PersonalAccessToken, TokenID: "x"}},
		{`{"source":{"type":"docker_oat","id":"x"},"https://hub.docker.com":{"username":"org"}}`, Claims{User: "org", Kind: OrganizationAccessToken, TokenID: "x"}},
		{`{"https://hub.docker.com":{"source":"docker_oat|y"}}`, Claims{Kind: OrganizationAccessToken, TokenID: "y"}},
		{`{"https://hub.docker.com":{"source":"organization_token|y"}}`, Claims{Kind: OrganizationAccessToken, TokenID: "y"}},
		{`{"https://hub.docker.com":{"source":"docker_pat"}}`, Claims{Kind: PersonalAccessToken}},
		{`{"https://hub.docker.com":{"source":"docker_password"},"source":{"type":"docker_pat","id":"x"}}`, Claims{Kind: JWT}},
		{`{"iss":"https://identity.docker.com/","sub":"repo:acme/api:ref:refs/heads/main"}`, Claims{Kind: OIDCToken}},
		{`{"iss":"https://token.actions.githubusercontent.com"}`, Claims{Kind: OIDCToken}},
		{`{"iss":"https://identity.docker.com.example.org"}`, Claims{Kind: JWT}},
		{`{"iss":"https://identity.docker.com","https://hub.docker.com":{"username":"ada"}}`, Claims{User: "ada", Kind: JWT}},
		{`{"preferred_username":"bob"}`, Claims{User: "bob", Kind: JWT}},
		{`{"username":"ada","preferred_username":"bob","https://hub.docker.com":{"username":""}}`, Claims{User: "ada", Kind: JWT}},
		{`{"scope":["a","b"]}`, Claims{Kind: JWT, Scopes: []string{"a", "b"}}},
		{`{"scope":" "}`, Claims{Kind: JWT, Scopes: nil}},
		{`{"iat":1719502939.75,"exp":1.719506539e9}`, Claims{Kind: JWT, IssuedAt: at(1719502939), ExpiresAt: at(1719506539)}},
		{`{"iat":"1719502939","exp":-1,"aud":7,"scope":{"a":1},"username":5,"source":"docker_pat","https://hub.docker.com":"x"}`, Claims{Kind: JWT}},
		{`{"iat":0,"exp":1e99}`, Claims{Kind: JWT}},
	} {
		for _, aud := range []string{"", `"aud":"x",`, `"aud":["x","y"],`, `"aud":null,`} {
			claims := strings.Replace(test.claims, "{", "{"+aud, min(1, len(aud)))
			if claims == "{"+aud+"}" {
				continue
			}
			got := ParseClaims(jwt(claims))
			if len(got.Scopes) == 0 {
				got.Scopes = nil
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s: %+v", claims, got)
			}
		}
	}
}

func TestParseClaimsOfGarbage(t *testing.T) {
	t.Parallel()
	enc := base64.RawURLEncoding.EncodeToString([]byte(exchanged))
	for _, bearer := range []string{"", ".", "..", "a.b.c", enc, "a." + enc, "a." + enc + ".b.c", "a.%%%.b", "a." + enc[:len(enc)-3] + ".b", "dckr_pat_x"} {
		got := ParseClaims(bearer)
		if len(got.Scopes) == 0 {
			got.Scopes = nil
		}
		if !reflect.DeepEqual(got, Claims{Kind: JWT}) {
			t.Errorf("%q: %+v", bearer, got)
		}
	}
	if got := ParseClaims("a." + base64.URLEncoding.EncodeToString([]byte(`{"username":"a"}`)) + "."); got.User != "a" {
		t.Errorf("padded: %+v", got)
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	for claims, want := range map[string]time.Duration{
		exchanged:                     10 * time.Minute,
		deviceLogin:                   time.Hour,
		`{}`:                          10 * time.Minute,
		`{"exp":1769819388}`:          10 * time.Minute,
		`{"iat":1769819388}`:          10 * time.Minute,
		`{"iat":1769819388,"exp":5}`:  10 * time.Minute,
		`{"iat":100,"exp":100}`:       10 * time.Minute,
		`{"iat":100,"exp":101}`:       time.Second,
		`{"iat":1,"exp":99999999999}`: 1<<63 - 1,
	} {
		if got := ParseClaims(jwt(claims)).Lifetime(); got != want {
			t.Errorf("%s: %s", claims, got)
		}
	}
}

func FuzzParseClaims(f *testing.F) {
	for _, s := range []string{
		exchanged, deviceLogin, "", "{}", "[]", "null", `{"iat":1e99,"exp":-0}`, `{"scope":[1,null,"x"]}`, `{"source":{"type":7}}`, `{"https://hub.docker.com":{"source":"pat|oat|"}}`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, wrap bool) {
		if wrap {
			s = jwt(s)
		}
		c := ParseClaims(s)
		if !slices.Contains([]Kind{JWT, PersonalAccessToken, OrganizationAccessToken}, c.Kind) || c.Kind == JWT && c.TokenID != "" || c.Lifetime() <= 0 {
			t.Errorf("%q: %+v, %s", s, c, c.Lifetime())
		}
		for _, at := range []time.Time{c.IssuedAt, c.ExpiresAt} {
			if !at.IsZero() && (at.Unix() < 0 || at.Unix() > 1e11) {
				t.Errorf("%q: %s", s, at)
			}
		}
		if again := ParseClaims(s); !reflect.DeepEqual(again, c) {
			t.Errorf("%q: %s and %s", s, fmt.Sprint(c), fmt.Sprint(again))
		}
	})
}
