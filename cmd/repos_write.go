package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

func reposCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create NAMESPACE/REPOSITORY|-", Short: "Create a repository, or many",
		Long: "Create a repository. What the Hub would refuse or cut is refused before anything\n" +
			"is sent: a description of more than 100 bytes, a README of more than 25,000. With\n" +
			"-f the file may name the repository." +
			verb.BatchHelp("name, namespace, description, private, and readme or full_description"),
		Example: "  hubctl repos create acme/api --private --description 'The API' --readme README.md\n" +
			"  hubctl repos create acme/api --if-missing\n" +
			"  hubctl repos create -f repository.json\n" +
			"  hubctl repos create - --private --if-missing < repositories.csv",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	description, readme := describing(a, cmd)
	private := cmd.Flags().Bool("private", false, "only those with rights to it can see it")
	missing := cmd.Flags().Bool("if-missing", false, "leave the repository as it is if it exists already, and succeed")
	body := cli.FileFlag(a, cmd)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("file") {
			return cobra.MaximumNArgs(1)(cmd, args)
		}
		return cobra.ExactArgs(1)(cmd, args)
	}
	verb.Show(a, cmd, repoTable, func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Repo, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		ref, err := repositoryIn(a, base, args)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		r := dockerhub.RepoRequest{
			Body: base, Name: ref.Name, Namespace: ref.Namespace, Description: *description,
			Private: cli.Changed(cmd, "private", private),
		}
		text, err := readme(ctx)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		if text != nil {
			r.Readme = *text
		}
		return verb.IfMissing(a, *missing,
			func() (dockerhub.Repo, error) { return c.Repos.Create(ctx, r) },
			func() (dockerhub.Repo, error) { return c.Repos.Get(ctx, ref.Namespace, ref.Name) })
	})
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "repos create", Verb: "Create", Done: "created", Things: "repositories", Table: repoTable.Untyped(),
		Columns: []records.Column{
			"name repository", "namespace", "description", "private is_private", "readme",
			"full_description",
		},
		Files: []string{"readme"},
		Check: func(ctx context.Context, f map[string]string) (string, error) {
			if f["namespace"] != "" {
				f["name"] = f["namespace"] + "/" + f["name"]
			}
			ref, err := a.Repository(f["name"])
			if err == nil && f["readme"] != "" {
				if f["full_description"] != "" {
					return "", errors.New("give readme, a file, or full_description, a text")
				}
				f["full_description"], err = readText(ctx, a, f["readme"])
			}
			if err != nil {
				return "", err
			}
			f["name"], f["namespace"] = ref.Name, ref.Namespace
			r, err := repoOf(f)
			if err == nil {
				err = r.Check()
			}
			return ref.Repository(), err
		},
		Do: func(ctx context.Context, c *dockerhub.Client, _ *job.Job[verb.BatchItem], e verb.BatchItem,
			_ job.Progress,
		) (output.Row, error) {
			r, err := repoOf(e.Fields)
			if err != nil {
				return nil, err
			}
			return c.Repos.Create(ctx, r)
		},
		Get: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
			return c.Repos.Get(ctx, e.Fields["namespace"], e.Fields["name"])
		},
	})
}

// repositoryIn is the repository that a file or the first argument names, and
// neither may contradict the other.
func repositoryIn(a *cli.App, file dockerhub.Body, args []string) (hub.Reference, error) {
	var in struct{ Name, Namespace string }
	_ = json.Unmarshal(file.Base, &in) // what is no name is the server's to refuse
	named := hub.Reference{Namespace: in.Namespace, Name: in.Name}.Repository()
	switch {
	case len(args) == 0 && in.Name == "":
		return hub.Reference{}, hub.InputError("the file does not name the repository: " +
			"give it a name, or the command NAMESPACE/REPOSITORY")
	case len(args) == 0:
		return a.Repository(named)
	}
	ref, err := a.Repository(args[0])
	if err == nil && (in.Name != "" && in.Name != ref.Name || in.Namespace != "" && in.Namespace != ref.Namespace) {
		err = hub.InputError(fmt.Sprintf("the command line names %s and the file %s", ref, named))
	}
	return ref, err
}

// repoOf is the repository that the fields of a record describe.
func repoOf(f map[string]string) (dockerhub.RepoRequest, error) {
	r := dockerhub.RepoRequest{
		Name: f["name"], Namespace: f["namespace"], Description: f["description"],
		Readme: f["full_description"],
	}
	if f["private"] == "" {
		return r, nil
	}
	private, err := settings.ParseBool(f["private"])
	if err != nil {
		err = fmt.Errorf("private: %q: %w", f["private"], err)
	}
	r.Private = &private
	return r, err
}

func reposPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch NAMESPACE/REPOSITORY", Short: "Change what a repository says of itself", Args: cobra.ExactArgs(1),
		Long: "Change what a repository says of itself. The Hub has been seen to lose one of the\n" +
			"two descriptions when only the other is sent, so the one that is not given is\n" +
			"read first, and both are sent.",
		Example: "  hubctl repos patch acme/checkout-api --description 'The API'", ValidArgsFunction: completeRepos(a),
	}
	description, readme := describing(a, cmd)
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("description", "readme", "file")
	show := func(ctx context.Context, c *dockerhub.Client, ref hub.Reference) (dockerhub.Repo, error) {
		base, err := body(ctx)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		text, err := readme(ctx)
		if err != nil {
			return dockerhub.Repo{}, err
		}
		return c.Repos.Update(ctx, ref.Namespace, ref.Name, dockerhub.RepoPatch{
			Body: base, Description: cli.Changed(cmd, "description", description), Readme: text,
		})
	}
	return verb.ShowOfRepo(a, cmd, repoTable, show)
}

// describing declares the flags for both descriptions, and returns what reads
// the long one: nil if it was not given.
func describing(a *cli.App, cmd *cobra.Command) (description *string, readme func(context.Context) (*string, error)) {
	description = cmd.Flags().String("description", "", "short description, a `text` of up to 100 bytes")
	file := cmd.Flags().String("readme", "",
		"full description: the Markdown in this `file` (- is standard input), up to 25,000 bytes")
	cli.CompleteFlag(cmd, "description")
	return description, func(ctx context.Context) (*string, error) {
		if !cmd.Flags().Changed("readme") {
			return nil, nil
		}
		text, err := readText(ctx, a, *file)
		return &text, err
	}
}

// readText reads a file of text, or standard input for "-".
func readText(ctx context.Context, a *cli.App, name string) (string, error) {
	b, err := a.IO.ReadFile(ctx, name)
	if err == nil && !utf8.Valid(b) {
		err = fmt.Errorf("%s: not UTF-8", name)
	}
	if err != nil {
		return "", cli.NewUsageError(err)
	}
	return string(b), nil
}

func reposDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete NAMESPACE/REPOSITORY...", Short: "Delete repositories with all their tags, for good",
		Long: "Delete repositories with all their tags, for good. On a terminal the name of each\n" +
			"has to be typed before anything is done; elsewhere --yes is needed.\n" +
			"- reads the repositories from standard input, one a line.",
		Example: "  hubctl repos delete acme/accounts-admin\n" +
			"  hubctl repos list acme -q --stale 3650d | hubctl repos delete - --yes",
		ValidArgsFunction: completeRepos(a),
	}
	return verb.Bulk(a, cmd, verb.BulkAction[hub.Reference]{
		Verb: "Delete", Done: "deleted", Ask: true, Parse: a.Repository,
		Question: func(ctx context.Context, items []string) error { return confirmNames(ctx, a, cmd, items) },
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) error {
			return c.Repos.Delete(ctx, r.Namespace, r.Name)
		},
	})
}

// confirmNames asks for the name of each repository before they are deleted.
func confirmNames(ctx context.Context, a *cli.App, cmd *cobra.Command, items []string) error {
	o := cli.Operation{Verb: "Delete", Noun: cmd.Parent().Name(), Items: items, With: "with all their tags"}
	if r, err := a.Repository(items[0]); len(items) == 1 && err == nil {
		o.With = "and all its tags"
		if n, err := a.Current.Client.Tags.Count(ctx, r.Namespace, r.Name); err == nil {
			o.With = fmt.Sprintf("and its %d tags", n)
		}
	}
	question := a.Question(o)
	for _, item := range items {
		if err := a.ConfirmTyped(ctx, question, item); err != nil {
			return err
		}
		question = ""
	}
	return nil
}

func reposExists(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "exists NAMESPACE/REPOSITORY", Short: "Tell whether a repository exists", Args: cobra.ExactArgs(1),
		Long: "Tell whether a repository exists: the exit status is 0 if it does and 8 if not. A\n" +
			"private one that the session may not see does not exist for it. Nothing is printed\n" +
			"but with -o json and the like.",
		Example: "  hubctl repos exists acme/api || hubctl repos create acme/api", ValidArgsFunction: completeRepos(a),
	}
	return verb.Exists(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (verb.Existence, error) {
		r, err := a.Repository(args[0])
		if err != nil {
			return verb.Existence{}, err
		}
		there, err := c.Repos.Exists(ctx, r.Namespace, r.Name)
		return verb.Existence{Repository: r.Repository(), Tag: "", Exists: there},
			cli.CheckResult(there, err, r.Repository()+" does not exist, or this session may not see it")
	})
}

func reposPrivacy(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "privacy NAMESPACE/REPOSITORY public|private", Short: "Make a repository public or private",
		Args: cobra.ExactArgs(2),
		Long: "Make a repository public or private. Making one public shows everybody all that is\n" +
			"in it, so that is asked about first.",
		Example: "  hubctl repos privacy acme/checkout-api private\n  hubctl repos privacy acme/checkout-api public --yes",
		ValidArgsFunction: cli.CompleteAt(completeRepos(a),
			cobra.FixedCompletions([]string{"public", "private"}, cobra.ShellCompDirectiveNoFileComp), cobra.NoFileCompletions),
	}
	cli.Honors(cmd, cli.SilentFlags...)
	return a.Run(cmd, func(ctx context.Context, c *dockerhub.Client, args []string) error {
		r, err := a.Repository(args[0])
		if err != nil {
			return err
		}
		switch args[1] {
		case "private":
		case "public":
			o := cli.Operation{Verb: "Make public", Noun: cmd.Parent().Name(), Items: []string{r.Repository()}}
			if err := a.Confirm(ctx, a.Question(o)); err != nil {
				return err
			}
		default:
			return cli.NewUsageError(fmt.Errorf("%q is neither public nor private", args[1]))
		}
		err = c.Repos.SetPrivate(ctx, r.Namespace, r.Name, args[1] == "private")
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil
		}
		if err == nil {
			a.Notice("%s is %s now", r, args[1])
		}
		return err
	})
}

func reposStar(a *cli.App) *cobra.Command {
	return starring(a, &cobra.Command{
		Use: "star NAMESPACE/REPOSITORY...", Short: "Star repositories",
		Example: "  hubctl repos star library/nginx library/redis",
	}, "starred", func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Repos.Star(ctx, r.Namespace, r.Name)
	})
}

func reposUnstar(a *cli.App) *cobra.Command {
	return starring(a, &cobra.Command{
		Use: "unstar NAMESPACE/REPOSITORY...", Short: "Take your stars back",
		Example: "  hubctl repos unstar library/nginx\n  hubctl repos starred -q | hubctl repos unstar -",
	}, "unstarred", func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Repos.Unstar(ctx, r.Namespace, r.Name)
	})
}

func starring(a *cli.App, cmd *cobra.Command, done string,
	do func(context.Context, *dockerhub.Client, hub.Reference) error,
) *cobra.Command {
	cmd.Long = cmd.Short + ".\n- reads the repositories from standard input, one a line."
	cmd.ValidArgsFunction = completeRepos(a)
	return verb.Bulk(a, cmd, verb.BulkAction[hub.Reference]{
		Done: done, Parse: a.Repository,
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) error {
			return do(ctx, c, r)
		},
	})
}

func reposStarred(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "starred [USER]", Short: "List the repositories that a user has starred", Args: cobra.MaximumNArgs(1),
		Long:    "List the repositories that a user has starred: you, if nobody is named.",
		Example: "  hubctl repos starred --columns repository,stars", ValidArgsFunction: cobra.NoFileCompletions,
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Repo, error] {
		if len(args) > 0 {
			return c.Repos.Starred(ctx, args[0])
		}
		user, err := a.Me()
		if err != nil {
			return seq.Fail[dockerhub.Repo](err)
		}
		return c.Repos.Starred(ctx, user)
	}
	return verb.List(a, cli.Placed(cmd), repoTable, rows)
}
