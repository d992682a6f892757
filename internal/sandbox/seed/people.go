package seed

import (
	"slices"
	"strings"
)

// People are those whose names make up the staff.
var People = strings.Fields(`
Ada-Ferreira Ben-Okafor Chiara-Rossi Dmitri-Volkov Elif-Yilmaz Femi-Adeyemi Greta-Lindqvist Hiro-Tanaka Ines-Moreau
Jonas-Weber Kavya-Iyer Liam-Byrne Mei-Chen Noor-Haddad Otto-Nieminen Priya-Nair Quentin-Dubois Rosa-Jimenez
Sven-Larsen Tariq-Aziz Uma-Krishnan Viktor-Horvath Wanda-Kowalska Xavier-Costa Yuki-Mori Zoe-Papadakis Amir-Shah
Bea-Santos Carl-Jansen Dana-Cohen Emil-Novak Farah-Khan Gus-Oliveira Hana-Kim Ivan-Petrov`)

// Staff returns the people of the demo organization: those above, and twice as many
// with combinations of their names.
func Staff() []string {
	all := slices.Clone(People)
	for _, shift := range []int{7, 14} { // TestStaff: user names are unique
		for i := range People {
			first, _, _ := strings.Cut(People[i], "-")
			_, last, _ := strings.Cut(People[(i+shift)%len(People)], "-")
			all = append(all, first+"-"+last)
		}
	}
	return all
}

// MemberName returns the user name and the full name of a person.
func MemberName(person string) (user, full string) {
	first, last, _ := strings.Cut(person, "-")
	return strings.ToLower(first[:1] + last), first + " " + last
}

// A Member is a member of the organization.
type Member struct {
	User, FullName string
	Role           string // Owner, Editor, Member, or the name of a custom role
	Teams          []string
}

// Members returns the members of the organization, its owner first and then the other
// accounts.
func Members() []Member {
	var all []Member
	for _, a := range Accounts() {
		if !a.Org {
			all = append(all, Member{a.Name, a.FullName, "Member", []string{"developers"}})
		}
	}
	all[0].Role = "Owner"
	for i, person := range Staff() {
		team := Pick([]string{"developers", "developers", "platform", "qa", "data"}, "team", person)
		user, full := MemberName(person)
		m := Member{user, full, "Member", []string{team}}
		switch {
		case i == 0:
			m.Role, m.Teams = "Owner", []string{"security"}
		case i%9 == 4:
			m.Role, m.Teams = "Editor", append(m.Teams, "release")
		case i == 20:
			m.Role = Roles[0].Name
		case i == 9:
			m.Role = Roles[1].Name
		case i%11 == 10:
			m.Teams = nil
		}
		all = append(all, m)
	}
	return all
}

// A Role is a role that the organization has made. Requests and answers have its name,
// the export of the members has its label.
type Role struct{ Name, Label string }

// Roles are the organization's own roles.
var Roles = []Role{
	{"release-manager", "Release manager"},
	{"auditor", "Auditor"},
}

// Invited are the people who have not answered their invitation, newest first.
var Invited = []string{
	"sam.rivera@example.com", "kofi.mensah@example.com", "lena-brandt", "contractor@example.net",
	"noah.smith@example.com", "tchen",
}
