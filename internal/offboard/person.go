package offboard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
)

// A person is a user to be offboarded. All names are in lower case.
type person struct {
	user    string   // as given
	account string   // the Docker ID; "" = unknown
	names   []string // that an invitation may be addressed to
}

// is reports whether the person has a Docker ID.
func (p person) is(account string) bool {
	return p.account != "" && strings.EqualFold(p.account, account)
}

// people identifies the users, each person once. It refuses the session's
// user, and an address that several members have.
func (inv inventory) people(users []string, me string) ([]person, error) {
	var all []person
	for _, user := range users {
		p, err := inv.person(user)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(p.account, me) {
			return nil, hub.InputError("you cannot offboard yourself (" + user + ")")
		}
		if p.account == "" || !slices.ContainsFunc(all, func(other person) bool { return other.account == p.account }) {
			all = append(all, p)
		}
	}
	return all, nil
}

// person identifies a user by Docker ID or email address.
func (inv inventory) person(user string) (person, error) {
	p := person{user: user, names: []string{user}}
	if !strings.Contains(user, "@") {
		p.account = user
	}
	for m := range inv.members() {
		if p.account == user || !slices.Contains(addresses(m), user) {
			continue
		}
		if p.account != "" && !p.is(m.Username) {
			return p, hub.InputError(fmt.Sprintf("the address %s belongs to %s and to %s: use the Docker ID",
				user, p.account, m.Username))
		}
		p.account = strings.ToLower(m.Username)
	}
	for m := range inv.members() {
		if p.is(m.Username) {
			p.names = append(append(p.names, p.account), addresses(m)...)
		}
	}
	return p, nil
}

// addresses returns a member's email addresses in lower case.
func addresses(m dockerhub.Member) []string {
	var all []string
	for _, address := range []string{m.Email, m.PrimaryEmail} {
		if address != "" {
			all = append(all, strings.ToLower(address))
		}
	}
	return all
}
