// Package usage downloads the usage reports of an organization.
package usage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/output"
)

// Name returns the name of a type of reports, such as usage_pulls/daily.
func Name(t dockerhub.UsageReportType) string { return t.Type + "/" + t.Cadence }

// Parse reads a name as Name returns it.
func Parse(name string) (dockerhub.UsageReportType, error) {
	kind, cadence, _ := strings.Cut(name, "/")
	t := dockerhub.UsageReportType{Type: kind, Cadence: cadence}
	for _, part := range []string{kind, cadence} {
		if _, err := hub.Segment(part); err != nil {
			return t, hub.InputError(fmt.Sprintf("expected a report such as usage_pulls/daily, got %q", name))
		}
	}
	return t, nil
}

// A Source has the reports of one type of an organization.
type Source struct {
	Service *dockerhub.UsageService
	Org     string
	Type    dockerhub.UsageReportType
}

// Since returns the reports of a day and later, oldest first.
func (s Source) Since(ctx context.Context, from time.Time) ([]dockerhub.UsageReport, error) {
	var all []dockerhub.UsageReport
	for r, err := range s.Service.List(ctx, s.Org, s.Type) {
		switch {
		case err != nil:
			return nil, err
		case !r.Dated():
			return nil, &dockerhub.AnswerError{
				Method: "GET", Path: "/reports/" + Name(s.Type), Problem: fmt.Sprintf("has a report of the date %q", r.Date),
			}
		case r.Date < from.UTC().Format(time.DateOnly):
			slices.Reverse(all)
			return all, nil
		}
		all = append(all, r)
	}
	slices.Reverse(all)
	return all, nil
}

// On returns the report of a day.
func (s Source) On(ctx context.Context, day time.Time) (dockerhub.UsageReport, error) {
	date := day.UTC().Format(time.DateOnly)
	for r, err := range s.Service.List(ctx, s.Org, s.Type) {
		if err != nil || r.Date == date {
			return r, err
		}
		if r.Date < date {
			break
		}
	}
	return dockerhub.UsageReport{}, fmt.Errorf("%w: there is no report %s of %s",
		dockerhub.ErrNotFound, Name(s.Type), date)
}

// Newest returns the date of the newest report.
func (s Source) Newest(ctx context.Context) (string, error) {
	for r, err := range s.Service.List(dockerhub.WithMaxRows(ctx, 1), s.Org, s.Type) {
		return r.Date, err
	}
	return "", fmt.Errorf("%w: there is no report %s yet", dockerhub.ErrNotFound, Name(s.Type))
}

// Save downloads the reports that a folder lacks into one file each, and returns how many
// it saved. The folder is created. A file of another size than its report is replaced.
func (s Source) Save(ctx context.Context, dir string, reports []dockerhub.UsageReport) (saved int, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // reports are files like any other
		return 0, err
	}
	for _, r := range reports {
		path := filepath.Join(dir, strings.Join([]string{s.Type.Type, s.Type.Cadence, r.Date + ".csv"}, "-"))
		have, err := os.Stat(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return saved, err
		}
		if err == nil && (r.Size == nil || have.Size() == *r.Size) {
			continue
		}
		err = s.Read(ctx, r, func(content io.Reader) error { return lockfile.Copy(path, content) })
		if err != nil {
			return saved, err
		}
		saved++
	}
	return saved, nil
}

// Read downloads a report and, once it is complete, calls use.
func (s Source) Read(ctx context.Context, r dockerhub.UsageReport, use func(content io.Reader) error) error {
	spool := output.NewSpool("")
	defer func() { _ = spool.Close() }()
	if err := s.Service.Download(ctx, s.Org, r, spool); err != nil {
		return err
	}
	content, err := spool.Reader()
	if err != nil {
		return err
	}
	return use(content)
}
