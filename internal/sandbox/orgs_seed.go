package sandbox

import "strings"

var people = strings.Fields(`
Ada-Ferreira Ben-Okafor Chiara-Rossi Dmitri-Volkov Elif-Yilmaz Femi-Adeyemi Greta-Lindqvist Hiro-Tanaka Ines-Moreau
Jonas-Weber Kavya-Iyer Liam-Byrne Mei-Chen Noor-Haddad Otto-Nieminen Priya-Nair Quentin-Dubois Rosa-Jimenez
Sven-Larsen Tariq-Aziz Uma-Krishnan Viktor-Horvath Wanda-Kowalska Xavier-Costa Yuki-Mori Zoe-Papadakis Amir-Shah
Bea-Santos Carl-Jansen Dana-Cohen Emil-Novak Farah-Khan Gus-Oliveira Hana-Kim Ivan-Petrov`)

// members are those of the demo organization, its owner first.
func (c *call) members() []member {
	var all []member
	add := func(a account, role string, groups ...string) {
		m := member{
			profile: a.profile(c.midnight()), Username: a.Name, Email: a.email(), PrimaryEmail: a.email(),
			Role: role, Groups: groups,
		}
		if away := number(200, "away", a.Name); away < 170 {
			m.LoggedIn = stampAt(ago(c.midnight(), 1+away, "logged in", a.Name))
			m.Seen = stampAt(ago(c.midnight(), 1+away/3, "seen", a.Name))
			m.Desktop = pick([]string{"4.53.0", "4.51.0", "4.45.0", ""}, "desktop", a.Name)
		}
		all = append(all, m)
	}
	for _, a := range accounts() {
		switch {
		case a.Name == demoUser:
			add(a, "Owner", "owners", "developers")
		case !a.Org && !c.hub.o.Empty:
			add(a, "Member", "developers")
		}
	}
	if c.hub.o.Empty {
		return all
	}
	for i, person := range people {
		name, full := memberName(person)
		role, groups := "Member", []string{pick([]string{"developers", "platform", "qa"}, "team", person)}
		switch {
		case i == 0:
			role, groups = "Owner", []string{"owners"}
		case i%9 == 4:
			role = "Editor"
		case i%11 == 10:
			groups = []string{}
		}
		add(account{Name: name, FullName: full, Company: "Acme"}, role, groups...)
	}
	return all
}

func memberName(person string) (user, full string) {
	first, last, _ := strings.Cut(person, "-")
	return strings.ToLower(first[:1] + last), first + " " + last
}

func (c *call) invites(org string) []invite {
	all := []invite{}
	if c.hub.o.Empty {
		return all
	}
	for i, invitee := range []string{
		"sam.rivera@example.com", "kofi.mensah@example.com", "lena-brandt", "contractor@example.net", "noah.smith@example.com", "tchen",
	} {
		all = append(all, invite{
			ID: uuid("invite", org, invitee), Inviter: demoUser, Invitee: invitee, Org: org,
			Team: pick([]string{"developers", "platform", "owners"}, "team", invitee), Created: stampOf(ago(c.midnight(), 1+i*4, "invite", invitee)),
		})
	}
	return all
}
