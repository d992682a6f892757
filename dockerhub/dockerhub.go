// Package dockerhub is a client for the Docker Hub API.
//
// A [Client] has a service for each resource. Listings are iterators that ask
// for the next page only when the loop gets there:
//
//	c, err := dockerhub.New(dockerhub.Options{User: "ada", Secret: os.Getenv("DOCKERHUB_PASSWORD")})
//	if err != nil {
//		return err
//	}
//	for token, err := range c.Tokens.List(ctx) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(token.UUID, token.Label)
//	}
//
// Every resource carries what the server sent ([Object.JSON]), so nothing is
// lost that this package has no field for. Errors are told apart with
// [errors.Is] and the sentinels below, or looked into as an [*Error].
package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// DefaultURL is where Docker Hub is.
const DefaultURL = "https://hub.docker.com"

// Options say how a Client works. The zero value is an anonymous client of
// Docker Hub. Its functions may be called by several goroutines at once,
// also in a single loop over a listing.
type Options struct {
	URL  string // base URL; "" = DefaultURL. Plain http is for loopback only
	User string // Docker ID; the organization's name if Secret is an organization access token
	// password, or personal or organization access token: exchanged at /v2/auth/token, again whenever the session runs out
	Secret string
	Token  TokenSource

	Transport http.RoundTripper // what sends; nil = honors the proxy variables, and keeps plain http on this machine
	UserAgent string            // "" = "hubctl"
	Timeout   time.Duration     // without an answer or without progress; 0 = 30 s, negative = no limit
	Retries   int               // of a request that may be repeated; 0 = 4, negative = none
	MaxWait   time.Duration     // spent on rate limits by all requests together; 0 = 5 min, negative = none
	Prefetch  int               // pages of a listing in flight together; 0 = 6, negative = one after the other
	Notify    func(string)      // told of each wait; may be nil
	Log       func(string)      // told of each request; may be nil
	LogBodies bool              // whether Log is told headers and bodies too, without secrets
	DryRun    func(Request)     // gets the requests that would change something, instead of the server
	// asked before a request that would change something is sent; its error keeps it back; may be nil
	Guard   func(Request) error
	Changed func() // told that a request has changed something, or may have; may be nil
	// takes secrets out of what the server says before it becomes part of an error; may be nil
	Hide func(string) string
}

// A TokenSource returns the bearer to send, or "" for none. It is asked before
// every request; rejected is the bearer that the server has just refused, and
// "" otherwise. If set, it comes before Options.Secret.
type TokenSource = hub.TokenSource

// A Request is one call, as Options.DryRun gets it and Client.Send takes it.
type Request = hub.Request

// A Client calls the Docker Hub API. It is safe for concurrent use.
type Client struct {
	Analytics *AnalyticsService
	Audit     *AuditService
	Auth      *AuthService
	Invites   *InvitesService
	Members   *MembersService
	Teams     *TeamsService
	Tokens    *TokensService
	OrgTokens *OrgTokensService
	SCIM      *SCIMService
	Repos     *ReposService
	Orgs      *OrgsService
	Users     *UsersService
	Tags      *TagsService
	Manifests *ManifestsService
	Search    *SearchService
	RateLimit *RateLimitService

	hub   *hub.Client
	pulls pullRegistry
}

// service is what every resource's service is: a way back to the client.
type service struct{ c *Client }

// New returns a client. It sends nothing.
func New(o Options) (*Client, error) {
	if o.URL == "" {
		o.URL = DefaultURL
	}
	base, err := hub.ParseBase(o.URL)
	if err != nil {
		return nil, err
	}
	if o.UserAgent == "" {
		o.UserAgent = "hubctl"
	}
	config := hub.Config{
		Base: base, Token: o.Token, Transport: o.Transport, UserAgent: o.UserAgent,
		Timeout: orDefault(o.Timeout, 30*time.Second), Retries: orDefault(o.Retries, 4),
		MaxWait: orDefault(o.MaxWait, 5*time.Minute), Prefetch: orDefault(o.Prefetch, 6),
		Notify: o.Notify, Log: o.Log, LogBodies: o.LogBodies,
		DryRun: o.DryRun, Guard: o.Guard, Changed: o.Changed, Hide: o.Hide,
	}
	if o.Token == nil && o.Secret != "" {
		anonymous := config
		config.Token = (&exchanger{
			auth: newClient(hub.New(anonymous)).Auth, user: o.User, secret: o.Secret,
			turn: make(chan struct{}, 1),
		}).token
	}
	c := newClient(hub.New(config))
	c.pulls = newPullRegistry(config)
	return c, nil
}

func newClient(h *hub.Client) *Client {
	c := &Client{hub: h}
	c.Analytics = (*AnalyticsService)(&service{c})
	c.Audit = (*AuditService)(&service{c})
	c.Auth = (*AuthService)(&service{c})
	c.Invites = (*InvitesService)(&service{c})
	c.Members = (*MembersService)(&service{c})
	c.Teams = (*TeamsService)(&service{c})
	c.Tokens = (*TokensService)(&service{c})
	c.OrgTokens = (*OrgTokensService)(&service{c})
	c.SCIM = (*SCIMService)(&service{&Client{hub: h.Speaking(scimMedia)}})
	c.Repos = (*ReposService)(&service{c})
	c.Orgs = (*OrgsService)(&service{c})
	c.Users = (*UsersService)(&service{c})
	c.Tags = (*TagsService)(&service{c})
	c.Manifests = (*ManifestsService)(&service{c})
	c.Search = (*SearchService)(&service{c})
	c.RateLimit = (*RateLimitService)(&service{c})
	return c
}

// orDefault is v, with the default for 0 and 0 for what is negative.
func orDefault[T int | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return max(v, 0)
}

// Resolve reads the path of a request as a person types it: with or without
// the first slash, perhaps with a query, or as a whole URL of the client's own
// origin. It fails with ErrInput on anything that would lead elsewhere.
func (c *Client) Resolve(path string) (*url.URL, error) { return c.hub.Resolve(path) }

// Send sends any request, made with Resolve, and returns the answer whatever
// its status. The caller reads and closes its body.
func (c *Client) Send(ctx context.Context, r Request) (*http.Response, error) {
	return c.hub.Send(ctx, r)
}

// WithMaxRows tells the listings read with the context it returns that no more than
// n of their rows may be wanted; 0 = all. They still yield as many as are asked
// for, but read no page ahead that might not be needed.
func WithMaxRows(ctx context.Context, n int) context.Context { return hub.WithMaxRows(ctx, n) }

// A Page is one answer of a listing.
type Page = hub.Page

// Pages follows any listing, whatever its paging style, from the request of its
// first page, a GET made with Resolve, whose header and body the others are
// sent with, too.
func (c *Client) Pages(ctx context.Context, r Request) iter.Seq2[Page, error] {
	return c.hub.Pages(ctx, r)
}

// ReadError reads the error that an answer of Send's is, whose status is not
// 2xx.
func (c *Client) ReadError(resp *http.Response) *Error { return c.hub.ReadError(resp) }

// BodyError is the fault of an answer of Send's whose body broke off while it
// was read. It wraps ErrUnreachable.
func BodyError(r Request, err error) error { return hub.BodyError(r, err) }

// ReadPage reads a page of a listing, whatever its envelope. Its errors read
// on from "the answer ".
func ReadPage(body json.RawMessage) (Page, error) { return hub.ReadPage(body) }
