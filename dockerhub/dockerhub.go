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
	"errors"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// DefaultURL is where Docker Hub is.
const DefaultURL = "https://hub.docker.com"

// Options say how a Client works. The zero value is an anonymous client of
// Docker Hub. Its functions may be called by several goroutines at once,
// also in a single loop over a listing.
type Options struct {
	URL    string // base URL; "" = DefaultURL. Plain http is for loopback only
	User   string // Docker ID; the organization's name if Secret is an organization access token
	Secret string // password, or personal or organization access token: exchanged at /v2/auth/token, again whenever the session runs out
	Token  TokenSource

	Transport http.RoundTripper   // what sends; nil = honors the proxy variables, and keeps plain http on this machine
	UserAgent string              // "" = "hubctl"
	Timeout   time.Duration       // without an answer or without progress; 0 = 30 s, negative = no limit
	Retries   int                 // of a request that may be repeated; 0 = 4, negative = none
	MaxWait   time.Duration       // spent on rate limits by all requests together; 0 = 5 min, negative = none
	Prefetch  int                 // pages of a listing in flight together; 0 = 6, negative = one after the other
	Notify    func(string)        // told of each wait; may be nil
	Log       func(string)        // told of each request; may be nil
	LogBodies bool                // whether Log is told headers and bodies too, without secrets
	DryRun    func(Request)       // gets the requests that would change something, instead of the server
	Guard     func(Request) error // asked before a request that would change something is sent; its error keeps it back; may be nil
	Changed   func()              // told that a request has changed something, or may have; may be nil
	Hide      func(string) string // takes secrets out of what the server says before it becomes part of an error; may be nil
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
		config.Token = (&exchanger{auth: newClient(hub.New(anonymous)).Auth, user: o.User, secret: o.Secret, turn: make(chan struct{}, 1)}).token
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

// pageSize is how many rows of a listing are asked for at a time, the most
// that the Hub sends.
const pageSize = 100

// legacy is the first segment of a path of the older API, which ends in a slash.
const legacy = hub.Legacy

// list returns an iterator over the resources of a listing. A key of q without
// values is left out of the query: page_size for a listing that knows none.
func list[T any, P resource[T]](ctx context.Context, c *Client, q url.Values, segments ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		u, err := c.listing(q, segments)
		if err != nil {
			yield(*new(T), err)
			return
		}
		for raw, err := range c.hub.Rows(ctx, u) {
			var row T
			if err == nil {
				err = decodeTo(P(&row), raw, http.MethodGet, u)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// listing is the URL of a listing's first page.
func (c *Client) listing(q url.Values, segments []string) (*url.URL, error) {
	u, err := c.hub.Path(segments...)
	if err != nil {
		return nil, err
	}
	query := url.Values{"page_size": {strconv.Itoa(pageSize)}}
	maps.Copy(query, q)
	u.RawQuery = query.Encode()
	return u, nil
}

// call is a request that answers one resource. The answer to a write may be
// empty, and then the resource is too.
func call[T any, P resource[T]](ctx context.Context, c *Client, method string, in any, segments ...string) (T, error) {
	var v T
	r, err := c.request(method, in, segments...)
	if err == nil {
		err = c.answer(ctx, r, P(&v))
	}
	return v, err
}

// query is call for a read with a query.
func query[T any, P resource[T]](ctx context.Context, c *Client, q url.Values, segments ...string) (T, error) {
	u, err := c.hub.Path(segments...)
	if err != nil {
		return *new(T), err
	}
	u.RawQuery = q.Encode()
	return get[T, P](ctx, c, u)
}

func get[T any, P resource[T]](ctx context.Context, c *Client, u *url.URL) (T, error) {
	var v T
	err := c.answer(ctx, Request{Method: http.MethodGet, URL: u}, P(&v))
	return v, err
}

// answer sends r and decodes what it answers to v.
func (c *Client) answer(ctx context.Context, r Request, v keeper) error {
	raw, err := c.hub.JSON(ctx, r)
	if err != nil || raw == nil && r.Method != http.MethodGet {
		return err
	}
	return decodeTo(v, raw, r.Method, r.URL)
}

// exec is a request whose answer says nothing of interest.
func exec(ctx context.Context, c *Client, method string, in any, segments ...string) error {
	r, err := c.request(method, in, segments...)
	if err != nil {
		return err
	}
	resp, err := c.hub.Do(ctx, r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // read to its end, the connection can be used again
	return resp.Body.Close()
}

// exists reports whether there is something that this session may see.
func exists(ctx context.Context, c *Client, segments ...string) (bool, error) {
	err := exec(ctx, c, http.MethodHead, nil, segments...)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// replace changes a resource that the API can only take whole: it reads it,
// merges change into it (as RFC 7386 has it: null removes), and sends all. It
// fails with ErrConflict if somebody else changed the resource meanwhile. What
// was read without the field has, which the resource is never without, is an
// AnswerError: sent back, it would take away all that it does not say.
func replace[T any, P resource[T]](ctx context.Context, c *Client, change any, has string, segments ...string) (T, error) {
	patch, err := changeOf(change)
	if err != nil {
		return *new(T), err
	}
	return rewrite[T, P](ctx, c, has, func(now json.RawMessage) (json.RawMessage, error) { return hub.Merge(now, patch, nil) }, segments...)
}

// rewrite is replace for a resource that takes more than merging: whole makes
// what is sent of what was read. Its AnswerErrors need not say of what request.
func rewrite[T any, P resource[T]](ctx context.Context, c *Client, has string, whole func(now json.RawMessage) (json.RawMessage, error), segments ...string) (T, error) {
	var none T
	u, err := c.hub.Path(segments...)
	if err != nil {
		return none, err
	}
	read := func() (json.RawMessage, error) { return c.hub.JSON(ctx, Request{Method: http.MethodGet, URL: u}) }
	before, err := read()
	if err != nil {
		return none, err
	}
	if _, err := decode[T, P](before, http.MethodGet, u); err != nil {
		return none, err
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(before, &fields) // decode has found an object
	if fields[has] == nil {
		return none, &AnswerError{Method: http.MethodGet, Path: u.EscapedPath(), Problem: "has no " + has + ", so nothing was changed"}
	}
	send, err := whole(before)
	if odd, ok := errors.AsType[*AnswerError](err); ok {
		err = &AnswerError{Method: http.MethodGet, Path: u.EscapedPath(), Problem: odd.Problem}
	}
	if err != nil {
		return none, err
	}
	now, err := read()
	if err != nil {
		return none, err
	}
	if !hub.SameJSON(before, now) {
		return none, hub.ConflictError(u.EscapedPath() + " was changed by somebody else meanwhile; nothing was sent, so try again")
	}
	return call[T, P](ctx, c, http.MethodPut, send, segments...)
}

// changeOf is the change that a request struct stands for: its base with its
// fields merged into it.
func changeOf(in any) (json.RawMessage, error) {
	fields, err := hub.Encode(in)
	if b, ok := in.(interface{ base() []byte }); ok && b.base() != nil && err == nil {
		return hub.Merge(b.base(), fields, nil)
	}
	return fields, err
}

func (c *Client) request(method string, in any, segments ...string) (Request, error) {
	if b, ok := in.(interface{ base() []byte }); ok && b.base() != nil {
		var err error
		if in, err = overlay(b.base(), in); err != nil {
			return Request{}, err
		}
	}
	return c.hub.Request(method, in, segments...)
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
