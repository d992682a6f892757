package gc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
)

const (
	repoName = "acme/api"
	user     = "ada"
	secret   = "dckr_pat_secret"
)

// A world is a repository on the Hub and in its registry.
type world struct {
	t         *testing.T
	manifests []Manifest
	late      int // DELETE answers 500, and the manifest is gone after so many requests for it; 0 = 202

	mu      sync.Mutex
	live    map[string]int // how many more requests find a manifest; -1 = any number
	asked   []string       // requests to the registry
	refused int            // deletions
	tokens  int            // bought
}

func newWorld(t *testing.T, all []Manifest) *world {
	w := &world{t: t, manifests: all, live: map[string]int{}}
	for _, m := range all {
		w.live[m.Digest] = -1
	}
	return w
}

// snapshot returns a copy of the world.
func (w *world) snapshot() *world {
	w.mu.Lock()
	defer w.mu.Unlock()
	return &world{t: w.t, manifests: w.manifests, late: w.late, live: maps.Clone(w.live)}
}

func (w *world) planner() Planner {
	c, err := dockerhub.New(dockerhub.Options{
		Token:     func(context.Context, string) (string, error) { return "bearer", nil },
		Transport: w,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	registry, err := c.Manifests.Registry(user, secret)
	if err != nil {
		w.t.Fatal(err)
	}
	return Planner{Client: c, Registry: registry, Concurrency: 3}
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	status, body := w.answer(r)
	if r.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// answer also checks that each host gets only the credentials that are meant for it.
func (w *world) answer(r *http.Request) (int, string) {
	name, password, basic := r.BasicAuth()
	bearer := r.Header.Get("Authorization")
	switch path := r.URL.Path; {
	case r.URL.Host == "auth.docker.io" && path == "/token":
		if !basic || name != user || password != secret {
			w.t.Errorf("the token is bought with %q", bearer)
		}
		if scope := r.URL.Query().Get("scope"); scope != "repository:"+repoName+":pull,delete" {
			w.t.Errorf("the token is bought for %q", scope)
		}
		w.tokens++
		return 200, fmt.Sprintf(`{"token":"t%d","expires_in":300}`, w.tokens)
	case r.URL.Host == "registry-1.docker.io":
		if !strings.HasPrefix(bearer, "Bearer t") {
			w.t.Errorf("the registry gets %q", bearer)
		}
		return w.registry(r.Method, path[strings.LastIndexByte(path, '/')+1:])
	case r.URL.Host == "hub.docker.com" && bearer == "Bearer bearer" && strings.HasSuffix(path, "/manifests"):
		return 200, w.listing()
	case r.URL.Host == "hub.docker.com" && bearer == "Bearer bearer" && strings.HasSuffix(path, "/tags"):
		return 200, w.tags()
	}
	w.t.Errorf("unexpected: %s %s with %q", r.Method, r.URL, bearer)
	return 400, "{}"
}

func (w *world) listing() string {
	type row struct {
		Digest string    `json:"manifest_digest"`
		Media  string    `json:"media_type"`
		Tags   []string  `json:"tags"`
		Pushed time.Time `json:"last_pushed"`
		Size   int64     `json:"size"`
	}
	rows := []row{}
	for _, m := range w.manifests {
		if w.live[m.Digest] != 0 && m.Digest != "" {
			rows = append(rows, row{m.Digest, m.MediaType, append([]string{}, m.Tags...), m.Pushed, m.Size})
		}
	}
	return encode(map[string]any{"manifests": rows, "last_evaluated_key": nil})
}

func (w *world) tags() string {
	rows := []any{}
	for _, m := range w.manifests {
		for _, tag := range m.Tags {
			rows = append(rows, map[string]any{"name": tag, "digest": m.Digest, "media_type": m.MediaType})
		}
	}
	return encode(map[string]any{"count": len(rows), "next": nil, "results": rows})
}

func (w *world) registry(method, digest string) (int, string) {
	w.asked = append(w.asked, method+" "+digest)
	i := slices.IndexFunc(w.manifests, func(m Manifest) bool { return m.Digest == digest })
	if i < 0 || w.live[digest] == 0 {
		return 404, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`
	}
	m := w.manifests[i]
	if method != http.MethodDelete {
		if w.live[digest] > 0 {
			w.live[digest]--
		}
		return 200, document(m)
	}
	by := slices.IndexFunc(w.manifests, func(o Manifest) bool {
		return w.live[o.Digest] != 0 && (slices.Contains(o.Links.Children, digest) || o.Links.Subject == digest)
	})
	switch {
	case len(m.Tags) > 0 || by >= 0:
		w.refused++
		return 403, `{"errors":[{"code":"DENIED","message":"manifest is referenced"}]}`
	case w.late > 0:
		w.live[digest] = w.late - 1
		return 500, `{"errors":[{"code":"UNKNOWN","message":"unknown error"}]}`
	}
	w.live[digest] = 0
	return 202, ""
}

// document returns a manifest in the format of the OCI.
func document(m Manifest) string {
	type object = map[string]any
	doc := object{"schemaVersion": 2, "mediaType": m.MediaType}
	if m.MediaType == index {
		children := []object{}
		for _, digest := range m.Links.Children {
			child := object{"digest": digest}
			if about := m.Links.About[digest]; about != "" {
				child["annotations"] = object{"vnd.docker.reference.digest": about}
			}
			children = append(children, child)
		}
		doc["manifests"] = children
	} else {
		doc["config"] = object{"digest": digestOf(1000)}
	}
	if s := m.Links.Subject; s != "" {
		doc["subject"] = object{"digest": s}
	}
	return encode(doc)
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// left returns the manifests that still exist when the registry has finished.
func (w *world) left() []string {
	var all []string
	for _, m := range w.manifests {
		if w.live[m.Digest] < 0 {
			all = append(all, m.Digest)
		}
	}
	return all
}

// run runs a job to its end, several times if manifests wait for the registry.
func run(t *testing.T, w *world, o job.Options, path string) {
	t.Helper()
	for range 5 {
		j, err := job.Resume[Step](o, path)
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		d := Deleter{Registry: w.planner().Registry}
		if err := j.Run(t.Context(), func(ctx context.Context, s Step, past job.Progress) error {
			r, err := hub.ParseManifest(s.Manifest)
			if err != nil {
				return err
			}
			return d.Delete(ctx, r, s.Referrers, j.Failed, past.Begun)
		}, func(s Step, err error) {
			if _, later := errors.AsType[*job.Deferred](err); err != nil && !later {
				t.Errorf("%s: %v", s.Manifest, err)
			}
		}); err != nil {
			t.Error(err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Error("the job does not end")
}

// TestKilled: a job that is killed at any step is completed by a resumed one, whether the
// registry deletes at once or in the background, and no deletion is ever refused.
func TestKilled(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		for _, late := range []int{0, 1, 2} {
			t.Run(fmt.Sprint(seed, " ", late), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) { testKilled(t, dir, seed, late) })
			})
		}
	}
}

func testKilled(t *testing.T, dir string, seed uint64, late int) {
	w := newWorld(t, randomManifests(rand.New(rand.NewPCG(seed, 1))))
	w.late = late
	steps, _, _, err := w.planner().Plan(t.Context(), []string{repoName})
	if err != nil {
		t.Fatal(err)
	}
	want := w.left()
	steps = slices.DeleteFunc(steps, func(s Step) bool { return !s.Acts() })
	for _, s := range steps {
		want = slices.DeleteFunc(want, func(digest string) bool { return s.Names()[1] == digest })
	}
	type death struct {
		point string
		world *world
		file  []byte
	}
	var deaths []death
	var path string
	o := job.Options{Dir: dir}
	dying := o
	dying.Failpoint = func(point string) {
		files, _ := filepath.Glob(filepath.Join(dir, "*.job"))
		if len(files) != 1 {
			t.Fatal(files)
		}
		path = files[0]
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		deaths = append(deaths, death{point, w.snapshot(), b})
	}
	j, err := job.Start(dying, job.Plan[Step]{Kind: "manifests prune", Made: time.Now(), Steps: steps})
	if err != nil {
		t.Fatal(err)
	}
	path = j.Path()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	run(t, w, dying, path)
	if !slices.Equal(w.left(), want) || w.refused > 0 && late < 2 {
		t.Errorf("left %v, want %v; %d refused", w.left(), want, w.refused)
	}
	if len(deaths) < len(steps) {
		t.Fatalf("%d deaths in %d steps", len(deaths), len(steps))
	}
	for _, d := range deaths {
		if err := os.WriteFile(path, d.file, 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, d.world, o, path)
		if !slices.Equal(d.world.left(), want) || d.world.refused > 0 && late < 2 {
			t.Errorf("killed at %s: left %v, want %v; %d refused", d.point, d.world.left(), want, d.world.refused)
		}
	}
}

func never(string) bool { return false }

// TestNoSecondDelete: a manifest that the registry is deleting is not deleted again,
// unless it is still there later.
func TestNoSecondDelete(t *testing.T) {
	t.Parallel()
	for late, want := range map[int][]string{
		1: {"DELETE", "HEAD"},
		2: {"DELETE", "HEAD", "DELETE"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, []Manifest{{Digest: digestOf(0), MediaType: image}})
			w.late = late
			d := Deleter{Registry: w.planner().Registry}
			r := hub.Reference{Namespace: "acme", Name: "api", Digest: digestOf(0)}
			if err := d.Delete(t.Context(), r, nil, never, false); err != nil || d.Outcome(r.String()) != Accepted {
				t.Error(err, d.Outcome(r.String()))
			}
			if err := d.Delete(t.Context(), r, nil, never, true); err != nil {
				t.Error(err)
			}
			for i := range w.asked {
				w.asked[i], _, _ = strings.Cut(w.asked[i], " ")
			}
			if !slices.Equal(w.asked, want) {
				t.Errorf("gone after %d requests: asked %v, want %v", late, w.asked, want)
			}
		})
	}
}

// TestAfterFailure: nothing is sent for a manifest whose index could not be deleted.
func TestAfterFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, []Manifest{
		{Digest: digestOf(0), MediaType: index, Links: dockerhub.ManifestLinks{Children: []string{digestOf(1)}}, Tags: []string{"v1"}},
		{Digest: digestOf(1), MediaType: image},
	})
	d := Deleter{Registry: w.planner().Registry}
	r := hub.Reference{Namespace: "acme", Name: "api", Digest: digestOf(0)}
	if err := d.Delete(t.Context(), r, nil, never, false); !errors.Is(err, dockerhub.ErrForbidden) {
		t.Error(err)
	}
	child := r
	child.Digest = digestOf(1)
	if err := d.Delete(t.Context(), child, []string{r.String()}, never, false); !errors.Is(err, dockerhub.ErrConflict) {
		t.Error(err)
	}
	if len(w.asked) != 1 || w.tokens != 1 {
		t.Error(w.asked, w.tokens)
	}
}

// TestUnsure: a repository is not changed if it is not known which manifests its tags need.
func TestUnsure(t *testing.T) {
	t.Parallel()
	plain := Manifest{Digest: digestOf(0), MediaType: image}
	for name, all := range map[string][]Manifest{
		"a tagged manifest that the registry does not have": {plain, {Digest: digestOf(1), MediaType: index, Tags: []string{"v1"}}},
		"a tag without a digest":                            {plain, {Tags: []string{"v1"}}},
	} {
		w := newWorld(t, all)
		w.live[digestOf(1)] = 0
		steps, _, _, err := w.planner().Plan(t.Context(), []string{repoName})
		if !errors.Is(err, errUnsure) || steps != nil {
			t.Errorf("%s: %v, %v", name, steps, err)
		}
	}
}

// TestFingerprint changes with what a plan depends on.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := []Manifest{
		{Digest: digestOf(0), MediaType: image, Pushed: time.Unix(1e9, 0)},
		{Digest: digestOf(1), MediaType: image, Tags: []string{"v1"}},
	}
	w := newWorld(t, base)
	steps, made, _, err := w.planner().Plan(t.Context(), []string{repoName})
	if err != nil || len(steps) != 1 {
		t.Fatal(steps, err)
	}
	for name, change := range map[string]func(all []Manifest) []Manifest{
		"nothing":            func(all []Manifest) []Manifest { return all },
		"the order":          func(all []Manifest) []Manifest { return []Manifest{all[1], all[0]} },
		"a push":             func(all []Manifest) []Manifest { return append(all, Manifest{Digest: digestOf(2)}) },
		"a tag":              func(all []Manifest) []Manifest { all[0].Tags = []string{"v2"}; return all },
		"a deleted tag":      func(all []Manifest) []Manifest { all[1].Tags = nil; return all },
		"a manifest is gone": func(all []Manifest) []Manifest { return all[1:] },
	} {
		p := newWorld(t, change(slices.Clone(base))).planner()
		now, err := Fingerprint(t.Context(), p.Client, 1, steps)
		if same := name == "nothing" || name == "the order"; err != nil || (now == made) != same {
			t.Errorf("after %s: the same is %t, %v", name, now == made, err)
		}
	}
}

// TestWrongSecret is sent once, because more failures lock the account.
func TestWrongSecret(t *testing.T) {
	t.Parallel()
	tries := 0
	c, err := dockerhub.New(dockerhub.Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		tries++
		return &http.Response{
			StatusCode: 401, Status: "401 Unauthorized", Body: io.NopCloser(strings.NewReader(`{"details":"incorrect username or password"}`)), Request: r,
		}, nil
	})})
	if err != nil {
		t.Fatal(err)
	}
	registry, err := c.Manifests.Registry(user, secret)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := registry.Delete(t.Context(), "acme", "api", digestOf(i)); !errors.Is(err, dockerhub.ErrUnauthorized) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if tries != 1 {
		t.Errorf("sent %d times", tries)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
