package sandbox

import (
	"cmp"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

var inviteRoutes = []route{
	{"GET", "/v2/orgs/{org_name}/invites", signedIn, listInvites},
	{"POST", "/v2/invites/bulk", signedIn, createInvites},
	{"PATCH", "/v2/invites/{id}/resend", signedIn, resendInvite},
	{"DELETE", "/v2/invites/{id}", signedIn, deleteInvite},
}

// An invite is invite in the OpenAPI file.
type invite struct {
	ID      string `json:"id"`
	Inviter string `json:"inviter_username"`
	Invitee string `json:"invitee"`
	Org     string `json:"org"`
	Team    string `json:"team"`
	Created stamp  `json:"created_at"`
}

// seats is the maximum number of members of the demo organization, including invited
// people.
const seats = 150

func (c *call) seededInvites() []invite {
	var all []invite
	if c.hub.o.Empty {
		return all
	}
	for i, invitee := range seed.Invited {
		all = append(all, invite{
			ID: seed.UUID("invite", DemoOrg, invitee), Inviter: DemoUser, Invitee: invitee, Org: DemoOrg,
			Team:    seed.Pick([]string{"developers", "platform", "owners"}, "team", invitee),
			Created: stampOf(seed.Ago(c.midnight(), 1+i*4, "invite", invitee)),
		})
	}
	return all
}

// invites returns the invitations of the demo organization in st.
func (c *call) invites(st *state) []invite {
	all := []invite{}
	for _, i := range c.seededInvites() {
		if _, decided := st.Invites.get(i.ID); !decided {
			all = append(all, i)
		}
	}
	for _, i := range st.Invites {
		if i != nil {
			all = append(all, *i)
		}
	}
	order(all, func(a, b invite) int { return cmp.Or(b.Created.Compare(a.Created.Time), cmp.Compare(a.ID, b.ID)) })
	return all
}

// invitees returns invited people as rows of a listing of members.
func (c *call) invitees() []member {
	var all []member
	for _, i := range c.invites(c.state) {
		m := member{Role: "Invitee", Groups: []string{}}
		m.Type, m.Joined = "User", i.Created
		if m.Email = i.Invitee; !strings.Contains(i.Invitee, "@") {
			m.Username, m.Email = i.Invitee, ""
		}
		if i.Team != "" {
			m.Groups = append(m.Groups, i.Team)
		}
		m.PrimaryEmail = m.Email
		all = append(all, m)
	}
	return all
}

func listInvites(c *call) error {
	if err := c.needOrg(c.PathValue("org_name"), owners, "scope-invite-read"); err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Data []invite `json:"data"`
	}{c.invites(c.state)})
}

// An invited is the result of inviting one person.
type invited struct {
	Invitee string  `json:"invitee"`
	Status  string  `json:"status"`
	Invite  *invite `json:"invite,omitempty"`
}

var inviteeShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z0-9]+(-[a-z0-9]+)*|[^\s@]+@[^\s@]+\.[a-z]{2,})$`)
})

func createInvites(c *call) error {
	var in struct {
		Org      string   `json:"org"`
		Team     string   `json:"team"`
		Role     string   `json:"role"`
		Invitees []string `json:"invitees"`
		DryRun   bool     `json:"dry_run"`
	}
	if err := c.decode(&in); err != nil {
		return message(http.StatusBadRequest, "malformed request: "+err.Error())
	}
	if in.Org == "" || len(in.Invitees) == 0 {
		return message(http.StatusBadRequest, "org and invitees are required")
	}
	if err := c.needOrg(in.Org, owners, "scope-invite-edit"); err != nil {
		return err
	}
	if in.Role != "" {
		if _, err := readRole(in.Role); err != nil {
			return err
		}
	}
	if in.Team != "" {
		if _, err := c.team(c.state, in.Team); err != nil {
			return message(http.StatusBadRequest, "team not found")
		}
	}
	var results []invited
	err := c.change(func(st *state) error {
		results = nil
		for _, name := range in.Invitees {
			results = append(results, c.invite(st, in.Org, in.Team, name))
		}
		if len(c.members(st))+len(c.invites(st)) > seats {
			return message(http.StatusConflict, "the organization does not have enough seats")
		}
		if in.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		for i := range results {
			results[i].Invite = nil
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return c.json(http.StatusAccepted, struct {
		Invitees []invited `json:"invitees"`
	}{results})
}

// errDryRun cancels a change.
var errDryRun = errors.New("dry run")

// invite invites one person.
func (c *call) invite(st *state, org, team, name string) invited {
	name = strings.ToLower(name)
	if !inviteeShape().MatchString(name) {
		return invited{Invitee: name, Status: "invalid_email_or_docker_id"}
	}
	if slices.ContainsFunc(c.members(st), func(m member) bool { return m.Username == name || m.Email == name }) {
		return invited{Invitee: name, Status: "existing_org_member"}
	}
	for _, i := range c.invites(st) {
		if i.Invitee == name {
			return invited{name, "invited", &i}
		}
	}
	i := invite{
		ID: randomUUID(), Inviter: c.who.account.Name, Invitee: name, Org: org,
		Team: team, Created: stampOf(c.now),
	}
	st.Invites.put(i.ID, i)
	c.log(st, org, "org.member.invite.send", org, "invited "+name, map[string]string{"team": team, "invitee": name})
	return invited{name, "invited", &i}
}

// changeInvite applies edit to the invitation in the path.
func (c *call) changeInvite(edit func(*state, invite)) error {
	id := c.PathValue("id")
	return c.change(func(st *state) error {
		all := c.invites(st)
		i := slices.IndexFunc(all, func(i invite) bool { return i.ID == id })
		if i < 0 {
			return message(http.StatusNotFound, "invite not found")
		}
		if err := c.needOrg(all[i].Org, owners, "scope-invite-edit"); err != nil {
			return err
		}
		edit(st, all[i])
		return nil
	})
}

func resendInvite(c *call) error {
	err := c.changeInvite(func(st *state, i invite) {
		c.log(st, i.Org, "org.member.invite.send", i.Org, "invited "+i.Invitee+" again",
			map[string]string{"team": i.Team, "invitee": i.Invitee})
	})
	if err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

func deleteInvite(c *call) error {
	if err := c.changeInvite(func(st *state, i invite) { st.Invites.remove(i.ID) }); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
