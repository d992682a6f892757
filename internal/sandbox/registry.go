package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// The answers of auth.docker.io and registry-1.docker.io, as far as they are needed to
// read the pull limits.
var registryRoutes = []route{
	{"GET", "/token", blind, registryToken},
	{"HEAD", "/v2/ratelimitpreview/test/manifests/latest", blind, pullLimit},
}

const (
	registryAudience = "registry.docker.io"
	registryLife     = 5 * time.Minute
)

// registryToken issues a token for the registry, for the account of the Basic
// credentials or anonymously.
func registryToken(c *call) error {
	var a account
	if name, secret, ok := c.BasicAuth(); ok {
		var cred credential
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
	}
	claim := newClaims(a, "", "", "", c.now, registryLife)
	claim.Audience = registryAudience
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

// pullLimit answers with the limits in headers. The demo organization's plan has no
// limit and therefore no headers.
func pullLimit(c *call) error {
	bearer, _ := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	claim, err := parseClaims(bearer, registryAudience, c.now)
	if err != nil {
		c.w.Header().Set("WWW-Authenticate", `Bearer realm="https://auth.docker.io/token",`+
			`service="registry.docker.io",scope="repository:ratelimitpreview/test:pull"`)
		return unauthorized()
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
