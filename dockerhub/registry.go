package dockerhub

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// ManifestLinks are the references from a manifest to others in its repository, by digest.
type ManifestLinks struct {
	MediaType string
	Children  []string          // the manifests in an index
	About     map[string]string // attestations in an index, and the image that each is about
	Subject   string            // the manifest that this one is about, such as the image of an SBOM; "" = none
}

// UnmarshalJSON reads a manifest or an index, of Docker's or of the OCI's format.
func (l *ManifestLinks) UnmarshalJSON(b []byte) error {
	type descriptor struct {
		Digest      string            `json:"digest"`
		Annotations map[string]string `json:"annotations"`
	}
	var doc struct {
		MediaType string          `json:"mediaType"`
		Manifests []descriptor    `json:"manifests"` // of an index
		Config    json.RawMessage `json:"config"`    // of an image
		FSLayers  json.RawMessage `json:"fsLayers"`  // of an image in Docker's first format
		Blobs     json.RawMessage `json:"blobs"`     // of an artifact in the OCI's first format
		Subject   descriptor      `json:"subject"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	if doc.Manifests == nil && doc.Config == nil && doc.FSLayers == nil && doc.Blobs == nil {
		return errors.New("neither an index nor an image")
	}
	*l = ManifestLinks{MediaType: doc.MediaType, Subject: doc.Subject.Digest}
	for _, d := range doc.Manifests {
		l.Children = append(l.Children, d.Digest)
		if about := d.Annotations["vnd.docker.reference.digest"]; about != "" {
			if l.About == nil {
				l.About = map[string]string{}
			}
			l.About[d.Digest] = about
		}
	}
	return nil
}

// manifestTypes are the media types of manifests, so that the registry converts none.
var manifestTypes = strings.Join([]string{
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.docker.distribution.manifest.v1+prettyjws",
	"application/vnd.oci.artifact.manifest.v1+json",
	"application/json", // errors
}, ", ")

// An ImageRegistry reads and deletes manifests in Docker's registry, as an account. It is safe
// for concurrent use. Digests are sha256: and 64 hexadecimal digits; its methods fail with
// ErrInput for others, and with ErrUnauthorized if the account may not delete in a
// repository.
type ImageRegistry struct {
	r            pullRegistry
	user, secret string

	mu      sync.Mutex // also held while a token is bought, so that a wrong secret is sent once
	tokens  map[string]registryToken
	refused error // why the secret was refused
}

// A registryToken is a bearer for one repository.
type registryToken struct {
	bearer        string
	bought, until time.Time
}

// Registry returns the registry for an account. The secret is a password or an access
// token, and not a session. It goes to [Options.AuthURL] when a method is called, and the
// token bought with it to [Options.RegistryURL].
//
// Operation: GET /token
func (s *ManifestsService) Registry(user, secret string) (*ImageRegistry, error) {
	if user == "" || secret == "" {
		return nil, hub.InputError("the registry needs a user and a password or an access token")
	}
	return &ImageRegistry{r: s.c.pulls, user: user, secret: secret, tokens: map[string]registryToken{}}, nil
}

// Links returns what a manifest refers to. Docker counts this as a pull.
//
// Operation: GET /v2/{namespace}/{repository}/manifests/{reference}
func (g *ImageRegistry) Links(ctx context.Context, namespace, repo, digest string) (ManifestLinks, error) {
	var links ManifestLinks
	ctx, r, err := g.request(ctx, http.MethodGet, namespace, repo, digest)
	if err != nil {
		return links, err
	}
	raw, err := g.r.images.JSON(ctx, r)
	if err == nil && json.Unmarshal(raw, &links) != nil {
		err = &AnswerError{Method: r.Method, Path: r.URL.EscapedPath(), Problem: "is not a manifest"}
	}
	return links, err
}

// Exists reports whether a repository has a manifest. It is not a pull.
//
// Operation: HEAD /v2/{namespace}/{repository}/manifests/{reference}
func (g *ImageRegistry) Exists(ctx context.Context, namespace, repo, digest string) (bool, error) {
	ctx, r, err := g.request(ctx, http.MethodHead, namespace, repo, digest)
	if err == nil {
		err = (&Client{hub: g.r.images}).run(ctx, r)
	}
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Delete deletes a manifest, unless a tag or another manifest refers to it (ErrForbidden).
// If pending is true, the registry answered 500: it has accepted the request and deletes
// the manifest in the background. Call Exists to see whether it has.
//
// Operation: DELETE /v2/{namespace}/{repository}/manifests/{reference}
func (g *ImageRegistry) Delete(ctx context.Context, namespace, repo, digest string) (pending bool, err error) {
	ctx, r, err := g.request(ctx, http.MethodDelete, namespace, repo, digest)
	if err != nil {
		return false, err
	}
	err = (&Client{hub: g.r.images}).run(hub.WithRepeat(ctx, func(ctx context.Context) error {
		found, err := g.Exists(ctx, namespace, repo, digest)
		if err == nil && !found {
			err = hub.ErrDone
		}
		return err
	}), r)
	if refused, ok := errors.AsType[*Error](err); ok && refused.Status == http.StatusInternalServerError {
		return true, nil
	}
	return false, err
}

// request returns a request about a manifest, and the context to send it with.
func (g *ImageRegistry) request(
	ctx context.Context, method, namespace, repo, digest string,
) (context.Context, Request, error) {
	if err := hub.CheckDigest(digest); err != nil {
		return nil, Request{}, err
	}
	r, err := g.r.images.Request(method, nil, "v2", namespace, repo, "manifests", digest)
	r.Header = http.Header{"Accept": {manifestTypes}}
	scope := "repository:" + namespace + "/" + repo + ":pull,delete"
	return context.WithValue(ctx, grantKey{}, func(ctx context.Context, rejected string) (string, error) {
		return g.token(ctx, scope, rejected)
	}), r, err
}

// grantKey is the context key for the TokenSource of a request to the registry.
type grantKey struct{}

// granted is the TokenSource of the registry.
func granted(ctx context.Context, rejected string) (string, error) {
	if source, ok := ctx.Value(grantKey{}).(func(context.Context, string) (string, error)); ok {
		return source(ctx, rejected)
	}
	return "", nil
}

// token is the TokenSource for a scope. A token that is rejected soon after it was bought
// lacks a right, and so would another one.
func (g *ImageRegistry) token(ctx context.Context, scope, rejected string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	t, bought := g.tokens[scope]
	fresh := now.Before(t.until) && (t.bearer != rejected || now.Sub(t.bought) < 10*time.Second)
	switch {
	case bought && fresh:
		return t.bearer, nil
	case g.refused != nil:
		return "", g.refused
	}
	bearer, lasts, err := g.r.token(ctx, g.user, g.secret, scope)
	if errors.Is(err, ErrUnauthorized) {
		g.refused = err
	}
	if err != nil {
		return "", err
	}
	g.tokens[scope] = registryToken{bearer, now, now.Add(lasts)}
	return bearer, nil
}

// A pullRegistry is the registry behind "docker pull". It never gets the client's
// bearer.
type pullRegistry struct{ auth, images api }

// token buys a registry token for a scope, and says how long it can be used. It is sent
// once, because failed attempts lock the account.
func (r pullRegistry) token(ctx context.Context, user, secret, scope string) (string, time.Duration, error) {
	req, err := r.auth.Request(http.MethodGet, nil, "token")
	if err != nil {
		return "", 0, err
	}
	req.URL.RawQuery = url.Values{"service": {"registry.docker.io"}, "scope": {scope}}.Encode()
	req.Once = true
	if secret != "" {
		req.Header = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))}}
	}
	raw, err := r.auth.JSON(ctx, req)
	if err != nil {
		return "", 0, err
	}
	answer := struct {
		Token   string `json:"token"`
		Access  string `json:"access_token"`
		Expires int64  `json:"expires_in"` // seconds
	}{Expires: 60} // the default of Docker's documentation
	_ = json.Unmarshal(raw, &answer) // an unreadable answer has no token
	token := cmp.Or(answer.Token, answer.Access)
	if token == "" {
		return "", 0, &AnswerError{Method: req.Method, Path: req.URL.EscapedPath(), Problem: "has no token"}
	}
	lasts := time.Duration(max(min(answer.Expires, 3600)*9/10, 10)) * time.Second
	return token, lasts, nil
}
