package hub

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

// failed is an answer to DELETE /v2/x/a%2Fb.
func failed(status int, body string, headers ...string) *http.Response {
	resp := reply(status, body, headers...)
	resp.Request = httptest.NewRequest("DELETE", "/v2/x/a%2Fb?token=secret", http.NoBody)
	return resp
}

func TestNewErrorMessage(t *testing.T) {
	t.Parallel()
	mega := strings.Repeat("m", 1<<20)
	for _, test := range []struct {
		status     int
		body, want string
	}{
		// the Hub's envelopes
		{404, `{"message":"httperror 404: object not found","errinfo":{"namespace":"x"}}`, "httperror 404: object not found"},
		{403, `{"errinfo":null,"message":"not allowed with your current plan"}`, "not allowed with your current plan"},
		{401, `{"detail":"Incorrect authentication credentials"}`, "Incorrect authentication credentials"},
		{429, `{"detail":"Rate limit exceeded","error":false}`, "Rate limit exceeded"},
		{400, `{"fields":{"ordering":["Invalid ordering value. Must be one of: name"]},"text":"Invalid ordering value"}`, "ordering: Invalid ordering value. Must be one of: name"},
		{400, `{"fields":{"b":["x","y"],"a":["z"]},"text":"Bad"}`, "Bad; a: z; b: x; y"},
		{400, `{"text":"pq: bad uuid","fields":{"severity":"ERROR","code":"22P02"}}`, "pq: bad uuid"},
		{403, `{"code":7,"message":"permission denied","details":[{"@type":"x"}]}`, "permission denied"},
		{404, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"User not found"}`, "User not found"},
		{404, "<!doctype html>\n<html lang=\"en\">\n<head><title data-x=1>\n404 : Docker </title>", "an HTML page: 404 : Docker"},
		{429, "Too Many Requests (HAP429)\n", "Too Many Requests (HAP429)"},
		{405, "405 Method Not Allowed", "405 Method Not Allowed"},
		// Django's
		{400, `{"__all__":["Repository with this Name and Namespace already exists."]}`, "Repository with this Name and Namespace already exists."},
		{400, `{"non_field_errors":["one","two"]}`, "one; two"},
		{400, `{"name":["Enter a valid name."],"description":["Ensure this field has no more than 100 characters."]}`, "description: Ensure this field has no more than 100 characters; name: Enter a valid name."},
		{400, `{"title":["required"],"detail":["bad"]}`, "bad; title: required"},
		// those of gateways, registries and frameworks
		{422, `{"errors":[{"code":"DENIED","message":"quota exceeded","detail":"x"}]}`, "quota exceeded; x"},
		{401, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Type":"repository","Action":"pull"}]}]}`, "authentication required"},
		{400, `{"errors":["one",{"message":"two"}]}`, "one; two"},
		{400, `{"errors":{"email":["bad"]}}`, "email: bad"},
		{400, `["first problem","second"]`, "first problem; second"},
		{400, `{"message":"","errinfo":{"detail":"the inner reason"}}`, "the inner reason"},
		{400, `{"error":{"message":"nested"}}`, "nested"},
		{400, `{"error":{"code":400,"message":"m","errors":[{"message":"m","domain":"x"}]}}`, "m"},
		{400, `{"code":"LIMIT","reason":"because of the plan"}`, "because of the plan"},
		{400, `{"error":"the error"}`, "the error"},
		{400, `{"details":"the details"}`, "the details"},
		{400, `{"details":["one","two"]}`, "one; two"},
		{400, `{"error":"invalid_grant","error_description":"the password is wrong"}`, "invalid_grant; the password is wrong"},
		{400, `{"title":"Bad","detail":[{"loc":["body"],"msg":"field required"}]}`, "Bad; body: field required"},
		{422, `{"detail":[{"loc":["body","name",0],"msg":"field required"},{"loc":[]}]}`, "body.name: field required"},
		// unknown ones
		{400, `{"code":"LIMIT","limit":5}`, `{"code":"LIMIT","limit":5}`},
		{400, "{\n  \"name\": \"required\"\n}", `{ "name": "required" }`},
		{400, `{"message":"","status":400}`, `{"message":"","status":400}`},
		{500, `{"message":"cut o`, `{"message":"cut o`},
		{500, `{} {"message":"x"}`, `{} {"message":"x"}`},
		{502, "upstream\n\tconnect error", "upstream connect error"},
		// pages without a title
		{502, "\n<HTML><head><style>p {}</style></head><body>Bad <b>gateway</b> &amp; more</body>", "an HTML page: Bad gateway & more"},
		{502, `<?xml version="1.0"?><title></title>`, "an HTML page"},
		// odd types
		{400, `{"message":{"a":1},"detail":"the detail"}`, "the detail"},
		{400, `{"message":null,"detail":"","error":"the error"}`, "the error"},
		{400, `{"detail":["one","two"]}`, "one; two"},
		{400, `{"detail":[null,""," two ",3]}`, "two"},
		{400, `{"fields":{"name":["required"]}}`, "name: required"},
		{400, `{"fields":{"name":[]},"text":"Bad"}`, "Bad"},
		{400, `{"fields":["x"],"title":" Title "}`, "Title; x"},
		{500, `"just a string"`, "just a string"},
		{500, `{}`, "Internal Server Error"},
		{500, `{"message":"","errinfo":{},"error":false}`, "Internal Server Error"},
		{500, `null`, "Internal Server Error"},
		{500, ``, "Internal Server Error"},
		{500, " \n", "Internal Server Error"},
		{799, ``, "status 799 Odd"},
		{500, "caf\xe9 \xff\xfe!", "caf\ufffd \ufffd!"},
		// long ones
		{500, mega, mega[:500] + "…"},
		{500, `{"message":"` + mega[:501] + `"}`, mega[:500] + "…"},
		{500, strings.Repeat("é", 300), strings.Repeat("é", 250) + "…"},
		{500, "m" + strings.Repeat("é", 300), "m" + strings.Repeat("é", 249) + "…"},
		{500, strings.Repeat("\x80", 600) + "end", "\ufffdend"},
		{400, `{"fields":{"a":["` + mega[:600] + `"]}}`, "a: " + mega[:497] + "…"},
	} {
		resp := failed(test.status, test.body)
		resp.Status = strings.TrimSpace(fmt.Sprint(test.status, " ", strings.TrimSpace(http.StatusText(test.status)+strings.Repeat(" Odd", test.status/799))))
		e := newError(resp)
		if e.Message != test.want {
			t.Errorf("%.80q: %.120q (%d bytes)", test.body, e.Message, len(e.Message))
		}
		if want := min(len(test.body), 64<<10); len(e.Body) != want {
			t.Errorf("kept %d bytes of %d", len(e.Body), len(test.body))
		}
	}
	long := failed(799, "")
	long.Status = "799 " + mega
	if e := newError(long); len(e.Message) > 510 {
		t.Errorf("a message of %d bytes", len(e.Message))
	}
}

func TestNewError(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{
		400: ErrInvalid, 401: ErrUnauthorized, 402: ErrPaymentRequired, 403: ErrForbidden, 404: ErrNotFound, 409: ErrConflict, 422: ErrInvalid, 429: ErrRateLimited,
	} {
		e := newError(failed(status, `{"message":"no"}`))
		for _, sentinel := range []error{ErrInvalid, ErrUnauthorized, ErrPaymentRequired, ErrForbidden, ErrNotFound, ErrConflict, ErrRateLimited, ErrAnswer, ErrUnreachable} {
			if errors.Is(e, sentinel) != errors.Is(sentinel, want) {
				t.Errorf("%d: is %v", status, sentinel)
			}
		}
		if got, want := e.Error(), fmt.Sprintf("no (DELETE /v2/x/a%%2Fb: %d)", status); got != want {
			t.Errorf("%s", got)
		}
	}
	if e := newError(failed(500, "")); e.Unwrap() != nil {
		t.Errorf("500 is %v", e.Unwrap())
	}
	for _, test := range []struct {
		status  int
		headers []string
		want    time.Duration
	}{
		{429, []string{"Retry-After", "60"}, time.Minute},
		{429, []string{"X-RateLimit-Reset", "45"}, 45 * time.Second},
		{503, []string{"Retry-After", "60"}, time.Minute},
		{503, []string{"X-RateLimit-Reset", "45"}, 0},
		{404, []string{"Retry-After", "60"}, 0},
		{429, nil, 0},
	} {
		if e := newError(failed(test.status, "", test.headers...)); e.RetryAfter != test.want {
			t.Errorf("%d %v: %s", test.status, test.headers, e.RetryAfter)
		}
	}
	e := newError(failed(302, "moved", "Location", "/"+strings.Repeat("é", 1000)))
	if !strings.HasPrefix(e.Message, "the server redirects to /%C3%A9") || len(e.Message) > 300 || !utf8.ValidString(e.Message) {
		t.Errorf("%q", e.Message)
	}
}

func FuzzNewError(f *testing.F) {
	for _, s := range []string{
		``, `{`, `{"message":"x"}`, `{"detail":["a","b"]}`, `{"fields":{"a":["b"],"c":[]},"text":"a"}`, `<html><title>x</title>`, "<title>\xff", `"x"`, `[["x"]]`,
		`{"__all__":["x"]}`, `{"errors":[{"message":"x","detail":{"loc":["a",1],"msg":"b"}}]}`, `{"code":1e999}`, "{\"a\":\n[]} ",
		strings.Repeat("é", 400), strings.Repeat("\x80", 600), `{"message":"\ud83d\u0000"}`,
	} {
		f.Add(400, "", []byte(s))
		f.Add(307, s, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, location string, body []byte) {
		e := newError(failed(status, string(body), "Location", location))
		if e.Message == "" || len(e.Message) > 2*maxMessage || !utf8.ValidString(e.Message) || strings.Contains(e.Message, "\n") {
			t.Errorf("%d %q %q: %q", status, location, body, e.Message)
		}
		if !strings.HasPrefix(e.Error(), e.Message) || len(e.Body) != len(body) {
			t.Errorf("%v, body %q", e, e.Body)
		}
	})
}

func TestRequestError(t *testing.T) {
	t.Parallel()
	req := httptest.NewRequest("GET", home+"/v2/x?q=secret", http.NoBody)
	own := errors.New("own")
	wrap := func(err error) error { return &url.Error{Op: "Get", URL: req.URL.String(), Err: err} }
	for _, test := range []struct {
		err         error
		want        string
		unreachable bool
	}{
		{wrap(errors.New("x")), "cannot reach hub.docker.com: x (GET /v2/x)", true},
		{wrap(context.DeadlineExceeded), "cannot reach hub.docker.com: context deadline exceeded (GET /v2/x)", true},
		{wrap(context.Canceled), "context canceled", false},
		{wrap(sourceError{own}), "own", false},
		{wrap(stalledError{"no answer", time.Second}), "no answer for 1s (GET /v2/x)", true},
		{wrap(brokenError{3, own}), "the response ended after 3 bytes: own (GET /v2/x)", true},
		{answerError(req, "is odd"), "the answer is odd (GET /v2/x)", false},
		{own, "cannot reach hub.docker.com: own (GET /v2/x)", true},
		{wrap(io.EOF), "hub.docker.com closed the connection without a response (GET /v2/x)", true},
		{wrap(errors.New("dial tcp: connectex: The target machine refused it" + ".")), "cannot reach hub.docker.com: dial tcp: connectex: The target machine refused it (GET /v2/x)", true}, // of Windows
		{wrap(syscall.ECONNRESET), "hub.docker.com closed the connection without a response (GET /v2/x)", true},
		{wrap(syscall.Errno(10053)), "hub.docker.com closed the connection without a response (GET /v2/x)", true}, // of Windows
		{wrap(syscall.Errno(10054)), "hub.docker.com closed the connection without a response (GET /v2/x)", true},
		{wrap(io.ErrUnexpectedEOF), "hub.docker.com closed the connection without a response (GET /v2/x)", true},
		{wrap(errors.New("stream error: stream ID 1; CANCEL; received from peer")), "hub.docker.com canceled the request: CANCEL (GET /v2/x)", true},
		{wrap(errors.New("connection error: PROTOCOL_ERROR")), "hub.docker.com sent an invalid HTTP response: connection error: PROTOCOL_ERROR (GET /v2/x)", true},
		{wrap(errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=\"x\"")), "hub.docker.com closed the connection without a response (GET /v2/x)", true},
		{wrap(errors.New("net/http: HTTP/1.x transport connection broken: malformed HTTP response")), "hub.docker.com sent an invalid HTTP response: malformed HTTP response (GET /v2/x)", true},
	} {
		err := requestError(req, test.err)
		if err.Error() != test.want || errors.Is(err, ErrUnreachable) != test.unreachable || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v", test.err, err)
		}
		if inner, ok := errors.AsType[*url.Error](test.err); ok && !errors.Is(err, inner.Err) && !errors.Is(inner.Err, err) {
			t.Errorf("%v does not wrap its cause", err)
		}
	}
}

// TestHide has a server that repeats a secret of the caller.
func TestHide(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		body, want string
	}{
		{400, `{"message":"hunter2 is wrong"}`, "*** is wrong (GET /v2/x: 400)"},
		{500, "hunter2", "*** (GET /v2/x: 500)"},
		{200, "hunter2", `the answer is not JSON; it starts with "***" (GET /v2/x)`},
		{200, `{"a":"hunter2"}`, `the answer is not a list; it starts with "{\"a\":\"***\"}" (GET /v2/x)`},
		{200, `{"next":"https://[hunter2","results":[]}`, `the answer names "https://[***" as its next page (GET /v2/x)`},
	} {
		c := client(t, always(test.status, test.body), func(c *Config) {
			c.Retries, c.Hide = 0, func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }
		})
		for _, err := range c.Rows(t.Context(), at(t, c, "GET", "/v2/x").URL) {
			if err == nil || err.Error() != test.want {
				t.Errorf("%s: %v", test.body, err)
			}
		}
	}
}

// TestHideNoHTTP has a server that repeats it in an invalid HTTP response, which the
// notices of retries quote as well.
func TestHideNoHTTP(t *testing.T) {
	t.Parallel()
	odd := errors.New("net/http: HTTP/1.x transport connection broken: malformed HTTP response \"hunter2\"")
	var notices []string
	c := client(t, &fake{answer: func(int, *http.Request) (*http.Response, error) { return nil, odd }}, func(c *Config) {
		c.Retries, c.Hide = 1, func(s string) string { return strings.ReplaceAll(s, "hunter2", "***") }
		c.Notify = func(s string) { notices = append(notices, s) }
	})
	_, err := c.JSON(t.Context(), at(t, c, "GET", "/v2/x"))
	if err == nil || len(notices) != 1 || strings.Contains(err.Error()+notices[0], "hunter2") {
		t.Errorf("%v; notices %q", err, notices)
	}
}

// TestArrived: only a request that may have reached the server may have been
// processed.
func TestArrived(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		io.EOF:                                 true,
		stalledError{"no answer", time.Second}: true,
		brokenError{3, io.EOF}:                 true,
		dialRefused:                            false,
		&net.DNSError{}:                        false,
		&tls.CertificateVerificationError{}:    false,
		&net.OpError{Op: "read", Err: io.EOF}:  true,
	} {
		f, ok := errors.AsType[*FaultError](requestError(httptest.NewRequest("PATCH", home+"/v2/x", http.NoBody), err))
		if !ok || f.Arrived != want || f.Method != "PATCH" || f.Path != "/v2/x" {
			t.Errorf("%v: %+v", err, f)
		}
	}
}

func TestBodyError(t *testing.T) {
	t.Parallel()
	c := client(t, always(200, ""))
	own := errors.New("reset")
	err := BodyError(at(t, c, "GET", "/v2/x?token=secret"), own)
	if err.Error() != "the response ended early: reset (GET /v2/x)" || !errors.Is(err, ErrUnreachable) || !errors.Is(err, own) {
		t.Error(err)
	}
	if _, err := c.JSON(t.Context(), at(t, c, "G T", "/v2/x")); err == nil || errors.Is(err, ErrUnreachable) {
		t.Errorf("an odd method: %v", err)
	}
}
