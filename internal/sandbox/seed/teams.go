package seed

// A Team is a group of members.
type Team struct {
	ID                int
	Name, Description string
	Role              string // "" = none
}

// OwnersTeam is the team of an organization's owners. Its members are determined by
// their role.
const OwnersTeam = 104200

// Teams returns the teams, the owners first.
func Teams() []Team {
	return []Team{
		{OwnersTeam, "owners", "Manage the organization", "owner"},
		{104217, "developers", "Everyone who writes code", "member"},
		{104233, "platform", "Build pipelines, clusters and base images", "editor"},
		{104251, "qa", "Test releases before they ship", ""},
		{104268, "security", "Review images and access", "auditor"},
		{104290, "data", "Pipelines and models", ""},
		{104311, "release", "", "release-manager"},
	}
}

// TeamName returns a team's name in the seed; "" if it is not in the seed.
func TeamName(id int) string {
	for _, t := range Teams() {
		if t.ID == id {
			return t.Name
		}
	}
	return ""
}

// Permission returns a team's initial permission on a repository of the demo
// organization; "" = none.
func Permission(id int, repo string) string {
	roll := Number(100, "team permission", TeamName(id), repo)
	switch TeamName(id) {
	case "developers":
		return either(roll < 60, "write")
	case "platform":
		return either(roll < 40, "admin")
	case "qa", "release":
		return either(roll < 30, "read")
	case "security":
		return "read"
	case "data":
		return either(roll < 10, "write")
	}
	return ""
}

func either(is bool, then string) string {
	if is {
		return then
	}
	return ""
}
