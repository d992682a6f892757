package sandbox

import (
	"cmp"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var orgTokenRoutes = []route{
	{"GET", "/v2/orgs/{name}/access-tokens", signedIn, listOrgTokens},
	{"POST", "/v2/orgs/{name}/access-tokens", signedIn, createOrgToken},
	{"GET", "/v2/orgs/{org_name}/access-tokens/{access_token_id}", signedIn, getOrgToken},
	{"PATCH", "/v2/orgs/{org_name}/access-tokens/{access_token_id}", signedIn, patchOrgToken},
	{"DELETE", "/v2/orgs/{org_name}/access-tokens/{access_token_id}", signedIn, deleteOrgToken},
}

const (
	// orgTokenQuota is the maximum number of tokens of an organization on a Business
	// plan, including expired and deactivated ones.
	orgTokenQuota          = 100
	maxOrgTokenDescription = 200 // in characters
)

// An orgToken is a stored organization access token.
type orgToken struct {
	accessToken
	CreatedBy   string     `json:"created_by"`
	Description string     `json:"description,omitempty"`
	Resources   []resource `json:"resources"`
}

// orgTokenAnswer is orgAccessToken in the OpenAPI file, with additional fields of
// some answers.
type orgTokenAnswer struct {
	ID          string      `json:"id"`
	Label       string      `json:"label"`
	Description string      `json:"description"`
	CreatedBy   string      `json:"created_by,omitempty"` // not in the recorded answer to a creation
	Active      bool        `json:"is_active"`
	Created     stamp       `json:"created_at"`
	Expires     *stamp      `json:"expires_at"`
	LastUsed    *stamp      `json:"last_used_at"`
	Token       string      `json:"token,omitempty"`
	Resources   *[]resource `json:"resources,omitempty"` // not in listings
}

func (t orgToken) listed() orgTokenAnswer {
	return orgTokenAnswer{
		ID: t.ID, Label: t.Label, Description: t.Description, CreatedBy: t.CreatedBy, Active: t.Active, Created: t.Created,
		Expires: t.Expires, LastUsed: t.LastUsed,
	}
}

func (t orgToken) answer() orgTokenAnswer {
	a := t.listed()
	a.Resources = &t.Resources
	return a
}

func (t orgToken) scopes() []string { return seed.Scopes(t.Resources) }

func (c *call) seededOrgTokens(org string) []orgToken {
	var all []orgToken
	if c.hub.o.Empty {
		return all
	}
	for _, t := range seed.OrgTokens(org) {
		all = append(all, orgToken{
			accessToken: c.seededToken("oat", org, t.Token), CreatedBy: DemoUser, Resources: t.Resources,
		})
	}
	return all
}

// orgTokenOwner returns the organization in the path, which the session must own.
func (c *call) orgTokenOwner(variable string) (string, error) {
	org := c.PathValue(variable)
	if err := c.needOrg(org, owners, ""); err != nil {
		return "", err
	}
	return strings.ToLower(org), nil
}

func listOrgTokens(c *call) error {
	org, err := c.orgTokenOwner("name")
	if err != nil {
		return err
	}
	all := oats.list(c, c.state, org)
	w, err := c.window(len(all), notFound())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Total    int              `json:"total"`
		Next     *string          `json:"next"`
		Previous *string          `json:"previous"`
		Results  []orgTokenAnswer `json:"results"`
	}{len(all), w.next, w.previous, fill(w, func(i int) orgTokenAnswer { return all[i].listed() })})
}

func createOrgToken(c *call) error {
	org, err := c.orgTokenOwner("name")
	if err != nil {
		return err
	}
	var in struct {
		Label       string     `json:"label"`
		Description string     `json:"description"`
		Resources   []resource `json:"resources"`
		Expires     *string    `json:"expires_at"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if in.Label == "" {
		return invalid("Invalid label", "label", "This field is required.")
	}
	if err := checkOrgToken(&in.Description, &in.Resources); err != nil {
		return err
	}
	if err := c.checkResources(org, in.Resources); err != nil {
		return err
	}
	expires, err := c.parseExpiry(in.Expires)
	if err != nil {
		return err
	}
	if expires != nil && expires.After(c.now.AddDate(1, 0, 0)) {
		return invalid("Invalid expires_at", "expires_at", "Must be within one year.")
	}
	t := orgToken{CreatedBy: c.who.account.Name, Description: in.Description, Resources: in.Resources}
	var plain string
	t.accessToken, plain = c.made(org, in.Label, expires, "dckr_oat_", 32)
	err = c.change(func(st *state) error {
		if len(oats.list(c, st, org)) >= orgTokenQuota { // the Hub's answer is not known
			return invalid("organization access token limit reached", "")
		}
		oats.put(st, t)
		c.logOrgToken(st, t, "create", "created")
		return nil
	})
	if err != nil {
		return err
	}
	out := t.answer()
	out.CreatedBy, out.Token = "", plain
	return c.json(http.StatusCreated, out)
}

// checkOrgToken refuses a description that is too long and an empty list of resources.
// Nil means that the request does not change it.
func checkOrgToken(description *string, resources *[]resource) error {
	switch {
	case description != nil && utf8.RuneCountInString(*description) > maxOrgTokenDescription:
		return invalid("Invalid description", "description", "Must have at most 200 characters.")
	case resources != nil && len(*resources) == 0:
		return invalid("Invalid resources", "resources", "Must have at least one resource.")
	}
	return nil
}

func (c *call) logOrgToken(st *state, t orgToken, action, done string) {
	c.log(st, t.Owner, "org.access_token."+action, t.Label, done+" the organization access token "+t.Label,
		map[string]string{"id": t.ID, "label": t.Label})
}

func getOrgToken(c *call) error {
	org, err := c.orgTokenOwner("org_name")
	if err != nil {
		return err
	}
	t, err := oats.get(c, c.state, org, c.PathValue("access_token_id"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer())
}

func patchOrgToken(c *call) error {
	org, err := c.orgTokenOwner("org_name")
	if err != nil {
		return err
	}
	var in struct {
		Label       *string     `json:"label"`
		Description *string     `json:"description"`
		Resources   *[]resource `json:"resources"`
		Active      *bool       `json:"is_active"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if in.Label != nil && *in.Label == "" {
		return invalid("Invalid label", "label", "This field is required.")
	}
	if err := checkOrgToken(in.Description, in.Resources); err != nil {
		return err
	}
	if in.Resources != nil {
		if err := c.checkResources(org, *in.Resources); err != nil {
			return err
		}
	}
	t, err := oats.change(c, org, c.PathValue("access_token_id"), func(st *state, t *orgToken) bool {
		t.Label = *cmp.Or(in.Label, &t.Label)
		t.Description = *cmp.Or(in.Description, &t.Description)
		t.Active = *cmp.Or(in.Active, &t.Active)
		t.Resources = *cmp.Or(in.Resources, &t.Resources)
		c.logOrgToken(st, *t, "update", "changed")
		return true
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer())
}

func deleteOrgToken(c *call) error {
	org, err := c.orgTokenOwner("org_name")
	if err != nil {
		return err
	}
	_, err = oats.change(c, org, c.PathValue("access_token_id"), func(st *state, t *orgToken) bool {
		c.logOrgToken(st, *t, "delete", "deleted")
		return false
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
