package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/markdown"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

func reposReadme(a *cli.App) *cobra.Command {
	return cli.Called(
		cli.Group(a, "readme", "Manage the README of a repository", readmeGet, readmeSet, readmeDiff, readmeCheck),
		"READMEs", "README of %s")
}

func readmeGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get REPO", Short: "Print the README of a repository", Args: cli.ExactArgs(1),
		Example: "  hubctl repos readme get library/nginx > README.md", ValidArgsFunction: completeRepos(a),
	}
	return verb.PrintText(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (verb.Text, error) {
		ref, err := a.Repository(args[0])
		if err != nil {
			return verb.Text{}, err
		}
		r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		return verb.Text{Text: r.Readme, Document: map[string]string{"full_description": r.Readme}}, err
	})
}

func readmeSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set REPO [FILE]", Short: "Upload a README",
		Args: cli.RangeArgs(1, 2), ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeFiles),
		Long: `Upload a Markdown file as the full description of a repository, and read it back
to make sure that the Hub stored it. hubctl refuses files of more than 25,000
bytes, which the Hub would truncate.

` + readmeFiles,
		Example: "  hubctl repos readme set acme/checkout-api\n" +
			"  hubctl repos readme set acme/checkout-api docs/hub.md \\\n" +
			"    --base-url https://github.com/acme/checkout-api/blob/main/docs/",
	}
	local := readmeFlags(a, cmd)
	description := cli.StringFlag(cmd, "description", "also set the short description to this `text`")
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Repo, error) {
		ref, want, err := readmeArgs(ctx, a, local, args)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		p := dockerhub.RepoPatch{Description: description.OrNil(), Readme: &want.text}
		if _, err := c.Repos.Update(ctx, ref.Namespace, ref.Name, p); err != nil {
			return dockerhub.Repo{}, err
		}
		now, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		switch {
		case err != nil:
			err = fmt.Errorf("uploaded %s, but cannot verify it: %w", want.name, err)
		case markdown.Normalize(now.Readme) != markdown.Normalize(want.text):
			err = fmt.Errorf("uploaded %s, but %s has another README: see hubctl repos readme diff", want.name, ref)
		}
		return now, err
	}
	cli.Changes(cmd)
	return verb.Show(a, cmd, repoTable, show)
}

func readmeDiff(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "diff REPO [FILE]", Short: "Compare a README with a file",
		Args: cli.RangeArgs(1, 2), ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeFiles),
		Long: `Show what hubctl repos readme set would change. If the README differs from the
file, the exit status is 8. Line endings and trailing blank lines are ignored.

` + readmeFiles,
		Example: "  hubctl repos readme diff acme/checkout-api || \\\n" +
			"    hubctl repos readme set acme/checkout-api",
	}
	local := readmeFlags(a, cmd)
	cli.ExitsWith(cmd, 8, "they differ")
	return verb.PrintText(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (verb.Text, error) {
		ref, want, err := readmeArgs(ctx, a, local, args)
		if err != nil {
			return verb.Text{}, err
		}
		r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			return verb.Text{}, err
		}
		d := udiff.Unified(ref.String(), want.name, markdown.Normalize(r.Readme), markdown.Normalize(want.text))
		if d != "" {
			err = cli.CheckError(fmt.Sprintf("the README of %s differs from %s", ref, want.name))
		}
		return verb.Text{Text: d, Document: map[string]any{
			"repository": ref.String(), "file": want.name, "differs": d != "", "diff": d,
		}}, err
	})
}

// A readmeFinding is a problem that a README would have on the Hub.
type readmeFinding struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Link    string `json:"link,omitempty"`
	Problem string `json:"problem"`
}

func (f readmeFinding) JSON() json.RawMessage { return cli.MustJSON(f) }

var readmeTable = output.Table[readmeFinding]{
	{Name: "file", Key: true, Cell: func(f readmeFinding) output.Value { return output.Text(f.File) }},
	{Name: "line", Key: true, Cell: func(f readmeFinding) output.Value {
		if f.Line == 0 {
			return output.Unknown()
		}
		return output.Count(int64(f.Line))
	}},
	{Name: "problem", Cell: func(f readmeFinding) output.Value { return output.Text(f.Problem) }},
	{Name: "link", Cell: func(f readmeFinding) output.Value { return output.Text(f.Link) }},
}

func readmeCheck(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "check [FILE]", Short: "Check a README before upload", Args: cli.MaximumNArgs(1),
		Long: `Check a Markdown file for problems that it would have on the Hub: more than
25,000 bytes, and relative links, which break there unless --base-url completes
them. If there are any, the exit status is 8. This sends no requests.

` + readmeFiles,
		Example: "  hubctl repos readme check\n" +
			"  hubctl repos readme check docs/hub.md \\\n" +
			"    --base-url https://github.com/acme/checkout-api/blob/main/docs/",
		ValidArgsFunction: cli.CompleteAt(completeFiles),
	}
	local := readmeFlags(a, cmd)
	rows := func(ctx context.Context, _ *dockerhub.Client, args []string) iter.Seq2[readmeFinding, error] {
		r, err := local(ctx, args)
		if err != nil {
			return seq.Fail[readmeFinding](err)
		}
		var found []readmeFinding
		if err := (dockerhub.RepoPatch{Readme: &r.text}).Check(); err != nil {
			found = append(found, readmeFinding{File: r.name, Problem: err.Error()})
		}
		for _, link := range markdown.RelativeLinks(r.text) {
			found = append(found, readmeFinding{File: r.name, Line: link.Line, Link: link.Address, Problem: "relative link"})
		}
		return seq.Of(found)
	}
	return verb.Report(a, cli.Placed(cli.Offline(cmd)), readmeTable, rows, func(n int, _ bool) error {
		return cli.CheckResult(n == 0, nil, "the README has problems")
	})
}

// readmeFiles is the help for the default file.
const readmeFiles = `The default for FILE is the first of README-containers.md, docker/README.md and
README.md that exists. - reads standard input. --base-url completes relative
links; for images, /blob/ in the URL becomes /raw/.`

// A localReadme is a file to upload, with its links completed.
type localReadme struct{ name, text string }

// readmeFlags declares --base-url and returns a function that reads the file named
// by an argument, or the default one.
func readmeFlags(a *cli.App, cmd *cobra.Command) func(ctx context.Context, file []string) (localReadme, error) {
	base := cli.StringFlag(cmd, "base-url", "`URL` of the file's folder, to complete relative links")
	return func(ctx context.Context, file []string) (r localReadme, err error) {
		var folder *url.URL
		if base.Changed() {
			if folder, err = parseBaseURL(base.Value); err != nil {
				return r, err
			}
		}
		if len(file) > 0 {
			r.name = file[0]
		} else if r.name, err = findReadme(); err != nil {
			return r, err
		}
		if r.text, err = a.IO.ReadText(ctx, r.name); err != nil {
			return r, cli.NewUsageError(err)
		}
		if r.name == "-" {
			r.name = "standard input"
		}
		if folder != nil {
			r.text = markdown.CompleteLinks(r.text, folder)
		}
		return r, nil
	}
}

// readmeArgs parses REPO [FILE], and refuses a file that the Hub would truncate.
func readmeArgs(ctx context.Context, a *cli.App, local func(context.Context, []string) (localReadme, error),
	args []string,
) (ref hub.Reference, r localReadme, err error) {
	if ref, err = a.Repository(args[0]); err != nil {
		return ref, r, err
	}
	if r, err = local(ctx, args[1:]); err == nil {
		err = (dockerhub.RepoPatch{Readme: &r.text}).Check()
	}
	return ref, r, err
}

func parseBaseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		const example = "https://github.com/acme/api/blob/main/"
		return nil, hub.InputError(fmt.Sprintf("--base-url %s: expected a URL such as %s", redact.RawURL(s), example))
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	return u, nil
}

func findReadme() (string, error) {
	for _, name := range []string{"README-containers.md", "docker/README.md", "README.md"} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
	}
	return "", cli.NewUsageError(errors.New(
		"no README-containers.md, docker/README.md or README.md here: name the file"))
}

// completeFiles leaves an argument to the shell, which completes files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}
