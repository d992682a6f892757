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
	Name        string          `json:"name"`   // what it was done to
	Actor       string          `json:"actor"`
	Data        json.RawMessage `json:"data"` // an object; what is in it depends on the action
	Timestamp   Time            `json:"timestamp"`
	Description string          `json:"action_description"`
}

// An AuditAction is a kind of event that an audit log may have.
type AuditAction struct {
	Raw
	Group       string `json:"-"` // such as repo
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
}

// Action is the action as events and AuditFilter have it, such as repo.tag.push.
func (a AuditAction) Action() string {
	if strings.HasPrefix(a.Name, a.Group+".") {
		return a.Name
	}
	return a.Group + "." + a.Name
}

// An AuditListOptions says which events are wanted; a zero field leaves all. Whether
// events at From and To themselves are among them, nobody has promised.
type AuditListOptions struct {
	Action, Actor, Name string
	From, To            time.Time
}

func (f AuditListOptions) query() url.Values {
	q := url.Values{}
	for key, value := range map[string]string{"action": f.Action, "actor": f.Actor, "name": f.Name} {
		if value != "" {
			q.Set(key, value)
		}
	}
	for key, at := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !at.IsZero() {
			q.Set(key, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return q
}

// AuditService reads the audit logs of organizations and users.
type AuditService service

// List lists the events of an account, newest first. Events that happen
// meanwhile push others from one page to the next, where they come again.
//
//hub:operation GET /v2/auditlogs/{account}
func (s *AuditService) List(ctx context.Context, account string, f AuditListOptions) iter.Seq2[AuditLog, error] {
	return list[AuditLog](ctx, s.c, f.query(), "v2", "auditlogs", account)
}

// Actions returns the kinds of events that the log of an account may have, in
// the order of their groups.
//
//hub:operation GET /v2/auditlogs/{account}/actions
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
