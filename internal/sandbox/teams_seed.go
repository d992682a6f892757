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
