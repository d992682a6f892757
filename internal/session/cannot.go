package session

import (
	"slices"

	"github.com/hubctl/hubctl/dockerhub"
)

// Cannot returns what a session of a kind and with scopes is known to be unable to do.
func Cannot(kind dockerhub.Kind, scopes []string) []string {
	cannot := []string{}
	unless := func(missing, text string, enough ...string) {
		allowed := func(scope string) bool { return slices.Contains(scopes, scope) }
		if !slices.ContainsFunc(append(enough, missing), allowed) {
			cannot = append(cannot, text+" ("+missing+")")
		}
	}
	switch kind {
	case dockerhub.PersonalAccessToken:
		cannot = append(cannot, "manage personal access tokens", "manage organizations and teams")
		if len(scopes) > 0 { // an older token names none
			unless("repo:admin", "delete or edit")
			unless("repo:write", "push", "repo:admin")
			unless("repo:read", "see private repositories", "repo:admin", "repo:write")
		}
	case dockerhub.OrganizationAccessToken:
		cannot = append(cannot, "manage personal access tokens", "use paths under /v2/repositories")
		unless("scope-repository-list", "see private repositories in lists")
	}
	return cannot
}
