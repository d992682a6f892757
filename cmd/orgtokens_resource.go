package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/resource"
)

func resourceFlag(a *cli.App, cmd *cobra.Command, usage string) *cli.Flag[[]string] {
	return cli.StringsFlag(cmd, "resource", usage, completeResource(a))
}

// resources parses the values of resourceFlag. Unknown scopes only cause a notice: the
// server decides.
func resources(a *cli.App, given []string, org string) ([]dockerhub.OrgTokenResource, error) {
	var all []dockerhub.OrgTokenResource
	for _, text := range given {
		r, err := resource.Parse(text, org)
		if err != nil {
			return nil, err
		}
		noticeUnknown(a, "scope", r.Scopes, dockerhub.OrgTokenScopes[r.Type])
		all = append(all, r)
	}
	return all, nil
}

// completeResource completes the kinds of resources, and then the remaining scopes of
// a kind.
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
		for _, k := range resource.Kinds {
			if !strings.HasPrefix(what, k.Prefix) {
				continue
			}
			for _, s := range dockerhub.OrgTokenScopes[k.Kind] {
				if s = strings.TrimPrefix(s, resource.ScopePrefix); !strings.Contains(","+before, ","+s+",") {
					out = append(out, what+"="+before+s)
				}
			}
		}
		return out, directive
	}
}
