package session

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// dockerSecrets are the secrets that a test stores as Docker would, new in each run.
type dockerSecrets struct{ password, pat, jwt, ended, soon, bobs, refresh, oidc string }

func newDockerSecrets(t *testing.T) dockerSecrets {
	t.Helper()
	return dockerSecrets{
		password: "pw:" + rand.Text(),
		pat:      "dckr_pat_" + rand.Text(),
		jwt:      dockerJWT(t, "alice", time.Hour),
		ended:    dockerJWT(t, "alice", -time.Hour),
		soon:     dockerJWT(t, "alice", 50*time.Second),
		bobs:     dockerJWT(t, "bob", time.Hour),
		refresh:  rand.Text() + ".." + rand.Text(),
		oidc:     "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://identity.docker.com/"}`)) + "." + rand.Text(),
	}
}

func dockerJWT(t *testing.T, user string, lasts time.Duration) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{
		"iat": time.Now().Add(lasts - time.Hour).Unix(), "exp": time.Now().Add(lasts).Unix(),
		"https://hub.docker.com": map[string]string{"username": user, "email": user + "@example.org"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(claims) + "." + rand.Text()
}

// fill replaces the placeholders in a text: <pat> with the token itself, and
// <alice:pat> with user and token in base64.
func (s dockerSecrets) fill(text string) string {
	var pairs []string
	for name, secret := range s.all() {
		pairs = append(pairs, "<"+name+">", secret)
		for _, user := range dockerUsers {
			pairs = append(pairs, "<"+user+":"+name+">", base64.StdEncoding.EncodeToString([]byte(user+":"+secret)))
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

var dockerUsers = []string{"alice", "alice@example.org", "bob", "", "<token>"}

func (s dockerSecrets) all() map[string]string {
	return map[string]string{
		"password": s.password, "pat": s.pat, "jwt": s.jwt, "ended": s.ended, "soon": s.soon, "bobs": s.bobs, "refresh": s.refresh, "oidc": s.oidc,
	}
}

// noSecrets fails the test if a text contains a secret.
func (s dockerSecrets) noSecrets(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for name, secret := range s.all() {
			tails := []string{secret[len(secret)-12:]} // of each, the end is random
			for _, user := range dockerUsers {
				pair := base64.RawStdEncoding.EncodeToString([]byte(user + ":" + secret))
				tails = append(tails, pair[len(pair)-12:])
			}
			if slices.ContainsFunc(tails, func(tail string) bool { return strings.Contains(text, tail) }) {
				t.Errorf("reveals the %s: %s", name, text)
			}
		}
	}
}

// folder returns the names and contents of the files in a folder.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			var b []byte
			b, err = os.ReadFile(path)
			files[path] = string(b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A dockerCase is stored configuration and the resulting login.
type dockerCase struct {
	name, auth, config string
	want               *DockerLogin // without its Notes
	notes              []string     // a part of each
	err                string
}

func (c dockerCase) check(t *testing.T, s dockerSecrets, got *DockerLogin, err error) {
	t.Helper()
	if c.err != "" {
		if err == nil || !strings.Contains(err.Error(), c.err) || got != nil {
			t.Fatalf("got %+v and the error %v, want %q", got, err, c.err)
		}
		s.noSecrets(t, err.Error())
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if got == nil || c.want == nil {
		if got != c.want {
			t.Fatalf("got %+v, want %+v", got, c.want)
		}
		return
	}
	s.noSecrets(t, append(got.Notes, got.Source, got.User, string(got.Kind))...)
	if len(got.Notes) != len(c.notes) {
		t.Errorf("notes %q, want %q", got.Notes, c.notes)
	} else {
		for i, part := range c.notes {
			if !strings.Contains(got.Notes[i], part) {
				t.Errorf("note %q, want %q in it", got.Notes[i], part)
			}
		}
	}
	if want := c.want; got.User != want.User || got.Secret != s.fill(want.Secret) || got.Bearer != s.fill(want.Bearer) || got.Kind != want.Kind || got.Source != want.Source {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

const (
	fromFile = "docker login (config.json)"
	hubKey   = `"https://index.docker.io/v1/"`
	webKey   = `"https://index.docker.io/v1/access-token"`
	freshKey = `"https://index.docker.io/v1/refresh-token"`
)

func TestDockerConfig(t *testing.T) {
	t.Parallel()
	pat := &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: fromFile}
	web := &DockerLogin{User: "alice", Secret: "<pat>", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: fromFile}
	env := &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: "DOCKER_AUTH_CONFIG"}
	gone := &DockerLogin{Kind: dockerhub.Anonymous, Source: fromFile}
	cases := []dockerCase{
		{name: "nothing", config: ""},
		{name: "empty object", config: `{}`},
		{name: "other registries", config: `{"auths": {"ghcr.io": {"auth": "<bob:password>"}, "quay.io": 5}, "credHelpers": {"ghcr.io": "missing"}}`},
		{name: "empty entry", config: `{"auths": {` + hubKey + `: {}}}`},

		{name: "auth", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}}`, want: pat},
		{
			name: "auth with a password with colons", config: `{"auths": {` + hubKey + `: {"auth": "<alice:password>"}}}`,
			want: &DockerLogin{User: "alice", Secret: "<password>", Kind: dockerhub.Password, Source: fromFile},
		},
		{name: "username and password", config: `{"auths": {` + hubKey + `: {"username": "alice", "password": "<pat>"}}}`, want: pat},
		{name: "auth before username", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>", "username": "bob", "password": "<password>"}}}`, want: pat},
		{name: "other fields", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>", "email": "a@b.c"}}, "HttpHeaders": {"a": "b"}, "detachKeys": "ctrl-x"}`, want: pat},

		{name: "index.docker.io", config: `{"auths": {"index.docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "no last slash", config: `{"auths": {"https://index.docker.io/v1": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "docker.io", config: `{"auths": {"docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "https://docker.io", config: `{"auths": {"https://docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "https://registry-1.docker.io", config: `{"auths": {"https://registry-1.docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "registry-1.docker.io", config: `{"auths": {"registry-1.docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "Docker's own name counts first", config: `{"auths": {"docker.io": {"auth": "<bob:password>"}, "index.docker.io": {"auth": "<bob:password>"}, ` + hubKey + `: {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "not every name with docker in it", config: `{"auths": {"https://docker.io.example.org/": {"auth": "<alice:pat>"}, "evil.docker.io": {"auth": "<alice:pat>"}}}`},

		{name: "web session", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<alice:jwt>"}, ` + freshKey + `: {"auth": "<alice:refresh>"}}}`, want: web},
		{name: "the refresh token is not used", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<alice:jwt>"}, ` + freshKey + `: 7}}`, want: web},
		{name: "only a refresh token", config: `{"auths": {` + freshKey + `: {"auth": "<alice:refresh>"}}}`},
		{
			name: "only a web session", config: `{"auths": {` + webKey + `: {"auth": "<bob:jwt>"}}}`,
			want: &DockerLogin{User: "alice", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: fromFile},
		},
		{
			name: "web session of a login by email", config: `{"auths": {` + hubKey + `: {"auth": "<alice@example.org:pat>"}, ` + webKey + `: {"auth": "<alice:jwt>"}}}`,
			want: web,
		},
		{
			name: "web session has expired", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<alice:ended>"}}}`,
			want: pat, notes: []string{"cannot manage tokens or organizations"},
		},
		{
			name: "web session ends within a minute", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<alice:soon>"}}}`,
			want: pat, notes: []string{"has expired"},
		},
		{
			name: "web session has expired and was all there was", config: `{"auths": {` + webKey + `: {"auth": "<alice:ended>"}}}`,
			want: gone, notes: []string{"has expired"},
		},
		{
			name: "web session of another user", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<bob:bobs>"}}}`,
			want: pat, notes: []string{`it belongs to "bob", and docker login to "alice"`},
		},
		{
			name: "web session is not a JWT", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}, ` + webKey + `: {"auth": "<alice:password>"}}}`,
			want: pat, notes: []string{"is invalid"},
		},

		{
			name: "identity token", config: `{"auths": {` + hubKey + `: {"identitytoken": "<refresh>"}}}`,
			want: gone, notes: []string{"identity token"},
		},
		{
			name: "identity token and an auth without password", config: `{"auths": {` + hubKey + `: {"auth": "YWxpY2U6", "identitytoken": "<refresh>"}}}`,
			want: gone, notes: []string{"identity token"},
		},
		{
			name: "identity token as the password", config: `{"auths": {` + hubKey + `: {"auth": "<<token>:refresh>"}}}`,
			want: gone, notes: []string{"identity token"},
		},
		{
			name: "token of an OIDC connection", config: `{"auths": {` + hubKey + `: {"auth": "<bob:oidc>"}}}`,
			want: gone, notes: []string{"only the registry accepts"},
		},
		{
			name: "web session and the token of an OIDC connection", config: `{"auths": {` + hubKey + `: {"auth": "<alice:oidc>"}, ` + webKey + `: {"auth": "<alice:jwt>"}}}`,
			want: &DockerLogin{User: "alice", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: fromFile}, notes: []string{"only the registry accepts"},
		},
		{name: "password and an identity token", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>", "identitytoken": "<refresh>"}}}`, want: pat},
		{
			name: "web session and an identity token", config: `{"auths": {` + hubKey + `: {"identitytoken": "<refresh>"}, ` + webKey + `: {"auth": "<alice:jwt>"}}}`,
			want: &DockerLogin{User: "alice", Bearer: "<jwt>", Kind: dockerhub.JWT, Source: fromFile}, notes: []string{"identity token"},
		},

		{name: "an empty credHelper means the file", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}, "credHelpers": {` + hubKey + `: ""}, "credsStore": "missing"}`, want: pat},
		{name: "not the name of a program", config: `{"credsStore": "../fake"}`, err: `invalid credential helper "../fake"`},
		{name: "a name with a space", config: `{"credHelpers": {"docker.io": "fake get"}}`, err: `invalid credential helper "fake get"`},
		{name: "unknown store", config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}, "credsStore": "missing"}`, err: "docker-credential-missing is not on the PATH"},
		{name: "unknown helper", config: `{"credHelpers": {` + hubKey + `: "missing"}}`, err: "docker-credential-missing is not on the PATH"},

		{name: "not JSON", config: "{\n\"auths\": {\n" + hubKey + `: {"auth": "<alice:pat>"`, err: "config.json is not valid JSON (line 3): fix it, or use hubctl login"},
		{name: "a secret where JSON was expected", config: `<pat>`, err: "is not valid JSON (line 1)"},
		{name: "another type", config: `{"auths": "<pat>"}`, err: "is not a Docker configuration"},
		{name: "an entry of another type", config: `{"auths": {` + hubKey + `: "<pat>"}}`, err: "has an invalid entry for"},
		{name: "auth is not base64", config: `{"auths": {` + hubKey + `: {"auth": "<pat>"}}}`, err: "is not user:password in base64"},
		{name: "auth has no colon", config: `{"auths": {` + hubKey + `: {"auth": "YWxpY2U="}}}`, err: "is not user:password in base64"},
		{name: "auth has no user", config: `{"auths": {` + hubKey + `: {"auth": "<:pat>"}}}`, err: "without a user"},
		{name: "a web session that is not base64", config: `{"auths": {` + webKey + `: {"auth": "<jwt>"}}}`, err: "access-token whose auth is not"},

		{name: "the variable counts first", auth: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}}`, config: `{"auths": {` + hubKey + `: {"auth": "<bob:password>"}, ` + webKey + `: {"auth": "<bob:bobs>"}}}`, want: env},
		{name: "the variable counts before a helper", auth: `{"auths": {"docker.io": {"auth": "<alice:pat>"}}}`, config: `{"credsStore": "missing"}`, want: env},
		{name: "the variable holds other registries", auth: `{"auths": {"ghcr.io": {"auth": "<bob:password>"}}, "credsStore": "missing"}`, config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}}`, want: pat},
		{name: "only the variable, which is blank", auth: ` `, config: ""},
		{
			name: "the variable holds an identity token", auth: `{"auths": {` + hubKey + `: {"identitytoken": "<refresh>"}}}`,
			config: `{"auths": {` + hubKey + `: {"auth": "<alice:pat>"}}}`, want: pat, notes: []string{"identity token"},
		},
		{
			name: "the variable holds an identity token, the file nothing", auth: `{"auths": {` + hubKey + `: {"identitytoken": "<refresh>"}}}`,
			want: &DockerLogin{Kind: dockerhub.Anonymous, Source: "DOCKER_AUTH_CONFIG"}, notes: []string{"identity token"},
		},
		{name: "the variable is not JSON", auth: `<alice:pat>`, config: `{"auths": {` + hubKey + `: {"auth": "<bob:password>"}}}`, err: "the variable DOCKER_AUTH_CONFIG is not valid JSON (line 1): fix or unset it"},
		{name: "the variable's auth is not base64", auth: `{"auths": {` + hubKey + `: {"auth": "<pat>"}}}`, err: "the variable DOCKER_AUTH_CONFIG has an entry"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newDockerSecrets(t)
			d := Docker{Dir: t.TempDir(), Auth: s.fill(c.auth)}
			if c.config != "" {
				if err := os.WriteFile(filepath.Join(d.Dir, "config.json"), []byte(s.fill(c.config)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := folder(t, d.Dir)
			got, err := d.Login(t.Context())
			c.check(t, s, got, err)
			if !maps.Equal(before, folder(t, d.Dir)) {
				t.Error("wrote to Docker's folder")
			}
		})
	}
}

// TestPodman: podman's file counts after Docker's, and of its possible paths the first
// that exists.
func TestPodman(t *testing.T) {
	t.Parallel()
	s := newDockerSecrets(t)
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(s.fill(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	missing, first, second := filepath.Join(dir, "none", "auth.json"), filepath.Join(dir, "a", "auth.json"), filepath.Join(dir, "b", "auth.json")
	d := Docker{Dir: filepath.Join(dir, "docker"), Podman: []string{missing, first, second}}
	pat := &DockerLogin{User: "alice", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: "podman login (auth.json)"}
	for _, step := range []struct {
		path, text string
		want       *DockerLogin
		notes      []string
		err        string
	}{
		{path: first, text: `{"auths": {"quay.io": {"auth": "<bob:password>"}}}`},
		{path: second, text: `{"auths": {"docker.io": {"auth": "<alice:pat>"}}}`, want: pat},
		{path: first, text: `{"auths": {"docker.io": {"auth": "<bob:password>"}}}`, want: &DockerLogin{User: "bob", Secret: "<password>", Kind: dockerhub.Password, Source: pat.Source}},
		{path: first, text: `{"auths": `, err: "podman's " + first + " is not valid JSON (line 1)"},
		{path: first, text: `{}`, want: pat},
		{
			path: filepath.Join(d.Dir, "config.json"), text: `{"auths": {` + hubKey + `: {"identitytoken": "<refresh>"}}}`,
			want: pat, notes: []string{"identity token"},
		},
		{
			path: filepath.Join(d.Dir, "config.json"), text: `{"auths": {` + hubKey + `: {"auth": "<bob:pat>"}}}`,
			want: &DockerLogin{User: "bob", Secret: "<pat>", Kind: dockerhub.PersonalAccessToken, Source: fromFile},
		},
	} {
		write(step.path, step.text)
		got, err := d.Login(t.Context())
		dockerCase{want: step.want, notes: step.notes, err: step.err}.check(t, s, got, err)
	}
}

func TestDockerFolder(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none")
	for _, d := range []Docker{{}, {Dir: missing}} {
		if got, err := d.Login(t.Context()); got != nil || err != nil {
			t.Errorf("%+v: got %+v, %v", d, got, err)
		}
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "config.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Docker{Dir: dir}.Login(t.Context())
	if err == nil || !strings.Contains(err.Error(), "config.json is not a file: fix it") {
		t.Errorf("a folder named config.json: %v", err)
	}
	dir = t.TempDir()
	config := append([]byte("{}"), slices.Repeat([]byte(" "), 5<<20)...)
	if err = os.WriteFile(filepath.Join(dir, "config.json"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Docker{Dir: dir}.Login(t.Context())
	if err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("a large config.json: %v", err)
	}
}
