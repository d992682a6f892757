package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An AuditLog is an event of an account's audit log.
type AuditLog struct {
	Raw
	Account     string          `json:"account"`
	Action      string          `json:"action"` // such as repo.tag.push
	Name        string          `json:"name"`   // what was changed
	Actor       string          `json:"actor"`  // the user who did it
	Data        json.RawMessage `json:"data"`   // an object; its fields depend on the action
	Timestamp   Time            `json:"timestamp"`
	Description string          `json:"action_description"`
}

// An AuditAction is a type of event in an audit log.
type AuditAction struct {
	Raw
	Group       string `json:"-"`     // such as repo
	Name        string `json:"name"`  // with or without the group
	Label       string `json:"label"` // for people
	Description string `json:"description"`
}

// Action returns the action as in AuditLog and AuditListOptions, such as repo.tag.push.
func (a AuditAction) Action() string {
	if strings.HasPrefix(a.Name, a.Group+".") {
		return a.Name
	}
	return a.Group + "." + a.Name
}

// AuditListOptions selects events; zero fields select all. It is not documented
// whether events at exactly From or To are included.
type AuditListOptions struct {
	Action   string    // such as repo.tag.push
	Actor    string    // the user who did it
	Name     string    // what was changed
	From, To time.Time // in any time zone
}

func (o AuditListOptions) query() url.Values {
	q := given("action", o.Action, "actor", o.Actor, "name", o.Name)
	for key, at := range map[string]time.Time{"from": o.From, "to": o.To} {
		if !at.IsZero() {
			q.Set(key, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return q
}

// AuditService reads the audit logs of organizations and users.
type AuditService struct{ c *Client }

// List lists the events of an account, newest first. Events that happen during the
// listing move others to the next page, where they appear again.
//
// Operation: GET /v2/auditlogs/{account}
func (s *AuditService) List(ctx context.Context, account string, o AuditListOptions) iter.Seq2[AuditLog, error] {
	return list[AuditLog](ctx, s.c, o.query(), "v2", "auditlogs", account)
}

// Actions returns the types of events that an account's log may have, in the order
// of their groups.
//
// Operation: GET /v2/auditlogs/{account}/actions
func (s *AuditService) Actions(ctx context.Context, account string) ([]AuditAction, error) {
	type group struct {
		Actions []json.RawMessage `json:"actions"`
	}
	answer, err := call[struct {
		Raw
		Actions map[string]group `json:"actions"`
	}](ctx, s.c, "GET", nil, "v2", "auditlogs", account, "actions")
	if err != nil {
		return nil, err
	}
	var all []AuditAction
	for _, name := range slices.Sorted(maps.Keys(answer.Actions)) {
		actions, err := decodeAll[AuditAction](answer.Actions[name].Actions)
		if err != nil {
			return nil, err
		}
		for _, action := range actions {
			action.Group = name
			all = append(all, action)
		}
	}
	return all, nil
}
