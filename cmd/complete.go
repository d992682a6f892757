package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
)

func completeMembers(a *cli.App) cobra.CompletionFunc { return memberList.Complete(a) }

func completeOrgs(a *cli.App) cobra.CompletionFunc { return orgList.Complete(a) }

// completeNamespaces completes with the session's organizations and user.
func completeNamespaces(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		found, directive := completeOrgs(a)(cmd, args, typed)
		if a.Current != nil && a.Current.Session.User != "" { // there is an argument to complete, and a session
			found = append(found, cobra.CompletionWithDesc(a.Current.Session.User, "your account"))
		}
		return found, directive
	}
}

// completeRepos completes NAMESPACE/REPO: the namespace first, unless a flag gives
// it, and bare names in the current namespace.
func completeRepos(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if namespace, _, named := strings.Cut(typed, "/"); named {
			return completeReposIn(a, cmd, args, namespace+"/", func() (string, error) { return namespace, nil })
		}
		found, directive := completeReposIn(a, cmd, args, "", a.Namespace)
		if a.Within.Name != "" {
			return found, directive
		}
		namespaces, _ := completeNamespaces(a)(cmd, args, typed)
		for _, candidate := range namespaces {
			name, about, _ := strings.Cut(candidate, "\t")
			if strings.HasPrefix(name, typed) {
				found = append(found, cobra.CompletionWithDesc(name+"/", about))
				directive |= cobra.ShellCompDirectiveNoSpace
			}
		}
		return found, directive
	}
}

func completeReposIn(
	a *cli.App, cmd *cobra.Command, args []string, prefix string, in func() (string, error),
) ([]string, cobra.ShellCompDirective) {
	var namespace string
	return cli.CompleteNamed(a, cmd, args, prefix, func() (_ string, err error) {
		namespace, err = in()
		return repoNoun(namespace), err
	}, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
		return cli.Candidates(repoCandidate, c.Repos.List(ctx, namespace, dockerhub.RepoListOptions{}))
	})
}

func completeTeams(a *cli.App) cobra.CompletionFunc { return teamList.Complete(a) }
