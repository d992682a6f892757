package prune

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestScarceLimit: a plan that needs more requests than a window of the rate limit
// allows never exceeds it, and completes.
func TestScarceLimit(t *testing.T) {
	t.Parallel()
	o := job.Options{Dir: t.TempDir(), Concurrency: 6, MaxFailures: func(error) int { return 1 }}
	synctest.Test(t, func(t *testing.T) {
		const steps, limit = 200, 60
		var mu sync.Mutex
		window, used, deleted, refused := time.Now(), 0, 0, 0
		c, err := dockerhub.New(dockerhub.Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if since := time.Since(window); since >= time.Minute {
				window, used = window.Add(since.Truncate(time.Minute)), 0
			}
			used++
			w := httptest.NewRecorder()
			w.Header().Set("X-RateLimit-Limit", strconv.Itoa(limit))
			w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(max(limit-used, 0)))
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(window.Add(time.Minute).Unix(), 10))
			switch {
			case used > limit:
				refused++
				w.WriteHeader(http.StatusTooManyRequests)
			case r.Method == http.MethodDelete:
				deleted++
				w.WriteHeader(http.StatusNoContent)
			default:
				name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
				_, _ = fmt.Fprintf(w, `{"name":%q,"digest":"d"}`, name)
			}
			return w.Result(), nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		p := job.Plan[Step]{Kind: "tags prune", Made: time.Now()}
		for i := range steps {
			p.Steps = append(p.Steps, Step{Tag: fmt.Sprintf("acme/api:%d", i), Action: actionDelete, Digest: "d"})
		}
		j, err := job.Start(o, p)
		if err != nil {
			t.Fatal(err)
		}
		began, reported := time.Now(), 0
		err = j.Run(t.Context(), func(ctx context.Context, s Step, _ job.Progress) error {
			return Delete(ctx, c, s)
		}, func(s Step, err error) {
			if err != nil || s.Tag != p.Steps[reported].Tag {
				t.Errorf("step %d: %s: %v", reported, s.Tag, err)
			}
			reported++
		})
		if err != nil || deleted != steps || refused > 0 {
			t.Errorf("%d deleted, %d refused: %v", deleted, refused, err)
		}
		if took := time.Since(began); took > 2*steps/limit*time.Minute+2*time.Minute {
			t.Errorf("%s for %d requests at %d a minute", took, 2*steps, limit)
		}
		_ = j.Close()
	})
}
