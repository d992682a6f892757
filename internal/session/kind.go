package session

import (
	"regexp"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/dockerhub"
)

var (
	uuidShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	})
	jwtShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w-]+\.[\w-]+\.[\w-]*$`) })
)

// kindOf returns the kind of a secret by its form: dckr_pat_… or a UUID is a
// personal access token, dckr_oat_… an organization access token, three parts
// separated by dots a JWT, and anything else a password.
func kindOf(secret string) dockerhub.Kind {
	switch {
	case strings.HasPrefix(secret, "dckr_pat_"), uuidShape().MatchString(secret):
		return dockerhub.PersonalAccessToken
	case strings.HasPrefix(secret, "dckr_oat_"):
		return dockerhub.OrganizationAccessToken
	case jwtShape().MatchString(secret):
		return dockerhub.JWT
	}
	return dockerhub.Password
}

// secretKind is kindOf for a secret that may be a password. Passwords may contain dots, so
// only what starts like every JWT is one.
func secretKind(secret string) dockerhub.Kind {
	if k := kindOf(secret); k != dockerhub.JWT || strings.HasPrefix(secret, "eyJ") {
		return k
	}
	return dockerhub.Password
}
