package sandbox

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
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
	UUID      string   `json:"uuid"`
	Owner     string   `json:"owner"`
	Label     string   `json:"label"`
	Scopes    []string `json:"scopes,omitempty"` // none = older than scopes
	Created   stamp    `json:"created"`
	LastUsed  *stamp   `json:"last_used,omitempty"`
	Expires   *stamp   `json:"expires,omitempty"`
	Generated string   `json:"generated"`
	Active    bool     `json:"active"`
	IP        string   `json:"ip"`
	Agent     string   `json:"agent"`
	Secret    string   `json:"secret,omitempty"` // digest; "" = the secret is not known
}

func (t token) usable(now time.Time) bool {
	return t.Active && (t.Expires == nil || now.Before(t.Expires.Time))
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
		UUID: t.UUID, ClientID: "HUB", IP: t.IP, Agent: t.Agent, Created: t.Created, LastUsed: t.LastUsed,
		Generated: t.Generated, Active: t.Active, Token: "***", Label: t.Label, Scopes: t.Scopes, Expires: t.Expires,
	}
}

// tokens returns a user's tokens, newest first.
func (c *call) tokens(owner string) []token {
	var all []token
	for _, t := range c.seededTokens(owner) {
		if _, decided := c.state.Tokens.get(t.UUID); !decided {
			all = append(all, t)
		}
	}
	for _, t := range c.state.Tokens {
		if t != nil && t.Owner == owner {
			all = append(all, *t)
		}
	}
	order(all, func(a, b token) int {
		return cmp.Or(b.Created.Compare(a.Created.Time), cmp.Compare(a.UUID, b.UUID))
	})
	return all
}

func (c *call) token(owner, uuid string) (token, bool) {
	if t, decided := c.state.Tokens.get(uuid); decided {
		if t == nil || t.Owner != owner {
			return token{}, false
		}
		return *t, true
	}
	seeded := c.seededTokens(owner)
	i := slices.IndexFunc(seeded, func(t token) bool { return t.UUID == uuid })
	if i < 0 {
		return token{}, false
	}
	return seeded[i], true
}

func listTokens(c *call) error {
	all := c.tokens(c.who.account.Name)
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
		Count    int           `json:"count"`
		Next     *string       `json:"next"`
		Previous *string       `json:"previous"`
		Active   int           `json:"active_count"`
		Results  []tokenAnswer `json:"results"`
	}{len(all), w.next, w.previous, active, fill(w, func(i int) tokenAnswer { return all[i].answer() })})
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

	plain := randomSecret("dckr_pat_", 27)
	t := token{
		UUID: randomUUID(), Owner: c.who.account.Name, Label: in.Label, Scopes: in.Scopes, Created: stampOf(c.now),
		Expires: expires, Generated: "manual", Active: true, IP: "127.0.0.1", Agent: c.UserAgent(), Secret: digest(plain),
	}
	if err := c.change(func(st *state) error { st.Tokens.put(t.UUID, t); return nil }); err != nil {
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
	t, err := c.namedToken()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, t.answer())
}

// namedToken returns the token in the path.
func (c *call) namedToken() (token, error) {
	id := c.PathValue("uuid")
	if !uuidShape().MatchString(id) {
		return token{}, c.databaseError(id)
	}
	t, ok := c.token(c.who.account.Name, id)
	if !ok {
		return token{}, message(http.StatusNotFound, "access token not found")
	}
	return t, nil
}

// changeToken applies edit to the token in the path; false deletes it.
func (c *call) changeToken(edit func(*token) bool) (token, error) {
	t, err := c.namedToken()
	if err != nil {
		return token{}, err
	}
	err = c.change(func(st *state) error {
		if changed, decided := st.Tokens.get(t.UUID); decided {
			if changed == nil {
				return message(http.StatusNotFound, "access token not found")
			}
			t = *changed
		}
		if edit(&t) {
			st.Tokens.put(t.UUID, t)
		} else {
			st.Tokens.remove(t.UUID)
		}
		return nil
	})
	return t, err
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
		if in.Label != nil {
			t.Label = *in.Label
		}
		if in.Active != nil {
			t.Active = *in.Active
		}
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
