package session

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

const (
	origin = "https://hub.docker.com"
	pat    = "dckr_pat_abcdefghijklmnopqrstuvwxyz0"
	oat    = "dckr_oat_abcdefghijklmnopqrstuvwxyz012345"
)

// A shop sells sessions, each of ten minutes, without a network. It refuses
// the secret "wrong", and asks for a code if the secret is "second".
type shop struct {
	mu     sync.Mutex
	sold   int
	asked  []string // last part of the path, and the body's values in the order of their keys
	status int      // of every answer, if not 0
}

func (s *shop) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Context().Err()); err != nil {
		return nil, err
	}
	var in struct{ Identifier, Username, Secret, Password, Code string }
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, err
	}
	s.asked = append(s.asked, strings.Join(strings.Fields(strings.Join([]string{
		strings.TrimPrefix(r.URL.Path, "/v2/"), in.Identifier, in.Username, in.Secret, in.Password, in.Code,
	}, " ")), " "))
	status := 200
	var answer string
	switch {
	case s.status != 0:
		status, answer = s.status, `{"detail":"no"}`
	case in.Secret == "wrong" || in.Password == "wrong" || in.Code == "000000":
		status, answer = 401, `{"detail":"Incorrect authentication credentials"}`
	case in.Password == "second":
		status, answer = 401, `{"detail":"Require secondary authentication","login_2fa_token":"challenge"}`
	default:
		s.sold++
		answer = fmt.Sprintf(`{"token":%q,"access_token":%[1]q}`, bearer(s.sold))
	}
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// options returns options that buy from the shop.
func (s *shop) options(t *testing.T, cache string) Options {
	t.Helper()
	c, err := dockerhub.New(dockerhub.Options{Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return Options{Auth: c.Auth, Cache: Cache{Dir: cache}, Notify: func(text string) { t.Errorf("told %q", text) }}
}

// bearer is the n-th bearer that a shop sells.
func bearer(n int) string {
	return token(fmt.Sprintf(`{"iat":1769818788,"exp":1769819388,"jti":"%d"}`, n))
}

func token(claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"RS256"}`)) + "." + enc([]byte(claims)) + "." + enc([]byte("signature"))
}

func choose(t *testing.T, g Given, o Options) *Session {
	t.Helper()
	if g.Origin == "" {
		g.Origin = origin
	}
	s, err := Choose(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// given returns a user and a secret from the environment.
func given(user, secret string) Given {
	return Given{Environment: Secret{User: user, Secret: secret, Source: "HUBCTL_PASSWORD"}}
}

// buys gets a bearer, and compares it and the number sold so far.
func buys(t *testing.T, s *Session, shop *shop, rejected, want string, sold int) {
	t.Helper()
	got, err := s.Token(t.Context(), rejected)
	if err != nil || got != want || shop.sold != sold {
		t.Errorf("bearer %q of %d, %v; asked %q", got, shop.sold, err, shop.asked)
	}
}

func TestTokenIsBought(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		given Given
		asked string
	}{
		{"personal access token", given("ada", pat), "auth/token ada " + pat},
		{"organization access token", given("analytical", oat), "auth/token analytical " + oat},
		{"uuid", given("ada", "2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10"), "auth/token ada 2f9a1c9e-5d0b-4c57-9a7e-6b0f6f6f0f10"},
		{"password", given("ada", "hunter2"), "users/login ada hunter2"},
		{"password with dots", given("ada", "a.b.c"), "users/login ada a.b.c"},
		{"token of an unknown form", Given{User: "ada", Token: "hunter2"}, "auth/token ada hunter2"},
		{"stored token", Given{Stored: &Login{Origin: origin, User: "ada", Kind: dockerhub.PersonalAccessToken, Secret: pat}}, "auth/token ada " + pat},
		{"stored password", Given{Stored: &Login{Origin: origin, User: "ada", Kind: dockerhub.Password, Password: "hunter2"}}, "users/login ada hunter2"},
		{"docker login", Given{Docker: &DockerLogin{User: "ada", Secret: pat, Kind: dockerhub.PersonalAccessToken}}, "auth/token ada " + pat},
	} {
		shop := &shop{}
		s := choose(t, test.given, shop.options(t, ""))
		if len(shop.asked) != 0 || !s.CanBuy() || s.NeedsPassword() != strings.HasPrefix(test.asked, "users/login") {
			t.Errorf("%s: asked %q, can buy %t, needs password %t", test.name, shop.asked, s.CanBuy(), s.NeedsPassword())
		}
		buys(t, s, shop, "", bearer(1), 1)
		buys(t, s, shop, "", bearer(1), 1)
		buys(t, s, shop, "another", bearer(1), 1)
		buys(t, s, shop, bearer(1), bearer(2), 2)
		if want := []string{test.asked, test.asked}; !slices.Equal(shop.asked, want) {
			t.Errorf("%s: asked %q", test.name, shop.asked)
		}
	}
}

func TestTokenIsThere(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]Given{
		"token":        {Token: bearer(7)},
		"environment":  {Environment: Secret{Secret: bearer(7), Token: true}},
		"stored":       {Stored: &Login{Origin: origin, User: "ada", Kind: dockerhub.Password, Bearer: bearer(7)}},
		"docker login": {Docker: &DockerLogin{User: "ada", Bearer: bearer(7), Secret: pat}},
	} {
		shop := &shop{}
		s := choose(t, g, shop.options(t, t.TempDir()))
		for _, rejected := range []string{"", "another", bearer(7)} {
			buys(t, s, shop, rejected, bearer(7), 0)
		}
		if got, err := s.Fresh(t.Context()); got != bearer(7) || err != nil || s.CanBuy() || s.NeedsPassword() || len(shop.asked) != 0 {
			t.Errorf("%s: %q, %v, asked %q", name, got, err, shop.asked)
		}
	}
	shop := &shop{}
	buys(t, choose(t, Given{}, shop.options(t, "")), shop, "", "", 0)
}

// TestTokenEnds runs on a bubble's clock.
func TestTokenEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := &shop{}
		s := choose(t, given("ada", pat), shop.options(t, ""))
		buys(t, s, shop, "", bearer(1), 1)
		time.Sleep(10*time.Minute - dockerhub.RenewBefore - time.Second)
		buys(t, s, shop, "", bearer(1), 1)
		time.Sleep(2 * time.Second)
		buys(t, s, shop, "", bearer(2), 2)

		// A bearer that is stored with the password that bought it.
		now := time.Now().Unix()
		kept := token(fmt.Sprintf(`{"iat":%d,"exp":%d}`, now, now+3600))
		s = choose(t, Given{Stored: &Login{Origin: origin, User: "ada", Kind: dockerhub.Password, Password: "hunter2", Bearer: kept}}, shop.options(t, ""))
		buys(t, s, shop, "", kept, 2)
		time.Sleep(time.Hour - dockerhub.RenewBefore)
		buys(t, s, shop, "", bearer(3), 3)
		s = choose(t, Given{Stored: &Login{Origin: origin, User: "ada", Kind: dockerhub.Password, Password: "hunter2", Bearer: kept}}, shop.options(t, ""))
		buys(t, s, shop, "", bearer(4), 4)
	})
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	own := errors.New("no terminal")
	for _, test := range []struct {
		name  string
		code  func(context.Context) (string, error)
		asked []string
		err   error
	}{
		{"right", func(context.Context) (string, error) { return "123456", nil }, []string{"users/login ada second", "users/2fa-login 123456"}, nil},
		{"wrong", func(context.Context) (string, error) { return "000000", nil }, []string{"users/login ada second", "users/2fa-login 000000"}, dockerhub.ErrUnauthorized},
		{"not given", func(context.Context) (string, error) { return "", own }, []string{"users/login ada second"}, own},
		{"no one to ask", nil, []string{"users/login ada second"}, dockerhub.ErrUnauthorized},
	} {
		shop := &shop{}
		o := shop.options(t, "")
		o.Code = test.code
		got, err := LogIn(t.Context(), o, "ada", "second")
		if !errors.Is(err, test.err) || (err == nil) != (got == bearer(1)) || !slices.Equal(shop.asked, test.asked) {
			t.Errorf("%s: %q, %v, asked %q", test.name, got, err, shop.asked)
		}
	}
}

// TestRefused: a refused secret is sent only once, because a few wrong tries lock the
// account.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"", t.TempDir()} {
		shop := &shop{}
		s := choose(t, given("ada", "wrong"), shop.options(t, dir))
		for range 3 {
			if got, err := s.Token(t.Context(), ""); !errors.Is(err, dockerhub.ErrUnauthorized) || got != "" {
				t.Errorf("%q, %v", got, err)
			}
		}
		if len(shop.asked) != 1 {
			t.Errorf("asked %q", shop.asked)
		}
		// Failures that are not refusals are retried.
		s = choose(t, given("ada", "hunter2"), shop.options(t, dir))
		for _, status := range []int{503, 429} {
			shop.status = status
			if _, err := s.Token(t.Context(), ""); err == nil {
				t.Errorf("%d: no error", status)
			}
		}
		shop.status = 0
		buys(t, s, shop, "", bearer(1), 1)
	}
}

func TestFreshAlwaysBuys(t *testing.T) {
	t.Parallel()
	shop := &shop{}
	dir := t.TempDir()
	s := choose(t, given("ada", pat), shop.options(t, dir))
	for n := 1; n <= 3; n++ {
		if got, err := s.Fresh(t.Context()); got != bearer(n) || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		buys(t, s, shop, "", bearer(n), n)
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(n), n) // from the cache
	}
	shop.status = 503
	if got, err := s.Fresh(t.Context()); got != "" || err == nil {
		t.Errorf("%q, %v", got, err)
	}
	buys(t, s, shop, "", bearer(3), 3) // which is still good
}
