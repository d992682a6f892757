package cmd

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/lockfile"
	"github.com/hubctl/hubctl/internal/orgfile"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
)

func orgsExport(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "Write an organization to a file", Args: cli.NoArgs,
		Long: `Write the settings, members, teams, repositories and access tokens of an
organization to a file in YAML, to keep it under version control. hubctl orgs
diff compares the file with the organization later. Secrets are never written.

READMEs are written only with --dir, which creates ORG.yaml and a folder for the
READMEs. --update changes the values in a file to those of the organization: its
comments and order stay, what is gone is removed, and nothing is added.

What the session may not read is left out; the exit status is 7 then.`,
		Example: "  hubctl orgs export --org acme > acme.yaml\n" +
			"  hubctl orgs export --org acme --dir hub\n" +
			"  hubctl orgs export --update acme.yaml",
	}
	dir := cli.StringFlag(cmd, "dir", "write ORG.yaml and the READMEs to this `folder`")
	cli.Must(cmd.MarkFlagDirname("dir"))
	update := cli.PathFlag(cmd, "update", "update the values in this `file`")
	cli.Exclusive(cmd, "dir", "update")
	cli.Honors(cmd, cli.DocumentFlags...)
	cli.ExitsWith(cmd, 7, "some of it could not be read")
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, _ []string) error {
		e := orgExport{a: a}
		var err error
		if e.o, e.formatted, err = a.DocumentOptions(); err != nil {
			return err
		}
		if update.Changed() {
			return e.update(ctx, c, update.Value)
		}
		org, err := a.Org()
		if err != nil {
			return err
		}
		live, err := readOrg(ctx, a, c, org, orgfile.Sections)
		if err != nil {
			return err
		}
		return cmp.Or(e.print(ctx, live, dir), leftOut(live))
	})
}

// An orgExport prints an organization, or writes it to files.
type orgExport struct {
	a         *cli.App
	o         output.Options
	formatted bool
}

func (e orgExport) print(ctx context.Context, live *orgfile.Live, dir *cli.Flag[string]) error {
	if dir.Changed() {
		return e.writeTo(ctx, dir.Value, live)
	}
	if e.formatted && (e.o.Format != "yaml" || e.o.JQ != "" || e.o.Template != "") {
		return output.Document(e.a.Out(), cli.MustJSON(live.Document(false)), e.o)
	}
	b, err := live.YAML(false)
	if err != nil {
		return err
	}
	return e.a.PrintText(string(b))
}

// readOrg reads sections of an organization.
func readOrg(
	ctx context.Context, a *cli.App, c *dockerhub.Client, org string, sections []string,
) (*orgfile.Live, error) {
	if err := a.NeedSession(); err != nil {
		return nil, err
	}
	ctx, done := a.Reading(ctx, "the organization", org)
	defer done()
	r := orgfile.Reader{Client: c, Concurrency: a.Settings.Concurrency}
	return r.Read(ctx, org, sections)
}

// leftOut returns the error for sections that the session may not read.
func leftOut(live *orgfile.Live) error {
	left := job.BatchError{Done: len(orgfile.Sections) - len(live.Forbidden)}
	for _, section := range orgfile.Sections {
		if err := live.Forbidden[section]; err != nil {
			left.Failed = append(left.Failed, job.ItemError{ID: "left out " + section, Err: err})
		}
	}
	if left.Failed == nil {
		return nil
	}
	return &left
}

// writeTo writes the file and the READMEs to a folder.
func (e orgExport) writeTo(ctx context.Context, dir string, live *orgfile.Live) error {
	b, err := live.YAML(true)
	if err != nil {
		return err
	}
	files := map[string][]byte{filepath.Join(dir, live.Organization+".yaml"): b}
	for name, text := range live.Readmes() {
		path := filepath.FromSlash(orgfile.ReadmePath(name))
		if !filepath.IsLocal(path) || strings.ContainsAny(name, `/\`) {
			return fmt.Errorf("%q cannot be the name of a file", name)
		}
		files[filepath.Join(dir, path)] = []byte(text)
	}
	return e.write(ctx, files)
}

// update updates the values in a file.
func (e orgExport) update(ctx context.Context, c *dockerhub.Client, name string) error {
	f, err := orgFile(ctx, e.a, []string{name})
	if err != nil {
		return err
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	live, err := readOrg(ctx, e.a, c, f.Organization, f.Sections())
	if err != nil {
		return err
	}
	updated, readmes, err := f.Update(name, b, live)
	if err != nil {
		return err
	}
	files := map[string][]byte{name: updated}
	for path, text := range readmes {
		files[path] = []byte(text)
	}
	return cmp.Or(e.write(ctx, files), leftOut(live))
}

// write writes the files whose content changes, and reports them.
func (e orgExport) write(ctx context.Context, files map[string][]byte) error {
	write := func(_ context.Context, path string) (string, error) {
		if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, files[path]) {
			return "", nil
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // they are files like any other
			return "", err
		}
		return path, lockfile.Write(path, files[path])
	}
	written := []string{}
	paths := seq.Of(slices.Sorted(maps.Keys(files)))
	for path, err := range seq.ParallelMap(ctx, e.a.Settings.Concurrency, paths, write) {
		if err != nil {
			return err
		}
		if path != "" {
			written = append(written, path)
		}
	}
	switch n := len(written); {
	case n == 1:
		e.a.Notice("wrote %s", written[0])
	case n > 1:
		e.a.Notice("wrote %s", cli.Amount(n, "files"))
	default:
		e.a.Notice("nothing has changed")
	}
	if !e.formatted {
		return nil
	}
	return output.Document(e.a.Out(), cli.MustJSON(map[string][]string{"written": written}), e.o)
}

// orgFile reads the files of -f. They name the organization, so --org must agree.
func orgFile(ctx context.Context, a *cli.App, names []string) (*orgfile.File, error) {
	if len(names) == 0 {
		return nil, cli.NewUsageError(errors.New("no file given: pass -f FILE, as hubctl orgs export writes it"))
	}
	f, err := orgfile.Read(names, func() ([]byte, error) { return a.IO.ReadFile(ctx, "-") })
	if wrong, ok := errors.AsType[orgfile.Errors](err); ok {
		var all cli.MistakesError
		for _, e := range wrong {
			all = append(all, job.ItemError{ID: e.String(), Err: errors.New(e.Text)})
		}
		err = all
	}
	if err != nil {
		return nil, cli.NewUsageError(err)
	}
	return f, cli.OrgFlag(a).Agrees("", f.Organization)
}
