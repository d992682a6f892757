package sandbox

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var tokenRoutes = []route{
	{"GET", "/v2/access-tokens", signedIn | noPAT | noOAT, listTokens},
	{"POST", "/v2/access-tokens", signedIn | noPAT | noOAT, createToken},
	{"GET", "/v2/access-tokens/{uuid}", signedIn | noPAT | noOAT, getToken},
	{"PATCH", "/v2/access-tokens/{uuid}", signedIn | noPAT | noOAT, patchToken},
	{"DELETE", "/v2/access-tokens/{uuid}", signedIn | noPAT | noOAT, deleteToken},
}

// patScopes are in order of their rights.
var patScopes = []string{"repo:public_read", "repo:read", "repo:write", "repo:admin"}

// A token is a stored personal access token.
type token struct {
	accessToken
	Scopes    []string `json:"scopes,omitempty"` // none = older than scopes
	Generated string   `json:"generated"`
	IP        string   `json:"ip"`
	Agent     string   `json:"agent"`
}

func (c *call) seededTokens(owner string) []token {
	var all []token
	if c.hub.o.Empty {
		return all
	}
	for _, t := range seed.Tokens(owner) {
		all = append(all, token{c.seededToken("pat", owner, t.Token), t.Scopes, t.Generated, t.IP, t.Agent})
	}
	return all
}

// effective returns the scopes in effect: a token without scopes may do everything.
func (t token) effective() []string {
	if len(t.Scopes) == 0 {
		return []string{"repo:admin"}
	}
	return t.Scopes
}

// tokenAnswer is accessToken in the OpenAPI file.
type tokenAnswer struct {
	UUID      string   `json:"uuid"`
	ClientID  string   `json:"client_id"`
	IP        string   `json:"creator_ip"`
	Agent     string   `json:"creator_ua"`
	Created   stamp    `json:"created_at"`
	LastUsed  *stamp   `json:"last_used"`
	Generated string   `json:"generated_by"`
	Active    bool     `json:"is_active"`
	Token     string   `json:"token"`
	Label     string   `json:"token_label"`
	Scopes    []string `json:"scopes,omitempty"`
	Expires   *stamp   `json:"expires_at"`
}

func (t token) answer() tokenAnswer {
	return tokenAnswer{
		UUID: t.ID, ClientID: "HUB", IP: t.IP, Agent: t.Agent, Created: t.Created, LastUsed: t.LastUsed,
		Generated: t.Generated, Active: t.Active, Token: "***", Label: t.Label, Scopes: t.Scopes, Expires: t.Expires,
	}
}

func listTokens(c *call) error {
	all := pats.list(c, c.state, c.who.account.Name)
	w, err := c.window(len(all), notFound())
	if err != nil {
		return err
	}
	active := 0
	for _, t := range all {
		if t.Active {
			active++
		}
	}
	return c.json(http.StatusOK, struct {
		page[tokenAnswer]
		Active int `json:"active_count"`
	}{pageOf(len(all), w, func(i int) tokenAnswer { return all[i].answer() }), active})
}

func createToken(c *call) error {
	var in struct {
		Label   string   `json:"token_label"`
		Scopes  []string `json:"scopes"`
		Expires *string  `json:"expires_at"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if err := checkLabel(in.Label); err != nil {
		return err
	}
	if len(in.Scopes) == 0 {
		return invalid("Invalid scopes", "scopes", "This field is required.")
	}
	for _, s := range in.Scopes {
		if !slices.Contains(patScopes, s) {
			return invalid("Invalid scopes", "scopes", "Unknown scope: "+s)
		}
	}
	expires, err := c.parseExpiry(in.Expires)
	if err != nil {
		return err
	}

	t := token{Scopes: in.Scopes, Generated: "manual", IP: "127.0.0.1", Agent: c.UserAgent()}
	var plain string
	t.accessToken, plain = c.made(c.who.account.Name, in.Label, expires, "dckr_pat_", 27)
	if err := c.change(func(st *state) error { pats.put(st, t); return nil }); err != nil {
		return err
	}
	out := t.answer()
	out.Token = plain
	return c.json(http.StatusCreated, out)
}

func checkLabel(label string) error {
	if n := len([]rune(label)); n < 1 || n > 100 {
		return invalid("Invalid token_label", "token_label", "Must have 1 to 100 characters.")
	}
	return nil
}

var expiry = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$`)
})

func (c *call) parseExpiry(text *string) (*stamp, error) {
	if text == nil {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil || !expiry().MatchString(*text) {
		return nil, invalid("Invalid expires_at", "expires_at", "Must have the format YYYY-MM-DDThh:mm:ss.ffffffZ.")
	}
	if !t.After(c.now) {
		return nil, invalid("Invalid expires_at", "expires_at", "Must be in the future.")
	}
	return stampAt(t), nil
}

func getToken(c *call) error {
	id, err := c.tokenID()
	if err != nil {
		return err
	}
	t, err := pats.get(c, c.state, c.who.account.Name, id)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer())
}

// tokenID returns the UUID in the path.
func (c *call) tokenID() (string, error) {
	id := c.PathValue("uuid")
	if !uuidShape().MatchString(id) {
		return "", c.databaseError(id)
	}
	return id, nil
}

// changeToken applies edit to the token in the path; false deletes it.
func (c *call) changeToken(edit func(*token) bool) (token, error) {
	id, err := c.tokenID()
	if err != nil {
		return token{}, err
	}
	return pats.change(c, c.who.account.Name, id, func(_ *state, t *token) bool { return edit(t) })
}

func patchToken(c *call) error {
	var in struct {
		Label  *string `json:"token_label"`
		Active *bool   `json:"is_active"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	if in.Label != nil {
		if err := checkLabel(*in.Label); err != nil {
			return err
		}
	}
	t, err := c.changeToken(func(t *token) bool {
		t.Label, t.Active = *cmp.Or(in.Label, &t.Label), *cmp.Or(in.Active, &t.Active)
		return true
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer())
}

// deleteToken answers 202, as observed; 204 is documented too.
func deleteToken(c *call) error {
	if _, err := c.changeToken(func(*token) bool { return false }); err != nil {
		return err
	}
	return c.empty(http.StatusAccepted)
}
