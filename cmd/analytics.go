package cmd

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var analyticsTable = output.Table[dockerhub.AnalyticsNamespace]{
	{
		Name: "namespace", Key: true,
		Cell: func(n dockerhub.AnalyticsNamespace) output.Value { return output.Text(n.Namespace) },
	},
	{Name: "extra_repos", Cell: func(n dockerhub.AnalyticsNamespace) output.Value { return output.List(n.ExtraRepos) }},
	{Name: "views", Cell: func(n dockerhub.AnalyticsNamespace) output.Value {
		return output.List(datasets(n, func(d dockerhub.AnalyticsDataset) []string { return d.Views }))
	}},
	{Name: "timespans", Cell: func(n dockerhub.AnalyticsNamespace) output.Value {
		return output.List(datasets(n, func(d dockerhub.AnalyticsDataset) []string { return d.Timespans }))
	}},
}

// datasets is what a namespace's data sets have of something.
func datasets(n dockerhub.AnalyticsNamespace, of func(dockerhub.AnalyticsDataset) []string) []string {
	var all []string
	for _, d := range n.Datasets {
		all = append(all, of(d)...)
	}
	return all
}

var pullsTable = output.Table[dockerhub.Pulls]{
	{Name: "start", Cell: func(p dockerhub.Pulls) output.Value { return output.Text(p.Start) }},
	{Name: "end", Cell: func(p dockerhub.Pulls) output.Value { return output.Text(p.End) }},
	{Name: "namespace", Cell: func(p dockerhub.Pulls) output.Value { return output.Text(p.Namespace) }},
	{Name: "repo", Cell: func(p dockerhub.Pulls) output.Value { return output.Text(p.Repo) }},
	{Name: "pulls", Cell: func(p dockerhub.Pulls) output.Value { return output.Optional(p.Pulls, output.Count) }},
	{Name: "ips", Cell: func(p dockerhub.Pulls) output.Value { return output.Optional(p.IPs, output.Count) }},
	{Name: "country", Wide: true, Cell: func(p dockerhub.Pulls) output.Value { return output.Text(p.Country) }},
}

var analyticsExportTable = output.Table[dockerhub.AnalyticsExport]{
	{Name: "name", Key: true, Cell: func(e dockerhub.AnalyticsExport) output.Value { return output.Text(e.Name()) }},
	{Name: "size", Cell: func(e dockerhub.AnalyticsExport) output.Value { return output.Optional(e.Size, output.Bytes) }},
}

func newAnalytics(a *cli.App) *cobra.Command {
	return cli.Placed(cli.Group(a, "analytics", "Read the analytics of a Docker Verified Publisher",
		analyticsNamespaces, analyticsPulls, analyticsExports), "namespace")
}

func analyticsNamespaces(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "namespaces [NAMESPACE]", Short: "List the namespaces whose analytics you may see, or one of them",
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: completeAnalytics(a),
		Example: "  hubctl analytics namespaces\n  hubctl analytics namespaces -q --with-data",
	}
	withData := cmd.Flags().Bool("with-data", false, "only the names of the namespaces and repositories that have data")
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.AnalyticsNamespace, error] {
		if len(args) == 0 && a.Within.Name != "" {
			args = []string{a.Within.Name}
		}
		switch {
		case *withData && len(args) > 0:
			return seq.Fail[dockerhub.AnalyticsNamespace](
				hub.InputError("--with-data lists all of them: leave out the namespace"))
		case *withData:
			return seq.From(c.Analytics.WithData(ctx))
		case len(args) > 0:
			namespace, err := cli.NamespaceOf(a, args)
			if err != nil {
				return seq.Fail[dockerhub.AnalyticsNamespace](err)
			}
			n, err := c.Analytics.Namespace(ctx, namespace)
			return seq.From([]dockerhub.AnalyticsNamespace{n}, err)
		}
		return cli.RememberCandidates(ctx, a, analyticsNoun, analyticsCandidate, c.Analytics.Namespaces(ctx))
	}
	return verb.List(a, cmd, analyticsTable, rows)
}

func analyticsPulls(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "pulls NAMESPACE[/REPO]...", Short: "Show how often a namespace or repositories were pulled",
		Args: cobra.MinimumNArgs(1), ValidArgsFunction: completeAnalytics(a),
		Long: "Show how often a namespace or repositories were pulled. Of several things, each has to be a\nrepository.",
		Example: "  hubctl analytics pulls acme --period last-12-months --group namespace\n" +
			"  hubctl analytics pulls acme/checkout-api acme/web --timespan weeks",
	}
	timespan := cmd.Flags().String("timespan", "", "sum up by this `timespan`: months or weeks")
	period := cmd.Flags().String("period", "", "how far back: `period` such as last-3-months")
	by := cmd.Flags().String("group", "", "sum up by this `field`: repo or namespace")
	cli.CompleteFlag(cmd, "timespan", "months", "weeks")
	cli.CompleteFlag(cmd, "period", "last-2-months", "last-3-months", "last-6-months", "last-12-months")
	cli.CompleteFlag(cmd, "group", "repo", "namespace")
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Pulls, error] {
		f := dockerhub.PullsListOptions{Timespan: *timespan, Period: *period, Group: *by}
		if len(args) == 1 && !strings.Contains(args[0], "/") {
			namespace, err := cli.NamespaceOf(a, args)
			if err != nil {
				return seq.Fail[dockerhub.Pulls](err)
			}
			return seq.From(c.Analytics.NamespacePulls(ctx, namespace, f))
		}
		var names []string
		for _, arg := range args {
			r, err := a.Repository(arg)
			if err != nil {
				return seq.Fail[dockerhub.Pulls](err)
			}
			if len(args) == 1 {
				return seq.From(c.Analytics.RepoPulls(ctx, r.Namespace, r.Name, f))
			}
			names = append(names, r.Repository())
		}
		return seq.From(c.Analytics.ReposPulls(ctx, names, f))
	}
	return verb.List(a, cmd, pullsTable, rows)
}

func analyticsExports(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exports NAMESPACE [YEAR [TIMESPANS [TIMESPAN [VIEW]]]]",
		Short: "List what there is to download, and the links to it",
		Args:  cobra.RangeArgs(1, 5), ValidArgsFunction: completeExports(a),
		Long: "List what there is to download: the years; of a year the months or weeks; of one of these\n" +
			"the links to the files of a view, which is raw, summary, repo-summary or namespace-summary.\n" +
			"The links lead to another host and need no login.",
		Example: "  hubctl analytics exports acme\n" +
			"  hubctl analytics exports acme 2026 months\n" +
			"  hubctl analytics exports acme 2026 months 10 summary -q | xargs -n 1 curl -O",
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.AnalyticsExport, error] {
		namespace, err := cli.NamespaceOf(a, args)
		if err != nil {
			return seq.Fail[dockerhub.AnalyticsExport](err)
		}
		for _, i := range []int{1, 3} {
			if len(args) <= i {
				break
			}
			if _, err := strconv.ParseUint(args[i], 10, 16); err != nil {
				return seq.Fail[dockerhub.AnalyticsExport](
					hub.InputError(fmt.Sprintf("%q is not the number of a year, month or week", args[i])))
			}
		}
		switch s := c.Analytics; len(args) {
		case 1:
			return seq.From(s.ExportYears(ctx, namespace))
		case 2:
			return seq.Fail[dockerhub.AnalyticsExport](hub.InputError("months or weeks of " + args[1] + "?"))
		case 3:
			return seq.From(s.ExportTimespans(ctx, namespace, args[1], args[2]))
		case 4:
			e, err := s.ExportTimespan(ctx, namespace, args[1], args[2], args[3])
			return seq.From([]dockerhub.AnalyticsExport{e}, err)
		default:
			return seq.From(s.ExportFiles(ctx, namespace, args[1], args[2], args[3], args[4]))
		}
	}
	return verb.List(a, cmd, analyticsExportTable, rows)
}

const analyticsNoun = "analytics"

func analyticsCandidate(n dockerhub.AnalyticsNamespace) (value, about string) {
	return n.Namespace, ""
}

func completeAnalytics(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		fetch := func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			return cli.Candidates(analyticsCandidate, c.Analytics.Namespaces(ctx))
		}
		return cli.Complete(a, cmd, args, analyticsNoun, fetch)
	}
}

// completeExports completes each step down the tree of exports. Numbers are left
// to the user.
func completeExports(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		none := cobra.ShellCompDirectiveNoFileComp
		switch len(args) {
		case 0:
			return completeAnalytics(a)(cmd, args, typed)
		case 2:
			return []string{"months", "weeks"}, none
		case 4:
			return []string{"raw", "summary", "repo-summary", "namespace-summary"}, none
		}
		return nil, none
	}
}
