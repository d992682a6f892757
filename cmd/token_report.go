package cmd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
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
	"github.com/hubctl/hubctl/internal/verb"
)

// findings are the possible findings about a token.
var findings = []string{"expiring", "expired", "never-expires", "unused", "inactive", "over-quota"}

// findingFields are the fields that findings need and the server may omit.
var findingFields = map[string]string{
	"expiring": expiryTimes, "expired": expiryTimes, "never-expires": expiryTimes,
	"unused": useTimes, "inactive": "states",
}

// A reported is a token with its findings.
type reported struct {
	rotation.Token
	found []string
}

// JSON returns the server's JSON with an added field findings.
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
		{Name: "label", Match: true, Cell: func(r reported) output.Value { return output.Text(r.Label) }},
		{Name: "findings", Cell: func(r reported) output.Value { return output.List(r.found) }},
		{Name: "expires", Cell: func(r reported) output.Value { return output.Time(r.Ends) }},
		{Name: "last_used", Wide: true, Cell: func(r reported) output.Value { return output.Time(r.Used) }},
		{Name: "active", Wide: true, Cell: func(r reported) output.Value { return output.Optional(r.Active, output.Bool) }},
		{Name: "created", Wide: true, Cell: func(r reported) output.Value { return output.Time(r.Created) }},
	}
}

func tokensReport(a *cli.App) *cobra.Command {
	return reportTokens(a, rotation.PersonalTokens(a.Me), 0)
}

func orgTokensReport(a *cli.App) *cobra.Command {
	return reportTokens(a, rotation.OrgTokens(a.Org), 100)
}

func reportTokens(a *cli.App, k rotation.Kind, quota int) *cobra.Command {
	call, limit := "  hubctl "+k.Noun+" report", "Docker Hub does not report how many tokens are allowed."
	if quota > 0 {
		call += " --org acme"
		limit = `Docker Hub does not report how many tokens are allowed. According to Docker's
documentation, it is 10 (Team) or 100 (Business), including expired and inactive
ones.`
	}
	cmd := &cobra.Command{
		Use: "report", Short: "Report tokens that need attention",
		Long: `Report tokens that need attention. If there are any, the exit status is 8.
Findings:

  expiring       expires within --expiring-within
  expired        has expired
  never-expires  has no expiry date
  unused         neither used nor created within --unused-for
  inactive       is inactive
  over-quota     exceeds --quota, counted from the oldest token

` + limit,
		Example: call + "\n" + call + " --only expiring,expired -o csv",
	}
	expiring := cli.DefaultDurationFlag(cmd, "expiring-within", "14d",
		"report tokens that expire within this `duration`", "7d", "14d", "30d")
	unused := cli.DefaultDurationFlag(cmd, "unused-for", "90d",
		"report tokens neither used nor created for this `duration`", "30d", "90d", "180d")
	cmd.Flags().IntVar(&quota, "quota", quota, "`number` of tokens allowed, whether or not they work (0: any)")
	cli.CompleteFlag(cmd, "quota")
	only := cli.ListFlag(cmd, "only", "comma-separated `findings` to report", findings...)

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
			case only.Changed() && !slices.Contains(only.Value, name):
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
	match := verb.MatchFlag(a, cmd, t)
	cli.ExitsWith(cmd, 8, "a token needs attention")
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		p, c, err := verb.Prepare(ctx, a, cmd, t, a.Options())
		if err != nil {
			return err
		}
		for _, name := range only.Value {
			if !slices.Contains(findings, name) {
				return cli.NewUsageError(fmt.Errorf("invalid value %q for --only: must be one of %s",
					name, strings.Join(findings, ", ")))
			}
		}
		tokens, err := oldestFirst(ctx, c, k)
		if err != nil {
			return err
		}
		var rows []reported
		for i, token := range tokens {
			if found := find(token, i+1); len(found) > 0 {
				rows = append(rows, reported{token, found})
			}
		}
		if rows, err = seq.Collect(match.Of(seq.Of(rows))); err != nil {
			return err
		}
		if err := cmp.Or(p.Rows(seq.Of(rows)), cli.UndecidedErrorOf(a)); err != nil {
			return err
		}
		if unjudged.Rows > 0 {
			unjudged.Of = len(tokens)
			return &unjudged
		}
		if len(rows) == 0 {
			return nil
		}
		return cli.CheckError(fmt.Sprintf("%d of %d tokens need attention: %s",
			len(rows), len(tokens), countFindings(rows)))
	})
}

// countFindings returns a text such as "2 expired, 1 unused".
func countFindings(rows []reported) string {
	counts := map[string]int{}
	for _, r := range rows {
		for _, name := range r.found {
			counts[name]++
		}
	}
	var parts []string
	for _, name := range findings {
		if counts[name] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
		}
	}
	return strings.Join(parts, ", ")
}

// oldestFirst returns all tokens, oldest first.
func oldestFirst(ctx context.Context, c *dockerhub.Client, k rotation.Kind) ([]rotation.Token, error) {
	org, err := k.Org()
	if err != nil {
		return nil, err
	}
	all, err := seq.Collect(k.List(ctx, c, org))
	sort.SliceStable(all, func(i, j int) bool { return all[i].Created.Before(all[j].Created) })
	return all, err
}
