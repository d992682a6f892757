package cli

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"strings"

	"github.com/cli/browser"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// A site has the paths of a page on the Hub's website: for a repository (%s stands
// for the path of its main page), an organization (%s stands for its name), and your
// account. "" = no such page.
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

// WebPages are the names of the pages.
var WebPages = []string{"tags", "tokens", "members", "teams", "audit", "settings", "billing"}

// Website returns the address of the Hub's website. The sandbox has no website.
func (a *App) Website() string {
	if a.Settings.Sandbox {
		return dockerhub.DefaultURL
	}
	return a.Settings.Origin()
}

// OpenBrowser opens an address in BROWSER, or else in the system's browser. The
// browser gets none of hubctl's credentials.
func (a *App) OpenBrowser(ctx context.Context, address string) error {
	a.Notice("opening %s", address)
	words := settings.Browser()
	if len(words) == 0 {
		settings.UnsetSecrets()
		browser.Stdout, browser.Stderr = a.IO.Err, a.IO.Err
		return cannotOpen(address, browser.OpenURL(address))
	}
	named := false
	for i, word := range words {
		named = named || strings.Contains(word, "%s")
		words[i] = strings.ReplaceAll(word, "%s", address)
	}
	if !named {
		words = append(words, address)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user names it
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = settings.ChildEnviron(), a.IO.In, a.IO.Out, a.IO.Err
	return cannotOpen(address, a.Signals.Run(cmd, terminal.IsTerminal(a.IO.In)))
}

func cannotOpen(address string, err error) error {
	if err != nil {
		return fmt.Errorf("cannot open a browser for %s: %w", address, err)
	}
	return nil
}

// WebPage returns the path of a page of the repository or tag in args, or else of
// the organization, namespace or account.
func (a *App) WebPage(page string, args []string) (string, error) {
	s := sites[page]
	org := OrgFlag(a).Name
	if s.own == "" && s.repo == "" && len(args) == 0 {
		var err error
		if org, err = a.Org(); err != nil {
			return "", err
		}
	}
	switch {
	case len(args) > 0 && s.repo == "":
		return "", NewUsageError(fmt.Errorf("--page %s is not a page of a repository", page))
	case len(args) > 0:
		r, err := a.Reference(args[0])
		if err == nil && r.Tag != "" {
			return r.Page(), nil
		}
		return fmt.Sprintf(s.repo, r.Page()), err
	case s.repo != "" && page != "":
		return "", NewUsageError(fmt.Errorf("--page %s needs REPO", page))
	case org != "" && s.org != "":
		return fmt.Sprintf(s.org, url.PathEscape(org)), nil
	case a.Within.Name != "" && page == "":
		return "/u/" + a.Within.Name, nil
	case a.Within.Name != "":
		return "", NewUsageError(fmt.Errorf("--page %s takes --org, not --namespace", page))
	}
	return s.own, nil
}
