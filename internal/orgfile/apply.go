package orgfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/resource"
	"github.com/hubctl/hubctl/internal/rotation"
)

// A Step makes one change.
type Step struct {
	Org string `json:"org"`
	Change
	Follows []string          `json:"follows,omitempty"` // keys of the steps that must be done first
	To      rotation.Delivery `json:"to,omitzero"`       // where the secret of a new token goes
}

// Key names the change.
func (s Step) Key() string { return s.title() }

// Acts reports that the step changes something.
func (Step) Acts() bool { return true }

// Organization is the organization that the step is about.
func (s Step) Organization() string { return s.Org }

// Names returns the names in the step's request.
func (s Step) Names() []string {
	all := []string{s.Org}
	for _, name := range []string{s.Name, s.Item} {
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

// JSON returns the change.
func (s Step) JSON() json.RawMessage {
	b, err := hub.Encode(s.Change)
	if err != nil {
		panic(err) // texts, lists and truths can always be encoded
	}
	return b
}

// The groups of steps.
const (
	changing = "changes"
	removing = "removals"
)

// Group returns the group of the step.
func (s Step) Group() string {
	if s.Action == Remove {
		return removing
	}
	return changing
}

// After makes removals wait for all other steps.
func (s Step) After() []string {
	if s.Action == Remove {
		return append(slices.Clone(s.Follows), changing)
	}
	return s.Follows
}

// Steps returns the steps that make the changes, and the names of people who join a team in
// a later run, because they have been invited only now. Changes that cannot be made are in
// a *job.BatchError.
func (d Diff) Steps() (steps []Step, later []string, err error) {
	var failed []job.ItemError
	added, last, invitees := map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, c := range d.Changes {
		switch {
		case c.Hint != "":
			failed = append(failed, job.ItemError{ID: c.title(), Err: hub.ConflictError(c.Hint)})
			continue
		case c.Section == members && c.Action == Add:
			invitees[c.Item] = true
		case c.Section == teams && c.Field == members && c.Action == Add && invitees[c.Item]:
			later = append(later, c.Item+" (team "+c.Name+")")
			continue
		}
		s := Step{Org: d.Organization, Change: c}
		thing := c.Section + " " + c.Name
		if before := last[thing]; before != "" && (c.Item == "" || c.Section == registryAccess) {
			s.Follows = append(s.Follows, before) // requests about one thing may overwrite each other
		}
		needs := []string{Change{Section: teams, Name: c.Name}.title()}
		if c.Field == repositories {
			needs = append(needs, Change{Section: repositories, Name: c.Item}.title())
		}
		for _, key := range needs {
			if c.Section == teams && c.Item != "" && added[key] {
				s.Follows = append(s.Follows, key)
			}
		}
		if c.Section != members && (c.Item == "" || c.Section == registryAccess) {
			last[thing] = s.Key()
		}
		if c.Action == Add && c.Item == "" {
			added[s.Key()] = true
		}
		steps = append(steps, s)
	}
	if failed != nil {
		err = &job.BatchError{Failed: failed}
	}
	return steps, later, err
}

// Guard refuses steps that would leave the organization without an owner, or take the
// role of owner from the session's user.
func (l *Live) Guard(steps []Step, me string) error {
	owners := map[string]bool{}
	for name, role := range l.sections[members] {
		if role == "owner" && !l.pending[join(members, name)] {
			owners[name] = true
		}
	}
	left := len(owners)
	inTeam := len(fieldsOf(fieldsOf(l.sections[teams]["owners"])[members]))
	for _, s := range steps {
		demoted := s.Section == members && (s.Action == Remove || s.Action == Edit && s.New != "owner")
		leaves := s.Section == teams && s.Name == "owners" && s.Action == Remove && (s.Field == members || s.Field == "")
		switch {
		case demoted && s.Item == me, leaves && s.Item == me:
			return hub.InputError(s.title() + ": you cannot demote or remove yourself")
		case leaves && s.Field == "":
			return hub.InputError("the team owners cannot be removed: its members are the owners")
		case demoted && owners[s.Item]:
			left--
		case leaves:
			inTeam--
		}
	}
	switch {
	case len(owners) > 0 && left == 0:
		return hub.InputError("the organization would have no owner: keep one in members")
	case len(fieldsOf(fieldsOf(l.sections[teams]["owners"])[members])) > 0 && inTeam == 0:
		return hub.InputError("the team owners would be empty: keep one of its members")
	}
	return nil
}

// Fingerprint identifies the sections of the organization.
func (l *Live) Fingerprint(sections []string) string {
	h := sha256.New()
	for _, section := range sections {
		b, err := json.Marshal(l.sections[section])
		if err != nil {
			panic(err) // as in JSON
		}
		_, _ = fmt.Fprintf(h, "%s %s\n", section, b)
	}
	return strings.Join(sections, ",") + ":" + hex.EncodeToString(h.Sum(nil))
}

// SectionsIn returns the sections of a fingerprint.
func SectionsIn(fingerprint string) []string {
	list, _, _ := strings.Cut(fingerprint, ":")
	return slices.DeleteFunc(strings.Split(list, ","), func(s string) bool { return !slices.Contains(Sections, s) })
}

// Check refuses steps that Steps would not make. It does not believe what they say about
// themselves.
func Check(steps []Step) ([]Step, error) {
	for i, s := range steps {
		steps[i].Public, steps[i].To = s.publishes(), rotation.Delivery{}
		known := slices.Contains(Sections, s.Section) && slices.Contains([]string{Add, Edit, Remove}, s.Action)
		if !known || s.Org != steps[0].Org {
			return nil, fmt.Errorf("%s: not a change that hubctl orgs apply makes", s.title())
		}
	}
	return steps, nil
}

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

// A made is a new token whose secret was delivered, or is about to be.
type made struct {
	ID        string `json:"id"`
	Delivered bool   `json:"delivered"`
}

// newToken creates a token and delivers its secret. If that fails, it deletes the token.
func (a Applier) newToken(ctx context.Context, j *job.Job[Step], s Step, past job.Progress) error {
	var was made
	if past.Data != nil {
		if err := json.Unmarshal(past.Data, &was); err != nil {
			return err
		}
	}
	switch {
	case was.Delivered:
		return a.deactivate(ctx, s, was.ID)
	case was.ID != "": // its secret is lost
		if err := a.Client.OrgTokens.Delete(ctx, s.Org, was.ID); err != nil && !errors.Is(err, dockerhub.ErrNotFound) {
			return err
		}
	case past.Begun:
		for t, err := range a.Client.OrgTokens.List(ctx, s.Org) {
			if err != nil {
				return err
			}
			if t.Label == s.Name {
				return hub.ConflictError(fmt.Sprintf("the interrupted run may have created the token %s, whose secret is lost: "+
					"delete it with hubctl org-tokens delete --org %s %s, and apply the file again", t.ID, s.Org, t.ID))
			}
		}
	}
	r, err := s.tokenRequest()
	if err != nil {
		return err
	}
	t, err := a.Client.OrgTokens.Create(ctx, s.Org, r)
	if t.ID == "" && err != nil {
		return err
	}
	if err == nil {
		err = j.Keep(s, made{ID: t.ID})
	}
	if err == nil {
		err = a.Deliver(ctx, s, t)
	}
	if err != nil {
		if undo := a.Client.OrgTokens.Delete(ctx, s.Org, t.ID); undo != nil {
			a.Warn("the token %s of %s could not be deleted: %v", t.ID, s.Org, undo)
		}
		return err
	}
	if err := j.Keep(s, made{ID: t.ID, Delivered: true}); err != nil {
		return err
	}
	return a.deactivate(ctx, s, t.ID)
}

// deactivate deactivates a new token that the file says is not active.
func (a Applier) deactivate(ctx context.Context, s Step, id string) error {
	active, isGiven := fieldsOf(s.New)["active"].(bool)
	if !isGiven || active {
		return nil
	}
	_, err := a.Client.OrgTokens.Update(ctx, s.Org, id, dockerhub.OrgTokenPatch{Active: &active})
	return err
}

// tokenRequest returns the request for a new token.
func (s Step) tokenRequest() (dockerhub.OrgTokenRequest, error) {
	fields := fieldsOf(s.New)
	r := dockerhub.OrgTokenRequest{Label: s.Name}
	for _, text := range stringsOf(fields["resources"]) {
		one, err := resource.Parse(text, s.Org)
		if err != nil {
			return r, err
		}
		r.Resources = append(r.Resources, one)
	}
	if len(r.Resources) == 0 {
		return r, hub.InputError(s.title() + ": a new token needs resources")
	}
	if expires, _ := fields["expires"].(string); expires != "" && expires != never {
		at, err := time.Parse(time.RFC3339, expires)
		if err != nil {
			return r, err
		}
		r.ExpiresAt = &dockerhub.Time{Time: at}
	}
	return r, nil
}

// Address sets where the secrets of new tokens go, and refuses tokens that cannot be
// created.
func Address(steps []Step, to rotation.Delivery) error {
	var labels []string
	for _, s := range steps {
		if s.Section == orgTokens && s.Action == Add {
			labels = append(labels, s.Name)
			if _, err := s.tokenRequest(); err != nil {
				return err
			}
		}
	}
	if len(labels) > 0 && to.By == rotation.ToStdout {
		return hub.InputError("the secrets of new tokens must go somewhere (" + strings.Join(labels, ", ") +
			"): pass --write-file 'secrets/{label}', --write-env or --exec")
	}
	all, err := to.ForNew(labels)
	for i, s := range steps {
		if s.Section == orgTokens && s.Action == Add {
			steps[i].To = all[s.Name]
		}
	}
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

// Public returns the repositories that the steps make public.
func Public(steps []Step) (repos []string) {
	for _, s := range steps {
		if s.Public {
			repos = append(repos, s.Name)
		}
	}
	return repos
}

// Deleted returns the repositories that the steps delete.
func Deleted(steps []Step) (repos []string) {
	for _, s := range steps {
		if s.Section == repositories && s.Action == Remove {
			repos = append(repos, s.Name)
		}
	}
	return repos
}
