package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/lockfile"
)

// Where the secrets of a login are kept.
const (
	InKeyring = "keyring" // of the operating system
	InFile    = "file"    // of the Store, readable only by its owner
	Nowhere   = "none"
)

// Stores lists the places, the safest first.
var Stores = []string{InKeyring, InFile, Nowhere}

// A Login is the stored login of a profile.
type Login struct {
	Origin   string         `json:"origin"` // the only one that it is sent to
	User     string         `json:"user"`
	Kind     dockerhub.Kind `json:"kind"`
	Store    string         `json:"store,omitempty"`  // InFile if ""
	Secret   string         `json:"secret,omitempty"` // an access token
	Bearer   string         `json:"bearer,omitempty"` // the session that a password bought
	Password string         `json:"-"`                // only in the keyring, and only with --save-password
}

// NewLogin returns what to store of a login that bought bearer: an access token or JWT
// itself, but of a password only the session, unless keep is set.
func NewLogin(origin, user, secret, bearer string, keep bool) Login {
	l := Login{Origin: origin, User: user, Kind: secretKind(secret), Secret: secret}
	switch l.Kind {
	case dockerhub.JWT:
		claims := dockerhub.ParseClaims(secret)
		l.Kind, l.User = claims.Kind, first(claims.User, user)
		l.Secret, l.Bearer = "", secret
	case dockerhub.Password:
		l.Secret, l.Bearer = "", bearer
		if keep {
			l.Password = secret
		}
	}
	return l
}

// account names a login's keyring item.
func (l Login) account(profile string) string { return profile + " " + l.User + " " + l.Origin }

// A Store keeps logins in a file readable only by its owner, and their secrets there or in
// a keyring.
type Store struct {
	Path    string
	Keyring *Keyring     // nil = do not use one
	Notify  func(string) // receives warnings; may be nil
	// receives the notice that a machine has no keyring; may be nil
	NoKeyring func(profile, text string)
}

type storeFile struct {
	Version  int              `json:"version"`
	Profiles map[string]Login `json:"profiles"`
}

func (s Store) decode(b []byte) (storeFile, error) {
	if b == nil {
		return storeFile{Version: 1, Profiles: map[string]Login{}}, nil
	}
	var f storeFile
	err := json.Unmarshal(b, &f)
	if f.Version > 1 { // its profiles may have another type
		return storeFile{}, fmt.Errorf("%s was written by another version of hubctl (format %d)", s.Path, f.Version)
	}
	if err != nil || f.Version != 1 || f.Profiles == nil {
		return storeFile{}, fmt.Errorf("%s is not a file of logins: fix it or move it away", s.Path)
	}
	return f, nil
}

// All returns the stored logins by profile, without secrets in the keyring.
func (s Store) All() (map[string]Login, error) {
	if s.Path == "" {
		return nil, nil
	}
	b, err := lockfile.File{Path: s.Path, Private: true}.Read()
	if err != nil {
		return nil, err
	}
	f, err := s.decode(b)
	return f.Profiles, err
}

// Find returns the login of profile without its secrets in the keyring, or nil.
func (s Store) Find(profile string) (*Login, error) {
	all, err := s.All()
	if login, ok := all[profile]; ok {
		return &login, err
	}
	return nil, err
}

// Get returns the login of profile with its secrets, or nil.
func (s Store) Get(ctx context.Context, profile string) (*Login, error) {
	l, err := s.Find(profile)
	if l == nil || err != nil || l.Store != InKeyring {
		return l, err
	}
	if s.Keyring == nil {
		return nil, errKeyringOff
	}
	item, err := s.Keyring.get(ctx, l.account(profile))
	if err != nil {
		return nil, fmt.Errorf("the login of profile %s: %w; log in again (with --store file if the keyring does not work)",
			profile, err)
	}
	l.Secret, l.Bearer, l.Password = item.Secret, item.Bearer, item.Password
	return l, nil
}

// Profiles lists the profiles that have a login.
func (s Store) Profiles() ([]string, error) {
	all, err := s.All()
	return slices.Sorted(maps.Keys(all)), err
}

// Put replaces the login of profile and returns where its secrets are: the file if the
// keyring fails. The old login stays until the new one is stored.
func (s Store) Put(ctx context.Context, profile string, l Login) (string, error) {
	old, err := s.Find(profile)
	if err != nil {
		return "", err
	}
	kept := l
	switch l.Store {
	case InKeyring:
		if err := s.toKeyring(ctx, profile, l); err != nil {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			s.explainFallback(profile, err)
			if l.Password != "" {
				s.warn("the password is not saved: only a keyring may hold it")
			}
			kept.Store = InFile
			break
		}
		kept.Secret, kept.Bearer = "", ""
	case Nowhere:
		kept.Secret, kept.Bearer = "", ""
	}
	if err := s.update(ctx, func(logins map[string]Login) { logins[profile] = kept }); err != nil {
		if kept.Store == InKeyring && (old == nil || old.account(profile) != l.account(profile)) {
			err = errors.Join(err, s.Keyring.delete(context.WithoutCancel(ctx), l.account(profile)))
		}
		return "", err
	}
	if old != nil && old.Store == InKeyring &&
		(kept.Store != InKeyring || old.account(profile) != l.account(profile)) && s.Keyring != nil {
		if err := s.Keyring.delete(ctx, old.account(profile)); err != nil {
			s.warn("the old login of %s may still be in the keyring: %v", old.User, err)
		}
	}
	return kept.Store, nil
}

func (s Store) toKeyring(ctx context.Context, profile string, l Login) error {
	if s.Keyring == nil {
		return errKeyringOff
	}
	return s.Keyring.set(ctx, l.account(profile), keyringItem{l.Secret, l.Password, l.Bearer})
}

// Delete forgets the login of profile, its secrets first.
func (s Store) Delete(ctx context.Context, profile string) error {
	l, err := s.Find(profile)
	if err != nil || l == nil {
		return err
	}
	if l.Store == InKeyring {
		if s.Keyring == nil {
			return errKeyringOff
		}
		if err := s.Keyring.delete(ctx, l.account(profile)); err != nil {
			return fmt.Errorf("cannot delete the login of %s from the keyring: %w", l.User, err)
		}
	}
	return s.update(ctx, func(logins map[string]Login) { delete(logins, profile) })
}

// explainFallback warns that the secrets of profile are in the file because of err.
func (s Store) explainFallback(profile string, err error) {
	switch {
	case !noKeyring(err):
		s.warn("cannot use the keyring (%v): the login is stored in %s, readable only by you", err, s.Path)
	case s.NoKeyring != nil:
		s.NoKeyring(profile, fmt.Sprintf("no keyring found: the login is stored in %s, readable only by you", s.Path))
	}
}

func (s Store) warn(format string, args ...any) {
	if s.Notify != nil {
		s.Notify(fmt.Sprintf(format, args...))
	}
}

func (s Store) update(ctx context.Context, edit func(map[string]Login)) error {
	if s.Path == "" {
		return errors.New("nowhere to store a login: neither HOME nor XDG_CONFIG_HOME is set")
	}
	return lockfile.File{Path: s.Path, Private: true}.Update(ctx, func(old []byte) ([]byte, error) {
		f, err := s.decode(old)
		if err != nil {
			return nil, err
		}
		edit(f.Profiles)
		if len(f.Profiles) == 0 {
			return nil, nil
		}
		return json.MarshalIndent(f, "", "  ")
	})
}
