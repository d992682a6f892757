package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

type step struct {
	ID string `json:"id"`
}

func (s step) Key() string { return s.ID }

func plan(ids ...string) Plan[step] {
	p := Plan[step]{Kind: "tags prune", Origin: "https://hub.docker.com", User: "demo", Made: time.Unix(1e9, 0)}
	for _, id := range ids {
		p.Steps = append(p.Steps, step{id})
	}
	return p
}

var errRefused = errors.New("refused")

// run runs the remaining steps of a job, in which the steps in fail fail, and returns
// the completed steps.
func run(t *testing.T, j *Job[step], fail map[string]error) (done []string, err error) {
	t.Helper()
	err = j.Run(t.Context(), func(_ context.Context, s step, _ Progress) error {
		if fail[s.ID] == nil {
			done = append(done, s.ID)
		}
		return fail[s.ID]
	}, func(step, error) {})
	if closeErr := j.Close(); closeErr != nil {
		t.Error(closeErr)
	}
	return done, err
}

func begin(t *testing.T, o Options, p Plan[step]) *Job[step] {
	t.Helper()
	j, err := Start(o, p)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// resume opens the only unfinished job.
func resume(t *testing.T, o Options) *Job[step] {
	t.Helper()
	left, err := Unfinished(o, plan())
	if err != nil || len(left.Paths) != 1 {
		t.Fatalf("unfinished: %q, %v", left.Paths, err)
	}
	j, err := Resume[step](o, left.Paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestJobDoesAll(t *testing.T) {
	t.Parallel()
	o := Options{Dir: filepath.Join(t.TempDir(), "jobs")}
	done, err := run(t, begin(t, o, plan("a", "b", "c")), map[string]error{"b": errRefused})
	if err != nil || !slices.Equal(done, []string{"a", "c"}) {
		t.Errorf("%q, %v", done, err)
	}
	empty(t, o.Dir)
}

func TestJobStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), MaxFailures: func(error) int { return 2 }}
	// One refusal between successes only fails its step; two in a row end the job.
	fail := map[string]error{"b": errRefused, "d": errRefused, "e": errRefused}
	done, err := run(t, begin(t, o, plan("a", "b", "c", "d", "e", "f")), fail)
	stopped, ok := errors.AsType[*Stopped](err)
	if !ok || stopped.Left != 3 || !errors.Is(err, errRefused) || !slices.Equal(done, []string{"a", "c"}) {
		t.Fatalf("%q, %v", done, err)
	}
	done, err = run(t, resume(t, o), nil)
	if err != nil || !slices.Equal(done, []string{"d", "e", "f"}) {
		t.Errorf("resumed: %q, %v", done, err)
	}
	empty(t, o.Dir)
}

// A failed step that may have been done counts as begun for the next run, even if it is
// the last; one that was refused does not.
func TestJobIsUnsure(t *testing.T) {
	t.Parallel()
	doubt := errors.New("no answer")
	for _, tt := range []struct {
		most  int
		steps []string
		err   error
		begun []bool // what the next run gets; nil = no next run
	}{
		{1, []string{"a", "b"}, doubt, []bool{true, false}},
		{1, []string{"a", "b"}, errRefused, []bool{false, false}},
		{2, []string{"a"}, doubt, []bool{true}},
		{2, []string{"a"}, errRefused, nil},
	} {
		o := Options{Dir: t.TempDir(), MaxFailures: func(error) int { return tt.most }, Ambiguous: func(err error) bool { return errors.Is(err, doubt) }}
		_, err := run(t, begin(t, o, plan(tt.steps...)), map[string]error{"a": tt.err})
		if tt.begun == nil {
			if err != nil {
				t.Errorf("got %v", err)
			}
			empty(t, o.Dir)
			continue
		}
		if stopped, ok := errors.AsType[*Stopped](err); !ok || !errors.Is(err, tt.err) || stopped.Left != len(tt.steps) {
			t.Errorf("got %v", err)
		}
		var begun []bool
		j := resume(t, o)
		err = j.Run(t.Context(), func(_ context.Context, _ step, past Progress) error {
			begun = append(begun, past.Begun)
			return nil
		}, func(step, error) {})
		if err != nil || !slices.Equal(begun, tt.begun) {
			t.Errorf("%d %v: %v, %v", tt.most, tt.err, begun, err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestJobIsInterrupted(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	j := begin(t, o, plan("a", "b"))
	err := j.Run(ctx, func(ctx context.Context, _ step, _ Progress) error {
		cancel()
		return ctx.Err() // the running step is not interrupted
	}, func(_ step, err error) {
		if err != nil {
			t.Error(err)
		}
	})
	if stopped, ok := errors.AsType[*Stopped](err); !ok || stopped.Left != 1 || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if left, err := Unfinished(o, plan()); err != nil || len(left.Paths) != 0 || left.Busy != 1 {
		t.Errorf("a job under way was found: %q, %d, %v", left.Paths, left.Busy, err)
	}
	other := plan()
	other.User = "eve"
	if left, err := Unfinished(o, other); err != nil || left.Busy != 0 {
		t.Errorf("another user's: %d, %v", left.Busy, err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if done, err := run(t, resume(t, o), nil); err != nil || !slices.Equal(done, []string{"b"}) {
		t.Errorf("resumed: %q, %v", done, err)
	}
	empty(t, o.Dir)
}

// TestJobDies: wherever a process dies, the next one does the rest and knows what may
// have been done.
func TestJobDies(t *testing.T) {
	t.Parallel()
	type death struct {
		dir   string // a copy of the job's file
		times map[string]int
	}
	deaths := map[string]death{}
	o := Options{Dir: t.TempDir()}
	times := map[string]int{}
	o.Failpoint = func(at string) {
		d := death{t.TempDir(), maps.Clone(times)}
		if err := os.CopyFS(d.dir, os.DirFS(o.Dir)); err != nil {
			t.Error(err)
		}
		deaths[at] = d
	}
	do := func(_ context.Context, s step, _ Progress) error {
		times[s.ID]++
		return nil
	}
	j := begin(t, o, plan("a", "b"))
	if err := j.Run(t.Context(), do, func(step, error) {}); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	if len(deaths) != 8 {
		t.Fatalf("points: %v", deaths)
	}
	for at, d := range deaths {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			j := resume(t, Options{Dir: d.dir})
			if err := j.Run(t.Context(), func(_ context.Context, s step, p Progress) error {
				if d.times[s.ID] > 0 != p.Begun && !strings.HasPrefix(at, "begun") {
					t.Errorf("%s: done %d times before, begun %v", s.ID, d.times[s.ID], p.Begun)
				}
				d.times[s.ID]++
				return nil
			}, func(step, error) {}); err != nil {
				t.Error(err)
			}
			_ = j.Close()
			for _, id := range []string{"a", "b"} {
				want := 1
				if at == "did "+id {
					want = 2
				}
				if d.times[id] != want {
					t.Errorf("%s was done %d times", id, d.times[id])
				}
			}
		})
	}
}

func TestJobKeeps(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	j := begin(t, o, plan("a"))
	if err := j.Keep(j.Steps[0], map[string]int{"n": 1}); err != nil {
		t.Fatal(err)
	}
	file := j.Path()
	_ = j.Close()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, `{"key":"a","state":"do`) // a power failure
	_ = f.Close()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	j = resume(t, o)
	err = j.Run(t.Context(), func(_ context.Context, _ step, p Progress) error {
		if !p.Begun || string(p.Data) != `{"n":1}` {
			t.Errorf("%v %s", p.Begun, p.Data)
		}
		return nil
	}, func(step, error) {})
	if err != nil {
		t.Error(err)
	}
	_ = j.Close()
}

func TestPlanFile(t *testing.T) {
	t.Parallel()
	p := plan("a", "b")
	b, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load("p", b, plan())
	if err != nil || len(got.Steps) != 2 || !got.Made.Equal(p.Made) {
		t.Errorf("%+v, %v", got, err)
	}
	for says, want := range map[string]Plan[step]{
		"expected a plan of \"x\"": {Kind: "x", Origin: p.Origin, User: p.User},
		"not http://":              {Kind: p.Kind, Origin: "http://localhost", User: p.User},
		"not eve":                  {Kind: p.Kind, Origin: p.Origin, User: "eve"},
	} {
		if _, err := Load("p", b, want); !errors.Is(err, ErrBadPlan) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	for content, says := range map[string]string{
		`{`:             "not JSON",
		`{"version":9}`: "version 9",
		`{"name":"x"}`:  "not a plan file",
		`{"version":1,"kind":"members offboard","steps":[{"user":"a"}]}`:    "expected a plan of \"tags prune\", got one of \"members offboard\"",
		`{"version":1,"kind":"tags prune","steps":[{"id":"a"},{"id":"a"}]}`: "duplicate or empty step",
		`{"version":1,"kind":"tags prune","steps":[{"id":""}]}`:             "duplicate or empty step",
		`{"version":1,"kind":"tags prune","more":1}`:                        "unknown field",
	} {
		if _, err := Load("p", []byte(content), plan()); !errors.Is(err, ErrBadPlan) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func FuzzPlan(f *testing.F) {
	f.Add([]byte(`{"version":1,"kind":"tags prune","steps":[{"id":"a"}]}`))
	f.Add([]byte(`{"version":1,"steps":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := decode[step](b, "")
		if err != nil {
			return
		}
		for _, s := range p.Steps {
			if s.Key() == "" {
				t.Error("a step for nothing")
			}
		}
	})
}

// TestJobLater: a deferred step keeps its job and gets the value that it kept; the
// others end.
func TestJobLater(t *testing.T) {
	t.Parallel()
	o := Options{Dir: filepath.Join(t.TempDir(), "jobs")}
	j := begin(t, o, plan("a", "b", "c"))
	var reported []string
	err := j.Run(t.Context(), func(_ context.Context, s step, _ Progress) error {
		if s.ID != "b" {
			return nil
		}
		return errors.Join(j.Keep(s, "half"), &Deferred{})
	}, func(s step, err error) { reported = append(reported, fmt.Sprint(s.ID, err)) })
	if err != nil || len(reported) != 3 {
		t.Errorf("ended with %v, reported %q", err, reported)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	j = resume(t, o)
	if left := j.Left(); len(left) != 1 || left[0].ID != "b" {
		t.Errorf("left: %v", left)
	}
	var kept string
	if err := j.Run(t.Context(), func(_ context.Context, _ step, past Progress) error {
		kept = string(past.Data)
		return nil
	}, func(step, error) {}); err != nil || kept != `"half"` {
		t.Errorf("ended with %v, kept %s", err, kept)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	empty(t, o.Dir)
}
