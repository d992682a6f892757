package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/seq"
)

// findings are what a report may say of a token.
var findings = []string{"expiring", "expired", "never-expires", "unused", "inactive", "over-quota"}

// findingFields are what the findings look at that the server may leave out.
var findingFields = map[string]string{
	"expiring": expiryTimes, "expired": expiryTimes, "never-expires": expiryTimes,
	"unused": useTimes, "inactive": "states",
}

// A reported is a token, and what a report says of it.
type reported struct {
	rotation.Token
	found []string
}

// JSON is what the server sent, and a field findings.
func (r reported) JSON() json.RawMessage {
	body, ok := bytes.CutSuffix(bytes.TrimSpace(r.Raw), []byte("}"))
	if !ok {
		return r.Raw
	}
	comma := ","
	if bytes.HasSuffix(bytes.TrimSpace(body), []byte("{")) {
		comma = ""
	}
	return slices.Concat(body, []byte(comma+`"findings":`), cli.MustJSON(r.found), []byte("}"))
}

func reportTable(k rotation.Kind) output.Table[reported] {
	return output.Table[reported]{
		{Name: k.IDField, Key: true, Cell: func(r reported) output.Value { return output.Text(r.ID) }},
		{Name: "label", Cell: func(r reported) output.Value { return output.Text(r.Label) }},
		{Name: "findings", Cell: func(r reported) output.Value { return output.List(r.found) }},
		{Name: "expires", Cell: func(r reported) output.Value { return output.Time(r.Ends) }},
		{Name: "last_used", Wide: true, Cell: func(r reported) output.Value { return output.Time(r.Used) }},
		{Name: "active", Wide: true, Cell: func(r reported) output.Value { return output.Optional(r.Active, output.Bool) }},
		{Name: "created", Wide: true, Cell: func(r reported) output.Value { return output.Time(r.Created) }},
	}
}

func tokensReport(a *cli.App) *cobra.Command    { return reportTokens(a, personalTokens(a), 0) }
func orgTokensReport(a *cli.App) *cobra.Command { return reportTokens(a, organizationTokens(a), 100) }

func reportTokens(a *cli.App, k rotation.Kind, quota int) *cobra.Command {
	call, limit := "  hubctl "+k.Noun+" report", "The Hub does not say what the limit is."
	if quota > 0 {
		call += " --org acme"
		limit = "The Hub does not say what the limit is: Docker's documentation has 10 in the plan\n" +
			"Team and 100 in the plan Business, and expired ones count."
	}
	cmd := &cobra.Command{
		Use: "report", Short: "Tell which tokens need attention; exit with 8 if any does",
		Long: "Tell which tokens need attention, for cron jobs and CI, and exit with 8 if any does.\n" +
			"The findings:\n\n" +
			"  expiring       it ends soon (--expiring-within)\n" +
			"  expired        it has ended\n" +
			"  never-expires  it has no end\n" +
			"  unused         it was not used for long, nor made within that time (--unused-for)\n" +
			"  inactive       it is turned off\n" +
			"  over-quota     it is one more than --quota, the oldest counted first\n\n" + limit,
		Example: call + "\n" + call + " --only expiring,expired --expiring-within 14d -o csv",
	}
	f := cmd.Flags()
	expiring, unused := cli.Duration{Text: "14d"}, cli.Duration{Text: "90d"}
	cli.Must(errors.Join(expiring.Set("14d"), unused.Set("90d")))
	f.Var(&expiring, "expiring-within", "`time` within which an end is soon")
	f.Var(&unused, "unused-for", "`time` without use that is long")
	f.IntVar(&quota, "quota", quota, "how many tokens there may be, expired ones included; 0 = any number")
	var chosen []string
	cli.ListFlag(f, &chosen, "only", "only these `findings`, with commas between them")
	cli.CompleteFlag(cmd, "expiring-within", "7d", "14d", "30d")
	cli.CompleteFlag(cmd, "unused-for", "30d", "90d", "180d")
	cli.CompleteFlag(cmd, "quota")
	cli.CompleteListFlag(cmd, "only", findings...)

	unjudged := cli.UndecidedError{Things: "tokens"}
	find := func(t rotation.Token, n int) []string {
		rulings := []cli.Ruling{
			ending(t.Lifespan, t.ExpiresWithin(expiring.Value, a.Now)), ending(t.Lifespan, t.Expired(a.Now)),
			ending(t.Lifespan, t.Ends.IsZero()), unusedFor(t.Lifespan, unused.Value, a.Now),
			isActive(t.Lifespan, false), cli.Rule(true, quota > 0 && n > quota),
		}
		var found []string
		unknown := false
		for i, name := range findings {
			switch {
			case len(chosen) > 0 && !slices.Contains(chosen, name):
			case rulings[i] == cli.KeepRow:
				found = append(found, name)
			case rulings[i] == cli.CannotTell:
				unjudged.Add(name, findingFields[name], !unknown)
				unknown = true
			}
		}
		return found
	}
	t := reportTable(k)
	cli.DeclareColumns(cmd, t.Names())
	cli.Honors(cmd, cli.RowFlags...)
	cli.ExitsWith(cmd, 8, "a token needs attention")
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		p, err := t.Printer(a.IO.Out, a.Options())
		if err != nil {
			return cli.NewUsageError(err)
		}
		for _, name := range chosen {
			if !slices.Contains(findings, name) {
				return cli.NewUsageError(fmt.Errorf("unknown finding %q (have %s)", name, strings.Join(findings, ", ")))
			}
		}
		c, err := a.Client(ctx, cmd)
		if err != nil {
			return err
		}
		tokens, err := oldestFirst(ctx, c, k)
		if err != nil {
			return err
		}
		var rows []reported
		counts := map[string]int{}
		for i, token := range tokens {
			if found := find(token, i+1); len(found) > 0 {
				rows = append(rows, reported{token, found})
				for _, name := range found {
					counts[name]++
				}
			}
		}
		if err := p.Rows(seq.Of(rows)); err != nil {
			return err
		}
		if unjudged.Rows > 0 {
			unjudged.Of = len(tokens)
			return &unjudged
		}
		if len(rows) == 0 {
			return nil
		}
		var parts []string
		for _, name := range findings {
			if counts[name] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
			}
		}
		return cli.CheckError(fmt.Sprintf("%d of %d tokens need attention: %s",
			len(rows), len(tokens), strings.Join(parts, ", ")))
	})
}

// oldestFirst is every token, the oldest first.
func oldestFirst(ctx context.Context, c *dockerhub.Client, k rotation.Kind) ([]rotation.Token, error) {
	org, err := k.Org()
	if err != nil {
		return nil, err
	}
	all, err := seq.Collect(k.List(ctx, c, org))
	sort.SliceStable(all, func(i, j int) bool { return all[i].Created.Before(all[j].Created) })
	return all, err
}
