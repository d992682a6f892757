package session

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
	case dockerhub.OIDCToken:
		cannot = append(cannot, "use the API, only the registry")
	case dockerhub.OrganizationAccessToken:
		cannot = append(cannot, "manage personal access tokens", "use paths under /v2/repositories")
		unless("scope-repository-list", "see private repositories in lists")
	}
	return cannot
}

// Describe says in a sentence which kind of session a bearer makes, how long it lasts and what
// it cannot do. A renewed one is bought again whenever it expires.
func Describe(kind dockerhub.Kind, bearer string, renewed bool) string {
	claims := dockerhub.ParseClaims(bearer)
	ends := claims.ExpiresAt.Local().Format("2006-01-02 15:04")
	lasts := "lasts until " + ends + " and is not renewed"
	switch life := claims.Lifetime().Round(time.Minute); {
	case renewed && life < time.Hour:
		lasts = fmt.Sprintf("is renewed every %d minutes", life/time.Minute)
	case renewed:
		lasts = "is renewed when it expires"
	case claims.ExpiresAt.IsZero():
		lasts = "does not say when it expires"
	}
	can := "it can do what the account can"
	if cannot := Cannot(kind, claims.Scopes); len(cannot) > 0 {
		can = "it cannot " + strings.Join(cannot, ", or ")
	}
	return fmt.Sprintf("this %s session %s; %s", kind, lasts, can)
}
