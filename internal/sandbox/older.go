package sandbox

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// When Docker deprecated operations, for their Deprecation header (RFC 9745).
const (
	june2025      = "@1750982400"
	september2025 = "@1758240000"
)

// deprecated marks the answers of an operation.
func deprecated(since string, handle func(*call) error) func(*call) error {
	return func(c *call) error {
		c.w.Header().Set("Deprecation", since)
		return handle(c)
	}
}

// allows reports whether one of values is in the comma list of a query, which may be
// absent.
func allows(query url.Values, name string, of ...string) bool {
	wanted := values(query.Get(name))
	return len(wanted) == 0 || slices.ContainsFunc(of, func(v string) bool { return slices.Contains(wanted, v) })
}

// listNamespaces lists the namespaces that the session's user may push to.
func listNamespaces(c *call) error {
	all := []string{c.who.account.Name}
	if c.roleIn(DemoOrg) >= members {
		all = append(all, DemoOrg)
	}
	return c.json(http.StatusOK, struct {
		Namespaces []string `json:"namespaces"`
	}{all})
}

// listUserRepos answers with a bare array of names, as recorded.
func listUserRepos(c *call) error {
	a, err := c.namedUser()
	if err != nil {
		return err
	}
	type named struct {
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	}
	all := []named{}
	for _, r := range c.repos(a.Name) {
		if c.listed(r) {
			all = append(all, named{r.namespace, r.name})
		}
	}
	return c.json(http.StatusOK, all)
}

var planRoutes = []route{
	{"GET", "/api/billing/v4/accounts/{id}/hub-plan", signedIn | noPAT | noOAT, getPlan},
}

// A plan has the limits of a subscription, as Docker's hub-tool reads them.
type plan struct {
	Name           string `json:"name"`
	Legacy         bool   `json:"legacy"`
	Seats          int    `json:"seats"`
	PrivateRepos   int    `json:"private_repos"`
	Teams          int    `json:"teams"`
	Collaborators  int    `json:"collaborators"`
	ParallelBuilds int    `json:"parallel_builds"`
	Duration       string `json:"duration"`
}

// getPlan takes the account's ID, with or without dashes.
func getPlan(c *call) error {
	id := c.PathValue("id")
	for _, known := range seed.Accounts() {
		a := account(known)
		if id != a.id() && id != a.uuid() {
			continue
		}
		switch {
		case a.Org && c.roleIn(a.Name) >= members:
			return c.json(http.StatusOK, plan{
				Name: "business", Seats: seats, PrivateRepos: unlimited, Teams: unlimited, Collaborators: unlimited,
				ParallelBuilds: 15, Duration: "annual",
			})
		case a.Name == c.who.account.Name:
			return c.json(http.StatusOK, plan{
				Name: "free", Seats: 1, PrivateRepos: 1, Collaborators: unlimited, Duration: "lifetime",
			})
		}
		return noPermission()
	}
	return notFound()
}

const unlimited = 9999
