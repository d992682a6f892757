package sandbox

import (
	"net/http"
	"sort"
	"strconv"
	"time"
)

const auditPage = 25

var auditRoutes = []route{
	{"GET", "/v2/auditlogs/{account}", signedIn, listAudit},
	{"GET", "/v2/auditlogs/{account}/actions", signedIn, listAuditActions},
}

// An event is AuditLog in the OpenAPI file.
type event struct {
	Account     string            `json:"account"`
	Action      string            `json:"action"`
	Name        string            `json:"name"`
	Actor       string            `json:"actor"`
	Data        map[string]string `json:"data"`
	Time        stamp             `json:"timestamp"`
	Description string            `json:"action_description"`
}

// auditAccount returns the account in the path, if the session may read its log.
func (c *call) auditAccount() (account, error) {
	a, ok := findAccount(c.PathValue("account"))
	switch {
	case !ok:
		return a, message(http.StatusNotFound, "account not found")
	case c.who.pat != "":
		return a, message(http.StatusForbidden, "permission denied")
	case c.who.oat != "" && c.who.account.Name == a.Name:
		return a, c.needScope("scope-activity-read")
	case c.who.account.Name == a.Name, c.roleIn(a.Name) == owners:
		return a, nil
	}
	return a, message(http.StatusForbidden, "permission denied")
}

// listAudit sends no count and no next page: an empty page ends the listing.
func listAudit(c *call) error {
	a, err := c.auditAccount()
	if err != nil {
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
	log := c.auditLog(a.Name)
	lo, hi := 0, log.len()
	if !to.IsZero() {
		lo = sort.Search(hi, func(i int) bool { return !log.time(i).After(to) })
	}
	if !from.IsZero() {
		hi = max(lo, sort.Search(hi, func(i int) bool { return log.time(i).Before(from) }))
	}
	return c.json(http.StatusOK, struct {
		Logs []event `json:"logs"`
	}{c.auditRows(log, lo, hi, (number-1)*size, size)})
}

// auditRows returns at most size of the log's events from lo to hi that match the
// filters, after skipping some. Without filters it makes no other events.
func (c *call) auditRows(log auditLog, lo, hi, skip, size int) []event {
	query := c.URL.Query()
	filtered := query.Has("action") || query.Has("name") || query.Has("actor")
	if !filtered {
		lo, skip = min(lo+skip, hi), 0
	}
	rows := []event{}
	for i := lo; i < hi && len(rows) < size; i++ {
		e := log.event(i)
		switch {
		case query.Has("action") && query.Get("action") != e.Action,
			query.Has("name") && query.Get("name") != e.Name,
			query.Has("actor") && query.Get("actor") != e.Actor:
		case skip > 0:
			skip--
		default:
			rows = append(rows, e)
		}
	}
	return rows
}

// log adds an event to an account's audit log, with the current time and the
// session's account.
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
		return t, message(http.StatusBadRequest, "invalid "+name+": "+strconv.Quote(text))
	}
	return t, nil
}
