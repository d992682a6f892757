package cmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var manifestTable = output.Table[dockerhub.Manifest]{
	{Name: "digest", Key: true, Cell: func(m dockerhub.Manifest) output.Value { return output.Digest(m.Digest) }},
	{Name: "tags", Cell: func(m dockerhub.Manifest) output.Value { return output.List(m.Tags) }},
	{Name: "last_pushed", Spare: true, Cell: func(m dockerhub.Manifest) output.Value {
		return output.Time(m.LastPushed.Time)
	}},
	{Name: "last_pulled", Wide: true, Cell: func(m dockerhub.Manifest) output.Value {
		return output.Time(m.LastPulled.Time)
	}},
	{Name: "size", Wide: true, Cell: func(m dockerhub.Manifest) output.Value { return knownSize(m.Size) }},
	{Name: "media_type", Wide: true, Cell: func(m dockerhub.Manifest) output.Value { return output.Text(m.MediaType) }},
}

func newManifests(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "manifests", "Manage the manifests of repositories", manifestsList),
		"org", "namespace")
}

func manifestsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the manifests of a repository", Args: cli.ExactArgs(1),
		Long: `List the manifests of a repository: images and image indexes, with or without a
tag. Docker does not document this part of its API.`,
		Example: "  hubctl manifests list demo/api --untagged", ValidArgsFunction: completeRepos(a),
	}
	untagged := cli.BoolFlag(cmd, "untagged", "only manifests without a tag")
	keep := &cli.Filter[dockerhub.Manifest]{A: a, Cmd: cmd, Things: "manifests"}
	keep.By(untagged, "tags",
		func(m dockerhub.Manifest) cli.Ruling { return cli.Rule(m.Sent("tags"), len(m.Tags) == 0) })
	rows := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, _ []string,
	) iter.Seq2[dockerhub.Manifest, error] {
		return keep.Of(c.Manifests.List(ctx, r.Namespace, r.Name))
	}
	return verb.ListOfRepo(a, cmd, manifestTable, rows)
}
