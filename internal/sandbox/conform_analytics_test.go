package sandbox

import "testing"

// TestAnalyticsConformance is TestConformance for the file in HUBCTL_DVP_OPENAPI.
func TestAnalyticsConformance(t *testing.T) {
	conform(t, "HUBCTL_DVP_OPENAPI", analyticsBase, analyticsArea)
}

var analyticsArea = area{
	undocumented: map[string]string{
		"* 401": "the answer of Docker's services without a session",
		"* 404": "the file has it for some of the operations",
		"* 400": "a value that the file lacks; the real answer is not known",
	},
	run: func(c conformance) {
		acme := analyticsBase + "/namespaces/acme"
		for _, path := range []string{
			"/", "/namespaces", "/namespaces/acme",
			"/namespaces/acme/pulls", "/namespaces/acme/pulls?timespan=weeks&period=last-2-months&group=namespace",
			"/namespaces/acme/repos/monorepo/pulls?timespan=months&period=last-12-months&group=repo",
			"/repos/pulls?repos=acme/monorepo&repos=acme/billing-api",
			"/namespaces/acme/pulls/exports/years", "/namespaces/acme/pulls/exports/years/2026/months", "/namespaces/acme/pulls/exports/years/2026/weeks",
			"/namespaces/acme/pulls/exports/years/2026/months/10", "/namespaces/acme/pulls/exports/years/2026/weeks/7",
			"/namespaces/acme/pulls/exports/years/2026/months/10/raw", "/namespaces/acme/pulls/exports/years/2026/weeks/7/repo-summary",
		} {
			c.check(c.demo, "GET", analyticsBase+path, "", 200)
			c.check("", "GET", analyticsBase+path, "", 401)
		}
		for _, path := range []string{"", "/pulls", "/repos/monorepo/pulls", "/pulls/exports/years", "/pulls/exports/years/2026/months/10"} {
			c.check(c.demo, "GET", analyticsBase+"/namespaces/demo"+path, "", 404)
		}
		c.check(c.demo, "GET", acme+"/repos/none/pulls", "", 404)
		c.check(c.demo, "GET", acme+"/pulls/exports/years/2026/months/12", "", 404)
		c.check(c.demo, "GET", acme+"/pulls?period=x", "", 400)
		c.check(c.demo, "GET", acme+"/pulls?timespan=x", "", 400)
		c.check(c.demo, "GET", acme+"/pulls/exports/years/2026/days", "", 400)
		c.check(c.demo, "GET", acme+"/pulls/exports/years/2026/months/10/x", "", 400)
		c.check(c.demo, "GET", analyticsBase+"/repos/pulls", "", 400)
	},
}
