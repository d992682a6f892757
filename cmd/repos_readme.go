package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
)

func reposReadme(a *app) *cobra.Command {
	return group(a, "readme", "Manage the full description of a repository, its README", readmeGet, readmeSet, readmeDiff)
}

// A text is a result that is text, and a document for programs.
type text struct {
	text     string
	document any
}

// printText finishes a command that prints text: as it is, unless a format is
// asked for on this command line. A text that comes with a checkError is
// printed, too.
func printText(a *app, cmd *cobra.Command, get func(context.Context, *dockerhub.Client, []string) (text, error)) *cobra.Command {
	honors(cmd, documentFlags...)
	return a.run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		o, formatted, err := a.documentOptions()
		if err != nil {
			return err
		}
		t, err := get(ctx, c, args)
		if _, found := errors.AsType[checkError](err); err != nil && !found {
			return err
		}
		if formatted {
			return cmp.Or(output.Document(a.io.Out, mustJSON(t.document), o), err)
		}
		return cmp.Or(a.printText(t.text), err)
	})
}

// textOptions are the options of a command whose result is a text. A format from
// the file or environment is only a preference, and does not change it.
func (a *app) textOptions() output.Options {
	o := a.options()
	if !a.flags.outputGiven && o.JQ == "" && o.Template == "" {
		o.Format = "table"
	}
	return o
}

// documentOptions are textOptions, and tell whether a document is wanted instead
// of the text.
func (a *app) documentOptions() (o output.Options, wanted bool, err error) {
	o = a.textOptions()
	wanted = o.Format != "table" || o.JQ != "" || o.Template != ""
	if wanted {
		if err := output.CheckDocument(o); err != nil {
			return o, wanted, usageError{err}
		}
	}
	return o, wanted, nil
}

// printText prints text as it is, but safe and with a line's end on a terminal.
func (a *app) printText(text string) error {
	w, end := a.rawWriter()
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	return end()
}

func readmeGet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get NAMESPACE/REPOSITORY", Short: "Print the full description of a repository", Args: cobra.ExactArgs(1),
		Example:           "  hubctl repos readme get library/nginx > README.md",
		ValidArgsFunction: a.completeRepos,
	}
	return printText(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (text, error) {
		ref, err := a.repository(args[0])
		if err != nil {
			return text{}, err
		}
		r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		return text{r.Readme, map[string]string{"full_description": r.Readme}}, err
	})
}

func readmeSet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set NAMESPACE/REPOSITORY [FILE]", Short: "Make a file the full description of a repository", Args: cobra.RangeArgs(1, 2),
		Long: "Make a Markdown file the full description of a repository, and read it back to\n" +
			"see that it is. " + readmeFiles + "\nThe Hub takes 25,000 bytes; a longer file is refused, not cut.",
		Example: "  hubctl repos readme set acme/checkout-api\n" +
			"  hubctl repos readme set acme/checkout-api docs/hub.md --description 'The API' \\\n" +
			"    --base-url https://github.com/acme/checkout-api/blob/main/docs/",
		ValidArgsFunction: completeAt(a.completeRepos, completeFiles),
	}
	local := localReadme(a, cmd)
	description := cmd.Flags().String("description", "", "short description to set as well, a `text` of up to 100 bytes")
	completeFlag(cmd, "description")
	return one(a, cmd, repoTable, func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Repo, error) {
		ref, err := a.repository(args[0])
		if err != nil {
			return dockerhub.Repo{}, err
		}
		name, want, err := local(ctx, args[1:])
		if err != nil {
			return dockerhub.Repo{}, err
		}
		p := dockerhub.RepoPatch{Description: changed(cmd, "description", description), Readme: &want}
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
		if settled(now.Readme) != settled(want) {
			return now, fmt.Errorf("%s was sent, but %s shows another full description: see hubctl repos readme diff", name, ref)
		}
		return now, nil
	})
}

func readmeDiff(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "diff NAMESPACE/REPOSITORY [FILE]", Short: "Compare the full description of a repository with a file", Args: cobra.RangeArgs(1, 2),
		Long: "Print what would change if the file became the full description. The exit status\n" +
			"is 0 if nothing would and 8 if something would. " + readmeFiles + "\nLine ends and empty lines at the end do not count.",
		Example:           "  hubctl repos readme diff acme/checkout-api || hubctl repos readme set acme/checkout-api",
		ValidArgsFunction: completeAt(a.completeRepos, completeFiles),
	}
	local := localReadme(a, cmd)
	return printText(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (text, error) {
		ref, err := a.repository(args[0])
		if err != nil {
			return text{}, err
		}
		name, want, err := local(ctx, args[1:])
		if err != nil {
			return text{}, err
		}
		r, err := c.Repos.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			return text{}, err
		}
		d := string(diff.Diff(ref.String(), []byte(settled(r.Readme)), name, []byte(settled(want))))
		if d != "" {
			err = checkError(fmt.Sprintf("the full description of %s differs from %s", ref, name))
		}
		return text{d, map[string]any{"repository": ref.String(), "file": name, "differs": d != "", "diff": d}}, err
	})
}

// readmeFiles says which file is read when none is given.
const readmeFiles = "Without FILE it is the first that exists of\nREADME-containers.md, docker/README.md and README.md; - is standard input."

// localReadme declares --base-url, and returns what reads the file that the
// arguments name, or the usual one, with its links completed.
func localReadme(a *app, cmd *cobra.Command) func(ctx context.Context, args []string) (name, text string, err error) {
	base := cmd.Flags().String("base-url", "", "complete relative links and images with this `URL`, that of the folder the file is in;\n"+
		"for images, /blob/ in it becomes /raw/, as GitHub and GitLab want it")
	completeFlag(cmd, "base-url")
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
		text, err = a.readText(ctx, name)
		if err == nil {
			err = dockerhub.CheckReadme(len(text))
		}
		if err == nil && at != nil {
			text = linkCompleter{at}.markdown(text)
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
	return "", usageError{errors.New("there is no README-containers.md, docker/README.md or README.md here: name the file")}
}

// settled is a text without what the Hub or an editor may change of it
// unasked: the form of line ends, and blanks at the end.
func settled(s string) string {
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
