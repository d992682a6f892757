package dockerhub

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestTokenRequests(t *testing.T) {
	t.Parallel()
	label, off := "new", false
	for _, test := range []struct {
		call func(*testing.T, *TokensService) error
		want string
	}{
		{func(t *testing.T, s *TokensService) error { _, err := s.Get(t.Context(), "a b"); return err }, "GET /v2/access-tokens/a%20b"},
		{func(t *testing.T, s *TokensService) error {
			_, err := s.Create(t.Context(), TokenRequest{Label: "ci", Scopes: []string{"repo:read"}, ExpiresAt: &Time{time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)}})
			return err
		}, `POST /v2/access-tokens {"token_label":"ci","scopes":["repo:read"],"expires_at":"2027-01-02T03:04:05.000000Z"}`},
		{func(t *testing.T, s *TokensService) error {
			_, err := s.Update(t.Context(), "a", TokenPatch{Label: &label, Active: &off})
			return err
		}, `PATCH /v2/access-tokens/a {"token_label":"new","is_active":false}`},
		{func(t *testing.T, s *TokensService) error { return s.Delete(t.Context(), "a") }, "DELETE /v2/access-tokens/a"},
	} {
		s := says(200, `{"uuid":"a"}`)
		if err := test.call(t, client(t, s).Tokens); err != nil || !slices.Equal(s.got, []string{test.want}) {
			t.Errorf("sent %q, %v", s.got, err)
		}
		s = says(404, `{"message":"no such token"}`)
		if err := test.call(t, client(t, s).Tokens); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", test.want, err)
		}
	}
	s := says(200, `{}`)
	tokens := client(t, s).Tokens
	for _, id := range []string{"", ".", "..", "a/b", "a\nb"} {
		_, getErr := tokens.Get(t.Context(), id)
		_, updateErr := tokens.Update(t.Context(), id, TokenPatch{})
		for _, err := range []error{getErr, updateErr, tokens.Delete(t.Context(), id)} {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	if len(s.got) != 0 {
		t.Errorf("sent %q", s.got)
	}
}

func TestTokenAnswers(t *testing.T) {
	t.Parallel()
	if _, err := client(t, says(200, "")).Tokens.Get(t.Context(), "a"); !errors.Is(err, ErrAnswer) {
		t.Errorf("an empty GET: %v", err)
	}
	if token, err := client(t, says(204, "")).Tokens.Update(t.Context(), "a", TokenPatch{}); err != nil || token.JSON() != nil {
		t.Errorf("an empty PATCH: %+v, %v", token, err)
	}
	for _, status := range []int{200, 202, 204} {
		if err := client(t, says(status, "anything")).Tokens.Delete(t.Context(), "a"); err != nil {
			t.Errorf("DELETE %d: %v", status, err)
		}
	}
}

// TestDeletesShareAConnection has a server that sends unneeded bodies.
func TestDeletesShareAConnection(t *testing.T) {
	t.Parallel()
	var from []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from = append(from, r.RemoteAddr)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"deleted":true}`)
	}))
	t.Cleanup(server.Close)
	c := client(t, nil, func(o *Options) { o.URL, o.Transport = server.URL, server.Client().Transport })
	for range 3 {
		if err := c.Tokens.Delete(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	}
	if len(slices.Compact(from)) != 1 {
		t.Errorf("connections %v", from)
	}
}

func TestTokenList(t *testing.T) {
	t.Parallel()
	s := says(200,
		`{"count":3,"active_count":1,"next":"https://hub.docker.com/v2/access-tokens?page=2&page_size=100","results":[{"uuid":"a","x":1},{"uuid":"b"}]}`,
		`{"count":3,"active_count":1,"next":null,"results":[{"uuid":"c"}]}`)
	var got []string
	for token, err := range client(t, s).Tokens.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(token.JSON()))
	}
	if want := []string{`{"uuid":"a","x":1}`, `{"uuid":"b"}`, `{"uuid":"c"}`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if want := []string{"GET /v2/access-tokens?page_size=100", "GET /v2/access-tokens?page=2&page_size=100"}; !slices.Equal(s.got, want) {
		t.Errorf("sent %q", s.got)
	}
	s.got = nil
	for _, err := range client(t, s).Tokens.List(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if len(s.got) != 1 {
		t.Errorf("sent %q for one row", s.got)
	}
}

// TestTokenListErrors has callers that continue after an error.
func TestTokenListErrors(t *testing.T) {
	t.Parallel()
	for body, rows := range map[string]int{
		`{"results":[{"uuid":"a"},{"uuid":2},{"uuid":"c"}]}`: 1,
		`{"results":[{"uuid":"a"},null]}`:                    1,
		`{"results":[3]}`:                                    0,
		`{"results":{}}`:                                     0,
		`{"next":"/v2/access-tokens?page_size=100","results":[{"uuid":"a"}]}`: 1,
	} {
		n, errs := 0, 0
		client(t, says(200, body)).Tokens.List(t.Context())(func(token Token, err error) bool {
			switch {
			case err == nil && errs == 0:
				n++
			case !errors.Is(err, ErrAnswer):
				t.Errorf("%s: %+v, %v", body, token, err)
			default:
				errs++
			}
			return true
		})
		if n != rows || errs != 1 {
			t.Errorf("%s: %d rows, %d errors", body, n, errs)
		}
	}
}

func TestTokenCreateSalvages(t *testing.T) {
	t.Parallel()
	for body, broken := range map[string]bool{
		`{"uuid":"u1","token":"dckr_pat_x","token_label":"ci"}`:                                          false,
		`{"uuid":"u1","token":"dckr_pat_x","is_active":"yes","scopes":7,"token_label":{"a":1}}`:          true,
		`{"created_at":"soon","scopes":"repo:read","is_active":[],"token":"dckr_pat_x","uuid":"u1"}`:     true,
		`{"last_used":{},"expires_at":1,"client_id":1,"creator_ip":[],"uuid":"u1","token":"dckr_pat_x"}`: true,
	} {
		token, err := client(t, says(201, body)).Tokens.Create(t.Context(), TokenRequest{})
		if errors.Is(err, ErrAnswer) != broken || token.UUID != "u1" || token.Secret != "dckr_pat_x" || string(token.JSON()) != body {
			t.Errorf("%s: %+v, %v", body, token, err)
		}
	}
	// The connection breaks after the last byte of the answer but before its end.
	s := &server{answer: func(int, *http.Request) (*http.Response, error) {
		resp := reply(201, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"uuid":"u1","token":"dckr_pat_x"}`), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, nil
	}}
	if token, err := client(t, s).Tokens.Create(t.Context(), TokenRequest{}); err != nil || token.Secret != "dckr_pat_x" {
		t.Errorf("%+v, %v", token, err)
	}
	if token, err := client(t, says(201, `{"uuid":7,"token":["x"]}`)).Tokens.Create(t.Context(), TokenRequest{}); !errors.Is(err, ErrAnswer) || token.Secret != "" || token.JSON() == nil {
		t.Errorf("%+v, %v", token, err)
	}
	if token, err := client(t, says(201, "")).Tokens.Create(t.Context(), TokenRequest{}); err != nil || token.JSON() != nil {
		t.Errorf("%+v, %v", token, err)
	}
	if _, err := client(t, says(201, "<html>")).Tokens.Create(t.Context(), TokenRequest{}); !errors.Is(err, ErrAnswer) {
		t.Error(err)
	}
}

func TestTokenDryRun(t *testing.T) {
	t.Parallel()
	s := says(200, `{"uuid":"a","results":[]}`)
	var taken []string
	c := client(t, s, func(o *Options) { o.DryRun = func(r Request) { taken = append(taken, r.Method+" "+r.URL.Path) } })
	_, createErr := c.Tokens.Create(t.Context(), TokenRequest{Body: Body{json.RawMessage(`{"a":1}`)}})
	_, updateErr := c.Tokens.Update(t.Context(), "a", TokenPatch{})
	for _, err := range []error{createErr, updateErr, c.Tokens.Delete(t.Context(), "a")} {
		if !errors.Is(err, ErrDryRun) {
			t.Error(err)
		}
	}
	if want := []string{"POST /v2/access-tokens", "PATCH /v2/access-tokens/a", "DELETE /v2/access-tokens/a"}; !slices.Equal(taken, want) || len(s.got) != 0 {
		t.Errorf("took %q, sent %q", taken, s.got)
	}
	if _, err := c.Tokens.Get(t.Context(), "a"); err != nil || len(s.got) != 1 {
		t.Errorf("a read: %v", err)
	}
}
