package dockerhub

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// An AnalyticsNamespace is a namespace of a verified publisher.
type AnalyticsNamespace struct {
	Raw
	Namespace  string             `json:"namespace"`
	ExtraRepos []string           `json:"extraRepos"` // repositories in other namespaces that are counted here
	Datasets   []AnalyticsDataset `json:"datasets"`
}

// An AnalyticsDataset describes the data that can be exported.
type AnalyticsDataset struct {
	Name      string   `json:"name"`
	Views     []string `json:"views"`     // such as raw or summary
	Timespans []string `json:"timespans"` // such as months or weeks
}

// Pulls is the number of pulls of a group in a period.
type Pulls struct {
	Raw
	Start     string `json:"start"` // as the server writes it, like End
	End       string `json:"end"`
	Namespace string `json:"namespace"`
	Repo      string `json:"repo"` // without the namespace
	Country   string `json:"country"`
	Pulls     *int64 `json:"pullCount"` // nil = not sent
	IPs       *int64 `json:"ipCount"`   // number of distinct addresses; nil = not sent
}

// PullsListOptions selects pulls and how they are aggregated. The server chooses
// a value for an empty field.
type PullsListOptions struct {
	Timespan string // such as months or weeks
	Period   string // such as last-3-months
	Group    string // such as repo or namespace
}

// An AnalyticsExport is an entry in the tree of exports: a year, a month or a week
// with data, or a file of CSV. It has one of Year, Month, Week and URL.
type AnalyticsExport struct {
	Raw
	Year  json.Number `json:"year"`
	Month json.Number `json:"month"`
	Week  json.Number `json:"week"`
	URL   string      `json:"url"`  // on another host; never send it the Hub's bearer
	Size  *int64      `json:"size"` // bytes; nil = not sent
}

// Name returns the year, the number of the month or week, or the file's URL.
func (e AnalyticsExport) Name() string {
	for _, name := range []string{e.Year.String(), e.Month.String(), e.Week.String()} {
		if name != "" {
			return name
		}
	}
	return e.URL
}

// AnalyticsService reads the statistics of Docker Verified Publishers. A resource
// that the session may not see is ErrNotFound, like one that does not exist.
type AnalyticsService struct{ c *Client }

func analyticsPath(segments ...string) []string {
	return append([]string{"api", "publisher", "analytics", "v1"}, segments...)
}

// WithData returns the namespaces and repositories that have data. Only their
// Namespace is set, and their JSON is a string.
//
// Operation: GET /api/publisher/analytics/v1
func (s *AnalyticsService) WithData(ctx context.Context) ([]AnalyticsNamespace, error) {
	u, err := s.c.Resolve("/" + strings.Join(analyticsPath(""), "/"))
	if err != nil {
		return nil, err
	}
	answer, err := get[struct {
		Raw
		Namespaces []string `json:"namespaces"`
	}](ctx, s.c, u)
	if err != nil {
		return nil, err
	}
	all := make([]AnalyticsNamespace, len(answer.Namespaces))
	for i, name := range answer.Namespaces {
		all[i].Namespace = name
		if all[i].raw, err = hub.Encode(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Namespaces lists the namespaces whose statistics the session may see.
//
// Operation: GET /api/publisher/analytics/v1/namespaces
func (s *AnalyticsService) Namespaces(ctx context.Context) iter.Seq2[AnalyticsNamespace, error] {
	return list[AnalyticsNamespace](ctx, s.c, url.Values{"page_size": nil}, analyticsPath("namespaces")...)
}

// Namespace returns one namespace.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}
func (s *AnalyticsService) Namespace(ctx context.Context, namespace string) (AnalyticsNamespace, error) {
	return call[AnalyticsNamespace](ctx, s.c, "GET", nil, analyticsPath("namespaces", namespace)...)
}

type pullsAnswer struct {
	Raw
	Pulls []json.RawMessage `json:"pulls"`
}

// NamespacePulls returns the pulls of a namespace, in the server's order.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/pulls
func (s *AnalyticsService) NamespacePulls(ctx context.Context, namespace string, o PullsListOptions) ([]Pulls, error) {
	return s.pulls(ctx, o, "namespaces", namespace, "pulls")
}

// RepoPulls returns the pulls of a repository, in the server's order.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/repos/{repo}/pulls
func (s *AnalyticsService) RepoPulls(ctx context.Context, namespace, repo string, o PullsListOptions) ([]Pulls, error) {
	return s.pulls(ctx, o, "namespaces", namespace, "repos", repo, "pulls")
}

func (s *AnalyticsService) pulls(ctx context.Context, o PullsListOptions, segments ...string) ([]Pulls, error) {
	answer, err := query[pullsAnswer](ctx, s.c, o.query(), analyticsPath(segments...)...)
	if err != nil {
		return nil, err
	}
	return decodeAll[Pulls](answer.Pulls)
}

// maxRepos is the maximum number of repositories in a request.
const maxRepos = 50

// ReposPulls returns the pulls of several repositories, each named NAMESPACE/REPO, in
// the order of their names. It sends a request per 50 repositories; if one fails, it
// returns the pulls that it has.
//
// Operation: GET /api/publisher/analytics/v1/repos/pulls
func (s *AnalyticsService) ReposPulls(ctx context.Context, repos []string, o PullsListOptions) ([]Pulls, error) {
	var all []Pulls
	for some := range slices.Chunk(repos, maxRepos) {
		q := o.query()
		q["repos"] = some
		answer, err := query[struct {
			Raw
			Repos map[string]pullsAnswer `json:"repos"`
		}](ctx, s.c, q, analyticsPath("repos", "pulls")...)
		if err != nil {
			return all, err
		}
		for _, name := range slices.Sorted(maps.Keys(answer.Repos)) {
			pulls, err := decodeAll[Pulls](answer.Repos[name].Pulls)
			if err != nil {
				return all, err
			}
			for _, p := range pulls {
				if p.Repo == "" {
					p.Namespace, p.Repo, _ = strings.Cut(name, "/")
				}
				all = append(all, p)
			}
		}
	}
	return all, nil
}

func (o PullsListOptions) query() url.Values {
	return given("timespan", o.Timespan, "period", o.Period, "group", o.Group)
}

// An exportsAnswer has one of these fields, depending on the request.
type exportsAnswer struct {
	Raw
	Years  []json.RawMessage `json:"years"`
	Months []json.RawMessage `json:"months"`
	Weeks  []json.RawMessage `json:"weeks"`
	Data   []json.RawMessage `json:"data"`
}

// ExportYears returns the years with data.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/pulls/exports/years
func (s *AnalyticsService) ExportYears(ctx context.Context, namespace string) ([]AnalyticsExport, error) {
	return s.exports(ctx, namespace)
}

// ExportTimespans returns the months or weeks of a year, such as 2026, that have data.
// The timespan is "months" or "weeks".
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}
func (s *AnalyticsService) ExportTimespans(
	ctx context.Context, namespace, year, timespan string,
) ([]AnalyticsExport, error) {
	return s.exports(ctx, namespace, year, timespan)
}

// ExportTimespan returns one month or week of a year. It fails with ErrNotFound if
// there is no data.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}/{timespan}
func (s *AnalyticsService) ExportTimespan(
	ctx context.Context, namespace, year, timespan, number string,
) (AnalyticsExport, error) {
	return call[AnalyticsExport](ctx, s.c, "GET", nil, exportsPath(namespace, year, timespan, number)...)
}

// ExportFiles returns the URLs of the data of one month or week. The view selects
// the data, such as raw, summary, repo-summary or namespace-summary.
//
// Operation: GET /api/publisher/analytics/v1/namespaces/{namespace}/pulls/exports/years/{year}/{timespantype}/{timespan}/{dataview}
func (s *AnalyticsService) ExportFiles(
	ctx context.Context, namespace, year, timespan, number, view string,
) ([]AnalyticsExport, error) {
	return s.exports(ctx, namespace, year, timespan, number, view)
}

func (s *AnalyticsService) exports(ctx context.Context, namespace string, at ...string) ([]AnalyticsExport, error) {
	answer, err := call[exportsAnswer](ctx, s.c, "GET", nil, exportsPath(namespace, at...)...)
	if err != nil {
		return nil, err
	}
	return decodeAll[AnalyticsExport](slices.Concat(answer.Years, answer.Months, answer.Weeks, answer.Data))
}

func exportsPath(namespace string, at ...string) []string {
	return analyticsPath(append([]string{"namespaces", namespace, "pulls", "exports", "years"}, at...)...)
}
