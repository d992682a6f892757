package sandbox

import (
	"slices"
	"strings"
)

var people = strings.Fields(`
Ada-Ferreira Ben-Okafor Chiara-Rossi Dmitri-Volkov Elif-Yilmaz Femi-Adeyemi Greta-Lindqvist Hiro-Tanaka Ines-Moreau
Jonas-Weber Kavya-Iyer Liam-Byrne Mei-Chen Noor-Haddad Otto-Nieminen Priya-Nair Quentin-Dubois Rosa-Jimenez
Sven-Larsen Tariq-Aziz Uma-Krishnan Viktor-Horvath Wanda-Kowalska Xavier-Costa Yuki-Mori Zoe-Papadakis Amir-Shah
Bea-Santos Carl-Jansen Dana-Cohen Emil-Novak Farah-Khan Gus-Oliveira Hana-Kim Ivan-Petrov`)

// staff returns the people of the demo organization: those above, and twice as many
// with combinations of their names.
func staff() []string {
	all := slices.Clone(people)
	for _, shift := range []int{7, 14} { // TestStaff: user names are unique
		for i := range people {
			first, _, _ := strings.Cut(people[i], "-")
			_, last, _ := strings.Cut(people[(i+shift)%len(people)], "-")
			all = append(all, first+"-"+last)
		}
	}
	return all
}

func memberName(person string) (user, full string) {
	first, last, _ := strings.Cut(person, "-")
	return strings.ToLower(first[:1] + last), first + " " + last
}

// seededMembers returns the initial members of the demo organization, an owner first.
func (c *call) seededMembers() []member {
	var all []member
	add := func(a account, role string, teams ...string) {
		m := member{
			groupMember:  groupMember{a.profile(c.midnight()), a.Name, a.email()},
			PrimaryEmail: a.email(), Role: role, Groups: teams,
		}
		away := number(200, "away", a.Name)
		if a.Name == DemoUser {
			away = 0 // the current user
		}
		if away < 170 {
			m.LoggedIn = stampAt(ago(c.midnight(), 1+away, "logged in", a.Name))
			m.Seen = stampAt(ago(c.midnight(), 1+away/3, "seen", a.Name))
			m.Desktop = pick([]string{"4.53.0", "4.51.0", "4.45.0", ""}, "desktop", a.Name)
		}
		all = append(all, m)
	}
	for _, a := range accounts() {
		switch {
		case a.Name == DemoUser:
			add(a, "Owner", "developers")
		case !a.Org && !c.hub.o.Empty:
			add(a, "Member", "developers")
		}
	}
	if c.hub.o.Empty {
		return all
	}
	for i, person := range staff() {
		name, full := memberName(person)
		role, teams := "Member",
			[]string{pick([]string{"developers", "developers", "platform", "qa", "data"}, "team", person)}
		switch {
		case i == 0:
			role, teams = "Owner", []string{"security"}
		case i%9 == 4:
			role = "Editor"
			teams = append(teams, "release")
		case i == 20:
			role = customRoles[0].name
		case i == 9:
			role = customRoles[1].name
		case i%11 == 10:
			teams = nil
		}
		add(account{Name: name, FullName: full, Company: "Acme"}, role, teams...)
	}
	return all
}
