package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

// perRequest is how many people are invited in one request. The Hub documents no limit.
const perRequest = 100

// An inviter sends the invites of a job, those of a group in one request.
type inviter struct {
	job   *job.Job[verb.BatchItem]
	group int // of job, that the rest is about
	got   map[string]dockerhub.Invitation
	err   error // why the request failed
}

// arrangeInvites makes groups of what can go in one request, in the order of their first.
func arrangeInvites(all []verb.BatchItem) []verb.BatchItem {
	groups := map[[3]string]int{}
	key := func(e verb.BatchItem) [3]string {
		return [3]string{e.Fields["org"], e.Fields["team"], e.Fields["role"]}
	}
	for i, e := range all {
		if groups[key(e)] == 0 {
			groups[key(e)] = i + 1
		}
	}
	of := func(e verb.BatchItem) int { return groups[key(e)] }
	sort.SliceStable(all, func(i, j int) bool { return of(all[i]) < of(all[j]) })
	group, size := 0, 0
	for i := range all {
		if size++; i == 0 || size > perRequest || of(all[i-1]) != of(all[i]) {
			group, size = group+1, 1
		}
		all[i].Group = group
	}
	return all
}

// do invites e, or says what became of it when its group was sent.
func (n *inviter) do(ctx context.Context, c *dockerhub.Client, j *job.Job[verb.BatchItem], e verb.BatchItem,
	past job.Progress,
) (output.Row, error) {
	if n.job != j || n.group != e.Group {
		n.job, n.group, n.got = j, e.Group, map[string]dockerhub.Invitation{}
		n.err = n.send(ctx, c, e, past)
	}
	v, ok := n.got[invitee(e)]
	switch {
	case !ok && n.err == nil:
		err := errors.New("the answer does not say what became of this invite: see hubctl invites list")
		return invitationOf(e.Fields["invitee"], err.Error()), err
	case !ok:
		return invitationOf(e.Fields["invitee"], n.err.Error()), n.err
	}
	return v, refusal(v)
}

// invitationOf is an invitation that the server has not described, in its form.
func invitationOf(invitee, status string) dockerhub.Invitation {
	v, err := dockerhub.Decode[dockerhub.Invitation](cli.MustJSON(struct {
		Invitee string `json:"invitee"`
		Status  string `json:"status"`
	}{invitee, status}))
	cli.Must(err)
	return v
}

func invitee(e verb.BatchItem) string { return strings.ToLower(e.Fields["invitee"]) }

// refusal says why somebody was not invited.
func refusal(i dockerhub.Invitation) error {
	if i.Status == dockerhub.Invited {
		return nil
	}
	return fmt.Errorf("%w: %s", dockerhub.ErrInvalid, cmp.Or(i.Status, "no reason given"))
}

// send sends the group of e. If that was begun before, it finds out first who
// is invited already, so that nobody gets the mail twice.
func (n *inviter) send(ctx context.Context, c *dockerhub.Client, e verb.BatchItem, past job.Progress) error {
	others := func(s verb.BatchItem) bool { return s.Group != e.Group }
	whole := slices.DeleteFunc(slices.Clone(n.job.Steps), others)
	left := slices.DeleteFunc(n.job.Left(), others)
	r := dockerhub.InviteRequest{
		Org: e.Fields["org"], Team: e.Fields["team"], Role: e.Fields["role"],
		DryRun: e.Fields["validate"] != "",
	}
	if !r.DryRun && (past.Begun || len(left) < len(whole)) {
		if err := n.find(ctx, c, r.Org); err != nil {
			return &job.Deferred{Err: err} // nobody knows yet
		}
	}
	var names []string // as the answer is looked up
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
			name = names[i] // it calls them otherwise
		}
		n.got[name] = v
	}
	if all == nil { // the Hub has said no more than that it went well
		for i, name := range names {
			n.got[name] = invitationOf(r.Invitees[i], dockerhub.Invited)
		}
	}
	return nil
}

// find takes in the invites that there are.
func (n *inviter) find(ctx context.Context, c *dockerhub.Client, org string) error {
	for i, err := range c.Invites.List(ctx, org) {
		if err != nil {
			return err
		}
		v, err := dockerhub.Decode[dockerhub.Invitation](cli.MustJSON(struct {
			Invitee string          `json:"invitee"`
			Status  string          `json:"status"`
			Invite  json.RawMessage `json:"invite"`
		}{i.Invitee, dockerhub.Invited, i.JSON()}))
		if err != nil {
			return err
		}
		n.got[strings.ToLower(i.Invitee)] = v
	}
	return nil
}
