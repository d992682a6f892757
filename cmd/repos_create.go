package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/records"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

func reposCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create REPO|-", Short: "Create repositories",
		Long: `Create a repository. hubctl refuses a description of more than 100 bytes and a
README of more than 25,000 bytes, which the Hub would reject or truncate. The
file of -f may name the repository.` +
			verb.BatchHelp("name, namespace, description, private, and readme or full_description"),
		Example: "  hubctl repos create acme/api --private --description 'The API'\n" +
			"  hubctl repos create acme/api --readme README.md --if-missing\n" +
			"  hubctl repos create -f repository.json\n" +
			"  hubctl repos create - --private --if-missing < repositories.csv",
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	d := describeFlags(cmd)
	missing := cli.BoolFlag(cmd, "if-missing", "succeed without changes if the repository exists")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if d.file.Changed() {
			return cli.MaximumNArgs(1)(cmd, args)
		}
		return cli.ExactArgs(1)(cmd, args)
	}
	create := func(ctx context.Context, c *dockerhub.Client, args []string) (none dockerhub.Repo, _ error) {
		ref, err := repositoryIn(a, d.file.Body, args)
		if err != nil {
			return none, err
		}
		p, err := d.read(ctx, a)
		if err != nil {
			return none, err
		}
		r := dockerhub.RepoRequest{Body: p.Body, Name: ref.Name, Namespace: ref.Namespace, Private: d.isPrivate()}
		r.Description, r.Readme = textOf(p.Description), textOf(p.Readme)
		return verb.IfMissing(missing.Value,
			func() (dockerhub.Repo, error) { return c.Repos.Create(ctx, r) },
			func() (dockerhub.Repo, error) { return c.Repos.Get(ctx, ref.Namespace, ref.Name) })
	}
	verb.Show(a, cmd, repoTable, create)
	return reposCreateMany(a, cmd, d)
}

// reposCreateMany lets cmd create the repositories listed on standard input.
func reposCreateMany(a *cli.App, cmd *cobra.Command, d describer) *cobra.Command {
	check := func(ctx context.Context, f map[string]string) (string, error) {
		if f["namespace"] != "" {
			f["name"] = f["namespace"] + "/" + f["name"]
		}
		ref, err := a.Repository(f["name"])
		if err != nil {
			return "", err
		}
		if f["readme"] != "" {
			if f["full_description"] != "" {
				return "", errors.New("readme (a file) and full_description (its text) cannot be used together")
			}
			if f["full_description"], err = a.IO.ReadText(ctx, f["readme"]); err != nil {
				return "", cli.NewUsageError(err)
			}
		}
		if private := d.isPrivate(); private != nil && f["private"] == "" {
			f["private"] = strconv.FormatBool(*private)
		}
		f["name"], f["namespace"] = ref.Name, ref.Namespace
		r, err := repoOf(f)
		if err == nil {
			err = r.Check()
		}
		return ref.Repository(), err
	}
	return verb.Batch(a, cmd, verb.BatchSpec{
		Kind: "repos create", Verb: "Create", Done: "created", Table: repoTable.Untyped(),
		Columns: []records.Column{
			"name repository", "namespace", "description", "private is_private", "readme", "full_description",
		},
		Files: []string{"readme"}, Check: check,
		Do: func(ctx context.Context, c *dockerhub.Client, e verb.BatchItem) (output.Row, error) {
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

// repositoryIn returns the repository named by the first argument or the file, which
// must not contradict each other.
func repositoryIn(a *cli.App, file dockerhub.Body, args []string) (hub.Reference, error) {
	var in struct{ Name, Namespace string }
	_ = json.Unmarshal(file.Base, &in) // the server refuses a name that is not a string
	named := hub.Reference{Namespace: in.Namespace, Name: in.Name}.Repository()
	switch {
	case len(args) == 0 && in.Name == "":
		return hub.Reference{}, hub.InputError("no repository given: pass REPO or set name in the file")
	case len(args) == 0:
		return a.Repository(named)
	}
	ref, err := a.Repository(args[0])
	if err == nil && (in.Name != "" && in.Name != ref.Name || in.Namespace != "" && in.Namespace != ref.Namespace) {
		err = hub.InputError(fmt.Sprintf("%s contradicts the file, which names %s", ref, named))
	}
	return ref, err
}

// repoOf returns the repository that a record describes.
func repoOf(f map[string]string) (dockerhub.RepoRequest, error) {
	r := dockerhub.RepoRequest{
		Name: f["name"], Namespace: f["namespace"], Description: f["description"], Readme: f["full_description"],
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

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
