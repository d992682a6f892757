package session

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/hubctl/hubctl/dockerhub"
)

// TestKeyringStore uses the keyring library's mock, of which there is one per process,
// so the tests in this file cannot be parallel.
func TestKeyringStore(t *testing.T) {
	keyring.MockInit()
	var said []string
	path := filepath.Join(t.TempDir(), "credentials.json")
	s := Store{Path: path, Keyring: &Keyring{"hubctl", time.Minute}, Notify: func(text string) { said = append(said, text) }}
	l := NewLogin("https://hub.docker.com", "ada", "a password", "a.bearer.jwt", true)
	l.Store = InKeyring

	where, err := s.Put(t.Context(), "work", l)
	if err != nil || where != InKeyring {
		t.Fatal(where, err)
	}
	got, err := s.Get(t.Context(), "work")
	if err != nil || got.Password != "a password" || got.Bearer != "a.bearer.jwt" || got.Kind != dockerhub.Password {
		t.Errorf("got %+v, %v", got, err)
	}
	file := read(t, path)
	if strings.Contains(file, "password\": ") || strings.Contains(file, "a.bearer.jwt") {
		t.Errorf("the file holds %s", file)
	}

	// A login of another user replaces the first one, in the keyring too.
	other := NewLogin("https://hub.docker.com", "grace", "dckr_pat_x", "", false)
	other.Store = InKeyring
	if _, err := s.Put(t.Context(), "work", other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keyring.get(t.Context(), l.account("work")); !errors.Is(err, errKeyringGone) {
		t.Errorf("the old login is still there: %v", err)
	}

	// A login that the keyring has lost is an error, not another session.
	if err := s.Keyring.delete(t.Context(), other.account("work")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "work"); err == nil {
		t.Errorf("got %+v", got)
	}
	if err := s.Delete(t.Context(), "work"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if len(said) > 0 {
		t.Errorf("said %q", said)
	}
}

// TestNoKeyring: on a machine without a keyring there is one notice, which does not
// quote the error.
func TestNoKeyring(t *testing.T) {
	defer keyring.MockInit()
	for _, none := range []error{
		&exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound},
		&net.OpError{Op: "dial", Err: errors.New("no such file")},
		errors.New("The name org.freedesktop.secrets was not provided by any .service files"),
	} {
		keyring.MockInitWithError(none)
		var said, once []string
		s := Store{
			Path: filepath.Join(t.TempDir(), "credentials.json"), Keyring: &Keyring{"hubctl", time.Minute},
			Notify:    func(text string) { said = append(said, text) },
			NoKeyring: func(profile, text string) { once = append(once, profile+": "+text) },
		}
		where, err := s.Put(t.Context(), "work", Login{Origin: "https://hub.docker.com", User: "ada", Secret: "x", Store: InKeyring})
		want := []string{"work: no keyring found: the login is stored in " + s.Path + ", readable only by you"}
		if err != nil || where != InFile || len(said) > 0 || !slices.Equal(once, want) {
			t.Errorf("%v: %s, %v, said %q, once %q", none, where, err, said, once)
		}
	}
}

// TestKeyringFails: secrets that a keyring cannot hold go to the file, with a warning.
// A password is not stored at all.
func TestKeyringFails(t *testing.T) {
	keyring.MockInitWithError(keyring.ErrSetDataTooBig)
	defer keyring.MockInit()
	var said []string
	path := filepath.Join(t.TempDir(), "credentials.json")
	s := Store{Path: path, Keyring: &Keyring{"hubctl", time.Minute}, Notify: func(text string) { said = append(said, text) }}
	l := NewLogin("https://hub.docker.com", "ada", "a password", "a.bearer.jwt", true)
	l.Store = InKeyring
	where, err := s.Put(t.Context(), "work", l)
	if err != nil || where != InFile {
		t.Fatal(where, err)
	}
	got, err := s.Get(t.Context(), "work")
	if err != nil || got.Bearer != "a.bearer.jwt" || got.Password != "" {
		t.Errorf("got %+v, %v", got, err)
	}
	if file := read(t, path); strings.Contains(file, "a password") {
		t.Errorf("the file holds the password: %s", file)
	}
	if len(said) != 2 || !strings.Contains(said[0], "too big") || !strings.Contains(said[1], "the password is not saved") {
		t.Errorf("said %q", said)
	}
}

// TestKeyringHangs: hubctl gives up on a keyring that does not respond.
func TestKeyringHangs(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	defer close(hang)
	wait := func() (string, error) { <-hang; return "", nil }
	if _, err := within(t.Context(), time.Millisecond, wait); err == nil || !strings.Contains(err.Error(), "timed out") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := within(ctx, time.Hour, wait); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
