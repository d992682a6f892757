// Package webpage knows the pages of Docker Hub's website.
package webpage

import (
	"fmt"
	"net/url"

	"github.com/hubctl/hubctl/internal/hub"
)

// paths are the paths of a page: for a repository (%s stands for the path of its main
// page), an organization (%s stands for its name), and your account. "" = no such page.
type paths struct{ repo, org, own string }

var pages = map[string]paths{
	"":         {"%s", "/orgs/%s", "/repositories"},
	"tags":     {repo: "%s/tags"},
	"tokens":   {org: "/orgs/%s/access-tokens", own: "/settings/security"},
	"members":  {org: "/orgs/%s/members"},
	"teams":    {org: "/orgs/%s/teams"},
	"audit":    {org: "/orgs/%s/activity"},
	"settings": {org: "/orgs/%s/settings", own: "/settings/general"},
	"billing":  {org: "/orgs/%s/billing", own: "/billing"},
}

// Names are the names of the pages.
var Names = []string{"tags", "tokens", "members", "teams", "audit", "settings", "billing"}

// A Place is where to look for a page.
type Place struct {
	Org, Namespace string                              // as given; "" = not given
	DefaultOrg     func() (string, error)              // for a page that only organizations have
	Reference      func(string) (hub.Reference, error) // parses an argument
}

// Path returns the path of a page, "" or one of Names, of the repository or tag in
// args, or else of the organization, namespace or account. Its errors are hub.ErrInput
// or those of the Place.
func Path(page string, args []string, in Place) (string, error) {
	p := pages[page]
	refuse := func(why string) (string, error) { return "", hub.InputError("--page " + page + " " + why) }
	switch {
	case len(args) > 0 && p.repo == "":
		return refuse("is not a page of a repository")
	case len(args) > 0:
		r, err := in.Reference(args[0])
		if err == nil && r.Tag != "" {
			return r.Page(), nil
		}
		return fmt.Sprintf(p.repo, r.Page()), err
	case p.repo != "" && page != "":
		return refuse("needs REPO")
	case p.own == "":
		org, err := in.DefaultOrg()
		return fmt.Sprintf(p.org, url.PathEscape(org)), err
	case in.Org != "":
		return fmt.Sprintf(p.org, url.PathEscape(in.Org)), nil
	case in.Namespace != "" && page == "":
		return "/u/" + in.Namespace, nil
	case in.Namespace != "":
		return refuse("takes --org, not --namespace")
	}
	return p.own, nil
}
