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

// A Cache keeps bearers between runs, each in a file that only its owner can
// read. It is a convenience: where it cannot work, sessions are bought anew.
type Cache struct{ Dir string } // "" = no cache

// identity is what a cached bearer belongs to. Another secret is another
// identity, so that a wrong or changed password never "works".
type identity struct{ origin, user, kind, secret string }

type entry struct {
	Origin   string        `json:"origin"`
	User     string        `json:"user"`
	Bearer   string        `json:"bearer"`
	Bought   time.Time     `json:"bought"`
	Lifetime time.Duration `json:"lifetime"` // nanoseconds, by the server's clock alone
}

// until is when the bearer has to be renewed. Only the local clock counts, from
// the moment of buying, so that it may be wrong.
func (e entry) until() time.Time { return e.Bought.Add(e.Lifetime - dockerhub.RenewBefore) }

// usable reads a cache file. It reports whether its bearer is id's and lasts.
func usable(b []byte, id identity, rejected string) (entry, bool) {
	var e entry
	if json.Unmarshal(b, &e) != nil || e.Origin != id.origin || e.User != id.user || e.Bearer == "" ||
		e.Bearer == rejected || e.Lifetime <= 0 {
		return entry{}, false
	}
	now := time.Now()
	return e, now.After(e.Bought.Add(-time.Minute)) && now.Before(e.until())
}

// file is where the bearer of id is kept. Its name comes from a hash that is
// keyed with a secret of this machine's, so that it does not tell a password.
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

// get returns the cached bearer of id, or buys one and keeps it. Processes
// that want the same one at once buy it once, unless alone is set: buying may
// then wait for a person, and no lock is held over that.
func (c Cache) get(
	ctx context.Context, id identity, rejected string, alone bool, notify func(string),
	buy func(context.Context) (entry, error),
) (entry, error) {
	if c.Dir == "" {
		return buy(ctx)
	}
	f, err := c.file(ctx, id)
	if err != nil {
		c.tell(notify, err)
		return buy(ctx)
	}
	if b, err := f.Read(); err == nil {
		if e, ok := usable(b, id, rejected); ok {
			return e, nil
		}
	}
	if alone {
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
	c.tell(notify, err)
	if !asked {
		return buy(ctx)
	}
	return got, buyErr
}

// peek returns the cached bearer of id, or "" if there is none that lasts.
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

// put keeps a bearer that was bought.
func (c Cache) put(ctx context.Context, id identity, e entry, notify func(string)) {
	if c.Dir == "" {
		return
	}
	f, err := c.file(ctx, id)
	if err == nil {
		err = f.Update(ctx, func([]byte) ([]byte, error) { return json.Marshal(e) })
	}
	c.tell(notify, err)
}

func (c Cache) tell(notify func(string), err error) {
	if err != nil && notify != nil {
		notify(fmt.Sprintf("the session is not kept for the next run: %v", err))
	}
}

// Forget drops the bearers of a user at an origin.
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
