package dockerhub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// RegistryAccess controls which registries an organization's members may use with
// Docker Desktop.
type RegistryAccess struct {
	Raw
	Enabled  *bool      `json:"enabled"` // nil = not sent
	Standard []Registry `json:"standard_registries"`
	Custom   []Registry `json:"custom_registries"`
}

// A Registry is an entry of a RegistryAccess: a standard registry, which has an ID,
// or a custom registry, which has an address.
type Registry struct {
	ID           string `json:"id,omitempty"`            // such as DockerHub
	Address      string `json:"address,omitempty"`       // such as ghcr.io
	FriendlyName string `json:"friendly_name,omitempty"` // of a custom registry
	Allowed      *bool  `json:"allowed,omitempty"`       // nil = not sent or, in a change, unchanged
}

// name returns the registry's ID or address.
func (r Registry) name() string {
	if r.ID != "" {
		return r.ID
	}
	return r.Address
}

// Names returns the IDs and addresses of the registries that are allowed, or that
// are not.
func (r RegistryAccess) Names(allowed bool) []string {
	var names []string
	for _, one := range slices.Concat(r.Standard, r.Custom) {
		if one.Allowed != nil && *one.Allowed == allowed {
			names = append(names, one.name())
		}
	}
	return names
}

// A RegistryAccessPatch is the request of UpdateRegistryAccess; zero fields stay
// unchanged. A registry is named by its ID or address in Address, in upper or lower
// case; docker.io is DockerHub.
type RegistryAccessPatch struct {
	Body
	Enabled *bool      `json:"enabled,omitempty"`
	Set     []Registry `json:"-"` // to add, or to change in the given fields
	Remove  []string   `json:"-"` // addresses of custom registries
}

// RegistryAccess returns an organization's registry access.
//
// Operation: GET /v2/orgs/{org_name}/settings/registry-access-management
func (s *OrgsService) RegistryAccess(ctx context.Context, org string) (RegistryAccess, error) {
	return call[RegistryAccess](ctx, s.c, "GET", nil, "v2", "orgs", org, "settings", "registry-access-management")
}

// UpdateRegistryAccess changes part of an organization's registry access and returns
// all of it. The Hub only accepts it whole, so it is read first. It fails with
// ErrConflict if it changed in between, and with ErrInput if a registry to remove is
// not there.
//
// Operation: PUT /v2/orgs/{org_name}/settings/registry-access-management
func (s *OrgsService) UpdateRegistryAccess(
	ctx context.Context, org string, p RegistryAccessPatch,
) (RegistryAccess, error) {
	return rewrite[RegistryAccess](ctx, s.c, "enabled", p.apply, "v2", "orgs", org, "settings",
		"registry-access-management")
}

// apply returns the RegistryAccess before with the change. It keeps fields that it
// does not know.
func (p RegistryAccessPatch) apply(before json.RawMessage) (json.RawMessage, error) {
	fields, err := changeOf(p)
	if err != nil {
		return nil, err
	}
	whole, err := merge(before, fields)
	if err != nil {
		return nil, err
	}
	var lists registries
	if err := json.Unmarshal(whole, &lists); err != nil {
		return nil, &AnswerError{Problem: "has no lists of registries"}
	}
	lists.Standard = append([]json.RawMessage{}, lists.Standard...) // not null
	lists.Custom = append([]json.RawMessage{}, lists.Custom...)
	for _, r := range p.Set {
		if err := lists.set(r); err != nil {
			return nil, err
		}
	}
	for _, address := range p.Remove {
		at := find(lists.Custom, address)
		if at < 0 {
			return nil, hub.InputError(fmt.Sprintf("there is no custom registry %s to remove", address))
		}
		lists.Custom = slices.Delete(lists.Custom, at, at+1)
	}
	encoded, err := hub.Encode(lists)
	if err != nil {
		return nil, err
	}
	return merge(whole, encoded)
}

// registries are the lists of a RegistryAccess, as the server sent them.
type registries struct {
	Standard []json.RawMessage `json:"standard_registries"`
	Custom   []json.RawMessage `json:"custom_registries"`
}

// set changes the entry with r's address, or adds it to the custom registries.
func (l *registries) set(r Registry) error {
	list, at := l.Standard, find(l.Standard, r.Address)
	if at >= 0 {
		r.FriendlyName = "" // it has none
	} else {
		list, at = l.Custom, find(l.Custom, r.Address)
	}
	if at < 0 {
		r.FriendlyName = cmp.Or(r.FriendlyName, r.Address)
		added, err := hub.Encode(r)
		l.Custom = append(l.Custom, added)
		return err
	}
	r.Address = "" // it keeps the name it has
	change, err := hub.Encode(r)
	if err == nil {
		list[at], err = merge(list[at], change)
	}
	return err
}

// find returns the index in list of the registry with a name, or -1.
func find(list []json.RawMessage, name string) int {
	return slices.IndexFunc(list, func(raw json.RawMessage) bool {
		var r Registry
		_ = json.Unmarshal(raw, &r) // an unreadable entry has no name
		return strings.EqualFold(r.name(), name) || r.ID == "DockerHub" && strings.EqualFold(name, "docker.io")
	})
}
