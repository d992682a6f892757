package sandbox

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const (
	registryAudience = "registry.docker.io"
	registryLife     = 5 * time.Minute
)

// A tokenGrant allows actions on something in the registry.
type tokenGrant struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

// registryToken issues a token for the registry, for the account of the Basic
// credentials or anonymously.
func registryToken(c *call) error {
	wanted := parseScopes(c.URL.Query()["scope"])
	var a account
	var cred credential
	if name, secret, ok := c.BasicAuth(); ok {
		var err error
		if a, cred, err = c.check(name, secret); err != nil {
			return err
		}
		if a.OTP != "" && cred.source == fromPassword {
			return detail(http.StatusUnauthorized, secondFactor)
		}
		if err := c.forgive(a.Name); err != nil {
			return err
		}
		if c.who, err = c.sessionOf(a, cred.source, cred.id); err != nil {
			return err
		}
		if slices.ContainsFunc(wanted, func(g tokenGrant) bool { return g.Type != wanted[0].Type }) {
			return &fault{http.StatusBadRequest, struct {
				Details string `json:"details"`
			}{"request scopes must be of the same resource type"}}
		}
	}
	claim := newClaims(a, cred.source, cred.id, "", c.now, registryLife)
	claim.Audience = registryAudience
	for _, g := range wanted {
		if g.Actions = c.allowed(g); g.Actions != nil {
			claim.Access = append(claim.Access, g)
		}
	}
	token, err := claim.sign()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Token   string `json:"token"`
		Access  string `json:"access_token"`
		Expires int    `json:"expires_in"`
		Issued  stamp  `json:"issued_at"`
	}{token, token, int(registryLife / time.Second), stampOf(c.now)})
}

// parseScopes parses scopes such as repository:acme/web:pull,delete. A parameter may
// have several, separated by spaces.
func parseScopes(parameters []string) []tokenGrant {
	var all []tokenGrant
	for scope := range strings.FieldsSeq(strings.Join(parameters, " ")) {
		kind, rest, _ := strings.Cut(scope, ":")
		colon := max(0, strings.LastIndexByte(rest, ':')) // a name may have a port
		all = append(all, tokenGrant{kind, rest[:colon], values(strings.TrimPrefix(rest[colon:], ":"))})
	}
	return all
}

// allowed returns the requested actions that the session may do. The others are left out
// without an error, as registries do.
func (c *call) allowed(g tokenGrant) []string {
	namespace, name, _ := strings.Cut(g.Name, "/")
	r, ok := c.findRepo(namespace, name)
	if g.Type != "repository" || !ok {
		return nil
	}
	_, may := c.right(r)
	needs := map[string]right{"pull": reading, "push": writing, "delete": administering}
	var actions []string
	for _, action := range g.Actions {
		need := needs[action]
		public := action == "pull" && !r.private
		if need > nothing && may >= need && (public || c.inImageScope(r, action)) {
			actions = append(actions, action)
		}
	}
	return actions
}

// inImageScope reports whether an organization access token has the scope for an action
// on a repository's images. Other sessions have no such scopes.
func (c *call) inImageScope(r repo, action string) bool {
	if c.who == nil || c.who.oat == "" {
		return true
	}
	return slices.ContainsFunc(c.who.resources, func(res resource) bool {
		ok, _ := path.Match(res.Path, r.path())
		return ok && slices.Contains(res.Scopes, "scope-image-"+action)
	})
}

// pullLimit answers with the limits in headers. The demo organization's plan has no
// limit and therefore no headers.
func pullLimit(c *call) error {
	claim, err := c.registryClaims()
	if err != nil {
		return c.challenge("repository:ratelimitpreview/test:pull")
	}
	if name := claim.Hub.Username; name != DemoOrg {
		source, limit := c.address(), 100
		if a, ok := findAccount(name); ok {
			source, limit = a.uuid(), 200
		}
		h := c.w.Header()
		h.Set("RateLimit-Limit", fmt.Sprintf("%d;w=21600", limit))
		h.Set("RateLimit-Remaining", fmt.Sprintf("%d;w=21600", limit-seed.Number(limit/2, "pulls", source)))
		h.Set("Docker-RateLimit-Source", source)
	}
	c.w.Header().Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
	return c.empty(http.StatusOK)
}
