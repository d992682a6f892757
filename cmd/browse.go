package cmd

import (
	"context"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/terminal"
)

// A site has the paths of a page on the Hub's website: of a repository (%s is the
// path of its own page), of an organization (%s is its name), and of your account.
// "" = there is none.
type site struct{ repo, org, own string }

var sites = map[string]site{
	"":         {"%s", "/orgs/%s", "/repositories"},
	"tags":     {repo: "%s/tags"},
	"tokens":   {org: "/orgs/%s/access-tokens", own: "/settings/security"},
	"members":  {org: "/orgs/%s/members"},
	"teams":    {org: "/orgs/%s/teams"},
	"audit":    {org: "/orgs/%s/activity"},
	"settings": {org: "/orgs/%s/settings", own: "/settings/general"},
	"billing":  {org: "/orgs/%s/billing", own: "/billing"},
}

var pageNames = []string{"tags", "tokens", "members", "teams", "audit", "settings", "billing"}

func newBrowse(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "browse [REPO[:TAG]]", Short: "Open Docker Hub in a browser", Args: cobra.MaximumNArgs(1),
		Long: `Open a page of Docker Hub in a browser: a repository, a tag, an organization,
or your own repositories. Without a terminal, the address is printed instead.

--page tags needs REPO; members, teams and audit need an organization; tokens,
settings and billing are your own without --org.`,
		Example: "  hubctl browse acme/checkout-api\n" +
			"  hubctl browse --org acme --page members\n" +
			"  hubctl browse library/nginx:alpine --print",
		ValidArgsFunction: completeRepos(a),
	}
	page := cmd.Flags().String("page", "", "open this `page`, such as members or billing")
	show := cmd.Flags().Bool("print", false, "print the address instead of opening it")
	cli.CompleteFlag(cmd, "page", pageNames...)
	cli.Honors(cmd, cli.TextFlags...)
	return a.Run(cli.Placed(cmd, "org", "namespace"), func(ctx context.Context, _ *dockerhub.Client, args []string) error {
		err := cli.OneOf("page", *page, pageNames)
		if err != nil {
			return err
		}
		path, err := pagePath(a, *page, args)
		if err != nil {
			return err
		}
		address := a.Website() + path
		if *show || a.Flags.DryRun || a.Settings.Sandbox || !terminal.IsTerminal(a.IO.Out) {
			return a.Print(address + "\n")
		}
		return a.OpenBrowser(ctx, address)
	})
}

// pagePath returns the path of a page of the repository or tag in args, or else of
// the organization, namespace or account.
func pagePath(a *cli.App, page string, args []string) (string, error) {
	s := sites[page]
	org := cli.OrgFlag(a).Name
	if s.own == "" && s.repo == "" && len(args) == 0 {
		var err error
		if org, err = a.Org(); err != nil {
			return "", err
		}
	}
	switch {
	case len(args) > 0 && s.repo == "":
		return "", cli.NewUsageError(fmt.Errorf("--page %s is not a page of a repository", page))
	case len(args) > 0:
		r, err := a.Reference(args[0])
		if err == nil && r.Tag != "" {
			return r.Page(), nil
		}
		return fmt.Sprintf(s.repo, r.Page()), err
	case s.repo != "" && page != "":
		return "", cli.NewUsageError(fmt.Errorf("--page %s needs REPO", page))
	case org != "" && s.org != "":
		return fmt.Sprintf(s.org, url.PathEscape(org)), nil
	case a.Within.Name != "" && page == "":
		return "/u/" + a.Within.Name, nil
	case a.Within.Name != "":
		return "", cli.NewUsageError(fmt.Errorf("--page %s takes --org, not --namespace", page))
	}
	return s.own, nil
}
