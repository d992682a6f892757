package sandbox

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const (
	audience    = "https://hub.docker.com"
	audienceMFA = "https://hub.docker.com/2fa" // issued between password and second factor
	issuer      = "https://api.docker.com/"
	signingKey  = "hubctl sandbox: not a secret, for no real account"
)

// claims are the claims of a recorded Hub token.
type claims struct {
	Audience any          `json:"aud"` // a string from auth/token, an array from a login
	Expires  int64        `json:"exp"`
	Hub      hubClaims    `json:"https://hub.docker.com"`
	Issued   int64        `json:"iat"`
	Issuer   string       `json:"iss"`
	ID       string       `json:"jti"`
	Scope    string       `json:"scope"`
	Source   sourceMark   `json:"source"`
	Access   []tokenGrant `json:"access,omitempty"` // of a token for the registry
}

type hubClaims struct {
	Email     string   `json:"email"`
	Roles     []string `json:"roles"`
	SessionID string   `json:"session_id"`
	Source    string   `json:"source"`
	Username  string   `json:"username"`
	UUID      string   `json:"uuid"`
}

type sourceMark struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Sources of a session.
const (
	fromPassword = "docker_password"
	fromPAT      = "docker_pat"
	fromOAT      = "docker_oat"
)

// newClaims returns the claims of a token for a that expires at now + life.
func newClaims(a account, source, id, scope string, now time.Time, life time.Duration) claims {
	jti := randomUUID()
	origin := source
	if id != "" {
		origin += "|" + id
	}
	return claims{
		Audience: audience, Issuer: issuer, ID: jti, Scope: scope,
		Issued: now.Unix(), Expires: now.Add(life).Unix(),
		Source: sourceMark{source, id},
		Hub: hubClaims{
			UUID: a.uuid(), Username: a.Name, Email: a.email(), Roles: []string{},
			SessionID: jti, Source: origin,
		},
	}
}

func (c claims) sign() (string, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding.EncodeToString
	signed := enc([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc(body)
	return signed + "." + enc(signature(signed)), nil
}

func signature(signed string) []byte {
	mac := hmac.New(sha256.New, []byte(signingKey))
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

var errToken = errors.New("not a valid token")

// parseClaims refuses a token that is forged, expired or for another use.
func parseClaims(token, use string, now time.Time) (claims, error) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return claims{}, errToken
	}
	sum, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil || !hmac.Equal(sum, signature(token[:dot])) {
		return claims{}, errToken
	}
	_, part, _ := strings.Cut(token[:dot], ".")
	body, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return claims{}, errToken
	}
	var c claims
	if err := json.Unmarshal(body, &c); err != nil {
		return claims{}, errToken
	}
	aud := c.Audience
	if list, ok := aud.([]any); ok && len(list) == 1 {
		aud = list[0]
	}
	if aud != use || now.Unix() >= c.Expires {
		return claims{}, errToken
	}
	return c, nil
}

func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return seed.FormatUUID(b)
}

// randomSecret returns the prefix and n random letters and digits.
func randomSecret(prefix string, n int) string {
	return seed.Secret(prefix, n, rand.Text(), rand.Text())
}
