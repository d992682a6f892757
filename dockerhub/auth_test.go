package dockerhub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// logins are the calls that buy sessions.
var logins = []struct {
	name, field, sent string
	call              func(context.Context, *AuthService) (string, error)
}{
	{
		"login", "token", `POST /v2/users/login {"password":"hunter2","username":"ada"}`,
		func(ctx context.Context, s *AuthService) (string, error) { return s.Login(ctx, "ada", "hunter2") },
	},
	{
		"second factor", "token", `POST /v2/users/2fa-login {"code":"012345","login_2fa_token":"challenge"}`,
		func(ctx context.Context, s *AuthService) (string, error) {
			return s.SecondFactor(ctx, "challenge", "012345")
		},
	},
	{
		"exchange", "access_token", `POST /v2/auth/token {"identifier":"ada","secret":"hunter2"}`,
		func(ctx context.Context, s *AuthService) (string, error) { return s.Exchange(ctx, "ada", "hunter2") },
	},
}

func TestLogins(t *testing.T) {
	t.Parallel()
	refused := func(int, *http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }
	says := func(status int, body string, headers ...string) func(int, *http.Request) (*http.Response, error) {
		return func(int, *http.Request) (*http.Response, error) { return reply(status, body, headers...), nil }
	}
	for _, login := range logins {
		for _, test := range []struct {
			name   string
			answer func(int, *http.Request) (*http.Response, error)
			want   string
			err    error
		}{
			{"works", says(200, `{"FIELD":"bearer~!","refresh_token":"x"}`), "bearer~!", nil},
			{"wrong", says(401, `{"detail":"Incorrect authentication credentials"}`), "", ErrUnauthorized},
			{"locked out", says(429, `{"detail":"Too many failed login attempts"}`, "Retry-After", "1"), "", ErrRateLimited},
			{"broken", says(503, ``, "Retry-After", "0"), "", &Error{}},
			{"moved", says(307, ``, "Location", "https://evil.example/"), "", &Error{}},
			{"out of reach", refused, "", ErrUnreachable},
			{"no field", says(200, `{"other":"x"}`), "", ErrAnswer},
			{"odd field", says(200, `{"FIELD":7}`), "", ErrAnswer},
			{"null", says(200, `{"FIELD":null}`), "", ErrAnswer},
			{"not an object", says(200, `["x"]`), "", ErrAnswer},
			{"nothing", says(200, ``), "", ErrAnswer},
			{"not JSON", says(200, `<html>`), "", ErrAnswer},
			{"empty", says(200, `{"FIELD":""}`), "", ErrAnswer},
			{"newline", says(200, `{"FIELD":"bearer\nX-Evil: 1"}`), "", ErrAnswer},
			{"space", says(200, `{"FIELD":"a b"}`), "", ErrAnswer},
			{"control", says(200, `{"FIELD":"a\u0000"}`), "", ErrAnswer},
			{"delete", says(200, `{"FIELD":"a\u007f"}`), "", ErrAnswer},
			{"not ASCII", says(200, `{"FIELD":"ä"}`), "", ErrAnswer},
		} {
			s := &server{answer: func(n int, r *http.Request) (*http.Response, error) {
				resp, err := test.answer(n, r)
				if resp != nil {
					b, _ := io.ReadAll(resp.Body)
					resp.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(b), "FIELD", login.field)))
				}
				return resp, err
			}}
			// The client already has a session and would wait between attempts.
			c := client(t, s, func(o *Options) {
				o.Retries, o.MaxWait = 4, time.Hour
				o.DryRun = func(r Request) { t.Errorf("%s was not sent", r.URL) }
				o.Token = func(context.Context, string) (string, error) { return "", nil }
			})
			bearer, err := login.call(t.Context(), c.Auth)
			if _, ok := errors.AsType[*Error](test.err); ok {
				if _, ok := errors.AsType[*Error](err); !ok {
					t.Errorf("%s, %s: %v", login.name, test.name, err)
				}
			} else if !errors.Is(err, test.err) {
				t.Errorf("%s, %s: %v", login.name, test.name, err)
			}
			if bearer != test.want || (err == nil) != (test.want != "") || !slices.Equal(s.got, []string{login.sent}) {
				t.Errorf("%s, %s: %q, %v, sent %q", login.name, test.name, bearer, err, s.got)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s, %s: %v", login.name, test.name, err)
			}
		}
	}
}

func TestSecondFactorError(t *testing.T) {
	t.Parallel()
	s := says(401, `{"detail":"Require secondary authentication on MFA enabled account","login_2fa_token":"challenge.of.fa"}`)
	_, err := client(t, s).Auth.Login(t.Context(), "ada", "hunter2")
	second, ok := errors.AsType[*SecondFactorError](err)
	if !ok || second.Challenge != "challenge.of.fa" || !errors.Is(err, ErrUnauthorized) || strings.Contains(err.Error(), "challenge") {
		t.Errorf("%v", err)
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Status != 401 || e.Message != "Require secondary authentication on MFA enabled account" {
		t.Errorf("%v", err)
	}
	for _, body := range []string{`{"login_2fa_token":""}`, `{"login_2fa_token":7}`, `"login_2fa_token"`, `{}`, `[]`, ``} {
		_, err := client(t, says(401, body)).Auth.Login(t.Context(), "ada", "hunter2")
		if _, ok := errors.AsType[*SecondFactorError](err); ok || !errors.Is(err, ErrUnauthorized) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestExchanger uses a fake clock, since it depends on when sessions expire.
func TestExchanger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		bought, refuse := 0, ""
		s := &server{}
		s.answer = func(_ int, r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if r.URL.Path == "/v2/auth/token" {
				if r.Header.Get("Authorization") != "" {
					t.Error("a session was bought with a session")
				}
				bought++
				return reply(200, `{"access_token":"`+bearer(bought)+`"}`), nil
			}
			if got := r.Header.Get("Authorization"); got != "Bearer "+bearer(bought) || got == "Bearer "+refuse {
				return reply(401, `{"message":"unauthorized"}`), nil
			}
			return reply(200, `{"uuid":"a"}`), nil
		}
		c := client(t, s, func(o *Options) { o.User, o.Secret = "ada", "dckr_pat_x" })
		step := func(name string, want int) {
			t.Helper()
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if _, err := c.Tokens.Get(t.Context(), "a"); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if bought != want {
				t.Errorf("%s: bought %d sessions", name, bought)
			}
		}
		if len(s.got) != 0 {
			t.Errorf("New sent %q", s.got)
		}
		step("first", 1)
		step("again", 1)
		time.Sleep(time.Hour - RenewBefore - time.Second)
		step("nearly over", 1)
		time.Sleep(2 * time.Second)
		step("over", 2)
		refuse = bearer(2)
		step("rejected", 3)
		if err := c.Tokens.Delete(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		refuse = bearer(3)
		if err := c.Tokens.Delete(t.Context(), "a"); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("a write was repeated: %v", err)
		}
		step("after a rejected write", 4)
	})
}

// TestExchangerCanceled: a caller that waits for a session bought by another call
// stops waiting when its own context ends.
func TestExchangerCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		s := &server{answer: func(_ int, r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/v2/auth/token" {
				<-hold
			}
			return reply(200, `{"access_token":"b"}`), nil
		}}
		c := client(t, s, func(o *Options) { o.User, o.Secret = "ada", "dckr_pat_x" })
		var buyer error
		go func() { buyer = c.Tokens.Delete(t.Context(), "a") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Tokens.Delete(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(hold)
		if synctest.Wait(); buyer != nil || len(s.got) != 2 {
			t.Errorf("%v, sent %q", buyer, s.got)
		}
	})
}

// bearer returns the n-th session, which lasts an hour.
func bearer(n int) string {
	return jwt(`{"iat":1769818788,"exp":1769822388,"jti":"` + strings.Repeat("x", n) + `"}`)
}

// TestExchangerRefused tries once: a few failed attempts lock the account.
func TestExchangerRefused(t *testing.T) {
	t.Parallel()
	s := says(401, `{"detail":"Incorrect authentication credentials"}`)
	c := client(t, s, func(o *Options) { o.User, o.Secret, o.Retries = "ada", "wrong", 4 })
	for range 3 {
		for _, err := range []error{c.Tokens.Delete(t.Context(), "a"), c.Tokens.Delete(t.Context(), "b")} {
			if e, ok := errors.AsType[*Error](err); !ok || e.Path != "/v2/auth/token" || e.Status != 401 {
				t.Errorf("%v", err)
			}
		}
	}
	if len(s.got) != 1 {
		t.Errorf("sent %q", s.got)
	}
	// Other failures are retried.
	s = &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
		return reply([]int{503, 429, 200, 204}[n-1], `{"access_token":"b"}`), nil
	}}
	c = client(t, s, func(o *Options) { o.User, o.Secret = "ada", "right" })
	for _, want := range []bool{false, false, true} {
		if err := c.Tokens.Delete(t.Context(), "a"); (err == nil) != want {
			t.Errorf("%v", err)
		}
	}
}

func TestTokenBeforeSecret(t *testing.T) {
	t.Parallel()
	s := says(200, `{}`)
	c := client(t, s, func(o *Options) {
		o.User, o.Secret, o.Token = "ada", "x", func(context.Context, string) (string, error) { return "own", nil }
	})
	if _, err := c.Tokens.Get(t.Context(), "a"); err != nil || s.headers[0].Get("Authorization") != "Bearer own" || len(s.got) != 1 {
		t.Errorf("sent %q, %v", s.got, err)
	}
}
