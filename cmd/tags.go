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
	{
		Name: "reference", Key: true, Wide: true,
		Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.String()) },
	},
	{Name: "tag", Key: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.Name) }},
	{Name: "last_pushed", Cell: func(t dockerhub.Tag) output.Value { return output.Time(t.LastPushed.Time) }},
	{Name: "last_pulled", Cell: func(t dockerhub.Tag) output.Value { return output.Time(t.LastPulled.Time) }},
	{Name: "size", Cell: func(t dockerhub.Tag) output.Value { return knownSize(t.FullSize) }},
	{Name: "platforms", Cell: func(t dockerhub.Tag) output.Value { return output.List(platforms(t)) }},
	{Name: "status", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.Status) }},
	{Name: "pushed_by", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.LastUpdater) }},
	{Name: "media_type", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.MediaType) }},
	{Name: "content_type", Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Text(t.ContentType) }},
	{Name: "digest", Key: true, Wide: true, Cell: func(t dockerhub.Tag) output.Value { return output.Digest(t.Digest) }},
}

// imageTable is of the parts of a tag, none of which is cut.
var imageTable = output.Table[dockerhub.Image]{
	{Name: "digest", Key: true, Cell: func(i dockerhub.Image) output.Value { return output.Digest(i.Digest) }},
	{Name: "platform", Key: true, Cell: func(i dockerhub.Image) output.Value { return output.Text(i.Platform()) }},
	{Name: "size", Key: true, Cell: func(i dockerhub.Image) output.Value { return knownSize(i.Size) }},
	{
		Name: "last_pulled", Key: true, Spare: true,
		Cell: func(i dockerhub.Image) output.Value { return output.Time(i.LastPulled.Time) },
	},
}

// knownSize is a size that is not known if it is 0.
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
	return cli.Placed(cli.Group(a, "tags", "Manage the tags of repositories",
		tagsList, tagsGet, tagsDelete, tagsExists, tagsPrune), "org", "namespace")
}

func tagsList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list NAMESPACE/REPOSITORY", Short: "List the tags of a repository", Args: cobra.ExactArgs(1),
		Long: "List the tags of a repository, as the Hub sends them: the newest first.\n" +
			"-q prints NAMESPACE/REPOSITORY:TAG, which is what tags delete takes.",
		Example: "  hubctl tags list library/nginx --name alpine --limit 10\n" +
			"  hubctl tags list demo/api --columns tag,digest --digest sha256:3d14\n" +
			"  hubctl tags list -q demo/api --inactive | hubctl tags delete - --yes",
		ValidArgsFunction: completeRepos(a),
	}
	name := cmd.Flags().String("name", "", "only tags whose name contains this `text`; the Hub looks for it")
	cli.CompleteFlag(cmd, "name")
	keep := tagFilter(a, cmd)
	list := func(ctx context.Context, c *dockerhub.Client, r hub.Reference) iter.Seq2[dockerhub.Tag, error] {
		rows := c.Tags.List(ctx, r.Namespace, r.Name, dockerhub.TagListOptions{Name: *name})
		if *name == "" {
			rows = cli.RememberCandidates(ctx, a, tagNoun(r), tagCandidate, rows)
		}
		return keep.Of(rows)
	}
	return verb.ListOfRepo(a, cmd, tagTable, list)
}

// tagFilter declares the filters of a tag listing that the Hub does not have.
func tagFilter(a *cli.App, cmd *cobra.Command) *cli.Filter[dockerhub.Tag] {
	f := cmd.Flags()
	var system, arch platformPart
	f.Var(&system, "os", "only tags with an image for this operating `system`, such as linux")
	f.Var(&arch, "arch", "only tags with an image for this `architecture`, such as arm64 or arm/v7")
	digest := f.String("digest", "", "only tags that are, or have an image, with this `digest` or its beginning")
	pushed := cli.PastFlag(a, cmd, "pushed-before",
		"only tags pushed before this `time`: 90d ago, or a date such as 2026-01-31")
	pulled := cli.PastFlag(a, cmd, "pulled-before", "only tags last pulled before this `time`, or never")
	f.Bool("inactive", false, "only tags that the Hub calls inactive")
	cli.CompleteFlag(cmd, "os", "linux", "windows")
	cli.CompleteFlag(cmd, "arch", "amd64", "arm64", "arm/v7", "386", "ppc64le", "s390x", "riscv64")
	cli.CompleteFlag(cmd, "digest")
	keep := &cli.Filter[dockerhub.Tag]{A: a, Cmd: cmd, Things: "tags"}
	platform := func(t dockerhub.Tag) cli.Ruling { return hasPlatform(t, string(system), string(arch)) }
	keep.By("os", "images", platform)
	keep.By("arch", "images", platform)
	keep.By("digest", "digests", func(t dockerhub.Tag) cli.Ruling { return hasDigest(t, *digest) })
	keep.By("pushed-before", "push times", func(t dockerhub.Tag) cli.Ruling {
		return cli.Rule(!t.LastPushed.IsZero(), t.LastPushed.Before(pushed.At.Time))
	})
	keep.By("pulled-before", "pull times", func(t dockerhub.Tag) cli.Ruling {
		return cli.Rule(t.PullsKnown(), t.LastPulled.Before(pulled.At.Time)) // never is before any time
	})
	keep.By("inactive", "statuses",
		func(t dockerhub.Tag) cli.Ruling { return cli.Rule(t.Status != "", t.Status == "inactive") })
	return keep
}

// A platformPart is the value of a flag for a system or an architecture.
type platformPart string

func (p *platformPart) String() string { return string(*p) }

func (*platformPart) Type() string { return "platform" }

// Set refuses a system and an architecture in one.
func (p *platformPart) Set(s string) error {
	if system, arch, ok := strings.Cut(s, "/"); ok &&
		slices.Contains([]string{"linux", "windows", "darwin", "freebsd"}, system) {
		return fmt.Errorf("they have a flag each: --os %s --arch %s", system, arch)
	}
	*p = platformPart(s)
	return nil
}

// platformless are the content types that are for no platform.
var platformless = []string{"helm", "compose", "model", "volume"}

// hasPlatform rules on whether a tag has an image for a system and an
// architecture; "" is any.
func hasPlatform(t dockerhub.Tag, system, arch string) cli.Ruling {
	best := cli.DropRow
	if len(t.Images) == 0 {
		best = cli.CannotTell
	}
	for _, i := range t.Images {
		switch isFor(i, system, arch) {
		case cli.KeepRow:
			return cli.KeepRow
		case cli.CannotTell:
			best = cli.CannotTell
		case cli.DropRow:
		}
	}
	if slices.Contains(platformless, t.ContentType) {
		return cli.DropRow
	}
	return best
}

// isFor rules on whether an image is for a system and an architecture, perhaps
// with its variant; "" is any.
func isFor(i dockerhub.Image, system, arch string) cli.Ruling {
	wrongSystem := system != "" && i.OS != "" && i.OS != system
	wrongArch := arch != "" && i.Architecture != "" && arch != i.Architecture && arch != i.Architecture+"/"+i.Variant
	if i.Attestation() || wrongSystem || wrongArch {
		return cli.DropRow
	}
	return cli.Rule((system == "" || i.OS != "") && (arch == "" || i.Architecture != ""), true)
}

// hasDigest rules on whether a tag, or an image of it, has a digest that begins
// so; its algorithm may be left out. The digest of a tag that is not an index is
// that of its image.
func hasDigest(t dockerhub.Tag, prefix string) cli.Ruling {
	begins := func(digest string) bool {
		_, hex, _ := strings.Cut(digest, ":")
		return digest != "" && (strings.HasPrefix(digest, prefix) || strings.HasPrefix(hex, prefix))
	}
	if begins(t.Digest) || slices.ContainsFunc(t.Images, func(i dockerhub.Image) bool { return begins(i.Digest) }) {
		return cli.KeepRow
	}
	index := t.MediaType == "" || strings.Contains(t.MediaType, "index") || strings.Contains(t.MediaType, "manifest.list")
	left := func(i dockerhub.Image) bool { return i.Digest == "" }
	return cli.Rule(t.Digest != "" && !index || len(t.Images) > 0 && !slices.ContainsFunc(t.Images, left), false)
}

func tagsGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get NAMESPACE/REPOSITORY:TAG...", Short: "Show tags and their images",
		Long: "Show a tag and, in a table, its images: one for each platform. The size of the\n" +
			"tag is the Hub's word, and is mostly that of one image.",
		Example: "  hubctl tags get library/nginx:latest\n" +
			"  hubctl tags get library/nginx:latest --jq '.images[].digest'",
		ValidArgsFunction: completeTags(a),
	}
	attestations := cmd.Flags().Bool("attestations", false,
		"show attestations, too: statements about images, such as their provenance")
	images := func(t dockerhub.Tag) []dockerhub.Image {
		return slices.DeleteFunc(slices.Clone(t.Images),
			func(i dockerhub.Image) bool { return i.Attestation() && !*attestations })
	}
	return verb.GetDetail(a, cmd, tagTable, verb.Targets[hub.Reference]{Parse: a.Tag},
		func(ctx context.Context, c *dockerhub.Client, _ []string, r hub.Reference) (dockerhub.Tag, error) {
			return c.Tags.Get(ctx, r.Namespace, r.Name, r.Tag)
		}, imageTable, images)
}

func tagsDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete NAMESPACE/REPOSITORY:TAG...", Short: "Delete tags for good", ValidArgsFunction: completeTags(a),
		Long: "Delete tags for good. Images that no tag points at any more stay in the repository.\n" +
			"- reads the tags from standard input, one a line.",
		Example: "  hubctl tags delete demo/api:0.7.1 demo/api:0.7.2\n" +
			"  hubctl tags list -q demo/api --pulled-before 90d | hubctl tags delete - --yes",
	}
	return verb.Delete(a, cmd, a.Tag, func(ctx context.Context, c *dockerhub.Client, r hub.Reference) error {
		return c.Tags.Delete(ctx, r.Namespace, r.Name, r.Tag)
	})
}

func tagsExists(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "exists NAMESPACE/REPOSITORY[:TAG]", Short: "Tell whether there is such a tag, or any at all",
		Args: cobra.ExactArgs(1), ValidArgsFunction: completeTags(a),
		Long: "Tell whether there is such a tag; or, without a tag, whether the repository has\n" +
			"any. If not, the exit status is 8. Nothing is printed but with -o json and the like.",
		Example: "  hubctl tags exists demo/api:0.7.3 || docker push demo/api:0.7.3",
	}
	return verb.Exists(a, cmd, func(ctx context.Context, c *dockerhub.Client, args []string) (verb.Existence, error) {
		r, err := a.Reference(args[0])
		if err != nil {
			return verb.Existence{}, err
		}
		if r.Tag == "" {
			there, err := c.Tags.HasTags(ctx, r.Namespace, r.Name)
			return verb.Existence{Repository: r.Repository(), Tag: "", Exists: there},
				cli.CheckResult(there, err, r.String()+" has no tags, or is not there")
		}
		there, err := c.Tags.Exists(ctx, r.Namespace, r.Name, r.Tag)
		return verb.Existence{Repository: r.Repository(), Tag: r.Tag, Exists: there},
			cli.CheckResult(there, err, "there is no "+r.String())
	})
}

func tagCandidate(t dockerhub.Tag) (value, about string) {
	if t.LastPushed.IsZero() {
		return t.Name, ""
	}
	return t.Name, "pushed " + t.LastPushed.Format(time.DateOnly)
}

func tagNoun(r hub.Reference) string { return "tags " + r.Repository() }

// completeTags offers repositories up to the colon, and their tags behind it:
// those whose name contains what was typed, as the Hub finds them.
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
				return "", err // not all of them
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

// page is how many tags completion offers: what one request brings.
const page = 100
