package session

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

// store returns a store in a folder that does not exist yet. Any warning or notice
// fails the test.
func store(t *testing.T) Store {
	t.Helper()
	return Store{Path: filepath.Join(t.TempDir(), "hubctl", "credentials.json"), Notify: func(s string) { t.Errorf("told %q", s) }}
}

func login(user, secret string) Login {
	return NewLogin(origin, user, secret, bearer(1), false)
}

func put(t *testing.T, s Store, profile string, l Login) {
	t.Helper()
	if where, err := s.Put(t.Context(), profile, l); err != nil || where != l.Store {
		t.Errorf("kept in %q, %v", where, err)
	}
}

func TestNewLogin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		secret string
		keep   bool
		want   Login
	}{
		{pat, false, Login{Kind: dockerhub.PersonalAccessToken, Secret: pat}},
		{pat, true, Login{Kind: dockerhub.PersonalAccessToken, Secret: pat}},
		{oat, false, Login{Kind: dockerhub.OrganizationAccessToken, Secret: oat}},
		{"hunter2", false, Login{Kind: dockerhub.Password, Bearer: bearer(1)}},
		{"hunter2", true, Login{Kind: dockerhub.Password, Bearer: bearer(1), Password: "hunter2"}},
		{"a.b.c", false, Login{Kind: dockerhub.Password, Bearer: bearer(1)}},
	} {
		test.want.Origin, test.want.User = origin, "ada"
		if got := NewLogin(origin, "ada", test.secret, bearer(1), test.keep); got != test.want {
			t.Errorf("%s, %t: %+v", test.secret, test.keep, got)
		}
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	s := store(t)
	if got, err := s.Get(t.Context(), "work"); got != nil || err != nil {
		t.Errorf("an empty store has %+v, %v", got, err)
	}
	if err := s.Delete(t.Context(), "work"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(s.Path)); !os.IsNotExist(err) {
		t.Errorf("reading created a folder: %v", err)
	}
	work, home := login("ada", pat), login("bob", "hunter2")
	home.Password = "hunter2" // which a file may not hold
	put(t, s, "work", login("ada", oat))
	put(t, s, "work", work)
	put(t, s, "home", home)
	home.Password = ""
	for profile, want := range map[string]Login{"work": work, "home": home} {
		got, err := s.Get(t.Context(), profile)
		if err != nil || got == nil || *got != want {
			t.Errorf("%s: %+v, %v", profile, got, err)
		}
		if found, err := s.Find(profile); err != nil || *found != want {
			t.Errorf("%s: %+v, %v", profile, found, err)
		}
	}
	if got, err := s.Profiles(); err != nil || !slices.Equal(got, []string{"home", "work"}) {
		t.Errorf("%q, %v", got, err)
	}
	b, err := os.ReadFile(s.Path)
	if err != nil || strings.Contains(string(b), "hunter2") || strings.Contains(string(b), oat) || !strings.Contains(string(b), pat) {
		t.Errorf("%s, %v", b, err)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{s.Path: 0o600, filepath.Dir(s.Path): 0o700} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %s, %v", path, info.Mode(), err)
			}
		}
	}
	if err := s.Delete(t.Context(), "work"); err != nil {
		t.Error(err)
	}
	if got, err := s.Profiles(); err != nil || !slices.Equal(got, []string{"home"}) {
		t.Errorf("%q, %v", got, err)
	}
	if err := s.Delete(t.Context(), "home"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.Path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestStoreNowhere(t *testing.T) {
	t.Parallel()
	s := store(t)
	for profile, secret := range map[string]string{"a": pat, "b": "hunter2"} {
		l := login("ada", secret)
		l.Store = Nowhere
		put(t, s, profile, l)
		if got, err := s.Get(t.Context(), profile); err != nil || got.User != "ada" || got.Secret+got.Bearer+got.Password != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if b, err := os.ReadFile(s.Path); err != nil || strings.Contains(string(b), pat) || strings.Contains(string(b), bearer(1)) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestStoreWithoutPath(t *testing.T) {
	t.Parallel()
	if all, err := (Store{}).All(); all != nil || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := (Store{}).Put(t.Context(), "work", login("ada", pat)); err == nil || !strings.Contains(err.Error(), "XDG_CONFIG_HOME") {
		t.Error(err)
	}
}

// TestStoreTogether changes the store from many goroutines at once.
func TestStoreTogether(t *testing.T) {
	t.Parallel()
	s := store(t)
	const n = 20
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			put(t, s, fmt.Sprintf("p%02d", i), login(fmt.Sprint("user", i), pat))
			if i%2 == 1 {
				if err := s.Delete(t.Context(), fmt.Sprintf("p%02d", i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got, err := s.All()
	if err != nil || len(got) != n/2 {
		t.Errorf("%d logins, %v", len(got), err)
	}
	for i := 0; i < n; i += 2 {
		if got[fmt.Sprintf("p%02d", i)].User != fmt.Sprint("user", i) {
			t.Errorf("profile %d: %+v", i, got)
		}
	}
}

// TestStoreRefuses has other people's files, which must not change.
func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	for content, why := range map[string]string{
		``:                                   "is not a file of logins",
		`{`:                                  "is not a file of logins",
		`null`:                               "is not a file of logins",
		`{}`:                                 "is not a file of logins",
		`[]`:                                 "is not a file of logins",
		`"x"`:                                "is not a file of logins",
		`{"profiles":{}}`:                    "is not a file of logins",
		`{"version":0,"profiles":{}}`:        "is not a file of logins",
		`{"version":-1,"profiles":{}}`:       "is not a file of logins",
		`{"version":"1","profiles":{}}`:      "is not a file of logins",
		`{"version":1}`:                      "is not a file of logins",
		`{"version":1,"profiles":null}`:      "is not a file of logins",
		`{"version":1,"profiles":[]}`:        "is not a file of logins",
		`{"version":1,"profiles":{"a":"b"}}`: "is not a file of logins",
		`{"version":2,"profiles":{}}`:        "another version of hubctl (format 2)",
		`{"version":3}`:                      "another version of hubctl (format 3)",
		`{"profiles":["x"],"version":2}`:     "another version of hubctl (format 2)",
		"\xff\xfe":                           "is not a file of logins",
	} {
		s := store(t)
		if err := os.MkdirAll(filepath.Dir(s.Path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(s.Path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, allErr := s.All()
		_, getErr := s.Get(t.Context(), "a")
		_, profilesErr := s.Profiles()
		_, putErr := s.Put(t.Context(), "a", login("ada", pat))
		updateErr := s.update(t.Context(), func(map[string]Login) { t.Errorf("%q is edited", content) })
		for i, err := range []error{allErr, getErr, profilesErr, putErr, updateErr, s.Delete(t.Context(), "a")} {
			if err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), s.Path) {
				t.Errorf("%q, %d: %v", content, i, err)
			}
		}
		if b, err := os.ReadFile(s.Path); err != nil || string(b) != content {
			t.Errorf("%q became %q, %v", content, b, err)
		}
	}
}

func TestStoreIsAFolder(t *testing.T) {
	t.Parallel()
	s := Store{Path: t.TempDir()}
	_, putErr := s.Put(t.Context(), "a", login("ada", pat))
	_, allErr := s.All()
	if putErr == nil || allErr == nil {
		t.Errorf("%v, %v", putErr, allErr)
	}
}

// TestStoreFormat fixes the format, which later versions must be able to read.
func TestStoreFormat(t *testing.T) {
	t.Parallel()
	s := store(t)
	put(t, s, "work", login("ada", pat))
	b, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := `{"profiles":{"work":{"kind":"personal access token","origin":"https://hub.docker.com","secret":"` + pat + `","user":"ada"}},"version":1}`
	if again, err := json.Marshal(got); err != nil || string(again) != want {
		t.Errorf("%s, %v", again, err)
	}
}
