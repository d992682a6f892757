package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/hubctl/hubctl/internal/lockfile"
)

const stateVersion = 2

// A state holds the changes to the seed.
type state struct {
	Version   int                      `json:"version"`
	Members   overlay[string]          `json:"members,omitzero"`    // roles, by organization/username
	OrgTokens overlay[orgToken]        `json:"org_tokens,omitzero"` // by id
	SCIMUsers overlay[scimUser]        `json:"scim_users,omitzero"` // by id
	Teams     overlay[team]            `json:"teams,omitzero"`      // by id
	InTeams   overlay[struct{}]        `json:"in_teams,omitzero"`   // by team ID/username
	Settings  overlay[orgSettings]     `json:"settings,omitzero"`   // by organization
	Access    overlay[registryAccess]  `json:"access,omitzero"`     // registry access, by organization
	Invites   overlay[invite]          `json:"invites,omitzero"`    // by id
	Tokens    overlay[token]           `json:"tokens,omitzero"`     // by uuid
	Tags      overlay[struct{}]        `json:"tags,omitzero"`       // by namespace/repository:tag
	Manifests overlay[deletedManifest] `json:"manifests,omitzero"`  // by namespace/repository@digest
	Repos     overlay[repoEdit]        `json:"repos,omitzero"`      // by namespace/repository
	Helpers   overlay[struct{}]        `json:"helpers,omitzero"`    // collaborators, by namespace/repository, space, user
	Hooks     overlay[webhook]         `json:"hooks,omitzero"`      // by namespace/repository, space, name
	// permissions of teams, by namespace/repository, space, team ID
	Grants   overlay[string]     `json:"grants,omitzero"`
	Stars    overlay[struct{}]   `json:"stars,omitzero"` // by user, space, namespace/repository
	Failures map[string]failures `json:"failures,omitzero"`
	Events   []event             `json:"events,omitzero"` // audit events, in order
}

// An overlay holds the items of a collection that were added, changed or deleted
// (nil), by key.
type overlay[T any] map[string]*T

// put stores v under key.
func (o *overlay[T]) put(key string, v T) { o.set(key, &v) }

// remove marks key as deleted.
func (o *overlay[T]) remove(key string) { o.set(key, nil) }

func (o *overlay[T]) set(key string, v *T) {
	if *o == nil {
		*o = overlay[T]{}
	}
	(*o)[key] = v
}

// get returns the item and whether the overlay has the key; a deleted item is nil.
func (o overlay[T]) get(key string) (v *T, decided bool) {
	v, decided = o[key]
	return v, decided
}

// decides reports whether the overlay has the key.
func (o overlay[T]) decides(key string) bool {
	_, decided := o[key]
	return decided
}

// A store keeps a state between requests.
type store interface {
	load() (*state, error)
	update(ctx context.Context, edit func(*state) error) error
	reset(ctx context.Context) error
}

func newStore(o Options) store {
	if o.Path == "" {
		return &memoryStore{data: o.State, seed: o.State}
	}
	return fileStore{lockfile.File{Path: o.Path, Step: o.Step}}
}

type fileStore struct{ file lockfile.File }

func (s fileStore) load() (*state, error) {
	data, err := s.file.Read()
	if err != nil {
		return nil, s.unusable(err)
	}
	return s.decode(data)
}

func (s fileStore) update(ctx context.Context, edit func(*state) error) error {
	return s.file.Update(ctx, func(old []byte) ([]byte, error) {
		st, err := s.decode(old)
		if err != nil {
			return nil, err
		}
		if err := edit(st); err != nil {
			return nil, err
		}
		return json.Marshal(st)
	})
}

func (s fileStore) reset(ctx context.Context) error {
	return s.file.Update(ctx, func([]byte) ([]byte, error) { return nil, nil })
}

func (s fileStore) decode(data []byte) (*state, error) {
	st, err := decodeState(data)
	if err != nil {
		return nil, s.unusable(err)
	}
	return st, nil
}

func (s fileStore) unusable(err error) error {
	return fmt.Errorf("sandbox state %s cannot be used: %w; to start over, run hubctl sandbox reset", s.file.Path, err)
}

type memoryStore struct {
	mu   sync.RWMutex
	data []byte
	seed []byte // to reset it to
}

func (s *memoryStore) load() (*state, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return decodeState(s.data)
}

func (s *memoryStore) update(_ context.Context, edit func(*state) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := decodeState(s.data)
	if err != nil {
		return err
	}
	if err := edit(st); err != nil {
		return err
	}
	data, err := json.Marshal(st)
	if err != nil {
		return err
	}
	s.data = data
	return nil
}

func (s *memoryStore) reset(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = s.seed
	return nil
}

// CheckState fails if data is not what a state file holds.
func CheckState(data []byte) error {
	_, err := decodeState(data)
	return err
}

// decodeState refuses unknown fields, which would be lost when the state is written.
func decodeState(data []byte) (*state, error) {
	st := &state{Version: stateVersion}
	if data == nil {
		return st, nil
	}
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, err
	}
	if head.Version != stateVersion {
		return nil, fmt.Errorf("it has version %d, and this hubctl knows version %d", head.Version, stateVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(st); err != nil {
		return nil, err
	}
	return st, nil
}

// A stamp is a time in the Hub's format: UTC with up to six decimals, and no zeros at
// their end.
type stamp struct{ time.Time }

func stampOf(t time.Time) stamp { return stamp{t.UTC().Truncate(time.Microsecond)} }

func stampAt(t time.Time) *stamp {
	s := stampOf(t)
	return &s
}

// compare sorts null first.
func (s *stamp) compare(t *stamp) int {
	switch {
	case s != nil && t != nil:
		return s.Compare(t.Time)
	case s != nil:
		return 1
	case t != nil:
		return -1
	}
	return 0
}

func (s stamp) MarshalJSON() ([]byte, error) {
	return []byte(s.UTC().Format(`"2006-01-02T15:04:05.999999Z"`)), nil
}
