package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/orgfile"
	"github.com/hubctl/hubctl/internal/verb"
)

func orgsDiff(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "diff -f FILE", Short: "Compare an organization with its file", Args: cli.NoArgs,
		Long: `Compare an organization with files that hubctl orgs export wrote. If there is a
difference, the exit status is 8. This changes nothing.

Only what is written in the files is compared: a section, or a key of a thing,
that is left out is not compared. Things that the files do not name, such as
other repositories, are listed apart, and count as differences only with
--prune: all of them, or those of the given sections.

-o markdown prints the differences for a comment on a pull request.

People who are invited count as members. Several files, and the .yaml files of a
folder, count as one.`,
		Example: "  hubctl orgs diff -f acme.yaml\n" +
			"  hubctl orgs diff -f acme.yaml --prune=teams,repositories\n" +
			"  hubctl orgs diff -f acme.yaml -o markdown > comment.md",
	}
	files := orgFilesFlag(cmd)
	prune := pruneFlag(cmd, "count")
	cli.ExitsWith(cmd, 8, "there is a difference")
	diff := func(ctx context.Context, c *dockerhub.Client, _ []string) (verb.Text, error) {
		if _, formatted, _ := a.DocumentOptions(); formatted && a.Flags.Markdown {
			return verb.Text{}, cli.NewUsageError(errors.New("-o markdown cannot be combined with --jq or --template"))
		}
		f, err := orgFile(ctx, a, files.Value)
		if err != nil {
			return verb.Text{}, err
		}
		live, err := readOrg(ctx, a, c, f.Organization, f.Sections())
		if err != nil {
			return verb.Text{}, err
		}
		d, err := f.Compare(live, *prune)
		if err != nil {
			return verb.Text{}, err
		}
		text := d.Text()
		if a.Flags.Markdown {
			text = d.Markdown()
		}
		if len(d.Changes) > 0 {
			err = cli.CheckError(fmt.Sprintf("%s differs from its file: %s", f.Organization, d.Summary()))
		}
		return verb.Text{Text: text, Document: d}, err
	}
	return verb.PrintText(a, cli.WithMarkdown(cmd), diff)
}

// orgFilesFlag declares -f for the files of an organization.
func orgFilesFlag(cmd *cobra.Command) *cli.Flag[[]string] {
	var f cli.Flag[[]string]
	cmd.Flags().StringArrayVarP(&f.Value, "file", "f", nil, "`file` or folder (-: standard input; repeatable)")
	return &f
}

// pruneFlag declares --prune, and returns the sections that it names. What the command
// does with things that no file names is for the help.
func pruneFlag(cmd *cobra.Command, does string) *pruneSections {
	var p pruneSections
	f := cmd.Flags().VarPF(&p, "prune", "", does+" things that no file names: all, or these `sections`")
	f.NoOptDefVal = "all"
	cli.CompleteFlag(cmd, "prune", append([]string{"all"}, orgfile.Sections...)...)
	return &p
}

// pruneSections is the value of --prune: sections, separated by commas.
type pruneSections []string

func (p *pruneSections) String() string { return strings.Join(*p, ",") }

func (*pruneSections) Type() string { return "sections" }

func (p *pruneSections) Set(s string) error {
	for name := range strings.SplitSeq(s, ",") {
		switch {
		case name == "all":
			*p = append(*p, orgfile.Sections...)
		case slices.Contains(orgfile.Sections, name):
			*p = append(*p, name)
		default:
			return fmt.Errorf("must be all, or some of %s", strings.Join(orgfile.Sections, ","))
		}
	}
	return nil
}

func orgsSchema(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of organization files", Args: cli.NoArgs,
		Long: `Print the JSON Schema (2020-12) of the files that hubctl orgs export writes.
Editors use it for completion, and hubctl orgs diff checks files with it.`,
		Example: "  hubctl orgs schema > organization.schema.json",
	}
	cli.Honors(cmd, cli.TextFlags...)
	return a.Local(cli.Placed(cli.Offline(cmd)), func(context.Context, []string) error {
		return a.PrintText(strings.TrimRight(string(orgfile.Schema), "\n") + "\n")
	})
}
