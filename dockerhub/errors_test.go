package dockerhub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// checkPublic fails if err holds an error type of the internal client.
func checkPublic(t *testing.T, err error) {
	t.Helper()
	_, answer := errors.AsType[*hub.Error](err)
	_, odd := errors.AsType[*hub.AnswerError](err)
	_, fault := errors.AsType[*hub.FaultError](err)
	if err == nil || answer || odd || fault {
		t.Errorf("%T: %v", err, err)
	}
}

func TestErrorByStatus(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		400: ErrInvalid, 401: ErrUnauthorized, 402: ErrPaymentRequired, 403: ErrForbidden, 404: ErrNotFound,
		409: ErrConflict, 422: ErrInvalid, 429: ErrRateLimited, 500: nil, 501: nil, 503: nil,
	} {
		s := &server{answer: func(int, *http.Request) (*http.Response, error) {
			return reply(status, `{"message":"no"}`, "Retry-After", "7"), nil
		}}
		_, err := client(t, s, func(o *Options) { o.MaxWait = -1 }).Tokens.Get(t.Context(), "a")
		checkPublic(t, err)
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%d: %v", status, err)
			continue
		}
		wait, again := time.Duration(0), status == 429 || status == 500 || status == 503
		if status == 429 || status == 503 {
			wait = 7 * time.Second
		}
		if e.Method != "GET" || e.Path != "/v2/access-tokens/a" || e.Status != status || e.Message != "no" ||
			string(e.Body) != `{"message":"no"}` || e.RetryAfter != wait || e.Temporary() != again || want != nil && !errors.Is(err, want) || want == nil && e.Unwrap() != nil {
			t.Errorf("%d: %#v", status, e)
		}
	}
}

// TestErrorTypes has a server that fails in each way, and every way to call it.
func TestErrorTypes(t *testing.T) {
	t.Parallel()
	unreachable := func(int, *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	says := func(status int, body string) func(int, *http.Request) (*http.Response, error) {
		return func(int, *http.Request) (*http.Response, error) { return reply(status, body), nil }
	}
	for name, call := range map[string]func(*testing.T, *Client) error{
		"call": func(t *testing.T, c *Client) error { _, err := c.Tokens.Get(t.Context(), "a"); return err },
		"list": func(t *testing.T, c *Client) (last error) {
			for _, err := range c.Tokens.List(t.Context()) {
				last = err
			}
			return last
		},
		"pages": func(t *testing.T, c *Client) (last error) {
			u, err := c.Resolve("/v2/x")
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range c.Pages(t.Context(), Request{Method: "GET", URL: u}) {
				last = err
			}
			return last
		},
		"replace": func(t *testing.T, c *Client) error {
			_, err := c.Orgs.UpdateSettings(t.Context(), "acme", OrgSettingsPatch{})
			return err
		},
		"invite": func(t *testing.T, c *Client) error {
			_, err := c.Invites.Create(t.Context(), InviteRequest{})
			return err
		},
		"records": func(t *testing.T, c *Client) (last error) {
			for _, err := range c.Members.Records(t.Context(), "acme") {
				last = err
			}
			return last
		},
		"login": func(t *testing.T, c *Client) error { _, err := c.Auth.Login(t.Context(), "ada", "x"); return err },
		"limit": func(t *testing.T, c *Client) error {
			_, err := c.RateLimit.Pulls(t.Context(), "ada", "x")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := call(t, client(t, &server{answer: says(404, "")}))
			checkPublic(t, err)
			if e, ok := errors.AsType[*Error](err); !ok || !errors.Is(err, ErrNotFound) || e.Status != 404 {
				t.Errorf("404: %v", err)
			}
			err = call(t, client(t, &server{answer: says(200, `"`)}))
			checkPublic(t, err)
			if e, ok := errors.AsType[*AnswerError](err); !ok || !errors.Is(err, ErrAnswer) || e.Path == "" || e.Problem == "" {
				t.Errorf("an odd answer: %v", err)
			}
			err = call(t, client(t, &server{answer: unreachable}))
			checkPublic(t, err)
			if e, ok := errors.AsType[*UnreachableError](err); !ok || !errors.Is(err, ErrUnreachable) ||
				!errors.Is(err, io.ErrUnexpectedEOF) || e.Path == "" || !e.Arrived || strings.Contains(e.Message, e.Path) {
				t.Errorf("no answer: %v", err)
			}
		})
	}
}

// TestBrokenBody has a connection that breaks while the caller reads a body.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	s := &server{answer: func(int, *http.Request) (*http.Response, error) {
		resp := reply(200, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("Name\n"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, nil
	}}
	c := client(t, s)
	u, err := c.Resolve("/v2/x")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Send(t.Context(), Request{Method: "GET", URL: u})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	export, err := c.Members.Export(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	defer export.Close()
	for path, body := range map[string]io.Reader{"/v2/x": resp.Body, "/v2/orgs/acme/members/export": export} {
		b, err := io.ReadAll(body)
		checkPublic(t, err)
		want := "the response ended early: unexpected EOF (GET " + path + ")"
		if e, ok := errors.AsType[*UnreachableError](err); string(b) != "Name\n" || !ok || e.Error() != want {
			t.Errorf("%q, %v", b, err)
		}
	}
}

// TestTokenSourceErrors has a session that cannot be renewed for now.
func TestTokenSourceErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault error
		want  error // of the request that was answered with 401
	}{
		{&Error{Status: 503}, &Error{Status: 503}},
		{&UnreachableError{}, ErrUnreachable},
		{&Error{Status: 403}, ErrUnauthorized},
		{io.EOF, ErrUnauthorized},
	} {
		_, err := client(t, says(401, ""), func(o *Options) {
			o.Token = func(_ context.Context, rejected string) (string, error) {
				if rejected != "" {
					return "", test.fault
				}
				return "stale", nil
			}
		}).Tokens.Get(t.Context(), "a")
		if e, ok := errors.AsType[*Error](test.want); ok {
			if got, ok := errors.AsType[*Error](err); !ok || got.Status != e.Status {
				t.Errorf("%v: %v", test.fault, err)
			}
		} else if !errors.Is(err, test.want) {
			t.Errorf("%v: %v", test.fault, err)
		}
	}
}
