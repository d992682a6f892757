package orgfile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/resource"
)

// An Applier makes changes.
type Applier struct {
	Client *dockerhub.Client
	// Deliver delivers the secret of a new token.
	Deliver func(context.Context, Step, dockerhub.OrgToken) error
	Warn    func(format string, args ...any)
}

// Do makes the change of a step of j. An earlier run may have made it already.
func (a Applier) Do(ctx context.Context, j *job.Job[Step], s Step, past job.Progress) error {
	if s.Section == orgTokens && s.Action == Add {
		return a.newToken(ctx, j, s, past)
	}
	begun := past.Begun
	do := map[string]func(context.Context, Step, bool) error{
		settings: a.settings, registryAccess: a.registryAccess, members: a.member, repositories: a.repository,
		teams: a.team, orgTokens: a.token,
	}[s.Section]
	err := do(ctx, s, begun)
	if s.Action == Remove && errors.Is(err, dockerhub.ErrNotFound) {
		return nil
	}
	return err
}

func (a Applier) settings(ctx context.Context, s Step, _ bool) error {
	v, _ := s.New.(bool)
	var images dockerhub.RestrictedImages
	switch s.Field {
	case "restricted-images.enabled":
		images.Enabled = &v
	case "restricted-images.allow-official-images":
		images.AllowOfficialImages = &v
	default:
		images.AllowVerifiedPublishers = &v
	}
	_, err := a.Client.Orgs.UpdateSettings(ctx, s.Org, dockerhub.OrgSettingsPatch{RestrictedImages: images})
	return err
}

func (a Applier) registryAccess(ctx context.Context, s Step, begun bool) error {
	v, _ := s.New.(bool)
	var p dockerhub.RegistryAccessPatch
	switch {
	case s.Item == "":
		p.Enabled = &v
	case s.Action == Remove:
		p.Remove = []string{s.Item}
	default:
		p.Set = []dockerhub.Registry{{Address: s.Item, Allowed: &v}}
	}
	_, err := a.Client.Orgs.UpdateRegistryAccess(ctx, s.Org, p)
	if begun && s.Action == Remove && errors.Is(err, dockerhub.ErrInput) {
		return nil // it is gone already
	}
	return err
}

func (a Applier) member(ctx context.Context, s Step, _ bool) error {
	role := lower(s.New)
	switch s.Action {
	case Remove:
		return a.removeMember(ctx, s)
	case Edit:
		_, err := a.Client.Members.Update(ctx, s.Org, s.Item, dockerhub.MemberRequest{Role: role})
		return err
	}
	if !slices.Contains(dockerhub.Roles, role) {
		return hub.ConflictError(fmt.Sprintf("people cannot be invited with the custom role %s: invite them as member, "+
			"and change the role when they have joined", role))
	}
	sent, err := a.Client.Invites.Create(ctx, dockerhub.InviteRequest{Org: s.Org, Role: role, Invitees: []string{s.Item}})
	for _, i := range sent {
		if i.Status != dockerhub.Invited && err == nil {
			err = hub.ConflictError("not invited: " + i.Status)
		}
	}
	return err
}

// removeMember removes a member, or revokes the invitation of somebody who has not joined yet.
func (a Applier) removeMember(ctx context.Context, s Step) error {
	err := a.Client.Members.Delete(ctx, s.Org, s.Item)
	if !errors.Is(err, dockerhub.ErrNotFound) {
		return err
	}
	for i, err := range a.Client.Invites.List(ctx, s.Org) {
		if err != nil {
			return err
		}
		if strings.EqualFold(i.Invitee, s.Item) {
			if err := a.Client.Invites.Delete(ctx, i.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a Applier) repository(ctx context.Context, s Step, begun bool) error {
	switch s.Action {
	case Remove:
		return a.Client.Repos.Delete(ctx, s.Org, s.Name)
	case Edit:
		return a.setRepository(ctx, s, s.Field, s.New)
	}
	fields := fieldsOf(s.New)
	private, isGiven := fields["private"].(bool)
	if !isGiven {
		return hub.ConflictError("whether the repository is private is not in the file: add private: true or false")
	}
	description, _ := fields["description"].(string)
	readme, _ := fields["readme"].(string)
	_, err := a.Client.Repos.Create(ctx, dockerhub.RepoRequest{
		Namespace: s.Org, Name: s.Name, Description: description, Readme: readme, Private: &private,
	})
	refused := errors.Is(err, dockerhub.ErrConflict) || errors.Is(err, dockerhub.ErrInvalid)
	if refused && begun { // by an earlier run of this job
		if there, existsErr := a.Client.Repos.Exists(ctx, s.Org, s.Name); existsErr == nil && there {
			err = nil
		}
	}
	for _, field := range []string{"categories", "immutable-tags"} {
		if v, isGiven := fields[field]; isGiven && err == nil && !isEmpty(v) {
			err = a.setRepository(ctx, s, field, v)
		}
	}
	return err
}

// isEmpty reports whether a new repository has this value anyway.
func isEmpty(v any) bool {
	t, ok := v.(tree)
	return ok && t["enabled"] == false && len(stringsOf(t["rules"])) == 0 || !ok && len(stringsOf(v)) == 0
}

func (a Applier) setRepository(ctx context.Context, s Step, field string, v any) (err error) {
	repos := a.Client.Repos
	text, _ := v.(string)
	switch field {
	case "private":
		return repos.SetPrivate(ctx, s.Org, s.Name, v == true)
	case "description":
		_, err = repos.Update(ctx, s.Org, s.Name, dockerhub.RepoPatch{Description: &text})
	case "readme":
		_, err = repos.Update(ctx, s.Org, s.Name, dockerhub.RepoPatch{Readme: &text})
	case "categories":
		var all []dockerhub.Category
		for _, slug := range stringsOf(v) {
			all = append(all, dockerhub.Category{Slug: slug, Name: slug})
		}
		return repos.SetCategories(ctx, s.Org, s.Name, all)
	case "immutable-tags":
		t := fieldsOf(v)
		_, err = repos.SetImmutableTags(ctx, s.Org, s.Name, dockerhub.ImmutableTags{
			Enabled: t["enabled"] == true, Rules: stringsOf(t["rules"]),
		})
	}
	return err
}

func (a Applier) team(ctx context.Context, s Step, begun bool) error {
	api := a.Client.Teams
	text, _ := s.New.(string)
	switch {
	case s.Field == members && s.Action == Remove:
		return api.RemoveMember(ctx, s.Org, s.Name, s.Item)
	case s.Field == members:
		return api.AddMember(ctx, s.Org, s.Name, s.Item)
	case s.Field == repositories:
		return a.grant(ctx, s)
	case s.Action == Remove:
		return api.Delete(ctx, s.Org, s.Name)
	case s.Field == "description":
		_, err := api.Update(ctx, s.Org, s.Name, dockerhub.TeamPatch{Description: &text})
		return err
	case s.Field == "role":
		_, err := api.Update(ctx, s.Org, s.Name, dockerhub.TeamPatch{Role: &text})
		return err
	}
	fields := fieldsOf(s.New)
	description, _ := fields["description"].(string)
	_, err := api.Create(ctx, s.Org, dockerhub.TeamRequest{Name: s.Name, Description: description})
	refused := errors.Is(err, dockerhub.ErrConflict) || errors.Is(err, dockerhub.ErrInvalid)
	if refused && begun { // by an earlier run of this job
		if _, getErr := api.Get(ctx, s.Org, s.Name); getErr == nil {
			err = nil
		}
	}
	if role, _ := fields["role"].(string); role != "" && err == nil {
		_, err = api.Update(ctx, s.Org, s.Name, dockerhub.TeamPatch{Role: &role})
	}
	return err
}

// grant changes the permission of a team on a repository.
func (a Applier) grant(ctx context.Context, s Step) error {
	team, err := a.Client.Teams.Get(ctx, s.Org, s.Name)
	if err != nil {
		return err
	}
	namespace, repo, found := strings.Cut(s.Item, "/")
	if !found {
		namespace, repo = s.Org, s.Item
	}
	if s.Action == Remove {
		return a.Client.Repos.RemoveTeam(ctx, namespace, repo, team.ID)
	}
	permission, _ := s.New.(string)
	if s.Action == Add {
		_, err = a.Client.Repos.AddTeam(ctx, namespace, repo, dockerhub.RepoTeamRequest{ID: team.ID, Permission: permission})
		if !errors.Is(err, dockerhub.ErrConflict) && !errors.Is(err, dockerhub.ErrInvalid) {
			return err
		}
	}
	_, err = a.Client.Repos.UpdateTeam(ctx, namespace, repo, team.ID, dockerhub.RepoTeamRequest{Permission: permission})
	return err
}

func (a Applier) token(ctx context.Context, s Step, _ bool) error {
	id := ""
	for t, err := range a.Client.OrgTokens.List(ctx, s.Org) {
		switch {
		case err != nil:
			return err
		case t.Label == s.Name && id != "":
			return hub.ConflictError("several tokens have this label now")
		case t.Label == s.Name:
			id = t.ID
		}
	}
	switch {
	case id == "" && s.Action == Remove:
		return nil
	case id == "":
		return hub.ConflictError("the token does not exist any more")
	case s.Action == Remove:
		return a.Client.OrgTokens.Delete(ctx, s.Org, id)
	}
	var p dockerhub.OrgTokenPatch
	if active, ok := s.New.(bool); ok {
		p.Active = &active
	}
	for _, text := range stringsOf(s.New) {
		r, err := resource.Parse(text, s.Org)
		if err != nil {
			return err
		}
		p.Resources = append(p.Resources, r)
	}
	_, err := a.Client.OrgTokens.Update(ctx, s.Org, id, p)
	return err
}

// stringsOf returns a list of strings, which is a []any if it was read from a plan.
func stringsOf(v any) []string {
	if list, ok := v.([]string); ok {
		return list
	}
	all := []string{}
	list, _ := v.([]any)
	for _, item := range list {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
