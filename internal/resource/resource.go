// Package resource parses and formats the resources of organization access tokens:
// repo:ORG/REPO=image-pull,image-push.
package resource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// Kinds are the prefixes of the types of resources.
var Kinds = []struct{ Prefix, Kind string }{{"repo:", dockerhub.TypeRepo}, {"org:", dockerhub.TypeOrg}}

// ScopePrefix begins every scope of an organization access token.
const ScopePrefix = "scope-"

// Parse parses KIND:PATH=SCOPE,… where a repository without a namespace is in org.
func Parse(text, org string) (r dockerhub.OrgTokenResource, err error) {
	bad := func(why string) error { return hub.InputError(fmt.Sprintf("%q is not a resource: %s", text, why)) }
	what, scopes, _ := strings.Cut(text, "=")
	for _, k := range Kinds {
		if path, ok := strings.CutPrefix(what, k.Prefix); ok {
			r.Type, r.Path = k.Kind, path
		}
	}
	switch r.Type {
	case dockerhub.TypeRepo:
		r.Path, err = resourceRepository(r.Path, org)
	case dockerhub.TypeOrg:
		r.Path, err = hub.Segment(r.Path)
	default:
		return r, bad("expected repo:ORG/REPO=SCOPE,… or org:ORG=SCOPE,…")
	}
	if err != nil {
		return r, bad(err.Error())
	}
	for scope := range strings.SplitSeq(scopes, ",") {
		if scope = strings.TrimSpace(scope); scope == "" {
			return r, bad("a scope is missing or empty: expected " + what + "=SCOPE,…")
		}
		if known := ScopePrefix + scope; slices.Contains(dockerhub.OrgTokenScopes[r.Type], known) {
			scope = known
		}
		if !slices.Contains(r.Scopes, scope) {
			r.Scopes = append(r.Scopes, scope)
		}
	}
	return r, nil
}

// resourceRepository parses a repository or a pattern. The server decides which
// patterns it supports.
func resourceRepository(path, org string) (string, error) {
	if !strings.Contains(path, "*") {
		r, err := hub.ParseReference(path)
		if err == nil && r.Tag != "" {
			err = hub.InputError(fmt.Sprintf("%q names a tag", path))
		}
		if r.Namespace == "" {
			r.Namespace = org
		}
		return r.Repository(), err
	}
	parts := strings.Split(path, "/")
	for _, part := range parts {
		if _, err := hub.Segment(part); err != nil {
			return "", err
		}
	}
	switch {
	case len(parts) == 1:
		return org + "/" + path, nil
	case len(parts) > 3:
		return "", hub.InputError(fmt.Sprintf("%q is not a repository pattern: must be ORG/* or */*/public", path))
	}
	return path, nil
}

// Format formats resources as Parse takes them.
func Format(all []dockerhub.OrgTokenResource) string {
	var texts []string
	for _, r := range all {
		prefix := r.Type + ":"
		for _, k := range Kinds {
			if k.Kind == r.Type {
				prefix = k.Prefix
			}
		}
		var scopes []string
		for _, s := range r.Scopes {
			if slices.Contains(dockerhub.OrgTokenScopes[r.Type], s) {
				s = strings.TrimPrefix(s, ScopePrefix)
			}
			scopes = append(scopes, s)
		}
		texts = append(texts, prefix+r.Path+"="+strings.Join(scopes, ","))
	}
	return strings.Join(texts, " ")
}
