// Package dockerhub is a client for the Docker Hub API.
//
// A [Client] has a service for each resource:
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
// The comment of each method ends with the operation of the API that it calls, as
// Docker's specification names it. [Client.Send] and [Client.Pages] call any other.
//
// # Listings
//
// Listings are iterators. They request the first page when the loop begins, and more
// pages as the loop gets there. An error is yielded once, with a zero value, and ends
// the loop. Another loop over the same iterator starts over. [WithMaxRows] saves
// requests if you only want the first rows.
//
// # Resources
//
// A resource keeps what the server sent ([Raw.JSON]), including fields that this
// package does not know. If the server did not send a field, or sent null, it is
// zero: nil, "" or a zero [Time]. Sizes are in bytes.
//
// Requests have the same field names. In a request, zero fields are not sent.
//
// # Errors
//
// Methods that call the API fail with
//
//   - an [*Error] if the server refuses the request;
//   - an [*AnswerError] if its answer is not in the form that the API promises;
//   - an [*UnreachableError] if there is no answer, or only part of one;
//   - [ErrInput] if an argument cannot be sent, such as an empty name or one with a
//     slash; nothing was sent then;
//   - the error of the context, of [Options.Token] or of [Options.Guard].
//
// Use [errors.Is] with the sentinels, such as [ErrNotFound], and [errors.AsType] for
// details. Other errors are mentioned where they occur.
package dockerhub

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// DefaultURL is the URL of Docker Hub.
const DefaultURL = "https://hub.docker.com"

// Options configure a Client. The zero value is an anonymous client for Docker Hub.
// The functions may be nil. They may be called from several goroutines at once, even
// in a single loop over a listing.
type Options struct {
	URL string // the base URL; "" = DefaultURL. Plain http is for loopback only

	// The other servers of Docker Hub: the one that issues tokens for the registry, the
	// registry, and the one with the usage reports. "" = Docker's for a client of Docker
	// Hub, and URL for any other client.
	AuthURL, RegistryURL, UsageURL string

	User   string      // a Docker ID or, with an organization access token, the organization's name
	Secret string      // a password or access token, which AuthService.Exchange exchanges for bearers as needed
	Token  TokenSource // takes precedence over User and Secret

	Transport   http.RoundTripper // sends the requests; nil = honors the proxy variables, keeps plain http on this machine
	UserAgent   string            // "" = "hubctl"
	Timeout     time.Duration     // maximum time without data; 0 = 30 s, negative = no limit
	Retries     int               // maximum number of retries; 0 = 4, negative = none
	MaxWait     time.Duration     // maximum total wait for rate limits, shared by all requests; 0 = 5 min, negative = none
	Concurrency int               // maximum number of requests in flight; 0 = 6, negative = no limit, and no prefetching

	Notify    func(string)        // called before each wait, with the reason
	Log       func(string)        // called for each request, with one line
	LogBodies bool                // log headers and bodies too, without secrets
	DryRun    func(Request)       // called instead of sending a request that changes something, which fails with ErrDryRun
	Guard     func(Request) error // called before a request that changes something; an error stops the request
	Changed   func()              // called after a request that changed something, or may have
	Hide      func(string) string // removes secrets from the server's text in errors
}

// A TokenSource returns the bearer to send, or "" for none. It is called before
// every request; rejected is the bearer that the server just refused, or "". Its
// error is the error of the request.
type TokenSource func(ctx context.Context, rejected string) (string, error)

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
	Usage     *UsageService

	hub   api
	pulls pullRegistry
}

// New returns a client. It sends nothing. It fails with ErrInput if the URL cannot be
// the base of an API.
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
		Base: base, Token: hub.TokenSource(o.Token), Transport: o.Transport, UserAgent: o.UserAgent,
		Timeout: orDefault(o.Timeout, 30*time.Second), Retries: orDefault(o.Retries, 4),
		MaxWait: orDefault(o.MaxWait, 5*time.Minute), Concurrency: orDefault(o.Concurrency, 6),
		Notify: o.Notify, Log: o.Log, LogBodies: o.LogBodies,
		Changed: o.Changed, Hide: o.Hide,
	}
	if o.DryRun != nil {
		config.DryRun = func(r hub.Request) { o.DryRun(Request(r)) }
	}
	if o.Guard != nil {
		config.Guard = func(r hub.Request) error { return o.Guard(Request(r)) }
	}
	if o.Token == nil && o.Secret != "" {
		anonymous := config
		config.Token = (&exchanger{
			auth: newClient(hub.New(anonymous)).Auth, user: o.User, secret: o.Secret,
			turn: make(chan struct{}, 1),
		}).token
	}
	c := newClient(hub.New(config))
	anonymous := config
	anonymous.Token = nil
	if c.pulls.auth, err = anotherHost(anonymous, o.AuthURL, "https://auth.docker.io"); err != nil {
		return nil, err
	}
	registry := config
	registry.Token = granted
	if c.pulls.images, err = anotherHost(registry, o.RegistryURL, "https://registry-1.docker.io"); err != nil {
		return nil, err
	}
	usage, err := anotherHost(config, o.UsageURL, "https://api.docker.com/enterprise-data/v1")
	if err != nil {
		return nil, err
	}
	c.Usage = &UsageService{c: &Client{hub: usage}, stores: anonymous}
	return c, nil
}

// anotherHost returns a client for a host other than the API's: the one given, or else
// Docker's for a client of Docker Hub and the API's own, with the same path, for any other.
func anotherHost(config hub.Config, given, docker string) (api, error) {
	base, err := hub.ParseBase(cmp.Or(given, docker))
	if err != nil {
		return api{}, err
	}
	if given == "" && hub.Origin(config.Base) != DefaultURL {
		base = config.Base.JoinPath(base.Path)
	}
	config.Base = base
	return api{hub.New(config)}, nil
}

func newClient(h *hub.Client) *Client {
	c := &Client{hub: api{h}}
	c.Analytics = &AnalyticsService{c}
	c.Audit = &AuditService{c}
	c.Auth = &AuthService{c}
	c.Invites = &InvitesService{c}
	c.Members = &MembersService{c}
	c.Teams = &TeamsService{c}
	c.Tokens = &TokensService{c}
	c.OrgTokens = &OrgTokensService{c}
	c.SCIM = &SCIMService{&Client{hub: api{h.Speaking(scimMedia)}}}
	c.Repos = &ReposService{c}
	c.Orgs = &OrgsService{c}
	c.Users = &UsersService{c}
	c.Tags = &TagsService{c}
	c.Manifests = &ManifestsService{c}
	c.Search = &SearchService{c}
	c.RateLimit = &RateLimitService{c}
	return c
}

// orDefault returns v, but the default if v is 0, and 0 if v is negative.
func orDefault[T int | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return max(v, 0)
}

// WithMaxRows returns a context for listings of which at most n rows will be read;
// 0 = all. Listings still yield more if asked to, but do not prefetch pages that
// may not be needed.
func WithMaxRows(ctx context.Context, n int) context.Context { return hub.WithMaxRows(ctx, n) }
