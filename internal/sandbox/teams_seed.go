package sandbox

// ownersTeam is the team of an organization's owners, who are in it by their
// role.
const ownersTeam = 104200

func teamSeeds() []team {
	return []team{
		{ownersTeam, "owners", "Manage the organization"},
		{104217, "developers", "Everybody who writes code"},
		{104233, "platform", "Build pipelines, clusters and base images"},
		{104251, "qa", "Test what is about to be released"},
		{104268, "security", "Review images and access"},
		{104290, "data", "Pipelines and models"},
		{104311, "release", ""},
	}
}

// seededTeam is the name that a team began with; "" if it was made later.
func seededTeam(id int) string {
	for _, t := range teamSeeds() {
		if t.ID == id {
			return t.Name
		}
	}
	return ""
}

// seededPermission is what a team could do with a repository of the demo
// organization before anything was changed: "" = nothing by the team.
func seededPermission(id int, repo string) string {
	roll := number(100, "team permission", seededTeam(id), repo)
	switch seededTeam(id) {
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
