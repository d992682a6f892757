package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
)

// resourceKinds are how a person writes the type of a resource.
var resourceKinds = []struct{ prefix, kind string }{{"repo:", dockerhub.TypeRepo}, {"org:", dockerhub.TypeOrg}}

// scopePrefix begins every scope of an organization access token.
const scopePrefix = "scope-"

func resourceFlag(a *cli.App, cmd *cobra.Command, usage string) *[]string {
	given := cmd.Flags().StringArray("resource", nil, usage)
	cli.Must(cmd.RegisterFlagCompletionFunc("resource", completeResource(a)))
	return given
}

// resources reads what resourceFlag was given. Scopes that are not known are
// told of, and left to the server.
func resources(a *cli.App, given []string, org string) ([]dockerhub.OrgTokenResource, error) {
	var all []dockerhub.OrgTokenResource
	for _, text := range given {
		r, err := parseResource(text, org)
		if err != nil {
			return nil, err
		}
		noticeUnknown(a, "scope", r.Scopes, dockerhub.OrgTokenScopes[r.Type])
		all = append(all, r)
	}
	return all, nil
}

// parseResource reads KIND:PATH=SCOPE,… where a repository without a namespace is in org.
func parseResource(text, org string) (r dockerhub.OrgTokenResource, err error) {
	bad := func(why string) error { return hub.InputError(fmt.Sprintf("%q is not a resource: %s", text, why)) }
	what, scopes, _ := strings.Cut(text, "=")
	for _, k := range resourceKinds {
		if path, ok := strings.CutPrefix(what, k.prefix); ok {
			r.Type, r.Path = k.kind, path
		}
	}
	switch r.Type {
	case dockerhub.TypeRepo:
		r.Path, err = resourceRepository(r.Path, org)
	case dockerhub.TypeOrg:
		r.Path, err = hub.Segment(r.Path)
	default:
		return r, bad("want repo:ORG/REPO=SCOPE,… or org:ORG=SCOPE,…")
	}
	if err != nil {
		return r, bad(err.Error())
	}
	for scope := range strings.SplitSeq(scopes, ",") {
		if scope = strings.TrimSpace(scope); scope == "" {
			return r, bad("it names no scope, or an empty one; want " + what + "=SCOPE,…")
		}
		if known := scopePrefix + scope; slices.Contains(dockerhub.OrgTokenScopes[r.Type], known) {
			scope = known
		}
		if !slices.Contains(r.Scopes, scope) {
			r.Scopes = append(r.Scopes, scope)
		}
	}
	return r, nil
}

// resourceRepository reads a repository, or a pattern of repositories, of which
// the server knows those it supports.
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
		return "", hub.InputError(fmt.Sprintf("%q is no pattern of repositories, which are ORG/* and */*/public", path))
	}
	return path, nil
}

// resourceText is resources as resourceFlag takes them.
func resourceText(all []dockerhub.OrgTokenResource) string {
	var texts []string
	for _, r := range all {
		prefix := r.Type + ":"
		for _, k := range resourceKinds {
			if k.kind == r.Type {
				prefix = k.prefix
			}
		}
		var scopes []string
		for _, s := range r.Scopes {
			if slices.Contains(dockerhub.OrgTokenScopes[r.Type], s) {
				s = strings.TrimPrefix(s, scopePrefix)
			}
			scopes = append(scopes, s)
		}
		texts = append(texts, prefix+r.Path+"="+strings.Join(scopes, ","))
	}
	return strings.Join(texts, " ")
}

// completeResource offers the kinds, and then the scopes of the kind that was
// typed but for those that were.
func completeResource(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		what, scopes, begun := strings.Cut(typed, "=")
		if !begun {
			kinds := []string{"repo:*/*/public="}
			if a.Begin(cmd) == nil {
				if org, err := a.Org(); err == nil {
					kinds = append(kinds, "repo:"+org+"/", "repo:"+org+"/*=", "org:"+org+"=")
				}
			}
			return kinds, directive
		}
		before := scopes[:strings.LastIndexByte(scopes, ',')+1]
		var out []string
		for _, k := range resourceKinds {
			if !strings.HasPrefix(what, k.prefix) {
				continue
			}
			for _, s := range dockerhub.OrgTokenScopes[k.kind] {
				if s = strings.TrimPrefix(s, scopePrefix); !strings.Contains(","+before, ","+s+",") {
					out = append(out, what+"="+before+s)
				}
			}
		}
		return out, directive
	}
}
