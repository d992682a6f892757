package sandbox

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

const (
	usageBase = "/enterprise-data/v1"
	usageFile = "/usage-files/{org}/{type}/{cadence}/{file}" // another host, in reality
)

var usageRoutes = []route{
	{"GET", usageBase + "/orgs/{org}/reports", blind, listReportTypes},
	{"GET", usageBase + "/orgs/{org}/reports/{type}/{cadence}", blind, listReports},
	{"GET", usageBase + "/orgs/{org}/reports/{type}/{cadence}/{date}/download", blind, downloadReport},
	{"GET", usageBase + "/orgs/{org}/reports/{type}/{cadence}/{date}/schema", blind, getReportSchema},
}

type reportType struct {
	Type    string `json:"ReportType"`
	Cadence string `json:"Cadence"`
}

type report struct {
	reportType
	Date string `json:"Date"`
	Size int    `json:"SizeBytes"`
	Key  string `json:"Key"`
}

type reportField struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

var reportTypes = []reportType{{"usage_pulls", "daily"}, {"usage_pulls", "weekly"}, {"image_access", "daily"}}

var reportFields = map[string][]reportField{
	"usage_pulls": {
		{"date", "date", "first day that is counted"},
		{"repository", "string", "repository that was pulled"},
		{"user_name", "string", "account that pulled"},
		{"access_token_name", "string", "access token that pulled, if any"},
		{"pulls", "integer", "number of pulls"},
	},
	"image_access": {
		{"date", "date", "day of the access"},
		{"repository", "string", "repository of the image"},
		{"user_name", "string", "account that had access"},
		{"accesses", "integer", "number of accesses"},
	},
}

// reportHistory is how many reports of a type there are.
const reportHistory = 62

func usageFault(status int, text string) *fault {
	return &fault{status, struct {
		Error string `json:"error"`
	}{text}}
}

// reportsOf refuses sessions that may not read the reports of the organization.
func (c *call) reportsOf() error {
	var err error
	if c.who, err = c.authenticate(); err != nil || c.who == nil {
		return usageFault(http.StatusUnauthorized, "unauthenticated")
	}
	if c.who.oat == "" || c.who.account.Name != c.PathValue("org") || !slices.Contains(c.who.scopes, "scope-report-read") {
		return usageFault(http.StatusForbidden, "permission denied")
	}
	return nil
}

func listReportTypes(c *call) error {
	if err := c.reportsOf(); err != nil {
		return err
	}
	return c.json(http.StatusOK, map[string][]reportType{"report_types": reportTypes})
}

// reports returns the reports of the type in the path, newest first.
func (c *call) reports() ([]report, error) {
	if err := c.reportsOf(); err != nil {
		return nil, err
	}
	t := reportType{c.PathValue("type"), c.PathValue("cadence")}
	if !slices.Contains(reportTypes, t) {
		return nil, usageFault(http.StatusNotFound, "not found")
	}
	last, step := c.midnight().Add(-day), day // a day's report is made on the next day at 16:00
	if c.now.Sub(c.midnight()) < 16*time.Hour {
		last = last.Add(-day)
	}
	if t.Cadence == "weekly" {
		step = 7 * day
		last = last.Add(-6 * day).Truncate(step) // a Monday
	}
	all := make([]report, reportHistory)
	for i := range all {
		all[i] = makeReport(t, last.Add(-time.Duration(i)*step).Format(time.DateOnly))
	}
	return all, nil
}

func makeReport(t reportType, date string) report {
	r := report{reportType: t, Date: date, Key: fmt.Sprintf("%s/%s/%s/%s.csv", DemoOrg, t.Type, t.Cadence, date)}
	r.Size = len(r.content())
	return r
}

// content returns the report, which does not depend on the day when it is read.
func (r report) content() string {
	var b strings.Builder
	var names []string
	for _, f := range reportFields[r.Type] {
		names = append(names, f.Name)
	}
	fmt.Fprintln(&b, strings.Join(names, ","))
	for _, name := range seed.Repos(DemoOrg) {
		of := func(n int, what string) int { return seed.Number(n, what, r.Type, r.Cadence, r.Date, name) }
		if seed.Number(8, "in reports", name) > 0 || of(5, "used") == 0 {
			continue
		}
		row := []string{r.Date, DemoOrg + "/" + name, DemoUser}
		if r.Type == "usage_pulls" {
			row[2] = DemoOrg
			row = append(row, []string{"ci-pull", "platform-automation", ""}[of(3, "token")])
		}
		fmt.Fprintln(&b, strings.Join(append(row, strconv.Itoa(1+of(900, "pulls"))), ","))
	}
	return b.String()
}

// listReports is a page, whose token is the place of the next report.
func listReports(c *call) error {
	all, err := c.reports()
	if err != nil {
		return err
	}
	size, from := 30, 0
	for name, to := range map[string]*int{"page_size": &size, "page_token": &from} {
		if text := c.URL.Query().Get(name); text != "" {
			if *to, err = strconv.Atoi(text); err != nil {
				return usageFault(http.StatusBadRequest, "invalid input: "+name)
			}
		}
	}
	if size < 1 || size > 100 || from < 0 || from > len(all) {
		return usageFault(http.StatusBadRequest, "invalid input: page_size or page_token is out of range")
	}
	answer := struct {
		Reports []report `json:"reports"`
		Next    string   `json:"next_page_token"`
	}{Reports: all[from:min(from+size, len(all))]}
	if from+size < len(all) {
		answer.Next = strconv.Itoa(from + size)
	}
	return c.json(http.StatusOK, answer)
}

// namedReport returns the report in the path.
func (c *call) namedReport() (report, error) {
	all, err := c.reports()
	if err != nil {
		return report{}, err
	}
	i := slices.IndexFunc(all, func(r report) bool { return r.Date == c.PathValue("date") })
	if i < 0 {
		return report{}, usageFault(http.StatusNotFound, "not found")
	}
	return all[i], nil
}

func getReportSchema(c *call) error {
	r, err := c.namedReport()
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, struct {
		Category string        `json:"category"`
		Fields   []reportField `json:"fields"`
	}{r.Type, reportFields[r.Type]})
}

// reportLife is how long the URL of a report is valid.
const reportLife = 15 * time.Minute

func downloadReport(c *call) error {
	r, err := c.namedReport()
	if err != nil {
		return err
	}
	path, until := "/usage-files/"+r.Key, strconv.FormatInt(c.now.Add(reportLife).Unix(), 10)
	query := url.Values{"X-Amz-Expires": {until}, "X-Amz-Signature": {signReport(path, until)}}
	c.w.Header().Set("Location", c.origin()+path+"?"+query.Encode())
	return c.empty(http.StatusFound)
}

func signReport(path, until string) string { return hex.EncodeToString(signature(path + "?" + until)) }

// serveReport answers like Amazon S3: it refuses a request with a bearer.
func (h *Hub) serveReport(w http.ResponseWriter, r *http.Request) {
	c := &call{Request: r, w: w, hub: h, now: h.now()}
	refuse := func(status int, code, text string) {
		c.text(status, "application/xml", "<Error><Code>"+code+"</Code><Message>"+text+"</Message></Error>")
	}
	until := r.URL.Query().Get("X-Amz-Expires")
	end, _ := strconv.ParseInt(until, 10, 64)
	signed := []byte(r.URL.Query().Get("X-Amz-Signature"))
	i := slices.Index(reportTypes, reportType{r.PathValue("type"), r.PathValue("cadence")})
	date, err := time.Parse(time.DateOnly+".csv", r.PathValue("file"))
	switch {
	case r.Header.Get("Authorization") != "":
		refuse(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	case !hmac.Equal(signed, []byte(signReport(r.URL.Path, until))):
		refuse(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match")
	case c.now.Unix() > end:
		refuse(http.StatusForbidden, "AccessDenied", "Request has expired")
	case i < 0 || err != nil:
		refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist")
	default:
		c.text(http.StatusOK, "text/csv", makeReport(reportTypes[i], date.Format(time.DateOnly)).content())
	}
}
