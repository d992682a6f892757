package resource

import (
	"fmt"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
)

// Help describes the resources that Parse takes.
func Help() string {
	return `A resource is TYPE:PATH=SCOPES, with commas between scopes:

  repo:acme/api=image-pull,tag-read    a repository (repo:api works too)
  repo:acme/*=image-pull               all repositories of the organization
  repo:*/*/public=image-pull           all public repositories
  org:acme=member-read                 the organization itself

The prefix scope- may be left out. Scopes of repositories:
` + scopeHelp(dockerhub.TypeRepo) + "Scopes of organizations:\n" +
		strings.TrimSuffix(scopeHelp(dockerhub.TypeOrg), "\n")
}

// scopeHelp lists the known scopes of a type of resource.
func scopeHelp(kind string) string {
	var b strings.Builder
	line := " "
	for _, s := range dockerhub.OrgTokenScopes[kind] {
		s = strings.TrimPrefix(s, ScopePrefix)
		if len(line)+1+len(s) > 80 {
			fmt.Fprintln(&b, line)
			line = " "
		}
		line += " " + s
	}
	fmt.Fprintln(&b, line)
	return b.String()
}
