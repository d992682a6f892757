package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

const auditPage = 25

var auditRoutes = []route{
	{"GET", "/v2/auditlogs/{account}", signedIn, listAudit},
}

// An event is the OpenAPI file's AuditLog.
type event struct {
	Account     string            `json:"account"`
	Action      string            `json:"action"`
	Name        string            `json:"name"`
	Actor       string            `json:"actor"`
	Data        map[string]string `json:"data"`
	Time        stamp             `json:"timestamp"`
	Description string            `json:"action_description"`
}

// rpcError is the envelope of the audit log service.
func rpcError(status, code int, text string) *fault {
	return &fault{status, struct {
		Code    int        `json:"code"`
		Message string     `json:"message"`
		Details []struct{} `json:"details"`
	}{code, text, []struct{}{}}}
}

func (c *call) mayAudit(name string) error {
	switch a, ok := findAccount(name); {
	case !ok:
		return rpcError(http.StatusNotFound, 5, "account not found")
	case c.who.pat != "":
		return rpcError(http.StatusForbidden, 7, "permission denied")
	case c.who.oat != "" && c.who.account.Name == a.Name:
		return c.needScope("scope-activity-read")
	case c.who.account.Name == a.Name, c.roleIn(a.Name) == owners:
		return nil
	}
	return rpcError(http.StatusForbidden, 7, "permission denied")
}

// listAudit has neither a count nor a next page: an empty page is the end.
func listAudit(c *call) error {
	name := c.PathValue("account")
	if err := c.mayAudit(name); err != nil {
		return err
	}
	number, size, err := c.offset(auditPage)
	if err != nil {
		return err
	}
	from, err := c.instant("from")
	if err != nil {
		return err
	}
	to, err := c.instant("to")
	if err != nil {
		return err
	}
	query := c.URL.Query()
	found := []event{}
	for _, e := range c.events(name) {
		switch {
		case query.Has("action") && query.Get("action") != e.Action,
			query.Has("name") && query.Get("name") != e.Name,
			query.Has("actor") && query.Get("actor") != e.Actor,
			!from.IsZero() && e.Time.Before(from),
			!to.IsZero() && e.Time.After(to):
			continue
		}
		found = append(found, e)
	}
	lo := min((number-1)*size, len(found))
	return c.json(http.StatusOK, struct {
		Logs []event `json:"logs"`
	}{found[lo:min(lo+size, len(found))]})
}

// log adds an event to an account's audit log, as of now and by the session's
// account.
func (c *call) log(st *state, account, action, name, description string, data map[string]string) {
	e := event{Account: account, Action: action, Name: name, Data: data, Time: stampOf(c.now), Description: description}
	if c.who != nil {
		e.Actor = c.who.account.Name
	}
	st.Events = append(st.Events, e)
}

func (c *call) instant(name string) (time.Time, error) {
	text := c.URL.Query().Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, rpcError(http.StatusBadRequest, 3, "invalid "+name+": "+strconv.Quote(text))
	}
	return t, nil
}

// events are those of the last 90 days, newest first.
func (c *call) events(name string) []event {
	names := repoNames(name)
	if c.hub.o.Empty || len(names) == 0 {
		return nil
	}
	n := 31
	if name == demoOrg {
		n = 83
	}
	var all []event
	for i := range n {
		key := strconv.Itoa(i)
		r := makeRepo(name, pick(names, "audit", name, key), c.midnight())
		e := event{
			Account: name, Action: "repo.tag.push", Name: r.path(), Actor: demoUser,
			Time: stampOf(c.midnight().Add(-time.Duration(i+1) * 90 * day / time.Duration(n+1))),
		}
		tag := r.tagName(number(max(1, r.tags), "audit tag", name, key))
		e.Data = map[string]string{"tag": tag, "digest": "sha256:" + r.hex("audit", i)}
		e.Description = "pushed the tag " + tag + " to the repository " + e.Name
		switch number(8, "audit action", name, key) {
		case 0:
			e.Action, e.Data, e.Description = "repo.create", map[string]string{}, "created the repository "+e.Name
		case 1:
			e.Action, e.Data = "repo.tag.delete", map[string]string{"tag": tag}
			e.Description = "deleted the tag " + tag + " of the repository " + e.Name
		case 2:
			if name == demoOrg {
				who, _ := memberName(pick(people, "audit member", key))
				e.Action, e.Name, e.Data = "org.team.member.add", name, map[string]string{"team": "developers", "username": who}
				e.Description = "added " + who + " to the team developers"
			}
		}
		all = append(all, e)
	}
	for _, e := range c.state.Events {
		if e.Account == name {
			all = append([]event{e}, all...)
		}
	}
	return all
}
