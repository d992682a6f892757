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
	InKeyring = "keyring" // the operating system's
	InFile    = "file"    // the store's own, which only its owner can read
	Nowhere   = "none"
)

// Stores are the places, the safest first.
var Stores = []string{InKeyring, InFile, Nowhere}

// A Login is what hubctl login stores for a profile.
type Login struct {
	Origin   string         `json:"origin"` // where it may be sent
	User     string         `json:"user"`
	Kind     dockerhub.Kind `json:"kind"`
	Store    string         `json:"store,omitempty"`  // InFile if ""
	Secret   string         `json:"secret,omitempty"` // an access token
	Bearer   string         `json:"bearer,omitempty"` // the session that a password bought
	Password string         `json:"-"`                // in the keyring alone, and only if asked for
}

// NewLogin is what to store of a login that bought bearer: an access token or a
// JWT itself; of a password the session, and the password too if keep is set.
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

// account is the name of a login's keyring item.
func (l Login) account(profile string) string { return profile + " " + l.User + " " + l.Origin }

// A Store keeps logins in a file that only its owner can read, and their
// secrets there or in a keyring.
type Store struct {
	Path    string
	Keyring *Keyring     // nil = none may be used
	Notify  func(string) // told what a person should know; may be nil
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
	if f.Version > 1 { // whose profiles may be of another type
		return storeFile{}, fmt.Errorf("%s was written by another version of hubctl (format %d)", s.Path, f.Version)
	}
	if err != nil || f.Version != 1 || f.Profiles == nil {
		return storeFile{}, fmt.Errorf("%s cannot be read as hubctl's stored logins: mend it or move it away", s.Path)
	}
	return f, nil
}

// All returns the stored logins by profile, without the secrets that are in the
// keyring.
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

// Find returns the login stored for profile without asking the keyring, or nil.
func (s Store) Find(profile string) (*Login, error) {
	all, err := s.All()
	if login, ok := all[profile]; ok {
		return &login, err
	}
	return nil, err
}

// Get returns the login stored for profile with its secrets, or nil.
func (s Store) Get(ctx context.Context, profile string) (*Login, error) {
	l, err := s.Find(profile)
	if l == nil || err != nil || l.Store != InKeyring {
		return l, err
	}
	if s.Keyring == nil {
		return nil, errors.New("the login is in the keyring, which may not be used here")
	}
	item, err := s.Keyring.get(ctx, l.account(profile))
	if err != nil {
		return nil, fmt.Errorf("the login of profile %s: %w; log in again, with --store file if the keyring does not work",
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

// Put stores a login for profile in place of the one it had, and returns where
// its secrets went: the file if the keyring fails. The old login stays until
// the new one is kept.
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
			s.tell("the keyring cannot be used (%v): the login is kept in %s, which only you can read", err, s.Path)
			if l.Password != "" {
				s.tell("the password is not kept: it would be in the keyring alone")
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
			s.tell("the old login of %s may still be in the keyring: %v", old.User, err)
		}
	}
	return kept.Store, nil
}

func (s Store) toKeyring(ctx context.Context, profile string, l Login) error {
	if s.Keyring == nil {
		return errors.New("none may be used here")
	}
	return s.Keyring.set(ctx, l.account(profile), keyringItem{l.Secret, l.Password, l.Bearer})
}

// Delete forgets the login of profile, first its secrets.
func (s Store) Delete(ctx context.Context, profile string) error {
	l, err := s.Find(profile)
	if err != nil || l == nil {
		return err
	}
	if l.Store == InKeyring {
		if s.Keyring == nil {
			return errors.New("the login is in the keyring, which may not be used here")
		}
		if err := s.Keyring.delete(ctx, l.account(profile)); err != nil {
			return fmt.Errorf("the login of %s stays, since the keyring does not let go of it: %w", l.User, err)
		}
	}
	return s.update(ctx, func(logins map[string]Login) { delete(logins, profile) })
}

func (s Store) tell(format string, args ...any) {
	if s.Notify != nil {
		s.Notify(fmt.Sprintf(format, args...))
	}
}

func (s Store) update(ctx context.Context, edit func(map[string]Login)) error {
	if s.Path == "" {
		return errors.New("there is no place to keep a login: neither HOME nor XDG_CONFIG_HOME is set")
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
