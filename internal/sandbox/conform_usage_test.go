package sandbox

import "testing"

// TestUsageConformance is TestConformance for the file in HUBCTL_USAGE_OPENAPI.
func TestUsageConformance(t *testing.T) {
	conform(t, "HUBCTL_USAGE_OPENAPI", usageBase, usageArea)
}

var usageArea = area{
	undocumented: map[string]string{
		"* 400": "reported for Docker's service: invalid input",
		"* 401": "the file has it for the list of reports only",
		"* 403": "likewise",
		"* 404": "likewise",
	},
	run: func(c conformance) {
		const daily = usageBase + "/orgs/acme/reports/usage_pulls/daily"
		for path, status := range map[string]int{
			usageBase + "/orgs/acme/reports": 200, daily: 200, daily + "?page_size=100&page_token=30": 200,
			daily + "/2026-11-18/schema": 200, daily + "/2026-11-18/download": 302,
			daily + "/2026-11-19/schema": 404, daily + "/2026-11-19/download": 404, daily + "?page_size=0": 400,
		} {
			c.check(c.oat, "GET", path, "", status)
			c.check("", "GET", path, "", 401)
			c.check(c.demo, "GET", path, "", 403)
		}
	},
}
