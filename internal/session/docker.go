package session

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// Docker locates the logins of Docker and podman, which are only read.
type Docker struct {
	Dir     string        // folder of config.json (DOCKER_CONFIG, or .docker in the home); "" = none
	Auth    string        // content of DOCKER_AUTH_CONFIG; "" = not set
	Podman  []string      // possible paths of podman's auth.json; the first that exists counts
	Env     []string      // environment of credential helpers, cleaned by the caller
	Timeout time.Duration // limit for a credential helper; 0 = 10 s
}

// A DockerLogin is the login for Docker Hub that docker login or podman login stored.
type DockerLogin struct {
	User   string
	Secret string // password or access token; "" if there is only a bearer
	Bearer string // the JWT of a web login that has not expired, or ""
	// of Bearer if there is one, else of Secret; Anonymous if there is neither, and Notes says why
	Kind       dockerhub.Kind
	WebExpired bool     // there was a web session, and it has expired
	Source     string   // for people
	Notes      []string // for people: what the login cannot do, or why part of it was ignored
}

// hubServer is Docker's name for Docker Hub, and webServer the one under which it keeps
// the JWT of a web login. The refresh token has its own, which is never read: spending
// it would end Docker's session.
const (
	hubServer = "https://index.docker.io/v1/"
	webServer = hubServer + "access-token"
)

// hubServers are the names of Docker Hub in config.json and auth.json.
var hubServers = []string{
	hubServer, "index.docker.io", "https://index.docker.io/v1", "docker.io", "registry-1.docker.io",
	"https://docker.io", "https://index.docker.io", "https://registry-1.docker.io",
}

const (
	environmentSource = "DOCKER_AUTH_CONFIG"
	identityNote      = "Docker stored an identity token for Docker Hub, which the API does not accept: " +
		"log in with hubctl login"
	oidcNote = "Docker stored the token of an OIDC connection, which only the registry accepts: " +
		"use an access token (hubctl help sessions)"
	renewWeb = "renew it with docker logout and docker login, or use hubctl login"
)

// Login returns the login for Docker Hub that Docker stored, else podman's, or nil if
// there is none. It writes nothing and never spends Docker's refresh token. As in Docker
// itself, DOCKER_AUTH_CONFIG comes before config.json, and in config.json a credential
// helper comes before the entries of the file.
func (d Docker) Login(ctx context.Context) (*DockerLogin, error) {
	login, err := d.docker(ctx)
	if err != nil || login != nil && login.Kind != dockerhub.Anonymous {
		return login, err
	}
	for _, path := range d.Podman {
		found, err := d.stored(ctx, path, "podman")
		switch {
		case err != nil:
			return nil, err
		case found != nil && login != nil:
			found.Notes = append(login.Notes, found.Notes...)
			return found, nil
		case found != nil:
			return found, nil
		}
	}
	return login, nil
}

// docker returns the login that Docker stored.
func (d Docker) docker(ctx context.Context) (*DockerLogin, error) {
	var env *DockerLogin
	if d.Auth != "" {
		c, err := parseDockerConfig([]byte(d.Auth))
		if err == nil {
			env, err = c.login(environmentSource)
		}
		if err != nil {
			return nil, fmt.Errorf("the variable %s %w: fix or unset it", environmentSource, err)
		}
		if env != nil && env.Kind != dockerhub.Anonymous {
			return env, nil
		}
	}
	if d.Dir == "" {
		return env, nil
	}
	login, err := d.stored(ctx, filepath.Join(d.Dir, "config.json"), "docker")
	switch {
	case err != nil:
		return nil, err
	case login == nil:
		return env, nil
	case env != nil:
		login.Notes = append(env.Notes, login.Notes...)
	}
	return login, nil
}

// stored returns the login in a program's configuration file, or in the credential
// helper that the file names.
func (d Docker) stored(ctx context.Context, path, program string) (*DockerLogin, error) {
	b, err := readDockerConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // not logged in
	}
	var c dockerConfig
	if err == nil {
		c, err = parseDockerConfig(b)
	}
	var login *DockerLogin
	if err == nil {
		if name := c.helper(); name != "" {
			return d.helped(ctx, name, program, c)
		}
		login, err = c.login(fmt.Sprintf("%s login (%s)", program, filepath.Base(path)))
	}
	if err != nil {
		return nil, fmt.Errorf("%s's %s %w: fix it, or use hubctl login, which does not read it", program, path, err)
	}
	return login, nil
}

// readDockerConfig reads a regular file of limited size.
func readDockerConfig(path string) ([]byte, error) {
	const limit = 4 << 20
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("is not a file")
	}
	var b []byte
	if err == nil {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			defer func() { _ = f.Close() }()
			b, err = io.ReadAll(io.LimitReader(f, limit+1))
		}
	}
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("cannot be read (%w)", failed.Err)
	}
	if len(b) > limit {
		return nil, errors.New("is too large")
	}
	return b, err
}

// A dockerConfig is the part of Docker's configuration about logins.
type dockerConfig struct {
	Auths       map[string]json.RawMessage // decoded one by one: most are for other registries
	CredsStore  string
	CredHelpers map[string]string
}

// parseDockerConfig decodes a configuration. Its errors do not quote it.
func parseDockerConfig(b []byte) (dockerConfig, error) {
	var c dockerConfig
	if len(bytes.TrimSpace(b)) == 0 {
		return c, nil
	}
	err := json.Unmarshal(b, &c)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return c, fmt.Errorf("is not valid JSON (line %d)", 1+bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n")))
	}
	if err != nil {
		return c, errors.New("is not a Docker configuration")
	}
	return c, nil
}

// helper returns the name of the credential helper for Docker Hub, or "" if the file
// itself holds the login.
func (c dockerConfig) helper() string {
	for _, server := range hubServers {
		if name, ok := c.CredHelpers[server]; ok {
			return name // "" means the file, even if credsStore is set
		}
	}
	return c.CredsStore
}

// An account is the entry of one server. The zero account means that there is none.
type account struct {
	user, secret string
	identity     bool // an identity token instead of a secret
}

// account decodes an entry of auths.
func (c dockerConfig) account(server string) (account, error) {
	raw, ok := c.Auths[server]
	if !ok {
		return account{}, nil
	}
	var e struct{ Auth, Username, Password, IdentityToken string }
	if json.Unmarshal(raw, &e) != nil {
		return account{}, fmt.Errorf("has an invalid entry for %s", server)
	}
	a := account{user: e.Username, secret: e.Password}
	if e.Auth != "" {
		b, err := base64.StdEncoding.DecodeString(e.Auth)
		user, secret, found := strings.Cut(string(b), ":")
		if err != nil || !found {
			return account{}, fmt.Errorf("has an entry for %s whose auth is not user:password in base64", server)
		}
		a = account{user: user, secret: strings.Trim(secret, "\x00")}
	}
	if a.secret == "" || a.user == identityUser {
		return account{user: a.user, identity: e.IdentityToken != "" || a.secret != ""}, nil
	}
	if a.user == "" {
		return account{}, fmt.Errorf("has an entry for %s without a user", server)
	}
	return a, nil
}

// login returns the login in auths.
func (c dockerConfig) login(source string) (*DockerLogin, error) {
	var hub account
	for _, server := range hubServers {
		var err error
		if hub, err = c.account(server); err != nil {
			return nil, err
		}
		if hub.secret != "" || hub.identity {
			break
		}
	}
	web, err := c.account(webServer)
	if err != nil {
		return nil, err
	}
	return newDockerLogin(source, hub, web), nil
}

// helped returns the login that a credential helper holds for a program.
func (d Docker) helped(ctx context.Context, name, program string, c dockerConfig) (*DockerLogin, error) {
	h, err := d.newHelper(name, program)
	if err != nil {
		return nil, err
	}
	limit := d.Timeout
	if limit <= 0 {
		limit = 10 * time.Second
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("timed out after %s", limit))
	defer cancel()
	servers := []string{hubServer}
	if program == "podman" {
		servers = []string{"docker.io", hubServer} // podman's own name first
	}
	var hub account
	for _, server := range servers {
		if hub, err = h.get(limited, server); err != nil {
			return nil, cmp.Or(ctx.Err(), err)
		}
		if hub != (account{}) {
			break
		}
	}
	var web account
	var notes []string
	_, listed := c.Auths[hubServer]
	_, webListed := c.Auths[webServer]
	// A login without the web lists only hubServer, and podman has no web login: do not ask twice.
	if program == "docker" && (webListed || !listed && hub != (account{})) {
		if web, err = h.get(limited, webServer); err != nil {
			if hub.secret == "" || ctx.Err() != nil {
				return nil, cmp.Or(ctx.Err(), err)
			}
			notes = []string{"ignored Docker's web session: " + err.Error()}
		}
	}
	login := newDockerLogin(fmt.Sprintf("%s login (credential helper %s)", program, name), hub, web)
	if login != nil {
		login.Notes = append(login.Notes, notes...)
	}
	return login, nil
}

// newDockerLogin makes a login of the entries for Docker Hub and its web session. The
// session counts if it has not expired and belongs to the same user: Docker leaves it
// behind when another user logs in with a password.
func newDockerLogin(source string, hub, web account) *DockerLogin {
	if hub.secret == "" && !hub.identity && web.secret == "" {
		return nil
	}
	l := &DockerLogin{User: hub.user, Secret: hub.secret, Kind: secretKind(hub.secret), Source: source}
	oidc := l.Kind == dockerhub.JWT && dockerhub.ParseClaims(hub.secret).Kind == dockerhub.OIDCToken
	if hub.secret == "" || oidc {
		l.User, l.Secret, l.Kind = "", "", dockerhub.Anonymous
	}
	switch {
	case oidc:
		l.Notes = []string{oidcNote}
	case hub.identity:
		l.Notes = []string{identityNote}
	}
	if web.secret == "" {
		return l
	}
	claims := dockerhub.ParseClaims(web.secret)
	user := first(claims.User, web.user)
	switch {
	case kindOf(web.secret) != dockerhub.JWT:
		l.Notes = append(l.Notes, "Docker's web session is invalid: "+renewWeb)
	case l.User != "" && !strings.EqualFold(l.User, user) && !strings.EqualFold(l.User, claims.Email):
		l.Notes = append(l.Notes,
			fmt.Sprintf("ignored Docker's web session: it belongs to %q, and docker login to %q", user, l.User))
	case time.Until(claims.ExpiresAt) > time.Minute:
		l.User, l.Bearer, l.Kind = user, web.secret, claims.Kind
	default:
		l.WebExpired = true
		note := "Docker's web session has expired"
		if l.Kind == dockerhub.PersonalAccessToken {
			note += ", and its access token cannot manage tokens or organizations"
		}
		l.Notes = append(l.Notes, note+": "+renewWeb)
	}
	return l
}
