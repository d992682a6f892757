package dockerhub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"regexp"

	"github.com/hubctl/hubctl/internal/hub"
)

// A UsageReportType is a series of reports about the usage of an organization.
type UsageReportType struct {
	Raw
	Type    string `json:"ReportType"` // such as usage_pulls
	Cadence string `json:"Cadence"`    // such as daily
}

// A UsageReport is the report of one date, a file of CSV.
type UsageReport struct {
	Raw
	Type    string `json:"ReportType"`
	Cadence string `json:"Cadence"`
	Date    string `json:"Date"`      // YYYY-MM-DD
	Size    *int64 `json:"SizeBytes"` // nil = not sent
	Key     string `json:"Key"`       // where Docker stores it
}

// A UsageField is a column of a report.
type UsageField struct {
	Raw
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

// UsageService reads the usage reports of organizations, which Docker documented in June
// 2026. They are on another host ([Options.UsageURL]), need a Business subscription, and
// are for sessions of an organization access token with the scope scope-report-read.
type UsageService struct {
	c      *Client
	stores hub.Config // for the hosts that store the reports; it has no bearer
}

// Types returns the types of reports that an organization has.
//
// Operation: GET /enterprise-data/v1/orgs/{org}/reports
func (s *UsageService) Types(ctx context.Context, org string) iter.Seq2[UsageReportType, error] {
	return list[UsageReportType](ctx, s.c, url.Values{"page_size": nil}, "orgs", org, "reports")
}

// List lists the reports of a type, newest first.
//
// Operation: GET /enterprise-data/v1/orgs/{org}/reports/{type}/{cadence}
func (s *UsageService) List(ctx context.Context, org string, t UsageReportType) iter.Seq2[UsageReport, error] {
	return list[UsageReport](ctx, s.c, nil, "orgs", org, "reports", t.Type, t.Cadence)
}

// Fields returns the columns of a report.
//
// Operation: GET /enterprise-data/v1/orgs/{org}/reports/{type}/{cadence}/{date}/schema
func (s *UsageService) Fields(ctx context.Context, org string, t UsageReportType, date string) ([]UsageField, error) {
	answer, err := call[struct {
		Raw
		Fields []json.RawMessage `json:"fields"`
	}](ctx, s.c, http.MethodGet, nil, "orgs", org, "reports", t.Type, t.Cadence, date, "schema")
	if err != nil {
		return nil, err
	}
	return decodeAll[UsageField](answer.Fields)
}

// Download writes the content of a report to w. It follows the redirect to where Docker
// stores the report, without the bearer, and fails with an [*AnswerError] if the content
// has another size than the report says. After an error, w has got the start of it.
//
// Operation: GET /enterprise-data/v1/orgs/{org}/reports/{type}/{cadence}/{date}/download
func (s *UsageService) Download(ctx context.Context, org string, r UsageReport, w io.Writer) error {
	from, err := s.c.hub.Request(http.MethodGet, nil, "orgs", org, "reports", r.Type, r.Cadence, r.Date, "download")
	if err != nil {
		return err
	}
	resp, err := s.c.hub.Send(hub.WithoutRedirects(ctx), from)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if status := resp.StatusCode; status/100 != 2 && status/100 != 3 {
		return s.c.ReadError(resp)
	}
	odd := func(problem string) error {
		return &AnswerError{Method: from.Method, Path: from.URL.EscapedPath(), Problem: problem}
	}
	at, err := resp.Location()
	if err != nil {
		return odd("does not say where the report is")
	}
	config := s.stores
	if config.Base, err = hub.ParseBase(hub.Origin(at)); err != nil {
		return odd("leads to a URL that is not encrypted")
	}
	store := api{hub.New(config)}
	content, err := store.Do(ctx, Request{Method: http.MethodGet, URL: at, Header: http.Header{"Accept": {"*/*"}}})
	if refused, ok := errors.AsType[*Error](err); ok { // which is not about the session
		err = odd(fmt.Sprintf("leads to %s, which responded %d: %s", at.Host, refused.Status, refused.Message))
	}
	if err != nil {
		return err
	}
	defer content.Body.Close()
	n, err := io.Copy(w, content.Body)
	if err == nil && r.Size != nil && n != *r.Size {
		err = odd(fmt.Sprintf("leads to %d bytes, but the report has %d", n, *r.Size))
	}
	return err
}

var reportDate = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// Dated reports whether the report's date has the documented form, which is safe in the
// name of a file.
func (r UsageReport) Dated() bool { return reportDate.MatchString(r.Date) }
