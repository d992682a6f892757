package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/markdown"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/verb"
)

func reposReadme(a *cli.App) *cobra.Command {
	return cli.Group(a, "readme", "Manage the full description of a repository, its README",
		readmeGet, readmeSet, readmeDiff)
}

func readmeGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get NAMESPACE/REPOSITORY", Short: "Print the full description of a repository", Args: cobra.ExactArgs(1),
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
		Use: "set NAMESPACE/REPOSITORY [FILE]", Short: "Make a file the full description of a repository",
		Args: cobra.RangeArgs(1, 2), ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeFiles),
		Long: "Make a Markdown file the full description of a repository, and read it back to\n" +
			"see that it is. " + readmeFiles + "\nThe Hub takes 25,000 bytes; a longer file is refused, not cut.",
		Example: "  hubctl repos readme set acme/checkout-api\n" +
			"  hubctl repos readme set acme/checkout-api docs/hub.md --description 'The API' \\\n" +
			"    --base-url https://github.com/acme/checkout-api/blob/main/docs/",
	}
	local := localReadme(a, cmd)
	description := cmd.Flags().String("description", "", "short description to set as well, a `text` of up to 100 bytes")
	cli.CompleteFlag(cmd, "description")
	show := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Repo, error) {
		ref, err := a.Repository(args[0])
		if err != nil {
			return dockerhub.Repo{}, err
		}
		name, want, err := local(ctx, args[1:])
		if err != nil {
			return dockerhub.Repo{}, err
		}
		p := dockerhub.RepoPatch{Description: cli.Changed(cmd, "description", description), Readme: &want}
		if _, err := c.Repos.Update(ctx, ref.Namespace, ref.Name, p); err != nil {
			return dockerhub.Repo{}, err
		}
		if name == "-" {
			name = "standard input"
		}
		now, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			return now, fmt.Errorf("%s was sent, but it cannot be seen whether %s shows it: %w", name, ref, err)
		}
		if normalizeEOL(now.Readme) != normalizeEOL(want) {
			return now, fmt.Errorf("%s was sent, but %s shows another full description: see hubctl repos readme diff", name, ref)
		}
		return now, nil
	}
	return verb.Show(a, cmd, repoTable, show)
}

func readmeDiff(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "diff NAMESPACE/REPOSITORY [FILE]", Short: "Compare the full description of a repository with a file",
		Args: cobra.RangeArgs(1, 2), ValidArgsFunction: cli.CompleteAt(completeRepos(a), completeFiles),
		Long: "Print what would change if the file became the full description. The exit status\n" +
			"is 0 if nothing would and 8 if something would. " + readmeFiles +
			"\nLine ends and empty lines at the end do not count.",
		Example: "  hubctl repos readme diff acme/checkout-api || hubctl repos readme set acme/checkout-api",
	}
	local := localReadme(a, cmd)
	cli.ExitsWith(cmd, 8, "they differ")
	return verb.PrintText(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (verb.Text, error) {
		ref, err := a.Repository(args[0])
		if err != nil {
			return verb.Text{}, err
		}
		name, want, err := local(ctx, args[1:])
		if err != nil {
			return verb.Text{}, err
		}
		r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			return verb.Text{}, err
		}
		d := string(diff.Diff(ref.String(), []byte(normalizeEOL(r.Readme)), name, []byte(normalizeEOL(want))))
		if d != "" {
			err = cli.CheckError(fmt.Sprintf("the full description of %s differs from %s", ref, name))
		}
		return verb.Text{Text: d, Document: map[string]any{
			"repository": ref.String(), "file": name,
			"differs": d != "", "diff": d,
		}}, err
	})
}

// readmeFiles says which file is read when none is given.
const readmeFiles = "Without FILE it is the first that exists of\n" +
	"README-containers.md, docker/README.md and README.md; - is standard input."

// localReadme declares --base-url, and returns what reads the file that the
// arguments name, or the usual one, with its links completed.
func localReadme(a *cli.App, cmd *cobra.Command) func(ctx context.Context, args []string) (
	name, text string, err error) {
	base := cmd.Flags().String("base-url", "",
		"complete relative links and images with this `URL`, that of the folder the file is in;\n"+
			"for images, /blob/ in it becomes /raw/, as GitHub and GitLab want it")
	cli.CompleteFlag(cmd, "base-url")
	return func(ctx context.Context, args []string) (name, text string, err error) {
		var at *url.URL
		if *base != "" {
			if at, err = parseBaseURL(*base); err != nil {
				return "", "", err
			}
		}
		if len(args) > 0 {
			name = args[0]
		} else if name, err = findReadme(); err != nil {
			return "", "", err
		}
		text, err = readText(ctx, a, name)
		if err == nil {
			err = dockerhub.CheckReadme(len(text))
		}
		if err == nil && at != nil {
			text = markdown.CompleteLinks(text, at)
		}
		if err == nil {
			err = dockerhub.CheckReadme(len(text))
		}
		return name, text, err
	}
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
		"there is no README-containers.md, docker/README.md or README.md here: name the file"))
}

// normalizeEOL is a text without what the Hub or an editor may change of it
// unasked: the form of line ends, and blanks at the end.
func normalizeEOL(s string) string {
	s = strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \t\r\n")
	if s == "" {
		return ""
	}
	return s + "\n"
}

// completeFiles leaves an argument to the shell, which knows files.
func completeFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}
