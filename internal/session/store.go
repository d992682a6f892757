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

// A Login is what hubctl login stores for a profile.
type Login struct {
	Origin string         `json:"origin"` // where it may be sent
	User   string         `json:"user"`
	Kind   dockerhub.Kind `json:"kind"`
	Secret string         `json:"secret,omitempty"` // an access token; never a password
	Bearer string         `json:"bearer,omitempty"` // the session that a password bought
}

// A Store keeps logins in a file that only its owner can read.
type Store struct{ Path string }

type storeFile struct {
	Version  int              `json:"version"`
	Profiles map[string]Login `json:"profiles"`
}

func (s Store) decode(b []byte) (storeFile, error) {
	f := storeFile{Version: 1, Profiles: map[string]Login{}}
	if b == nil {
		return f, nil
	}
	if err := json.Unmarshal(b, &f); err != nil || f.Profiles == nil {
		return f, fmt.Errorf("%s cannot be read as hubctl's stored logins: mend it or move it away", s.Path)
	}
	if f.Version != 1 {
		return f, fmt.Errorf("%s was written by another version of hubctl (format %d)", s.Path, f.Version)
	}
	return f, nil
}

// All returns the stored logins by profile.
func (s Store) All() (map[string]Login, error) {
	if s.Path == "" {
		return nil, nil
	}
	b, err := lockfile.File{Path: s.Path}.Read()
	if err != nil {
		return nil, err
	}
	f, err := s.decode(b)
	return f.Profiles, err
}

// Get returns the login stored for profile, or nil.
func (s Store) Get(profile string) (*Login, error) {
	all, err := s.All()
	if login, ok := all[profile]; ok {
		return &login, err
	}
	return nil, err
}

// Profiles lists the profiles that have a login.
func (s Store) Profiles() ([]string, error) {
	all, err := s.All()
	return slices.Sorted(maps.Keys(all)), err
}

// Put stores a login for profile in place of the one it had.
func (s Store) Put(ctx context.Context, profile string, l Login) error {
	return s.update(ctx, func(logins map[string]Login) { logins[profile] = l })
}

// Delete forgets the login of profile.
func (s Store) Delete(ctx context.Context, profile string) error {
	return s.update(ctx, func(logins map[string]Login) { delete(logins, profile) })
}

func (s Store) update(ctx context.Context, edit func(map[string]Login)) error {
	if s.Path == "" {
		return errors.New("there is no place to keep a login: neither HOME nor XDG_CONFIG_HOME is set")
	}
	return lockfile.File{Path: s.Path}.Update(ctx, func(old []byte) ([]byte, error) {
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

// NewLogin is what to store of a login that bought bearer: an access token
// itself, and of a password only the session.
func NewLogin(origin, user, secret, bearer string) Login {
	l := Login{Origin: origin, User: user, Kind: secretKind(secret), Secret: secret}
	if l.Kind == dockerhub.Password {
		l.Secret, l.Bearer = "", bearer
	}
	return l
}
