package session

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
)

// TestKeyring has a keyring in memory, of which there is one in a process: its
// parts do not run in parallel.
func TestKeyring(t *testing.T) { //nolint:paralleltest // one keyring in a process
	ring := &Keyring{Service: "hubctl-test", Timeout: time.Minute}
	inRing := func(user, secret string, keep bool) Login {
		l := NewLogin(origin, user, secret, bearer(1), keep)
		l.Store = InKeyring
		return l
	}
	start := func(t *testing.T) (s Store, told *[]string) {
		t.Helper()
		keyring.MockInit()
		told = &[]string{}
		s = store(t)
		s.Keyring, s.Notify = ring, func(text string) { *told = append(*told, text) }
		return s, told
	}
	holds := func(t *testing.T, user string) bool {
		t.Helper()
		_, err := keyring.Get(ring.Service, "work "+user+" "+origin)
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			t.Error(err)
		}
		return err == nil
	}
	file := func(t *testing.T, s Store) string {
		t.Helper()
		b, err := os.ReadFile(s.Path)
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		return string(b)
	}

	t.Run("kept", func(t *testing.T) {
		s, told := start(t)
		for _, l := range []Login{inRing("ada", pat, false), inRing("ada", "hunter2", false), inRing("ada", "hunter2", true)} {
			put(t, s, "work", l)
			if got, err := s.Get(t.Context(), "work"); err != nil || *got != l {
				t.Errorf("%+v, %v", got, err)
			}
			if found, err := s.Find("work"); err != nil || found.User != "ada" || found.Secret+found.Bearer+found.Password != "" {
				t.Errorf("%+v, %v", found, err)
			}
			for _, secret := range []string{pat, "hunter2", bearer(1)} {
				if strings.Contains(file(t, s), secret) {
					t.Errorf("the file holds %s", secret)
				}
			}
		}
		if err := s.Delete(t.Context(), "work"); err != nil || holds(t, "ada") || file(t, s) != "" || len(*told) != 0 {
			t.Errorf("%v, keyring %t, file %s, told %q", err, holds(t, "ada"), file(t, s), *told)
		}
	})
	t.Run("replaced", func(t *testing.T) {
		s, told := start(t)
		put(t, s, "work", inRing("ada", pat, false))
		put(t, s, "work", inRing("bob", oat, false)) // another account
		if holds(t, "ada") || !holds(t, "bob") {
			t.Error("the old login is still in the keyring, or the new one is not")
		}
		put(t, s, "work", login("bob", pat)) // another place
		if holds(t, "bob") || !strings.Contains(file(t, s), pat) || len(*told) != 0 {
			t.Errorf("the old login is still in the keyring; told %q", *told)
		}
	})
	t.Run("gone", func(t *testing.T) {
		s, _ := start(t)
		put(t, s, "work", inRing("ada", pat, false))
		keyring.MockInit()
		if got, err := s.Get(t.Context(), "work"); got != nil || !errors.Is(err, errKeyringGone) || !strings.Contains(err.Error(), "profile work") {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.Delete(t.Context(), "work"); err != nil || file(t, s) != "" {
			t.Errorf("%v, file %s", err, file(t, s))
		}
	})
	t.Run("garbage", func(t *testing.T) {
		s, _ := start(t)
		put(t, s, "work", inRing("ada", pat, false))
		if err := keyring.Set(ring.Service, "work ada "+origin, "another's"); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), "work"); got != nil || err == nil || strings.Contains(err.Error(), "another's") {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("broken", func(t *testing.T) {
		s, told := start(t)
		keyring.MockInitWithError(errors.New("no bus"))
		where, err := s.Put(t.Context(), "work", inRing("ada", "hunter2", true))
		if where != InFile || err != nil || len(*told) != 2 || !strings.Contains((*told)[0], "no bus") || !strings.Contains((*told)[1], "password is not kept") {
			t.Errorf("kept in %s, %v, told %q", where, err, *told)
		}
		if got, err := s.Get(t.Context(), "work"); err != nil || got.Bearer != bearer(1) || got.Password != "" || strings.Contains(file(t, s), "hunter2") {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("breaks later", func(t *testing.T) {
		s, told := start(t)
		put(t, s, "work", inRing("ada", pat, false))
		keyring.MockInitWithError(errors.New("no bus"))
		if _, err := s.Get(t.Context(), "work"); err == nil || !strings.Contains(err.Error(), "no bus") {
			t.Error(err)
		}
		if err := s.Delete(t.Context(), "work"); err == nil || file(t, s) == "" {
			t.Errorf("a login that may still be in the keyring is forgotten: %v", err)
		}
		if where, err := s.Put(t.Context(), "work", login("ada", oat)); err != nil || where != "" || len(*told) != 1 || !strings.Contains((*told)[0], "may still be in the keyring") {
			t.Errorf("%s, %v, told %q", where, err, *told)
		}
	})
	t.Run("not to be used", func(t *testing.T) {
		s, told := start(t)
		put(t, s, "work", inRing("ada", pat, false))
		s.Keyring = nil
		_, getErr := s.Get(t.Context(), "work")
		for _, err := range []error{getErr, s.Delete(t.Context(), "work")} {
			if err == nil || !strings.Contains(err.Error(), "may not be used") {
				t.Error(err)
			}
		}
		if where, err := s.Put(t.Context(), "home", inRing("ada", pat, false)); where != InFile || err != nil || len(*told) != 1 {
			t.Errorf("kept in %s, %v, told %q", where, err, *told)
		}
	})
	t.Run("file fails", func(t *testing.T) {
		s, _ := start(t)
		s.Path = t.TempDir() // which is no file
		if _, err := s.Put(t.Context(), "work", inRing("ada", pat, false)); err == nil || holds(t, "ada") {
			t.Errorf("%v, keyring %t", err, holds(t, "ada"))
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		s, _ := start(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Put(ctx, "work", inRing("ada", pat, false)); !errors.Is(err, context.Canceled) || file(t, s) != "" {
			t.Errorf("%v, file %s", err, file(t, s))
		}
	})
}

func TestKeyringTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		stuck := func() (string, error) { <-answer; return "late", nil }
		began := time.Now()
		if s, err := within(t.Context(), time.Minute, stuck); s != "" || err == nil || err.Error() != "the keyring did not answer within 1m0s" || time.Since(began) != time.Minute {
			t.Errorf("%q, %v after %s", s, err, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := within(ctx, time.Minute, stuck); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(answer)
		if s, err := within(t.Context(), time.Minute, stuck); s != "late" || err != nil {
			t.Errorf("%q, %v", s, err)
		}
	})
}
