package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
)

func completeMembers(a *cli.App) cobra.CompletionFunc {
	fetch := func(ctx context.Context, c *dockerhub.Client, org string) ([]cli.Candidate, error) {
		return cli.Candidates(memberCandidate, c.Members.List(ctx, org, dockerhub.MemberListOptions{}))
	}
	return cli.CompleteInOrg(a, "members", fetch)
}

func completeOrgs(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		return cli.Complete(a, cmd, args, orgsNoun, orgCandidates)
	}
}

func completeOrgFlag(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return cli.CompleteValue(a, cmd, nil, "", func() (string, error) { return orgsNoun, nil }, orgCandidates)
	}
}

func orgCandidates(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
	return cli.Candidates(orgCandidate, c.Orgs.List(ctx))
}

// completeNamespaces completes with the session's organizations and user.
func completeNamespaces(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		found, directive := completeOrgs(a)(cmd, args, typed)
		if a.Current != nil && a.Current.Session.User != "" { // there is an argument to complete, and a session
			found = append(found, cobra.CompletionWithDesc(a.Current.Session.User, "your own"))
		}
		return found, directive
	}
}

func completeNamespaceFlag(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		found, directive := completeOrgFlag(a)(cmd, nil, typed)
		if a.Current != nil && a.Current.Session.User != "" {
			found = append(found, cobra.CompletionWithDesc(a.Current.Session.User, "your own"))
		}
		return found, directive
	}
}

// completeRepos completes NAMESPACE/REPOSITORY once the slash is typed, and
// before that the bare names of the usual namespace.
func completeRepos(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		namespace, _, named := strings.Cut(typed, "/")
		prefix := ""
		if named {
			prefix = namespace + "/"
		}
		return cli.CompleteNamed(a, cmd, args, prefix, func() (string, error) {
			if !named {
				var err error
				if namespace, err = a.Namespace(); err != nil {
					return "", err
				}
			}
			return repoNoun(namespace), nil
		}, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(repoCandidate, c.Repos.List(ctx, namespace, ""))
		})
	}
}

func completeTeams(a *cli.App) cobra.CompletionFunc {
	fetch := func(ctx context.Context, c *dockerhub.Client, org string) ([]cli.Candidate, error) {
		return cli.Candidates(teamCandidate, c.Teams.List(ctx, org, dockerhub.TeamListOptions{}))
	}
	return cli.CompleteInOrg(a, "teams", fetch)
}
