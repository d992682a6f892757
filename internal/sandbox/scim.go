package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// SCIMToken is the sandbox's SCIM token, for the demo organization.
const SCIMToken = "sandbox-scim-token-of-acme" //nolint:gosec // public

var scimRoutes = []route{
	{"GET", "/v2/scim/2.0/ServiceProviderConfig", blind, scim(getSCIMConfig)},
	{"GET", "/v2/scim/2.0/ResourceTypes", blind, scim(listResourceTypes)},
	{"GET", "/v2/scim/2.0/ResourceTypes/{name}", blind, scim(getResourceType)},
	{"GET", "/v2/scim/2.0/Schemas", blind, scim(listSchemas)},
	{"GET", "/v2/scim/2.0/Schemas/{id}", blind, scim(getSchema)},
	{"GET", "/v2/scim/2.0/Users", blind, scim(listSCIMUsers)},
	{"POST", "/v2/scim/2.0/Users", blind, scim(createSCIMUser)},
	{"GET", "/v2/scim/2.0/Users/{id}", blind, scim(getSCIMUser)},
	{"PUT", "/v2/scim/2.0/Users/{id}", blind, scim(putSCIMUser)},
}

// scim is handle for SCIM, which has its own bearer and media type.
func scim(handle func(*call) error) func(*call) error {
	return func(c *call) error {
		scheme, bearer, _ := strings.Cut(c.Header.Get("Authorization"), " ")
		err := error(scimFault(http.StatusUnauthorized, "", "Unauthorized"))
		if strings.EqualFold(scheme, "Bearer") && bearer == SCIMToken {
			err = handle(c)
		}
		if f, ok := errors.AsType[*fault](err); ok {
			return c.scim(f.status, f.body)
		}
		return err
	}
}

func (c *call) scim(status int, v any) error { return c.document(status, "application/scim+json", v) }

// scimFault is SCIM's error envelope; kind is scimType in RFC 7644.
func scimFault(status int, kind, text string) *fault {
	return &fault{status, struct {
		Schemas []string `json:"schemas"`
		Status  string   `json:"status"`
		Kind    string   `json:"scimType,omitempty"`
		Detail  string   `json:"detail"`
	}{[]string{"urn:ietf:params:scim:api:messages:2.0:Error"}, strconv.Itoa(status), kind, text}}
}

// A scimList is SCIM's list envelope.
type scimList struct {
	Schemas []string `json:"schemas"`
	Total   int      `json:"totalResults"`
	Start   int      `json:"startIndex,omitempty"`
	Size    *int     `json:"itemsPerPage,omitempty"`
	Rows    any      `json:"Resources"`
}

var scimListSchema = []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}

// A scimUser is scim_user in the OpenAPI file.
type scimUser struct {
	Schemas     []string   `json:"schemas"`
	ID          string     `json:"id"`
	UserName    string     `json:"userName"`
	Name        scimName   `json:"name"`
	DisplayName string     `json:"displayName"`
	Active      bool       `json:"active"`
	Emails      []scimItem `json:"emails"`
	Groups      []scimItem `json:"groups"`
	Meta        scimMeta   `json:"meta"`
}

type scimName struct {
	Given  string `json:"givenName"`
	Family string `json:"familyName"`
}

type scimItem struct {
	Value   string `json:"value"`
	Display string `json:"display"`
	Primary bool   `json:"primary,omitempty"`
}

type scimMeta struct {
	Kind     string `json:"resourceType"`
	Location string `json:"location"`
	Created  stamp  `json:"created"`
	Modified stamp  `json:"lastModified"`
}

const scimUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

func newSCIMUser(id, email, name string, groups []string, created stamp) scimUser {
	u := scimUser{
		Schemas: []string{scimUserSchema}, ID: id, UserName: email, DisplayName: name, Active: true,
		Emails: []scimItem{{email, email, true}}, Groups: []scimItem{},
		Meta: scimMeta{"User", audience + "/v2/scim/2.0/Users/" + id, created, created},
	}
	for _, g := range groups {
		u.Groups = append(u.Groups, scimItem{g, g, false})
	}
	return u
}

// scimUsers returns the members of the demo organization in st and the users created
// through SCIM, by user name.
func (c *call) scimUsers(st *state) []scimUser {
	var all []scimUser
	for _, m := range c.members(st) {
		id := seed.UUID("account", m.Username)
		if _, decided := st.SCIMUsers.get(id); decided {
			continue
		}
		u := newSCIMUser(id, m.Email, m.Username, m.Groups, m.Joined)
		u.Name.Given, u.Name.Family, _ = strings.Cut(m.FullName, " ")
		all = append(all, u)
	}
	for _, u := range st.SCIMUsers {
		if u != nil {
			all = append(all, *u)
		}
	}
	order(all, func(a, b scimUser) int { return cmp.Compare(a.UserName, b.UserName) })
	return all
}

func (c *call) scimUser(st *state, id string) (scimUser, error) {
	all := c.scimUsers(st)
	if i := slices.IndexFunc(all, func(u scimUser) bool { return u.ID == id }); i >= 0 {
		return all[i], nil
	}
	return scimUser{}, scimFault(http.StatusNotFound, "", "User not found")
}

// attribute returns an attribute for filters and orders.
func (u scimUser) attribute(name string) (string, bool) {
	switch strings.ToLower(name) {
	case "id":
		return u.ID, true
	case "username":
		return u.UserName, true
	case "displayname":
		return u.DisplayName, true
	case "name.givenname":
		return u.Name.Given, true
	case "name.familyname":
		return u.Name.Family, true
	case "active":
		return strconv.FormatBool(u.Active), true
	}
	return "", false
}

var scimFilter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*([a-z.]+)\s+(eq|co|sw)\s+(?:"([^"]*)"|(true|false))\s*$`)
})

// filtered returns the users that match a filter, which may have one comparison only.
func filtered(all []scimUser, filter string) ([]scimUser, error) {
	m := scimFilter().FindStringSubmatch(filter)
	if m == nil {
		return nil, scimFault(http.StatusBadRequest, "invalidFilter", "Invalid filter")
	}
	if _, ok := (scimUser{}).attribute(m[1]); !ok {
		return nil, scimFault(http.StatusBadRequest, "invalidFilter", "Unknown attribute: "+m[1])
	}
	want := strings.ToLower(m[3] + m[4])
	fits := func(s string) bool { return s == want }
	switch strings.ToLower(m[2]) {
	case "co":
		fits = func(s string) bool { return strings.Contains(s, want) }
	case "sw":
		fits = func(s string) bool { return strings.HasPrefix(s, want) }
	}
	return slices.DeleteFunc(all, func(u scimUser) bool {
		is, _ := u.attribute(m[1])
		return !fits(strings.ToLower(is))
	}), nil
}

func sorted(all []scimUser, by string, descending bool) error {
	if _, ok := (scimUser{}).attribute(by); !ok {
		return scimFault(http.StatusBadRequest, "invalidPath", "Unknown attribute: "+by)
	}
	order(all, func(a, b scimUser) int {
		x, _ := a.attribute(by)
		y, _ := b.attribute(by)
		if descending {
			x, y = y, x
		}
		return cmp.Compare(x, y)
	})
	return nil
}

// listSCIMUsers sends all attributes, whichever were requested.
func listSCIMUsers(c *call) error {
	query := c.URL.Query()
	all := c.scimUsers(c.state)
	var err error
	if query.Get("filter") != "" {
		if all, err = filtered(all, query.Get("filter")); err != nil {
			return err
		}
	}
	if by := query.Get("sortBy"); by != "" {
		if err := sorted(all, by, query.Get("sortOrder") == "descending"); err != nil {
			return err
		}
	}
	start, err := c.scimNumber("startIndex", 1)
	if err != nil {
		return err
	}
	count, err := c.scimNumber("count", 10)
	if err != nil {
		return err
	}
	lo := min(start-1, len(all))
	rows := append([]scimUser{}, all[lo:min(lo+min(count, 200), len(all))]...)
	size := len(rows)
	return c.scim(http.StatusOK, scimList{scimListSchema, len(all), start, &size, rows})
}

func (c *call) scimNumber(name string, standard int) (int, error) {
	n, err := c.positive(name, standard)
	if err != nil {
		return 0, scimFault(http.StatusBadRequest, "invalidValue", "Invalid "+name)
	}
	return n, nil
}

func getSCIMUser(c *call) error {
	u, err := c.scimUser(c.state, c.PathValue("id"))
	if err != nil {
		return err
	}
	return c.scim(http.StatusOK, u)
}

// decodeSCIM reads the body of a request, which must name the schema.
func (c *call) decodeSCIM(v any, schemas *[]string) error {
	if err := c.decode(v); err != nil {
		return scimFault(http.StatusBadRequest, "invalidSyntax", "malformed request: "+err.Error())
	}
	if !slices.Contains(*schemas, scimUserSchema) {
		return scimFault(http.StatusBadRequest, "invalidValue", "schemas is required")
	}
	return nil
}

func createSCIMUser(c *call) error {
	var in struct {
		Schemas  []string `json:"schemas"`
		UserName string   `json:"userName"`
		Name     scimName `json:"name"`
	}
	if err := c.decodeSCIM(&in, &in.Schemas); err != nil {
		return err
	}
	name, _, ok := strings.Cut(in.UserName, "@")
	if !ok {
		return scimFault(http.StatusBadRequest, "invalidValue", "userName must be an email address")
	}
	u := newSCIMUser(randomUUID(), in.UserName, strings.ToLower(name), []string{"company"}, stampOf(c.now))
	u.Name = in.Name
	err := c.change(func(st *state) error {
		same := func(other scimUser) bool { return strings.EqualFold(other.UserName, u.UserName) }
		if slices.ContainsFunc(c.scimUsers(st), same) {
			return scimFault(http.StatusConflict, "", "User already exists")
		}
		st.SCIMUsers.put(u.ID, u)
		return nil
	})
	if err != nil {
		return err
	}
	return c.scim(http.StatusCreated, u)
}

// putSCIMUser deactivates a user if active is missing, as in the OpenAPI file, and
// removes the name if it is missing, as in SCIM. It does not change the userName.
func putSCIMUser(c *call) error {
	var in struct {
		Schemas  []string `json:"schemas"`
		UserName string   `json:"userName"`
		Name     scimName `json:"name"`
		Active   bool     `json:"active"`
	}
	if err := c.decodeSCIM(&in, &in.Schemas); err != nil {
		return err
	}
	if in.UserName == "" {
		return scimFault(http.StatusBadRequest, "invalidValue", "userName is required")
	}
	var u scimUser
	err := c.change(func(st *state) (err error) {
		if u, err = c.scimUser(st, c.PathValue("id")); err != nil {
			return err
		}
		u.Name, u.Active, u.Meta.Modified = in.Name, in.Active, stampOf(c.now)
		st.SCIMUsers.put(u.ID, u)
		return nil
	})
	if err != nil {
		return err
	}
	return c.scim(http.StatusOK, u)
}
