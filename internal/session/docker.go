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

// Docker says where Docker keeps its logins. They are only ever read.
type Docker struct {
	Dir     string        // the folder of config.json (DOCKER_CONFIG, or .docker in the home); "" = none
	Auth    string        // the content of DOCKER_AUTH_CONFIG; "" = not set
	Env     []string      // the environment a credential helper is given: the caller has cleaned it
	Timeout time.Duration // how long a credential helper may take; 0 = 10 s
}

// A DockerLogin is what docker login stored for Docker Hub.
type DockerLogin struct {
	User   string
	Secret string // password or access token; "" if only a bearer is left
	Bearer string // the JWT of a web login, if it lasts; "" otherwise
	// of what is used first: of Bearer if there is one; Anonymous if neither is left, and Notes says why
	Kind   dockerhub.Kind
	Source string   // for people
	Notes  []string // for people: what the login cannot do, or why a part of it is passed over
}

// hubServer is what Docker calls Docker Hub, and webServer is where it keeps the
// JWT of a web login beside it. The refresh token has a key of its own, which is
// not looked at: spending it would end Docker's own session.
const (
	hubServer = "https://index.docker.io/v1/"
	webServer = hubServer + "access-token"
)

// hubServers are the names by which Docker Hub is found in config.json.
var hubServers = []string{
	hubServer, "index.docker.io", "https://index.docker.io/v1", "docker.io", "registry-1.docker.io",
}

const (
	environmentSource = "DOCKER_AUTH_CONFIG"
	identityNote      = "what Docker stored for Docker Hub is an identity token, which its API does not take: " +
		"log in with hubctl login"
	logInAnew = "hubctl login starts one of hubctl's own; docker logout and then docker login renew Docker's"
)

// Login returns Docker's login for Docker Hub, or nil if there is none. It
// writes nothing and never spends Docker's refresh token. As in Docker itself,
// DOCKER_AUTH_CONFIG counts before config.json, and in config.json a credential
// helper counts before what the file itself holds.
func (d Docker) Login(ctx context.Context) (*DockerLogin, error) {
	var env *DockerLogin
	if d.Auth != "" {
		c, err := parseDockerConfig([]byte(d.Auth))
		if err == nil {
			env, err = c.login(environmentSource)
		}
		if err != nil {
			return nil, fmt.Errorf("the variable %s %w: mend or unset it", environmentSource, err)
		}
		if env != nil && env.Kind != dockerhub.Anonymous {
			return env, nil
		}
	}
	login, err := d.file(ctx)
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

// file returns the login that config.json holds or leads to.
func (d Docker) file(ctx context.Context) (*DockerLogin, error) {
	if d.Dir == "" {
		return nil, nil // no login is no error
	}
	path := filepath.Join(d.Dir, "config.json")
	b, err := readDockerConfig(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no login is no error
	}
	var c dockerConfig
	if err == nil {
		c, err = parseDockerConfig(b)
	}
	var login *DockerLogin
	if err == nil {
		if name := c.helper(); name != "" {
			return d.helped(ctx, name, c)
		}
		login, err = c.login("docker login (config.json)")
	}
	if err != nil {
		return nil, fmt.Errorf("docker's %s %w: mend it, or log in with hubctl login, which does not need it", path, err)
	}
	return login, nil
}

// readDockerConfig reads a file that is a file, and not without end.
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
		return nil, errors.New("is too large to be read")
	}
	return b, err
}

// A dockerConfig is what of Docker's configuration matters here.
type dockerConfig struct {
	Auths       map[string]json.RawMessage // decoded one by one: most are none of hubctl's business
	CredsStore  string
	CredHelpers map[string]string
}

// parseDockerConfig says nothing of what it read when it fails.
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
		return c, errors.New("is JSON, but not a configuration of Docker's")
	}
	return c, nil
}

// helper returns the name of the credential helper that keeps the login for
// Docker Hub, "" if the file keeps it itself.
func (c dockerConfig) helper() string {
	for _, server := range hubServers {
		if name, ok := c.CredHelpers[server]; ok {
			return name // "" too: the file, whatever credsStore says
		}
	}
	return c.CredsStore
}

// An account is what is stored under one name. All empty, nothing is.
type account struct {
	user, secret string
	identity     bool // there is an identity token and no secret
}

// account decodes an entry of auths.
func (c dockerConfig) account(server string) (account, error) {
	raw, ok := c.Auths[server]
	if !ok {
		return account{}, nil
	}
	var e struct{ Auth, Username, Password, IdentityToken string }
	if json.Unmarshal(raw, &e) != nil {
		return account{}, fmt.Errorf("has an entry for %s that is not one of Docker's", server)
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
		return account{}, fmt.Errorf("has an entry for %s that names no user", server)
	}
	return a, nil
}

// login returns the login that auths holds.
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

// helped returns the login that a credential helper keeps.
func (d Docker) helped(ctx context.Context, name string, c dockerConfig) (*DockerLogin, error) {
	h, err := d.newHelper(name)
	if err != nil {
		return nil, err
	}
	limit := d.Timeout
	if limit <= 0 {
		limit = 10 * time.Second
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("did not answer within %s", limit))
	defer cancel()
	hub, err := h.get(limited, hubServer)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	var web account
	var notes []string
	_, listed := c.Auths[hubServer]
	_, webListed := c.Auths[webServer]
	if webListed || !listed && hub != (account{}) { // a login without the web lists only hubServer: do not ask twice
		if web, err = h.get(limited, webServer); err != nil {
			if hub.secret == "" || ctx.Err() != nil {
				return nil, cmp.Or(ctx.Err(), err)
			}
			notes = []string{"Docker's web session is passed over: " + err.Error()}
		}
	}
	login := newDockerLogin("docker login (credential helper "+name+")", hub, web)
	if login != nil {
		login.Notes = append(login.Notes, notes...)
	}
	return login, nil
}

// newDockerLogin makes a login of what is stored for Docker Hub and for its web
// session. The session is used if it lasts and is the same user's: Docker
// leaves it behind when somebody else logs in with a password.
func newDockerLogin(source string, hub, web account) *DockerLogin {
	if hub.secret == "" && !hub.identity && web.secret == "" {
		return nil
	}
	l := &DockerLogin{User: hub.user, Secret: hub.secret, Kind: secretKind(hub.secret), Source: source}
	if hub.secret == "" {
		l.User, l.Kind = "", dockerhub.Anonymous
	}
	if hub.identity {
		l.Notes = []string{identityNote}
	}
	if web.secret == "" {
		return l
	}
	claims := dockerhub.ParseClaims(web.secret)
	user := first(claims.User, web.user)
	switch {
	case dockerhub.KindOf(web.secret) != dockerhub.JWT:
		l.Notes = append(l.Notes, "Docker's web session cannot be understood: "+logInAnew)
	case l.User != "" && !strings.EqualFold(l.User, user) && !strings.EqualFold(l.User, claims.Email):
		l.Notes = append(l.Notes,
			fmt.Sprintf("Docker's web session is passed over: it is of %q, and docker login is of %q", user, l.User))
	case time.Until(claims.ExpiresAt) > time.Minute:
		l.User, l.Bearer, l.Kind = user, web.secret, claims.Kind
	case l.Kind == dockerhub.PersonalAccessToken:
		l.Notes = append(l.Notes, "Docker's web session has ended: only its access token is left, "+
			"which cannot manage tokens or organizations; "+logInAnew)
	default:
		l.Notes = append(l.Notes, "Docker's web session has ended: "+logInAnew)
	}
	return l
}
