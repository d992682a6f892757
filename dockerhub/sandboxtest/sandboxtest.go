// Package sandboxtest starts hubctl's sandbox, a Docker Hub with demo data, for tests
// of programs that use Docker Hub:
//
//	hub := sandboxtest.New(t, sandboxtest.Options{})
//	client := hub.Client()
//
// Its answers are those of the sandbox of hubctl, which its documentation describes.
package sandboxtest

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// Options configure a Hub. The zero value has the demo data.
type Options struct {
	Empty     bool             // accounts without data
	Now       func() time.Time // its clock; nil = time.Now
	Latency   time.Duration    // before each answer
	RateLimit int              // requests per minute before 429; 0 = no limit
	Failures  []string         // as for hubctl sandbox serve --fail, such as "GET /v2/namespaces/*=503:2"
}

// A Hub is a Docker Hub for one test. Its changes are lost at the end.
type Hub struct {
	URL      string // base URL, on loopback
	User     string // a Docker ID
	Password string // of User
	Token    string // an access token of User with the scope repo:admin; "" if the Hub is empty
	Org      string // an organization, which User owns
	OrgToken string // an access token of Org with many scopes; "" if the Hub is empty

	tb testing.TB
}

// New starts a Hub, which ends with the test. The test fails if an option is invalid.
func New(tb testing.TB, o Options) *Hub {
	tb.Helper()
	serving := sandbox.Serving{Latency: o.Latency}
	for _, text := range o.Failures {
		failure, err := sandbox.ParseFailure(text)
		if err != nil {
			tb.Fatal(err)
		}
		serving.Failures = append(serving.Failures, failure)
	}
	hub := sandbox.New(sandbox.Options{Empty: o.Empty, Now: o.Now, RateLimit: o.RateLimit})
	server := httptest.NewUnstartedServer(nil)
	server.Config = sandbox.NewServer(sandbox.NewHandler(hub, serving))
	server.Start()
	tb.Cleanup(server.Close)

	h := &Hub{URL: server.URL, User: sandbox.DemoUser, Org: sandbox.DemoOrg, tb: tb}
	for _, account := range sandbox.Accounts() {
		switch account.User {
		case h.User:
			h.Password = account.Password
			if !o.Empty {
				h.Token = account.Tokens[0].Secret
			}
		case h.Org:
			if !o.Empty {
				h.OrgToken = account.Tokens[0].Secret
			}
		}
	}
	return h
}

// Client returns a client that is logged in as User.
func (h *Hub) Client() *dockerhub.Client {
	h.tb.Helper()
	c, err := dockerhub.New(dockerhub.Options{URL: h.URL, User: h.User, Secret: h.Password})
	if err != nil {
		h.tb.Fatal(err)
	}
	return c
}
