package cmd

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/gc"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var manifestTable = output.Table[dockerhub.Manifest]{
	{Name: "reference", Key: true, Wide: true, Cell: func(m dockerhub.Manifest) output.Value {
		return output.Text(m.String())
	}},
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
	return cli.Placed(cli.Group(a, "manifests", "Manage the manifests of repositories", manifestsList,
		manifestsDelete, manifestsPrune), "org", "namespace")
}

func manifestsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the manifests of a repository", Args: cli.ExactArgs(1),
		Long: `List the manifests of a repository: images and image indexes, with or without a
tag. Those without a tag may be images in an index that has one. Docker does not
document this part of its API.
-q prints NAMESPACE/REPO@DIGEST, which hubctl manifests delete accepts.`,
		Example: "  hubctl manifests list demo/ci-images --untagged", ValidArgsFunction: completeRepos(a),
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

func manifestsDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO@DIGEST...", Short: "Delete manifests without a tag", ValidArgsFunction: completeManifests(a),
		Long: `Delete manifests in the registry. This cannot be undone. A manifest that has a
tag, or that another manifest refers to, cannot be deleted. If an index and its
images are named, the index is deleted first.
- reads manifests from standard input, one per line.

` + registryHelp + `

To delete all untagged manifests that nothing needs, use hubctl manifests prune.`,
		Example: "  hubctl manifests prune demo/ci-images --pushed-before 365d --dry-run -q \\\n" +
			"    | hubctl manifests delete - --yes",
	}
	d := manifestDeleter{a: a}
	return verb.Bulk(a, cmd, verb.BulkAction[hub.Reference]{
		Verb: "Delete", Done: "deleted", Ask: true, Parse: a.Manifest,
		Resolve: d.resolve, After: d.after, Became: d.became,
		Do: func(ctx context.Context, _ *dockerhub.Client, _ []string, r hub.Reference) error {
			return d.Delete(ctx, r, d.referrers[r], func(string) bool { return false }, false)
		},
	})
}

// registryHelp is the help about who may delete manifests.
const registryHelp = `This takes a password or an access token with the permission to delete: the
scope repo:admin, or scope-image-delete of an organization access token. hubctl
sends it to auth.docker.io, and the token that it gets to registry-1.docker.io.`

// A manifestDeleter deletes the manifests named by arguments.
type manifestDeleter struct {
	gc.Deleter
	a         *cli.App
	referrers map[hub.Reference][]string
}

// resolve looks for references between the manifests, and orders them accordingly.
func (d *manifestDeleter) resolve(
	ctx context.Context, c *dockerhub.Client, _ []string, items []verb.Named[hub.Reference],
) (err error) {
	if d.Registry, err = imageRegistry(d.a, c); err != nil {
		return err
	}
	references := make([]hub.Reference, len(items))
	for i, item := range items {
		references[i] = item.Value
	}
	planner := gc.Planner{Client: c, Registry: d.Registry, Concurrency: d.a.Settings.Concurrency}
	ordered, err := planner.Named(ctx, references)
	d.referrers = map[hub.Reference][]string{}
	for i, n := range ordered {
		items[i] = verb.Named[hub.Reference]{ID: n.String(), Value: n.Reference}
		if n.Needed != "" {
			items[i].Err = hub.ConflictError("not deleted: it " + n.Needed)
		}
		d.referrers[n.Reference] = n.Referrers
	}
	return err
}

// after returns the manifests to delete before one.
func (d *manifestDeleter) after(r hub.Reference) []hub.Reference {
	var all []hub.Reference
	for _, name := range d.referrers[r] {
		if before, err := hub.ParseManifest(name); err == nil {
			all = append(all, before)
		}
	}
	return all
}

func (d *manifestDeleter) became(r hub.Reference) string { return became(d.Outcome(r.String())) }

// became is the past tense for a manifest with this outcome.
func became(o gc.Outcome) string {
	switch o {
	case gc.Gone:
		return "already gone:"
	case gc.Accepted:
		return "the registry is now deleting"
	case gc.Deleted:
	}
	return "deleted"
}

// imageRegistry returns the registry for the session's account.
func imageRegistry(a *cli.App, c *dockerhub.Client) (*dockerhub.ImageRegistry, error) {
	s := a.Current.Session
	switch {
	case s.Kind == dockerhub.Anonymous:
		return nil, cli.ErrNotLoggedIn
	case s.Secret() == "":
		return nil, cli.NewAuthError("the registry needs a password or an access token, and not a session (" + s.Source +
			"): log in with an access token (hubctl login), or set HUBCTL_USER and HUBCTL_TOKEN")
	}
	return c.Manifests.Registry(s.User, s.Secret())
}

// completeManifests completes REPO@ with the digests of manifests without a tag.
func completeManifests(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		repository, _, found := strings.Cut(typed, "@")
		if !found {
			return completeRepos(a)(cmd, args, typed)
		}
		var r hub.Reference
		return cli.CompleteNamed(a, cmd, args, repository+"@", func() (_ string, err error) {
			r, err = a.Repository(repository)
			return "untagged " + r.String(), err
		}, func(ctx context.Context, c *dockerhub.Client) (cs []cli.Candidate, _ error) {
			for m, err := range c.Manifests.List(ctx, r.Namespace, r.Name) {
				if err != nil {
					return nil, err
				}
				if m.Sent("tags") && len(m.Tags) == 0 {
					cs = append(cs, cli.Candidate{Value: m.Digest, About: "pushed " + m.LastPushed.Format(time.DateOnly)})
				}
			}
			return cs, nil
		})
	}
}
