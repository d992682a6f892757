package dockerhub

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// RenewBefore is how long before it expires a bearer is renewed.
const RenewBefore = 30 * time.Second

// Claims are the claims of a bearer. They are read but not verified: only the
// server can verify them.
type Claims struct {
	User      string    // Docker ID or organization
	Email     string    // "" = unknown
	Kind      Kind      // PersonalAccessToken, OrganizationAccessToken, OIDCToken, or JWT if unknown
	TokenID   string    // the access token that it was exchanged for; "" = unknown
	Scopes    []string  // such as repo:read
	IssuedAt  time.Time // zero = unknown
	ExpiresAt time.Time // zero = unknown
}

// oidcIssuers issue the tokens that a CI job gets from an OIDC connection, and the ones
// that it exchanges for them.
var oidcIssuers = map[string]bool{
	"https://identity.docker.com": true, "https://token.actions.githubusercontent.com": true,
}

// Lifetime returns how long the bearer lasts from its issue, regardless of the local
// clock, or ten minutes if unknown.
func (c Claims) Lifetime() time.Duration {
	if c.IssuedAt.IsZero() || !c.ExpiresAt.After(c.IssuedAt) {
		return 10 * time.Minute
	}
	return c.ExpiresAt.Sub(c.IssuedAt)
}

// ParseClaims reads the claims of a bearer as far as possible. Claims that are
// missing or of the wrong type stay zero.
func ParseClaims(bearer string) Claims {
	claims := Claims{Kind: JWT}
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return claims
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims
	}
	var top map[string]json.RawMessage
	_ = json.Unmarshal(payload, &top) // a bearer without claims is valid too
	text := func(m map[string]json.RawMessage, keys ...string) string {
		for _, k := range keys {
			var s string
			if json.Unmarshal(m[k], &s) == nil && s != "" {
				return s
			}
		}
		return ""
	}
	moment := func(k string) time.Time {
		var n float64
		if json.Unmarshal(top[k], &n) != nil || n <= 0 || n > 1e11 {
			return time.Time{}
		}
		return time.Unix(int64(n), 0).UTC()
	}
	var own map[string]json.RawMessage // the Hub's own claim
	_ = json.Unmarshal(top["https://hub.docker.com"], &own)
	claims.User = text(own, "username")
	if claims.User == "" {
		claims.User = text(top, "username", "preferred_username")
	}
	claims.Email = text(own, "email")
	claims.IssuedAt, claims.ExpiresAt = moment("iat"), moment("exp")
	claims.Scopes = strings.Fields(text(top, "scope"))
	if len(claims.Scopes) == 0 {
		_ = json.Unmarshal(top["scope"], &claims.Scopes)
	}
	var source struct{ Type, ID string }
	_ = json.Unmarshal(top["source"], &source)
	from, id, _ := strings.Cut(text(own, "source"), "|")
	if from == "" {
		from, id = source.Type, source.ID
	}
	switch {
	case strings.Contains(from, "oat"), strings.Contains(from, "organization"):
		claims.Kind, claims.TokenID = OrganizationAccessToken, id
	case strings.Contains(from, "pat"):
		claims.Kind, claims.TokenID = PersonalAccessToken, id
	case own == nil && oidcIssuers[strings.TrimSuffix(text(top, "iss"), "/")]:
		claims.Kind = OIDCToken
	}
	return claims
}
