package session

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

// entries returns the paths of the cached sessions.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "sessions", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCacheKeepsApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop := &shop{}
	at := func(origin string, g Given) Given { g.Origin = origin; return g }
	sessions := []Given{
		given("ada", "hunter2"),
		given("ada", "hunter3"),
		given("bob", "hunter2"),
		given("ada\" \"hunter2", ""), // the same as the first if only joined
		at("http://localhost", given("ada", "hunter2")),
		at("https://hub.docker.com:8443", given("ada", "hunter2")),
		{User: "ada", Token: "hunter2"}, // the same secret as another kind
		given("ada", pat),
	}
	sessions[3].Environment.Secret = "x"
	for round := range 3 {
		for i, g := range sessions {
			s := choose(t, g, shop.options(t, dir))
			if round == 2 {
				buys(t, s, shop, bearer(i+1), bearer(len(sessions)+i+1), len(sessions)+i+1)
			} else {
				buys(t, s, shop, "", bearer(i+1), max(shop.sold, i+1))
			}
		}
		if round < 2 && shop.sold != len(sessions) {
			t.Errorf("%d sessions were sold in round %d", shop.sold, round)
		}
	}
	if n := len(entries(t, dir)); n != len(sessions) {
		t.Errorf("%d entries", n)
	}
	// A wrong password never gets a cached bearer, and does not spoil the cache.
	if got, err := choose(t, given("ada", "wrong"), shop.options(t, dir)).Token(t.Context(), ""); got != "" || !errors.Is(err, dockerhub.ErrUnauthorized) {
		t.Errorf("%q, %v", got, err)
	}
	buys(t, choose(t, sessions[0], shop.options(t, dir)), shop, "", bearer(len(sessions)+1), 2*len(sessions))
}

// TestCacheHoldsNoSecret searches the files and their names for the secrets, plain,
// encoded and hashed.
func TestCacheHoldsNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	shop := &shop{}
	secrets := []string{"hunter2", pat, "second"}
	for _, secret := range secrets {
		o := shop.options(t, dir)
		o.Code = func(context.Context) (string, error) { return "123456", nil }
		if _, err := choose(t, given("ada", secret), o).Token(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	var needles []string
	for _, secret := range secrets {
		for _, s := range []string{secret, "ada" + secret, "ada:" + secret, strings.Join([]string{origin, "ada", secret}, " ")} {
			md, s1, s2, s5 := md5.Sum([]byte(s)), sha1.Sum([]byte(s)), sha256.Sum256([]byte(s)), sha512.Sum512([]byte(s))
			for _, raw := range [][]byte{[]byte(s), md[:], s1[:], s2[:], s5[:]} {
				needles = append(needles, string(raw), hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
					strings.TrimRight(base64.StdEncoding.EncodeToString(raw), "="), strings.TrimRight(base64.URLEncoding.EncodeToString(raw), "="))
			}
			needles = append(needles, hex.EncodeToString(s2[:16])) // as long as the names of the entries
		}
	}
	needles = append(needles, "123456", "challenge")
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, needle := range needles {
			if bytes.Contains(b, []byte(needle)) || strings.Contains(path, needle) {
				t.Errorf("%s tells %q", path, needle)
			}
		}
		if info, statErr := d.Info(); runtime.GOOS != "windows" && (statErr != nil || info.Mode().Perm() != 0o600) {
			t.Errorf("%s: %v, %v", path, info.Mode(), statErr)
		}
		return err
	})
	if err != nil || files < len(secrets)+1 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestCacheKeysDiffer keeps the same session in two caches. Each has its own key, so
// the names differ.
func TestCacheKeysDiffer(t *testing.T) {
	t.Parallel()
	shop := &shop{}
	var names []string
	for range 2 {
		dir := t.TempDir()
		buys(t, choose(t, given("ada", "hunter2"), shop.options(t, dir)), shop, "", bearer(shop.sold+1), shop.sold+1)
		names = append(names, filepath.Base(entries(t, dir)[0]))
	}
	if names[0] == names[1] {
		t.Errorf("both are %s", names[0])
	}
}

// TestCacheClock changes the time of purchase in the file, as if the clock had jumped.
func TestCacheClock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		bought time.Duration // from now
		life   time.Duration
		used   bool
	}{
		{"just bought", 0, 10 * time.Minute, true},
		{"nearly over", -9 * time.Minute, 10 * time.Minute, true},
		{"about to end", -10*time.Minute + dockerhub.RenewBefore - time.Millisecond, 10 * time.Minute, false},
		{"over", -time.Hour, 10 * time.Minute, false},
		{"clock a little back", 30 * time.Second, 10 * time.Minute, true},
		{"clock back", 2 * time.Minute, 10 * time.Minute, false},
		{"clock years back", 20 * 365 * 24 * time.Hour, 10 * time.Minute, false},
		{"clock years ahead", -20 * 365 * 24 * time.Hour, 10 * time.Minute, false},
		{"no life", 0, 0, false},
		{"shorter than the margin", 0, dockerhub.RenewBefore, false},
		{"negative life", 0, -1 << 63, false},
	} {
		dir := t.TempDir()
		shop := &shop{}
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(1), 1)
		path := entries(t, dir)[0]
		var e entry
		b, err := os.ReadFile(path)
		if err = errors.Join(err, json.Unmarshal(b, &e)); err != nil {
			t.Fatal(err)
		}
		e.Bought, e.Lifetime = time.Now().Add(test.bought), test.life
		b, err = json.Marshal(e)
		if err = errors.Join(err, os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
		want := 2
		if test.used {
			want = 1
		}
		if got, err := choose(t, given("ada", pat), shop.options(t, dir)).Token(t.Context(), ""); got != bearer(want) || err != nil {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

func TestCacheCorrupt(t *testing.T) {
	t.Parallel()
	lasts := `,"bearer":"x","lifetime":600000000000,"bought":"` + time.Now().Format(time.RFC3339Nano) + `"}`
	for _, content := range []string{
		"", "{", "null", "[]", "\x00\xff", `{"origin":"https://hub.docker.com","user":"ada"}`,
		`{"origin":"https://hub.docker.com","user":"bob"` + lasts, `{"origin":"https://evil.example","user":"ada"` + lasts, `{"user":"ada"` + lasts,
	} {
		dir := t.TempDir()
		shop := &shop{}
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(1), 1)
		if err := os.WriteFile(entries(t, dir)[0], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(2), 2)
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(2), 2) // repaired
		if err := os.WriteFile(filepath.Join(dir, "key"), []byte("short"), 0o600); err != nil {
			t.Fatal(err)
		}
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(3), 3)
		buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(3), 3)
		if key, err := os.ReadFile(filepath.Join(dir, "key")); err != nil || len(key) != 32 {
			t.Errorf("a key of %d bytes, %v", len(key), err)
		}
	}
}

// TestCacheUnwritable has folders in which nothing can be stored.
func TestCacheUnwritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	half, locked := filepath.Join(dir, "half"), filepath.Join(dir, "locked")
	if err := errors.Join(os.MkdirAll(half, 0o700), os.WriteFile(filepath.Join(half, "sessions"), nil, 0o600), os.MkdirAll(locked, 0o500)); err != nil {
		t.Fatal(err)
	}
	unwritable := []string{filepath.Join(dir, "file"), filepath.Join(dir, "file", "below"), half}
	if os.WriteFile(filepath.Join(locked, "x"), nil, 0o600) != nil { // root may write anywhere
		unwritable = append(unwritable, locked)
	}
	for _, dir := range unwritable {
		for _, g := range []Given{given("ada", pat), given("ada", "hunter2")} {
			var told []string
			shop := &shop{}
			o := shop.options(t, dir)
			o.Prompts = true
			o.Notify = func(s string) { told = append(told, s) }
			s := choose(t, g, o)
			buys(t, s, shop, "", bearer(1), 1)
			buys(t, s, shop, "", bearer(1), 1) // in memory
			if len(told) != 1 || !strings.Contains(told[0], "cannot cache the session") {
				t.Errorf("told %q", told)
			}
			o.Notify = nil
			buys(t, choose(t, g, o), shop, "", bearer(2), 2)
			if got, err := s.Fresh(t.Context()); got != bearer(3) || err != nil {
				t.Errorf("%q, %v", got, err)
			}
		}
	}
}

func TestCacheForget(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Cache{Dir: dir}
	shop := &shop{}
	if err := errors.Join(c.Forget(origin, "ada"), Cache{}.Forget(origin, "ada")); err != nil {
		t.Error(err)
	}
	other := given("ada", pat)
	other.Origin = "https://other.example"
	kept := []Given{given("bob", pat), other}
	for i, g := range append([]Given{given("ada", pat), given("ada", "hunter2")}, kept...) {
		buys(t, choose(t, g, shop.options(t, dir)), shop, "", bearer(i+1), i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "sessions", "garbage.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Forget(origin, "ada"); err != nil {
		t.Error(err)
	}
	if n := len(entries(t, dir)); n != 2 {
		t.Errorf("%d entries remain", n)
	}
	for i, g := range kept {
		buys(t, choose(t, g, shop.options(t, dir)), shop, "", bearer(i+3), 4)
	}
	buys(t, choose(t, given("ada", pat), shop.options(t, dir)), shop, "", bearer(5), 5)
	if err := (Cache{Dir: entries(t, dir)[0]}).Forget(origin, "ada"); err == nil && runtime.GOOS != "windows" {
		t.Error("a file is not a folder")
	}
}
