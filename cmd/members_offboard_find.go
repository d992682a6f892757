package cmd

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
)

// finds are what was found before anybody in particular was looked for.
type finds struct {
	orgs   []orgSight
	shared []shared
	missed []job.ItemError // what could not be read
}

// An orgSight is what there is in an organization.
type orgSight struct {
	org     string
	members []dockerhub.Member
	invites []dockerhub.Invite
	tokens  []dockerhub.OrgToken
}

// A shared is a user's repository with its collaborators.
type shared struct {
	name  string
	users []dockerhub.Collaborator
	err   error
}

func (f *finds) miss(what string, err error) {
	if err != nil {
		f.missed = append(f.missed, job.ItemError{ID: what, Err: err})
	}
}

// A person is somebody to be offboarded. All names are in lower case.
type person struct {
	user    string   // as it was given
	account string   // the Docker ID; "" = not known
	names   []string // by which they may have been invited
}

func (p person) goesBy(user string) bool {
	return p.account != "" && strings.EqualFold(p.account, user)
}

func (p person) is(m dockerhub.Member) bool {
	return p.goesBy(m.Username)
}

// people finds out who the users are, each of them once. The session's own is
// refused.
func (f finds) people(users []string, me string) ([]person, error) {
	var all []person
	for _, user := range users {
		p := person{user: user, names: []string{user}}
		if !strings.Contains(user, "@") {
			p.account = user
		}
		for m := range f.members() {
			if p.account == user || !slices.Contains(addresses(m), user) {
				continue
			}
			if p.account != "" && !p.is(m) {
				return nil, cli.NewUsageError(fmt.Errorf("the address %s is that of %s and of %s: give the Docker ID", user, p.account, m.Username))
			}
			p.account = strings.ToLower(m.Username)
		}
		if strings.EqualFold(p.account, me) {
			return nil, cli.NewUsageError(fmt.Errorf("%s is who is logged in, and cannot be offboarded by themselves", user))
		}
		for m := range f.members() {
			if p.is(m) {
				p.names = append(append(p.names, p.account), addresses(m)...)
			}
		}
		if p.account == "" || !slices.ContainsFunc(all, func(other person) bool { return other.account == p.account }) {
			all = append(all, p)
		}
	}
	return all, nil
}

// members are those of all organizations.
func (f finds) members() iter.Seq[dockerhub.Member] {
	return func(yield func(dockerhub.Member) bool) {
		for _, s := range f.orgs {
			for _, m := range s.members {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// addresses are a member's, in lower case.
func addresses(m dockerhub.Member) []string {
	var all []string
	for _, address := range []string{m.Email, m.PrimaryEmail} {
		if address != "" {
			all = append(all, strings.ToLower(address))
		}
	}
	return all
}

// checkOwners refuses to leave an organization without an owner.
func (f finds) checkOwners(people []person) error {
	for _, s := range f.orgs {
		last := ""
		remains := slices.ContainsFunc(s.members, func(m dockerhub.Member) bool {
			if !strings.EqualFold(m.Role, "owner") {
				return false
			}
			goes := slices.ContainsFunc(people, func(p person) bool { return p.is(m) })
			if goes {
				last = m.Username
			}
			return !goes
		})
		if last != "" && !remains {
			return hub.ConflictError(fmt.Sprintf("%s would have no owner without %s: make somebody else one (hubctl members patch USER --role owner --org %s); nothing was done", s.org, last, s.org))
		}
	}
	return nil
}

// steps are what a person has, in the order in which it is taken away. The
// membership comes after the teams: wherever it fails, less remains than before.
func (f finds) steps(p person) []offboardStep {
	var all []offboardStep
	add := func(org, kind, action, name, detail string) {
		all = append(all, offboardStep{User: p.user, Account: p.account, Org: org, Kind: kind, Name: name, Action: action, Detail: detail})
	}
	for _, r := range f.shared {
		if slices.ContainsFunc(r.users, func(u dockerhub.Collaborator) bool { return p.goesBy(u.User) }) {
			add("", kindRepository, "remove", r.name, "collaborator")
		}
	}
	for _, s := range f.orgs {
		for _, i := range s.invites {
			if slices.Contains(p.names, strings.ToLower(i.Invitee)) {
				add(s.org, kindInvite, "remove", i.ID, i.Invitee)
			}
		}
		for _, m := range s.members {
			if p.is(m) {
				for _, team := range m.Teams {
					add(s.org, kindTeam, "remove", team, "")
				}
				add(s.org, kindMember, "remove", "", m.Role)
			}
		}
		for _, t := range s.tokens {
			if p.goesBy(t.CreatedBy) {
				add(s.org, kindOrgToken, "review", t.ID, t.Label)
			}
		}
	}
	return all
}
