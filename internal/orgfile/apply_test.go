package orgfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// A site is a sandbox, and a folder with the file of its organization.
type site struct {
	t     *testing.T
	dir   string
	hub   *sandbox.Hub
	state string // the file of its state; "" = in memory

	mu     sync.Mutex
	writes []string // method and path
	fail   func(n int, r *http.Request) *http.Response
	secret map[string]string // the IDs of tokens whose secret was delivered, by label
}

func newSite(t *testing.T) *site {
	return &site{t: t, dir: t.TempDir(), hub: sandbox.New(sandbox.Options{}), secret: map[string]string{}}
}

// newMortalSite returns a site whose state can be set back to that of an earlier time.
func newMortalSite(t *testing.T) *site {
	s := newSite(t)
	s.state = filepath.Join(s.dir, "state.json")
	return s
}

func (s *site) client() *dockerhub.Client {
	hub := s.hub
	if s.state != "" {
		hub = sandbox.New(sandbox.Options{Path: s.state})
	}
	c, err := dockerhub.New(dockerhub.Options{
		URL: "https://hub.example", Retries: -1, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				return hub.RoundTrip(r)
			}
			s.mu.Lock()
			s.writes = append(s.writes, r.Method+" "+r.URL.Path)
			n, fail := len(s.writes), s.fail
			s.mu.Unlock()
			if fail == nil {
				return hub.RoundTrip(r)
			}
			if resp := fail(n, r); resp != nil {
				return resp, nil
			}
			resp, err := hub.RoundTrip(r)
			if resp2 := fail(-n, r); err == nil && resp2 != nil { // done, but the answer is lost
				_ = resp.Body.Close()
				return resp2, nil
			}
			return resp, err
		}),
		Token: func(context.Context, string) (string, error) { return hub.Session(sandbox.DemoUser), nil },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// diff compares the organization with its file.
func (s *site) diff(prune ...string) (Diff, *Live) {
	s.t.Helper()
	f := read(s.t, filepath.Join(s.dir, "acme.yaml"))
	l, err := Reader{s.client(), 6}.Read(s.t.Context(), f.Organization, f.Sections())
	if err != nil {
		s.t.Fatal(err)
	}
	return compare(s.t, f, l, prune...), l
}

// steps returns the steps of a plan, without people who join a team later.
func (s *site) steps(prune ...string) []Step {
	s.t.Helper()
	d, l := s.diff(prune...)
	steps, _, err := d.Steps()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := l.Guard(steps, sandbox.DemoUser); err != nil {
		s.t.Fatal(err)
	}
	if err := Address(steps, rotation.Delivery{By: rotation.ToFile, Path: filepath.Join(s.dir, "{label}")}); err != nil {
		s.t.Fatal(err)
	}
	return steps
}

// run runs a job, and returns the errors of its steps.
func (s *site) run(j *job.Job[Step]) (failed []error) {
	s.t.Helper()
	a := Applier{Client: s.client(), Warn: s.t.Logf, Deliver: func(_ context.Context, step Step, t dockerhub.OrgToken) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if t.Secret != "" {
			s.secret[step.Name] = t.ID
		}
		return nil
	}}
	err := j.Run(s.t.Context(), func(ctx context.Context, step Step, past job.Progress) error {
		return a.Do(ctx, j, step, past)
	}, func(step Step, err error) {
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", step.Key(), err))
		}
	})
	if err := errors.Join(err, j.Close()); err != nil {
		s.t.Error(err)
	}
	return failed
}

func (s *site) apply(o job.Options, steps []Step) []error {
	s.t.Helper()
	if len(steps) == 0 {
		return nil
	}
	j, err := job.Start(o, job.Plan[Step]{Kind: "orgs apply", Made: time.Now(), Steps: steps})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.run(j)
}

// edit writes a file that differs from the organization in random places.
func (s *site) edit(r *rand.Rand, sections ...string) {
	s.t.Helper()
	l, err := Reader{s.client(), 6}.Read(s.t.Context(), sandbox.DemoOrg, sections)
	if err != nil {
		s.t.Fatal(err)
	}
	doc := l.Document(false)
	some := func(t tree) string { all := names(t); return all[r.IntN(len(all))] }
	flip := func(t tree, key string) { t[key] = t[key] != true }
	for range 6 {
		switch section := sections[r.IntN(len(sections))]; section {
		case settings:
			flip(fieldsOf(fieldsOf(doc[section])["restricted-images"]), "enabled")
		case registryAccess:
			registries := fieldsOf(fieldsOf(doc[section])["registries"])
			flip(registries, []string{"ghcr.io", "new.example", "quay.io"}[r.IntN(3)])
		case members:
			people := fieldsOf(doc[section])
			switch name := some(people); {
			case l.pending[join(members, name)] || r.IntN(4) == 0:
				delete(people, "contractor@example.net")
			case name == sandbox.DemoUser, people[name] == "owner":
			case r.IntN(3) == 0:
				delete(people, name)
				for _, team := range fieldsOf(doc[teams]) {
					in, _ := fieldsOf(team)[members].([]string)
					fieldsOf(team)[members] = slices.DeleteFunc(in, func(m string) bool { return m == name })
				}
			default:
				people[name] = "editor"
			}
			people[fmt.Sprintf("new%d@example.com", r.IntN(3))] = "editor"
		case teams:
			all := fieldsOf(doc[section])
			team := fieldsOf(all[some(all)])
			in, _ := team[members].([]string)
			switch r.IntN(5) {
			case 0:
				team["description"] = fmt.Sprint("changed ", r.IntN(100))
			case 1:
				if len(in) > 1 {
					in = slices.DeleteFunc(in, func(name string) bool { return name != sandbox.DemoUser && r.IntN(4) == 0 })
				}
				if team[members] = append(in, "bokafor"); slices.Contains(in, "bokafor") {
					team[members] = in
				}
			case 2:
				fieldsOf(fieldsOf(all["platform"])[repositories])["shipping-api"] = []string{"read", "write", "admin"}[r.IntN(3)]
			case 3:
				all[fmt.Sprint("team", r.IntN(9))] = tree{"description": "new", "role": "editor", members: []string{"bokafor"}, repositories: tree{"shipping-api": "read"}}
			case 4:
				delete(all, []string{"release", "qa"}[r.IntN(2)])
			}
		case repositories:
			all := fieldsOf(doc[section])
			repo := fieldsOf(all[[]string{"accounts-api", "shipping-api", "gateway-web"}[r.IntN(3)]])
			switch r.IntN(5) {
			case 0:
				repo["description"] = fmt.Sprint("changed ", r.IntN(100))
			case 1:
				flip(repo, "private")
			case 2:
				repo["categories"] = []string{"networking", "security"}[:r.IntN(3)]
			case 3:
				repo["immutable-tags"] = tree{"enabled": true, "rules": []string{"^v"}}
			case 4:
				all[fmt.Sprint("new", r.IntN(9))] = tree{"private": true, "description": "new", "immutable-tags": tree{"enabled": true, "rules": []string{"^v"}}, "categories": []string{"security"}}
				delete(all, "accounts-worker")
				for _, team := range fieldsOf(doc[teams]) {
					delete(fieldsOf(fieldsOf(team)[repositories]), "accounts-worker")
				}
			}
		case orgTokens:
			all := fieldsOf(doc[section])
			switch r.IntN(3) {
			case 0:
				flip(fieldsOf(all["ci-pull"]), "active")
			case 1:
				fieldsOf(all["ci-pull"])["resources"] = []string{"org:acme=member-read"}
			case 2:
				all[fmt.Sprint("token", r.IntN(9))] = tree{"resources": []string{"org:acme=member-read"}, "active": r.IntN(2) == 0}
				delete(all, "mirror")
			}
		}
	}
	b, err := yaml.Marshal(doc)
	if err != nil {
		s.t.Fatal(err)
	}
	put(s.t, filepath.Join(s.dir, "acme.yaml"), string(b))
}

// settled fails if anything but memberships of invitees differs.
func (s *site) settled(what string) {
	s.t.Helper()
	d, _ := s.diff(Sections...)
	d.Changes = slices.DeleteFunc(d.Changes, func(c Change) bool {
		return c.Section == teams && c.Field == members && strings.Contains(c.Item, "@")
	})
	if len(d.Changes) > 0 {
		s.t.Errorf("%s: %s", what, d.Text())
	}
}

// TestApply: after random edits are applied nothing differs, a second apply sends nothing,
// and no request is about anything that the files do not manage.
func TestApply(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 0))
			s := newSite(t)
			sections := []string{settings, registryAccess, members, teams, orgTokens}
			switch {
			case seed == 0:
				sections = []string{repositories, teams}
			case seed < 4:
				sections = sections[seed : seed+2]
			}
			s.edit(r, sections...)
			steps := s.steps(Sections...)
			for _, err := range s.apply(job.Options{Dir: s.dir, Concurrency: 4}, steps) {
				t.Error(err)
			}
			s.settled("after apply")
			s.onlyManaged(sections)
			s.writes = nil
			for _, err := range s.apply(job.Options{Dir: s.dir}, s.steps(Sections...)) {
				t.Error(err)
			}
			if len(s.writes) > 0 {
				t.Errorf("the second apply sends %q", s.writes)
			}
		})
	}
}

// onlyManaged fails if a request is about a section that is not managed.
func (s *site) onlyManaged(sections []string) {
	s.t.Helper()
	paths := map[string]string{
		settings: `/settings$`, registryAccess: `/registry-access-management$`, members: `/members/|/invites/`,
		teams: `/groups(/|$)`, repositories: `/repositories(/|$)`, orgTokens: `/access-tokens(/|$)`,
	}
	for _, w := range s.writes {
		if !slices.ContainsFunc(sections, func(section string) bool { return regexp.MustCompile(paths[section]).MatchString(w) }) {
			s.t.Errorf("the request %s is about none of %v", w, sections)
		}
	}
}

// TestApplyKilled: an apply that is killed at any point is completed by a resumed one.
func TestApplyKilled(t *testing.T) {
	t.Parallel()
	for seed, sections := range [][]string{{teams, settings}, {orgTokens}, {members}} {
		t.Run(strings.Join(sections, " "), func(t *testing.T) {
			t.Parallel()
			s := newMortalSite(t)
			s.edit(rand.New(rand.NewPCG(uint64(seed), 1)), sections...)
			steps := s.steps(Sections...)
			type death struct {
				point      string
				job, state []byte
				secret     map[string]string
			}
			var deaths []death
			var path string
			o := job.Options{Dir: s.dir}
			o.Failpoint = func(point string) {
				files, _ := filepath.Glob(filepath.Join(s.dir, "*.job"))
				path = files[0]
				var d death
				d.point = point
				d.job, _ = os.ReadFile(path)
				d.state, _ = os.ReadFile(s.state)
				d.secret = maps.Clone(s.secret)
				deaths = append(deaths, d)
			}
			for _, err := range s.apply(o, steps) {
				t.Error(err)
			}
			s.settled("unharmed")
			if len(deaths) < 3*len(steps) {
				t.Fatalf("%d deaths in %d steps", len(deaths), len(steps))
			}
			for _, d := range deaths {
				put(t, path, string(d.job))
				if d.state == nil {
					_ = os.Remove(s.state)
				} else {
					put(t, s.state, string(d.state))
				}
				s.secret = d.secret
				j, err := job.Resume[Step](job.Options{Dir: s.dir}, path)
				if err != nil {
					t.Fatal(err)
				}
				failed := s.run(j)
				// A token that was created just before the death has no identifier in the job.
				orphan := strings.HasPrefix(d.point, "begun") && len(failed) > 0
				if len(failed) > 0 && !orphan {
					t.Errorf("killed at %s: %v", d.point, failed)
				}
				s.settled("killed at " + d.point)
				if !orphan {
					s.delivered(steps)
				}
			}
		})
	}
}

// delivered fails if the secret of a new token was not delivered.
func (s *site) delivered(steps []Step) {
	s.t.Helper()
	ids := map[string]string{}
	for token, err := range s.client().OrgTokens.List(s.t.Context(), sandbox.DemoOrg) {
		if err != nil {
			s.t.Fatal(err)
		}
		ids[token.Label] = token.ID
	}
	for _, step := range steps {
		if step.Section == orgTokens && step.Action == Add && s.secret[step.Name] != ids[step.Name] {
			s.t.Errorf("the secret of %s is that of %q, not of %q", step.Key(), s.secret[step.Name], ids[step.Name])
		}
	}
}

// TestApplyFaults: whichever request fails, done or not, the next apply completes.
func TestApplyFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit(rand.New(rand.NewPCG(7, 1)), orgTokens, members, registryAccess)
	total := len(s.steps(Sections...))
	if total < 4 {
		t.Fatalf("only %d steps", total)
	}
	for at := 1; at <= total+2; at++ {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprint(at, " ", done), func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				s.edit(rand.New(rand.NewPCG(7, 1)), orgTokens, members, registryAccess)
				s.fail = func(n int, r *http.Request) *http.Response {
					if n != at && n != -at || (n < 0) != done {
						return nil
					}
					body := `{"message":"gone wrong"}`
					return &http.Response{StatusCode: 500, Status: "500 Internal Server Error", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
				}
				steps := s.steps(Sections...)
				failed := s.apply(job.Options{Dir: s.dir}, steps)
				s.fail = nil
				label := lostToken(failed)
				for label != "" { // its secret is lost: the user deletes it
					c := s.client()
					for token, err := range c.OrgTokens.List(t.Context(), sandbox.DemoOrg) {
						if err != nil {
							t.Fatal(err)
						}
						if token.Label == label {
							if err := c.OrgTokens.Delete(t.Context(), sandbox.DemoOrg, token.ID); err != nil {
								t.Fatal(err)
							}
						}
					}
					label = ""
				}
				for _, err := range s.apply(job.Options{Dir: s.dir}, s.steps(Sections...)) {
					t.Error(err)
				}
				s.settled("the next apply")
				s.delivered(steps)
			})
		}
	}
}

// lostToken returns the label of a token whose creation failed, or "".
func lostToken(failed []error) string {
	for _, err := range failed {
		if label, ok := strings.CutPrefix(err.Error(), "token "); ok {
			label, _, _ = strings.Cut(label, ":")
			return label
		}
	}
	return ""
}

// TestGuard: an organization keeps its last owner, and the user.
func TestGuard(t *testing.T) {
	t.Parallel()
	l := &Live{sections: map[string]tree{
		members: {"me": "owner", "ada": "owner", "ben": "member"},
		teams:   {"owners": tree{members: tree{"me": true, "ada": true}}},
	}}
	alone := &Live{sections: map[string]tree{members: {"ada": "owner", "ben": "member", "new": "owner"}}, pending: map[string]bool{"members.new": true}}
	member := func(action, name string, role any) Step {
		return Step{Change: Change{Action: action, Section: members, Item: name, New: role}}
	}
	ofOwners := func(name string) Step {
		return Step{Change: Change{Action: Remove, Section: teams, Name: "owners", Field: members, Item: name}}
	}
	for _, test := range []struct {
		live  *Live
		steps []Step
		want  string
	}{
		{l, []Step{member(Edit, "ada", "member"), member(Remove, "ben", nil)}, ""},
		{l, []Step{member(Edit, "me", "member")}, "you cannot demote or remove yourself"},
		{l, []Step{member(Remove, "me", nil)}, "you cannot demote or remove yourself"},
		{l, []Step{ofOwners("me")}, "you cannot demote or remove yourself"},
		{l, []Step{ofOwners("ada")}, ""},
		{l, []Step{{Change: Change{Action: Remove, Section: teams, Name: "owners"}}}, "the team owners cannot be removed"},
		{alone, []Step{member(Edit, "ada", "editor")}, "the organization would have no owner"},
		{alone, []Step{member(Edit, "ada", "editor"), member(Edit, "ben", "owner")}, "the organization would have no owner"},
		{&Live{sections: map[string]tree{teams: {"owners": tree{members: tree{"ada": true}}}}}, []Step{ofOwners("ada")}, "the team owners would be empty"},
	} {
		err := test.live.Guard(test.steps, "me")
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, dockerhub.ErrInput)) {
			t.Errorf("%v: %v, want %s", test.steps, err, test.want)
		}
	}
}

// TestSteps: steps wait for what they need, and what cannot be changed is reported.
func TestSteps(t *testing.T) {
	t.Parallel()
	d := Diff{Organization: "acme", Changes: []Change{
		{Action: Add, Section: members, Item: "new"},
		{Action: Edit, Section: repositories, Name: "api", Field: "description"},
		{Action: Edit, Section: repositories, Name: "api", Field: "readme"},
		{Action: Add, Section: teams, Name: "qa"},
		{Action: Add, Section: teams, Name: "qa", Field: members, Item: "ada"},
		{Action: Add, Section: teams, Name: "qa", Field: members, Item: "new"},
		{Action: Edit, Section: orgTokens, Name: "ci", Field: "expires", Hint: "cannot"},
		{Action: Remove, Section: teams, Name: "old"},
	}}
	steps, later, err := d.Steps()
	follows := map[string][]string{}
	for _, s := range steps {
		follows[s.Key()] = s.After()
	}
	want := map[string][]string{
		"member new": nil, "repository api: description": nil, "repository api: readme": {"repository api: description"},
		"team qa": nil, "team qa: member ada": {"team qa"}, "team old": {changing},
	}
	if !maps.EqualFunc(follows, want, slices.Equal) {
		t.Errorf("%v, want %v", follows, want)
	}
	if failed, ok := errors.AsType[*job.BatchError](err); !ok || len(failed.Failed) != 1 || failed.Failed[0].ID != "token ci: expires" {
		t.Error(err)
	}
	if !slices.Equal(later, []string{"new (team qa)"}) {
		t.Error(later)
	}
}

// TestPlanKeepsSteps: a saved plan makes the same changes.
func TestPlanKeepsSteps(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.edit(rand.New(rand.NewPCG(3, 1)), settings, teams)
	steps := s.steps()
	b, err := job.Plan[Step]{Kind: "x", Steps: steps}.Encode()
	if err != nil || bytes.Contains(b, []byte("dckr_")) {
		t.Fatal(err)
	}
	plan, err := job.Load("plan.json", b, job.Plan[Step]{Kind: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.apply(job.Options{Dir: s.dir}, plan.Steps) {
		t.Error(err)
	}
	if d, _ := s.diff(); len(d.Changes) > 0 {
		t.Error(d.Text())
	}
}

// TestEditedPlan: a plan cannot say that a repository does not become public, or where a
// secret goes.
func TestEditedPlan(t *testing.T) {
	t.Parallel()
	steps, err := Check([]Step{
		{Org: "acme", Change: Change{Action: Edit, Section: repositories, Name: "api", Field: "private", New: false}},
		{Org: "acme", Change: Change{Action: Add, Section: repositories, Name: "web", New: tree{"private": false}}},
		{Org: "acme", Change: Change{Action: Add, Section: orgTokens, Name: "ci"}, To: rotation.Delivery{By: rotation.ToCommand, Command: "curl"}},
	})
	if err != nil || !slices.Equal(Public(steps), []string{"api", "web"}) || steps[2].To.By != "" {
		t.Error(steps, err)
	}
	for _, s := range []Step{
		{Org: "acme", Change: Change{Action: "erase", Section: teams}}, {Org: "acme", Change: Change{Action: Add, Section: "billing"}},
	} {
		if _, err := Check([]Step{s}); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}

// TestApplyRevokes: an invitation that the file does not name is revoked with --prune.
func TestApplyRevokes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, err := Reader{s.client(), 6}.Read(t.Context(), sandbox.DemoOrg, []string{members})
	if err != nil {
		t.Fatal(err)
	}
	doc := l.Document(false)
	const invitee = "contractor@example.net"
	if !l.pending[join(members, invitee)] {
		t.Fatal(invitee, "is not invited")
	}
	delete(fieldsOf(doc[members]), invitee)
	b, err := yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(s.dir, "acme.yaml"), string(b))
	for _, err := range s.apply(job.Options{Dir: s.dir}, s.steps(members)) {
		t.Error(err)
	}
	if d, now := s.diff(members); len(d.Changes) > 0 || now.pending[join(members, invitee)] {
		t.Error(d.Text())
	}
}

// TestTokenLost: if the answer with a secret is lost, the error names the token to delete.
func TestTokenLost(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} {
		s := newSite(t)
		put(t, filepath.Join(s.dir, "acme.yaml"), "version: 1\norganization: acme\norg-tokens:\n  new: {resources: ['org:acme=member-read']}\n")
		s.fail = func(n int, r *http.Request) *http.Response {
			if (n < 0) != done {
				return nil
			}
			return &http.Response{StatusCode: 500, Status: "500", Header: http.Header{}, Body: http.NoBody, Request: r}
		}
		failed := s.apply(job.Options{Dir: s.dir}, s.steps())
		text := fmt.Sprint(failed)
		if len(failed) != 1 || strings.Contains(text, "its secret is lost: delete it with hubctl org-tokens delete") != done {
			t.Errorf("the token was created: %t, but: %s", done, text)
		}
	}
}
