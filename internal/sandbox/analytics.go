package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const analyticsBase = "/api/publisher/analytics/v1"

var analyticsRoutes = []route{
	{"GET", analyticsBase, signedIn, listPublishers},
	{"GET", analyticsBase + "/namespaces", signedIn, listPublisherData},
	{"GET", analyticsBase + "/namespaces/{namespace}", signedIn, getPublisherData},
	{"GET", analyticsBase + "/namespaces/{namespace}/pulls", signedIn, namespacePulls},
	{"GET", analyticsBase + "/namespaces/{namespace}/repos/{repo}/pulls", signedIn, repoPulls},
	{"GET", analyticsBase + "/repos/pulls", signedIn, reposPulls},
	{"GET", analyticsBase + "/namespaces/{namespace}/pulls/exports/years", signedIn, exportYears},
	{
		"GET", analyticsBase + "/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}",
		signedIn, exportTimespans,
	},
	{
		"GET", analyticsBase + "/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}/{timespan}",
		signedIn, exportTimespan,
	},
	{
		"GET", analyticsBase + "/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}/{timespan}/{dataview}",
		signedIn, exportFiles,
	},
}

// publishes reports whether the namespace is a verified publisher's and the session
// may see its statistics. Otherwise the only known answer is 404.
func (c *call) publishes(namespace string) bool {
	return namespace == DemoOrg && !c.hub.o.Empty && (c.who.account.Name == DemoOrg || c.roleIn(DemoOrg) == owners)
}

func (c *call) publisher() (string, error) {
	if namespace := c.PathValue("namespace"); c.publishes(namespace) {
		return namespace, nil
	}
	return "", notFound()
}

func (c *call) publishers() []string {
	if c.publishes(DemoOrg) {
		return []string{DemoOrg}
	}
	return []string{}
}

func listPublishers(c *call) error {
	return c.json(http.StatusOK, map[string][]string{"namespaces": c.publishers()})
}

// publisherData is NamespaceMetadata in the OpenAPI file.
type publisherData struct {
	Namespace  string    `json:"namespace"`
	ExtraRepos []string  `json:"extraRepos"`
	Datasets   []dataset `json:"datasets"`
}

type dataset struct {
	Name      string   `json:"name"`
	Views     []string `json:"views"`
	Timespans []string `json:"timespans"`
}

var dataViews = []string{"raw", "summary", "repo-summary", "namespace-summary"}

func newPublisherData(namespace string) publisherData {
	return publisherData{namespace, []string{}, []dataset{{"pulls", dataViews, []string{"months", "weeks"}}}}
}

func listPublisherData(c *call) error {
	all := []publisherData{}
	for _, namespace := range c.publishers() {
		all = append(all, newPublisherData(namespace))
	}
	return c.json(http.StatusOK, all)
}

func getPublisherData(c *call) error {
	namespace, err := c.publisher()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, newPublisherData(namespace))
}

// A pull is PullModel in the OpenAPI file.
type pull struct {
	Start     string `json:"start"`
	End       string `json:"end"`
	Repo      string `json:"repo,omitempty"`
	Namespace string `json:"namespace"`
	Pulls     int    `json:"pullCount"`
	IPs       int    `json:"ipCount"`
}

type pullData struct {
	Pulls []pull `json:"pulls"`
}

func namespacePulls(c *call) error {
	namespace, err := c.publisher()
	if err != nil {
		return err
	}
	data, err := c.pulls(namespace, seed.Repos(namespace))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, data)
}

func repoPulls(c *call) error {
	namespace, err := c.publisher()
	if err != nil {
		return err
	}
	if !slices.Contains(seed.Repos(namespace), c.PathValue("repo")) {
		return notFound()
	}
	data, err := c.pulls(namespace, []string{c.PathValue("repo")})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, data)
}

// reposPulls omits repositories without data.
func reposPulls(c *call) error {
	asked := c.URL.Query()["repos"]
	if len(asked) == 0 || len(asked) > 50 {
		return message(http.StatusBadRequest, "repos must name 1 to 50 repositories")
	}
	found := map[string]pullData{}
	for _, path := range asked {
		namespace, repo, _ := strings.Cut(path, "/")
		if !c.publishes(namespace) || !slices.Contains(seed.Repos(namespace), repo) {
			continue
		}
		data, err := c.pulls(namespace, []string{repo})
		if err != nil {
			return err
		}
		found[path] = data
	}
	return c.json(http.StatusOK, map[string]any{"repos": found})
}

// pulls returns the pulls of repositories in a namespace, latest first. The
// Hub's defaults are not known: here they are three months, grouped by repository.
func (c *call) pulls(namespace string, repos []string) (pullData, error) {
	query := c.URL.Query()
	months := 3
	if period := query.Get("period"); period != "" {
		n, ok := map[string]int{"last-2-months": 2, "last-3-months": 3, "last-6-months": 6, "last-12-months": 12}[period]
		if !ok {
			return pullData{}, message(http.StatusBadRequest, "invalid period "+strconv.Quote(period))
		}
		months = n
	}
	spans, ok := c.spans(query.Get("timespan"), monthOf(c.now).AddDate(0, -months, 0))
	group := query.Get("group")
	if !ok || group != "" && group != "repo" && group != "namespace" {
		return pullData{}, message(http.StatusBadRequest, "invalid timespan or group")
	}
	data := pullData{[]pull{}}
	for _, s := range slices.Backward(spans) {
		sum := s.pull(namespace)
		for _, name := range repos {
			r := makeRepo(namespace, name, c.midnight())
			p := s.pull(namespace)
			p.Repo = name
			daily := int(r.pulls) * (70 + seed.Number(60, "pulls", r.path(), p.Start)) / 100 / 900
			p.Pulls = daily * int(s.end.Sub(s.start)/day)
			p.IPs = p.Pulls / (3 + seed.Number(9, "addresses", r.path()))
			sum.Pulls, sum.IPs = sum.Pulls+p.Pulls, sum.IPs+p.IPs
			if group != "namespace" {
				data.Pulls = append(data.Pulls, p)
			}
		}
		if group == "namespace" {
			data.Pulls = append(data.Pulls, sum)
		}
	}
	return data, nil
}

// A span is a month or a week, from start to before end.
type span struct {
	start, end   time.Time
	year, number int
}

func (s span) pull(namespace string) pull {
	return pull{
		Start: s.start.Format(time.DateOnly), End: s.end.AddDate(0, 0, -1).Format(time.DateOnly),
		Namespace: namespace,
	}
}

func monthOf(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }

// spans returns the months or weeks since a day that have ended, in order. The
// default is months.
func (c *call) spans(kind string, from time.Time) (all []span, ok bool) {
	switch kind {
	case "", "months":
		for at := monthOf(from); at.Before(monthOf(c.now)); at = at.AddDate(0, 1, 0) {
			all = append(all, span{at, at.AddDate(0, 1, 0), at.Year(), int(at.Month())})
		}
	case "weeks":
		monday := from.AddDate(0, 0, (8-int(from.Weekday()))%7)
		for at := monday; !at.AddDate(0, 0, 7).After(c.midnight()); at = at.AddDate(0, 0, 7) {
			year, week := at.ISOWeek()
			all = append(all, span{at, at.AddDate(0, 0, 7), year, week})
		}
	default:
		return nil, false
	}
	return all, true
}

// firstExport is the date of the first export.
func (c *call) firstExport() time.Time {
	return time.Date(c.now.Year()-2, time.June, 1, 0, 0, 0, 0, time.UTC)
}

func exportYears(c *call) error {
	if _, err := c.publisher(); err != nil {
		return err
	}
	type year struct {
		Year int `json:"year"`
	}
	years := []year{}
	spans, _ := c.spans("months", c.firstExport())
	for _, s := range spans {
		if y := (year{s.year}); !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	return c.json(http.StatusOK, map[string][]year{"years": years})
}

// exports returns the months or weeks with data in the path's year.
func (c *call) exports() (all []span, err error) {
	if _, err := c.publisher(); err != nil {
		return nil, err
	}
	spans, ok := c.spans(c.PathValue("timespantype"), c.firstExport())
	if !ok {
		return nil, message(http.StatusBadRequest, "invalid timespan type "+strconv.Quote(c.PathValue("timespantype")))
	}
	return slices.DeleteFunc(spans, func(s span) bool { return strconv.Itoa(s.year) != c.PathValue("year") }), nil
}

// entry returns a MonthModel or WeekModel of the OpenAPI file.
func (c *call) entry(s span) map[string]int {
	return map[string]int{strings.TrimSuffix(c.PathValue("timespantype"), "s"): s.number}
}

func exportTimespans(c *call) error {
	spans, err := c.exports()
	if err != nil {
		return err
	}
	entries := []map[string]int{}
	for _, s := range spans {
		entries = append(entries, c.entry(s))
	}
	return c.json(http.StatusOK, map[string]any{c.PathValue("timespantype"): entries})
}

// export returns the month or week in the path.
func (c *call) export() (span, error) {
	spans, err := c.exports()
	if err != nil {
		return span{}, err
	}
	for _, s := range spans {
		if strconv.Itoa(s.number) == c.PathValue("timespan") {
			return s, nil
		}
	}
	return span{}, notFound()
}

func exportTimespan(c *call) error {
	s, err := c.export()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, c.entry(s))
}

// exportFiles answers with links to a host that does not exist.
func exportFiles(c *call) error {
	s, err := c.export()
	if err != nil {
		return err
	}
	view := c.PathValue("dataview")
	if !slices.Contains(dataViews, view) {
		return message(http.StatusBadRequest, "invalid data view "+strconv.Quote(view))
	}
	type file struct {
		URL  string `json:"url"`
		Size int    `json:"size"`
	}
	files := []file{}
	n := 1
	if view == "raw" {
		n = 2
	}
	for i := range n {
		name := fmt.Sprintf("%s/%d/%s/%d/%s-%d.csv.gz", c.PathValue("namespace"), s.year,
			c.PathValue("timespantype"), s.number, view, i)
		files = append(files, file{"https://exports.sandbox.invalid/" + name, 2000 + seed.Number(4e6, "export", name)})
	}
	return c.json(http.StatusOK, map[string][]file{"data": files})
}
