package session

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/lockfile"
)

// A Cache keeps bearers between runs, each in a file readable only by its owner. Where it
// cannot, each run buys its own.
type Cache struct{ Dir string } // "" = no cache

// identity is the owner of a cached bearer. Another secret is another identity, so that a
// wrong or changed password never "works".
type identity struct{ origin, user, kind, secret string }

type entry struct {
	Origin   string        `json:"origin"`
	User     string        `json:"user"`
	Bearer   string        `json:"bearer"`
	Bought   time.Time     `json:"bought"`
	Lifetime time.Duration `json:"lifetime"` // by the server's clock
}

// until returns when to renew the bearer. Both times are from the local clock, which may
// be wrong.
func (e entry) until() time.Time { return e.Bought.Add(e.Lifetime - dockerhub.RenewBefore) }

// usable decodes a cache file and reports whether its bearer is id's and valid.
func usable(b []byte, id identity, rejected string) (entry, bool) {
	var e entry
	if json.Unmarshal(b, &e) != nil || e.Origin != id.origin || e.User != id.user || e.Bearer == "" ||
		e.Bearer == rejected || e.Lifetime <= 0 {
		return entry{}, false
	}
	now := time.Now()
	return e, now.After(e.Bought.Add(-time.Minute)) && now.Before(e.until())
}

// file returns the cache file of id. Its name is a hash keyed with a secret of this
// machine, which does not reveal a password.
func (c Cache) file(ctx context.Context, id identity) (lockfile.File, error) {
	var key []byte
	err := lockfile.File{Path: filepath.Join(c.Dir, "key"), Private: true}.Update(ctx, func(old []byte) ([]byte, error) {
		if key = old; len(key) == 32 {
			return old, nil
		}
		key = make([]byte, 32)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return lockfile.File{}, err
	}
	h := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(h, "%q %q %q %q", id.origin, id.user, id.kind, id.secret)
	return lockfile.File{
		Path:    filepath.Join(c.Dir, "sessions", hex.EncodeToString(h.Sum(nil)[:16])+".json"),
		Private: true,
	}, nil
}

// get returns the cached bearer of id, or buys and caches one. Concurrent processes buy it
// once, unless unlocked is set: then buying may wait for a person, so no lock is held.
func (c Cache) get(
	ctx context.Context, id identity, rejected string, unlocked bool, notify func(string),
	buy func(context.Context) (entry, error),
) (entry, error) {
	if c.Dir == "" {
		return buy(ctx)
	}
	f, err := c.file(ctx, id)
	if err != nil {
		c.warn(notify, err)
		return buy(ctx)
	}
	if b, err := f.Read(); err == nil {
		if e, ok := usable(b, id, rejected); ok {
			return e, nil
		}
	}
	if unlocked {
		e, err := buy(ctx)
		if err == nil {
			c.put(ctx, id, e, notify)
		}
		return e, err
	}
	var got entry
	var buyErr error
	asked := false
	err = f.Update(ctx, func(old []byte) ([]byte, error) {
		asked = true
		var ok bool
		if got, ok = usable(old, id, rejected); ok {
			return old, nil
		}
		if got, buyErr = buy(ctx); buyErr != nil {
			return old, nil //nolint:nilerr // buyErr is returned below
		}
		return json.Marshal(got)
	})
	c.warn(notify, err)
	if !asked {
		return buy(ctx)
	}
	return got, buyErr
}

// peek returns the cached bearer of id, or "" if there is no valid one.
func (c Cache) peek(ctx context.Context, id identity) string {
	if c.Dir == "" {
		return ""
	}
	f, err := c.file(ctx, id)
	if err != nil {
		return ""
	}
	b, err := f.Read()
	if err != nil {
		return ""
	}
	if e, ok := usable(b, id, ""); ok {
		return e.Bearer
	}
	return ""
}

// put caches a bearer.
func (c Cache) put(ctx context.Context, id identity, e entry, notify func(string)) {
	if c.Dir == "" {
		return
	}
	f, err := c.file(ctx, id)
	if err == nil {
		err = f.Update(ctx, func([]byte) ([]byte, error) { return json.Marshal(e) })
	}
	c.warn(notify, err)
}

func (c Cache) warn(notify func(string), err error) {
	if err != nil && notify != nil {
		notify(fmt.Sprintf("cannot cache the session: %v", err))
	}
}

// Forget removes the bearers of a user at an origin.
func (c Cache) Forget(origin, user string) error {
	if c.Dir == "" {
		return nil
	}
	dir := filepath.Join(c.Dir, "sessions")
	files, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return nil
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		if !strings.HasSuffix(path, ".json") {
			continue
		}
		var e entry
		b, readErr := os.ReadFile(path)
		if readErr != nil || json.Unmarshal(b, &e) != nil || e.Origin == origin && e.User == user {
			if rmErr := os.Remove(path); rmErr != nil && !os.IsNotExist(rmErr) {
				err = rmErr
			}
			_ = os.Remove(path + ".lock")
		}
	}
	return err
}
