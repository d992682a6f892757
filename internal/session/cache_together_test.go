package session

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hubctl/hubctl/internal/lockfile"
)

// TestCacheTogether has the sessions of many processes ask for a bearer at the same
// time: only one buys it.
func TestCacheTogether(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{pat, "hunter2"} {
		dir := t.TempDir()
		shop := &shop{}
		rejected := ""
		for round := 1; round <= 2; round++ {
			var all sync.WaitGroup
			for range 20 {
				s := choose(t, given("ada", secret), shop.options(t, dir))
				all.Go(func() {
					if got, err := s.Token(t.Context(), rejected); got != bearer(round) || err != nil {
						t.Errorf("%q, %v", got, err)
					}
				})
			}
			all.Wait()
			if shop.sold != round {
				t.Errorf("%d sessions were sold in round %d", shop.sold, round)
			}
			rejected = bearer(round)
		}
	}
}

// TestCacheDoesNotWaitForCode has a person who takes long to type a code, while
// another run of the same user continues.
func TestCacheDoesNotWaitForCode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop := &shop{}
	asked, code := make(chan struct{}), make(chan string)
	slow, quick := shop.options(t, dir), shop.options(t, dir)
	slow.Prompts, quick.Prompts = true, true
	slow.Code = func(context.Context) (string, error) { close(asked); return <-code, nil }
	quick.Code = func(context.Context) (string, error) { return "222222", nil }
	first, second := choose(t, given("ada", "second"), slow), choose(t, given("ada", "second"), quick)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if got, err := first.Token(t.Context(), ""); got != bearer(2) || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}()
	<-asked
	buys(t, second, shop, "", bearer(1), 1)
	code <- "111111"
	<-done
	buys(t, choose(t, given("ada", "second"), quick), shop, "", bearer(2), 2) // the last one is kept
}

// TestCacheHeldLock has a process that never releases the lock. In a bubble, waiting
// for it takes no time.
func TestCacheHeldLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		shop := &shop{}
		s := choose(t, given("ada", pat), shop.options(t, dir))
		f, err := s.o.Cache.file(t.Context(), s.identity())
		if err != nil {
			t.Fatal(err)
		}
		held, release := make(chan struct{}), make(chan struct{})
		go func() {
			_ = lockfile.File{Path: f.Path}.Update(t.Context(), func(old []byte) ([]byte, error) {
				close(held)
				<-release
				return old, nil
			})
		}()
		<-held
		var told []string
		s.o.Notify = func(text string) { told = append(told, text) }
		buys(t, s, shop, "", bearer(1), 1)
		if len(told) != 1 {
			t.Errorf("told %q", told)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if got, err := choose(t, given("ada", pat), s.o).Token(ctx, ""); got != "" || !errors.Is(err, context.Canceled) {
			t.Errorf("%q, %v", got, err)
		}
		close(release)
		synctest.Wait()
	})
}
