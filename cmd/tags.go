package cmd

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var tagTable = output.Table[dockerhub.Tag]{
	{Name: "reference", Key: true, Wide: true, Cell: func(t dockerhub.Tag) output.Value {
		return output.Text(t.String())
	}},
	{Name: "tag", Key: true, Match: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.Name) }},
	{Name: "last_pushed", Cell: func(t dockerhub.Tag) output.Value { return output.Time(t.LastPushed.Time) }},
	{Name: "last_pulled", Cell: func(t dockerhub.Tag) output.Value { return output.Time(t.LastPulled.Time) }},
	{Name: "size", Cell: func(t dockerhub.Tag) output.Value { return knownSize(t.FullSize) }},
	{Name: "platforms", Cell: func(t dockerhub.Tag) output.Value { return output.List(platforms(t)) }},
	{Name: "status", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.Status) }},
	{Name: "pushed_by", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.LastUpdater) }},
	{Name: "media_type", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.MediaType) }},
	{Name: "content_type", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.ContentType) }},
	{Name: "digest", Key: true, Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Digest(t.Digest) }},
	{Name: "url", Wide: true, Cell: func(t dockerhub.Tag) output.Value {
		return output.Text(dockerhub.DefaultURL + t.Page())
	}},
}

// imageTable shows the images of a tag. Its columns are never truncated.
var imageTable = output.Table[dockerhub.Image]{
	{Name: "digest", Key: true, Cell: func(i dockerhub.Image) output.Value { return output.Digest(i.Digest) }},
	{Name: "platform", Key: true, Cell: func(i dockerhub.Image) output.Value { return output.Text(i.Platform()) }},
	{Name: "size", Key: true, Cell: func(i dockerhub.Image) output.Value { return knownSize(i.Size) }},
	{Name: "last_pulled", Key: true, Spare: true, Cell: func(i dockerhub.Image) output.Value {
		return output.Time(i.LastPulled.Time)
	}},
}

// knownSize is a size in bytes; 0 = unknown.
func knownSize(n int64) output.Value {
	if n == 0 {
		return output.Unknown()
	}
	return output.Bytes(n)
}

func platforms(t dockerhub.Tag) []string {
	var all []string
	for _, i := range t.Images {
		if p := i.Platform(); !i.Attestation() && p != "" && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func newTags(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "tags", "Manage the tags of repositories", tagsList, tagsGet, tagsDelete, tagsExists, tagsLayers,
		tagsPrune)
	return cli.Called(cli.Placed(cmd, "org", "namespace"), "tags", "%s")
}

func tagsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list REPO", Short: "List the tags of a repository", Args: cli.ExactArgs(1),
		Long: `List the tags of a repository, newest first.
-q prints NAMESPACE/REPO:TAG, which hubctl tags delete accepts.`,
		Example: "  hubctl tags list library/nginx --search alpine --limit 10\n" +
			"  hubctl tags list demo/api --columns tag,digest --digest sha256:3d14\n" +
			"  hubctl tags list -q demo/api --inactive | hubctl tags delete - --yes",
		ValidArgsFunction: completeRepos(a),
	}
	search := cli.StringFlag(cmd, "search", "only names that contain this `text` (searched by the Hub)")
	keep := tagFilter(a, cmd)
	list := func(ctx context.Context, c *dockerhub.Client, r hub.Reference, _ []string) iter.Seq2[dockerhub.Tag, error] {
		rows := c.Tags.List(ctx, r.Namespace, r.Name, dockerhub.TagListOptions{Name: search.Value})
		if !search.Changed() {
			rows = cli.RememberCandidates(ctx, a, tagNoun(r), tagCandidate, rows)
		}
		return keep.Of(rows)
	}
	return verb.ListOfRepo(a, cmd, tagTable, list)
}

// tagFilter declares the filters that hubctl applies itself.
func tagFilter(a *cli.App, cmd *cobra.Command) *cli.Filter[dockerhub.Tag] {
	keep := &cli.Filter[dockerhub.Tag]{A: a, Cmd: cmd, Things: "tags"}
	byPlatform(keep, "only tags with an image", "images", dockerhub.Tag.HasPlatform)
	digest := cli.StringFlag(cmd, "digest", "only tags or images whose digest starts with `digest`")
	keep.By(digest, "digests", func(t dockerhub.Tag) cli.Ruling {
		has, known := t.HasDigest(digest.Value)
		return cli.Rule(known, has)
	})
	pushed := cli.PastFlag(a, cmd, "pushed-before", "only tags last pushed before this `time`, such as 90d ago")
	keep.By(pushed, "push times", func(t dockerhub.Tag) cli.Ruling {
		return cli.Rule(!t.LastPushed.IsZero(), t.LastPushed.Before(pushed.At.Time))
	})
	pulled := cli.PastFlag(a, cmd, "pulled-before", "only tags last pulled before this `time`, or never")
	keep.By(pulled, "pull times", func(t dockerhub.Tag) cli.Ruling {
		return cli.Rule(t.PullsKnown(), t.LastPulled.Before(pulled.At.Time)) // a tag that was never pulled matches
	})
	kind := cli.StringFlag(cmd, "content-type", "only tags of this `type`, such as image or helm",
		dockerhub.ContentTypes...)
	keep.By(kind, "content types",
		func(t dockerhub.Tag) cli.Ruling { return cli.Rule(t.ContentType != "", t.ContentType == kind.Value) })
	for _, status := range []string{"active", "inactive"} {
		keep.By(cli.BoolFlag(cmd, status, "only "+status+" tags"), "statuses",
			func(t dockerhub.Tag) cli.Ruling { return cli.Rule(t.Status != "", t.Status == status) })
	}
	cli.Exclusive(cmd, "active", "inactive")
	return keep
}

// byPlatform declares --os and --arch, and adds their criterion.
func byPlatform[T any](
	keep *cli.Filter[T], only, field string, has func(v T, system, arch string) (has, known bool),
) {
	system := cli.VarFlag[platformPart](keep.Cmd, "os", only+" for this operating `system`", "linux", "windows")
	arch := cli.VarFlag[platformPart](keep.Cmd, "arch", only+" for this `architecture`",
		"amd64", "arm64", "arm/v7", "386", "ppc64le", "s390x", "riscv64")
	for _, flag := range []*cli.Flag[platformPart]{system, arch} {
		keep.By(flag, field, func(v T) cli.Ruling {
			has, known := has(v, string(system.Value), string(arch.Value))
			return cli.Rule(known, has)
		})
	}
}

// A platformPart is the value of --os or --arch.
type platformPart string

func (p *platformPart) String() string { return string(*p) }

func (*platformPart) Type() string { return "platform" }

// Set refuses a value with both a system and an architecture.
func (p *platformPart) Set(s string) error {
	if system, arch, ok := strings.Cut(s, "/"); ok &&
		slices.Contains([]string{"linux", "windows", "darwin", "freebsd"}, system) {
		return fmt.Errorf("use --os %s --arch %s", system, arch)
	}
	*p = platformPart(s)
	return nil
}

func tagsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get REPO:TAG...", Short: "Show tags and their images",
		Long: `Show tags and their images, one per platform. The size that the Hub reports for
a tag is usually the size of one image.`,
		Example: "  hubctl tags get library/nginx:latest\n" +
			"  hubctl tags get library/nginx:latest --jq '.images[].digest'",
		ValidArgsFunction: completeTags(a),
	}
	attestations := cli.BoolFlag(cmd, "attestations", "also show attestations, such as provenance")
	images := func(t dockerhub.Tag) []dockerhub.Image {
		return slices.DeleteFunc(slices.Clone(t.Images),
			func(i dockerhub.Image) bool { return i.Attestation() && !attestations.Value })
	}
	return verb.GetDetail(a, cmd, tagTable, verb.Targets[hub.Reference]{Parse: a.Tag},
		func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) (dockerhub.Tag, error) {
			return c.Tags.Get(ctx, r.Namespace, r.Name, r.Tag)
		}, imageTable, images)
}

func tagsDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete REPO:TAG...", Short: "Delete tags", ValidArgsFunction: completeTags(a),
		Long: `Delete tags. This cannot be undone. Images without a tag remain in the
repository. - reads tags from standard input, one per line.

To delete tags by a rule or a pattern, use hubctl tags prune.`,
		Example: "  hubctl tags delete demo/api:0.7.1 demo/api:0.7.2\n" +
			"  hubctl tags list -q demo/api --pulled-before 90d | hubctl tags delete - --yes",
	}
	return verb.Delete(a, cmd, a.Tag, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Tags.Delete(ctx, r.Namespace, r.Name, r.Tag)
	})
}

func tagsExists(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "exists REPO[:TAG]", Short: "Check whether a tag exists",
		Args: cli.ExactArgs(1), ValidArgsFunction: completeTags(a),
		Long: `Check whether a tag exists or, without a tag, whether the repository has any.
If not, the exit status is 8. Nothing is printed without -o, --jq or --template.`,
		Example: "  hubctl tags exists demo/api:0.7.3 || docker push demo/api:0.7.3",
	}
	return verb.Exists(a, cmd, a.Reference, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		if r.Tag == "" {
			there, err := c.Tags.HasTags(ctx, r.Namespace, r.Name)
			return cli.CheckResult(there, err, r.String()+" has no tags or does not exist")
		}
		there, err := c.Tags.Exists(ctx, r.Namespace, r.Name, r.Tag)
		return cli.CheckResult(there, err, r.String()+" does not exist")
	})
}

func tagCandidate(t dockerhub.Tag) (value, about string) {
	if t.LastPushed.IsZero() {
		return t.Name, ""
	}
	return t.Name, "pushed " + t.LastPushed.Format(time.DateOnly)
}

func tagNoun(r hub.Reference) string { return "tags " + r.Repository() }

// completeTags completes repositories before the colon, and tags after it. The Hub
// searches for the tags.
func completeTags(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		repository, part, tagged := strings.Cut(typed, ":")
		if !tagged {
			repos, directive := completeRepos(a)(cmd, args, typed)
			return repos, directive | cobra.ShellCompDirectiveNoSpace
		}
		return cli.CompleteNamed(a, cmd, args, repository+":", func() (string, error) {
			r, err := a.Repository(repository)
			if part != "" {
				return "", err // a search does not find all tags, so nothing is cached
			}
			return tagNoun(r), err
		}, func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			r, err := a.Repository(repository)
			if err != nil {
				return nil, err
			}
			rows := c.Tags.List(dockerhub.WithMaxRows(ctx, page), r.Namespace, r.Name, dockerhub.TagListOptions{Name: part})
			return cli.Candidates(tagCandidate, seq.Take(page, rows))
		})
	}
}

// page is the number of tags that completion offers, from one request.
const page = 100
