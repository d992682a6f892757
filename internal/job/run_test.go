package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%02d", i)
	}
	return all
}

// No more steps run at a time than allowed, and they are reported in order.
func TestJobConcurrency(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, 1, 3} {
		o := Options{Dir: t.TempDir(), Concurrency: limit}
		synctest.Test(t, func(t *testing.T) {
			var now, peak atomic.Int32
			var reported []string
			j := begin(t, o, plan(ids(20)...))
			err := j.Run(t.Context(), func(_ context.Context, s step, _ Progress) error {
				peak.Store(max(peak.Load(), now.Add(1)))
				time.Sleep(time.Duration(len(s.ID)*int(s.ID[1]-'0')%7) * time.Second)
				now.Add(-1)
				return nil
			}, func(s step, _ error) { reported = append(reported, s.ID) })
			if err != nil || !slices.Equal(reported, ids(20)) || int(peak.Load()) != max(limit, 1) {
				t.Errorf("limit %d: %d at a time, %q, %v", limit, peak.Load(), reported, err)
			}
			_ = j.Close()
		})
		empty(t, o.Dir)
	}
}

// After enough failures in a row no step begins. Steps in progress end, are reported,
// and are not done again.
func TestJobStopsConcurrently(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), Concurrency: 4, MaxFailures: func(error) int { return 2 }}
	var left []string
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var tried, reported []string
		j := begin(t, o, plan(ids(30)...))
		err := j.Run(t.Context(), func(_ context.Context, s step, _ Progress) error {
			mu.Lock()
			tried = append(tried, s.ID)
			mu.Unlock()
			if s.ID == "10" || s.ID == "11" {
				return errRefused
			}
			time.Sleep(time.Second)
			return nil
		}, func(s step, _ error) { reported = append(reported, s.ID) })
		stopped, ok := errors.AsType[*Stopped](err)
		slices.Sort(tried)
		if !ok || !errors.Is(err, errRefused) || len(tried) > 16 || !slices.Equal(tried, reported) {
			t.Fatalf("tried %q, reported %q, %v", tried, reported, err)
		}
		left = append([]string{"10", "11"}, ids(30)[len(tried):]...)
		if want := len(left); stopped.Left != want || len(j.Left()) != want {
			t.Errorf("left %d and %d, want %d", stopped.Left, len(j.Left()), want)
		}
		_ = j.Close()
	})
	done, err := run(t, resume(t, Options{Dir: o.Dir}), nil)
	if err != nil || !slices.Equal(done, left) {
		t.Errorf("resumed: %q, %v, want %q", done, err, left)
	}
}

// After an interrupt, the steps in progress end, and all of them are reported.
func TestJobIsInterruptedConcurrently(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), Concurrency: 3}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var reported []string
		j := begin(t, o, plan(ids(9)...))
		err := j.Run(ctx, func(ctx context.Context, s step, _ Progress) error {
			time.Sleep(time.Second)
			if s.ID == "02" {
				cancel()
			}
			time.Sleep(time.Second)
			return ctx.Err()
		}, func(s step, err error) { reported = append(reported, fmt.Sprint(s.ID, err)) })
		if stopped, ok := errors.AsType[*Stopped](err); !ok || stopped.Left != 6 || !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if want := []string{"00<nil>", "01<nil>", "02<nil>"}; !slices.Equal(reported, want) {
			t.Errorf("reported %q", reported)
		}
		_ = j.Close()
	})
}

type dependent struct {
	step
	In   string   `json:"in"`
	Wait []string `json:"wait"`
}

func (d dependent) Group() string { return d.In }

func (d dependent) After() []string { return d.Wait }

// A step waits for the steps that it depends on; other steps run at the same time.
func TestJobDependencies(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir(), Concurrency: 6}
	synctest.Test(t, func(t *testing.T) {
		p := Plan[dependent]{Kind: "x", Made: time.Unix(1e9, 0), Steps: []dependent{
			{step{"00"}, "a", nil},
			{step{"01"}, "a", []string{"00", "05"}}, // 05 comes later
			{step{"02"}, "b", nil},
			{step{"03"}, "c", []string{"a", "02"}},
			{step{"04"}, "b", []string{"missing"}},
			{step{"05"}, "c", []string{"c"}},
		}}
		j, err := Start(o, p)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var mu sync.Mutex
		started := map[string]time.Duration{}
		if err := j.Run(t.Context(), func(_ context.Context, s dependent, _ Progress) error {
			mu.Lock()
			started[s.ID] = time.Since(began)
			mu.Unlock()
			time.Sleep(time.Second)
			return nil
		}, func(dependent, error) {}); err != nil {
			t.Error(err)
		}
		want := map[string]time.Duration{"00": 0, "01": 1, "02": 0, "03": 2, "04": 0, "05": 3}
		for id, seconds := range want {
			if started[id] != seconds*time.Second {
				t.Errorf("%s began after %v, want %ds", id, started[id], seconds)
			}
		}
		_ = j.Close()
	})
}
