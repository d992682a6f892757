package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// findCustomRole finds a role that the demo organization has made.
func findCustomRole(name string) (seed.Role, bool) {
	i := slices.IndexFunc(seed.Roles, func(r seed.Role) bool { return r.Name == name })
	if i < 0 {
		return seed.Role{}, false
	}
	return seed.Roles[i], true
}

// readRole reads the name of a role in lower case and returns it as members have it:
// answers capitalize the core roles.
func readRole(name string) (string, error) {
	for _, role := range roleNames[members:] {
		if lower := strings.ToLower(role); lower == name {
			return role, nil
		}
	}
	if _, ok := findCustomRole(name); ok {
		return name, nil
	}
	return "", message(http.StatusBadRequest,
		"invalid role: want owner, editor, member or the name of a custom role")
}

// rankOf returns the rank of a role. Here, custom roles have the rights of a member.
func rankOf(role string) int {
	if _, ok := findCustomRole(role); ok {
		return members
	}
	return max(nobody, slices.Index(roleNames[:], role))
}

// roleLabel returns a role as people read it.
func roleLabel(role string) string {
	if custom, ok := findCustomRole(role); ok {
		return custom.Label
	}
	return role
}
