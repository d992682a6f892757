package cmd

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var analyticsTable = output.Table[dockerhub.AnalyticsNamespace]{
	{Name: "namespace", Key: true, Cell: func(n dockerhub.AnalyticsNamespace) output.Value {
		return output.Text(n.Namespace)
	}},
	{Name: "extra_repos", Cell: func(n dockerhub.AnalyticsNamespace) output.Value { return output.List(n.ExtraRepos) }},
	{Name: "views", Cell: func(n dockerhub.AnalyticsNamespace) output.Value {
		return output.List(datasets(n, func(d dockerhub.AnalyticsDataset) []string { return d.Views }))
	}},
	{Name: "timespans", Cell: func(n dockerhub.AnalyticsNamespace) output.Value {
		return output.List(datasets(n, func(d dockerhub.AnalyticsDataset) []string { return d.Timespans }))
	}},
}

// datasets collects the values of a namespace's data sets.
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
	cmd := cli.Group(a, "analytics", "View analytics of a Docker Verified Publisher",
		analyticsNamespaces, analyticsPulls, analyticsExports)
	return cli.Placed(cmd, "namespace")
}

func analyticsNamespaces(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "namespaces [list]", Short: "List namespaces with analytics",
		Long: `List the namespaces whose analytics you can see, or only the one given with
--namespace.`,
		Args: cli.OneValidArg, ValidArgs: []string{"list"},
		Example: "  hubctl analytics namespaces\n" +
			"  hubctl analytics namespaces --namespace acme\n" +
			"  hubctl analytics namespaces -q --with-data",
	}
	withData := cli.BoolFlag(cmd, "with-data", "only namespaces and repositories with data")
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.AnalyticsNamespace, error] {
		switch one := a.Within.Name; {
		case withData.Value && one != "":
			return seq.Fail[dockerhub.AnalyticsNamespace](
				hub.InputError("--with-data and --namespace cannot be combined"))
		case withData.Value:
			return seq.From(c.Analytics.WithData(ctx))
		case one != "":
			return seq.One(c.Analytics.Namespace(ctx, one))
		}
		return c.Analytics.Namespaces(ctx)
	}
	return verb.List(a, cmd, analyticsTable, rows)
}

func analyticsPulls(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "pulls [REPO...]", Short: "Show pull counts over time",
		Args: cobra.ArbitraryArgs, ValidArgsFunction: completeRepos(a),
		Long: `Show how often repositories were pulled. Without REPO, show the whole namespace.`,
		Example: "  hubctl analytics pulls --namespace acme --period last-12-months\n" +
			"  hubctl analytics pulls acme/checkout-api acme/web --timespan weeks",
	}
	timespan := cli.StringFlag(cmd, "timespan", "length of each `timespan`: months or weeks", "months", "weeks")
	period := cli.StringFlag(cmd, "period", "`period` to cover, such as last-3-months",
		"last-2-months", "last-3-months", "last-6-months", "last-12-months")
	group := cli.StringFlag(cmd, "group", "group by this `field`: repo or namespace", "repo", "namespace")
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.Pulls, error] {
		f := dockerhub.PullsListOptions{Timespan: timespan.Value, Period: period.Value, Group: group.Value}
		return seq.From(pulls(ctx, a, c, args, f))
	}
	return verb.List(a, cmd, pullsTable, rows)
}

// pulls returns the pulls of repositories, or else of the namespace.
func pulls(
	ctx context.Context, a *cli.App, c *dockerhub.Client, repositories []string, f dockerhub.PullsListOptions,
) ([]dockerhub.Pulls, error) {
	if len(repositories) == 0 {
		namespace, err := cli.NamespaceOf(a, nil)
		if err != nil {
			return nil, err
		}
		return c.Analytics.NamespacePulls(ctx, namespace, f)
	}
	var names []string
	for _, arg := range repositories {
		r, err := a.Repository(arg)
		if err != nil {
			return nil, err
		}
		if len(repositories) == 1 {
			return c.Analytics.RepoPulls(ctx, r.Namespace, r.Name, f)
		}
		names = append(names, r.Repository())
	}
	return c.Analytics.ReposPulls(ctx, names, f)
}

func analyticsExports(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "exports [YEAR [TIMESPANS [TIMESPAN [VIEW]]]]", Short: "List downloads of analytics data",
		Args: cli.MaximumNArgs(4), ValidArgsFunction: completeExports,
		Long: `List the data that can be downloaded for a namespace: the years, the months or
weeks of a year, or the links to the files of one month or week. VIEW is raw,
summary, repo-summary or namespace-summary. The links lead to another host and
need no login.`,
		Example: "  hubctl analytics exports --namespace acme\n" +
			"  hubctl analytics exports 2026 months --namespace acme\n" +
			"  hubctl analytics exports 2026 months 10 summary --namespace acme -q",
	}
	rows := func(ctx context.Context, c *dockerhub.Client, args []string) iter.Seq2[dockerhub.AnalyticsExport, error] {
		namespace, err := cli.NamespaceOf(a, nil)
		if err == nil {
			err = checkExport(args)
		}
		if err != nil {
			return seq.Fail[dockerhub.AnalyticsExport](err)
		}
		return exports(ctx, c.Analytics, namespace, args)
	}
	return verb.List(a, cmd, analyticsExportTable, rows)
}

// exports lists what the arguments name.
func exports(ctx context.Context, s *dockerhub.AnalyticsService, namespace string, args []string,
) iter.Seq2[dockerhub.AnalyticsExport, error] {
	switch len(args) {
	case 0:
		return seq.From(s.ExportYears(ctx, namespace))
	case 2:
		return seq.From(s.ExportTimespans(ctx, namespace, args[0], args[1]))
	case 3:
		return seq.One(s.ExportTimespan(ctx, namespace, args[0], args[1], args[2]))
	}
	return seq.From(s.ExportFiles(ctx, namespace, args[0], args[1], args[2], args[3]))
}

// checkExport checks the arguments that name an export.
func checkExport(args []string) error {
	for i, what := range map[int]string{0: "a year", 2: "the number of a month or week"} {
		if i >= len(args) {
			continue
		}
		if _, err := strconv.ParseUint(args[i], 10, 16); err != nil {
			return hub.InputError(fmt.Sprintf("expected %s, got %q", what, args[i]))
		}
	}
	if len(args) == 1 {
		return hub.InputError("expected months or weeks after " + args[0])
	}
	return nil
}

// completeExports completes all arguments except numbers.
func completeExports(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return map[int][]string{
		1: {"months", "weeks"},
		3: {"raw", "summary", "repo-summary", "namespace-summary"},
	}[len(args)], cobra.ShellCompDirectiveNoFileComp
}
