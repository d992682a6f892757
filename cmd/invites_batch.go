package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

// perRequest is the number of invitations per request. The Hub documents no limit.
const perRequest = 100

// existingMember is the status of an invitee who is already a member.
const existingMember = "existing_org_member"

// An inviteBatch sends the invitations of a job, with one request per group.
type inviteBatch struct {
	job     *job.Job[verb.BatchItem]
	group   int                             // of job, to which the following fields belong
	pending map[string]dockerhub.Invitation // sent earlier, by invitee in lower case
	got     map[string]dockerhub.Invitation // the results, by invitee in lower case
	err     error                           // why the request failed
}

// arrangeInvites groups the items that can share a request.
func arrangeInvites(all []verb.BatchItem) []verb.BatchItem {
	return verb.GroupBatch(all, perRequest, func(e verb.BatchItem) [3]string {
		return [3]string{e.Fields["org"], e.Fields["team"], e.Fields["role"]}
	})
}

// do returns the result for e. The first item of a group sends the whole group.
func (n *inviteBatch) do(ctx context.Context, c *dockerhub.Client, j *job.Job[verb.BatchItem], e verb.BatchItem,
	past job.Progress,
) (output.Row, error) {
	if n.job != j || n.group != e.Group {
		n.job, n.group, n.pending, n.got = j, e.Group, nil, map[string]dockerhub.Invitation{}
		n.err = n.send(ctx, c, e, past)
	}
	v, ok := n.got[invitee(e)]
	_, pending := n.pending[invitee(e)]
	switch {
	case pending && e.IfMissing && !past.Begun:
		return v, fmt.Errorf("%w: already invited", dockerhub.ErrConflict)
	case !ok && n.err == nil:
		err := errors.New("the server did not report the result of this invitation: see hubctl invites list")
		return invitationOf(e.Fields["invitee"], err.Error(), nil), err
	case !ok:
		return invitationOf(e.Fields["invitee"], n.err.Error(), nil), n.err
	}
	return v, refusal(v)
}

// invitationOf returns an invitation in the server's format, if it did not send one.
func invitationOf(invitee, status string, invite json.RawMessage) dockerhub.Invitation {
	v, err := dockerhub.Decode[dockerhub.Invitation](cli.MustJSON(struct {
		Invitee string          `json:"invitee"`
		Status  string          `json:"status"`
		Invite  json.RawMessage `json:"invite,omitempty"`
	}{invitee, status, invite}))
	cli.Must(err)
	return v
}

func invitee(e verb.BatchItem) string { return strings.ToLower(e.Fields["invitee"]) }

// existing returns the pending invitation or the membership of an invitee whose
// invitation was refused.
func (n *inviteBatch) existing(_ context.Context, _ *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
	v := n.got[invitee(e)]
	if _, pending := n.pending[invitee(e)]; pending || v.Status == existingMember {
		return v, nil
	}
	return nil, dockerhub.ErrNotFound
}

// refusal returns why someone was not invited, or nil.
func refusal(i dockerhub.Invitation) error {
	if i.Status == dockerhub.Invited {
		return nil
	}
	return fmt.Errorf("%w: %s", dockerhub.ErrInvalid, cmp.Or(i.Status, "no reason given"))
}

// send sends the group of e. If an earlier run may have sent it, or --if-missing is
// set, send first finds out who is already invited.
func (n *inviteBatch) send(ctx context.Context, c *dockerhub.Client, e verb.BatchItem, past job.Progress) error {
	others := func(s verb.BatchItem) bool { return s.Group != e.Group }
	whole := slices.DeleteFunc(slices.Clone(n.job.Steps), others)
	left := slices.DeleteFunc(n.job.Left(), others)
	r := dockerhub.InviteRequest{
		Org: e.Fields["org"], Team: e.Fields["team"], Role: e.Fields["role"],
		DryRun: e.Fields["validate"] != "",
	}
	if e.IfMissing || !r.DryRun && (past.Begun || len(left) < len(whole)) {
		var err error
		if n.pending, err = pendingInvites(ctx, c, r.Org); err != nil {
			return &job.Deferred{Err: err} // the outcome is still unknown
		}
		maps.Copy(n.got, n.pending)
	}
	var names []string // keys of n.got
	for _, e := range left {
		if _, ok := n.got[invitee(e)]; !ok {
			r.Invitees = append(r.Invitees, e.Fields["invitee"])
			names = append(names, invitee(e))
		}
	}
	if len(names) == 0 {
		return nil
	}
	all, err := c.Invites.Create(ctx, r)
	if err != nil {
		return err
	}
	for i, v := range all {
		name := strings.ToLower(v.Invitee)
		if !slices.Contains(names, name) && len(all) == len(names) {
			name = names[i] // the answer uses another name
		}
		n.got[name] = v
	}
	if all == nil { // the Hub reported success without details
		for i, name := range names {
			n.got[name] = invitationOf(r.Invitees[i], dockerhub.Invited, nil)
		}
	}
	return nil
}

// pendingInvites returns the pending invitations of an organization, by invitee in
// lower case.
func pendingInvites(ctx context.Context, c *dockerhub.Client, org string) (map[string]dockerhub.Invitation, error) {
	pending := map[string]dockerhub.Invitation{}
	for i, err := range c.Invites.List(ctx, org) {
		if err != nil {
			return nil, err
		}
		pending[strings.ToLower(i.Invitee)] = invitationOf(i.Invitee, dockerhub.Invited, i.JSON())
	}
	return pending, nil
}
