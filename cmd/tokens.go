package cmd

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/verb"
)

var tokenTable = output.Table[dockerhub.Token]{
	{Name: "uuid", Key: true, Cell: func(t dockerhub.Token) output.Value { return output.Text(t.UUID) }},
	{Name: "label", Match: true, Cell: func(t dockerhub.Token) output.Value { return output.Text(t.Label) }},
	{Name: "scopes", Spare: true, Cell: func(t dockerhub.Token) output.Value { return output.List(t.Scopes) }},
	{Name: "active", Spare: true, Cell: func(t dockerhub.Token) output.Value {
		return output.Optional(t.Active, output.Bool)
	}},
	{Name: "last_used", Cell: func(t dockerhub.Token) output.Value { return output.Time(t.LastUsed.Time) }},
	{Name: "expires", Cell: func(t dockerhub.Token) output.Value { return output.Time(t.ExpiresAt.Time) }},
	{Name: "created", Wide: true, Cell: func(t dockerhub.Token) output.Value { return output.Time(t.CreatedAt.Time) }},
	{Name: "generated_by", Wide: true, Cell: func(t dockerhub.Token) output.Value { return output.Text(t.GeneratedBy) }},
	{Name: "creator_ip", Wide: true, Cell: func(t dockerhub.Token) output.Value { return output.Text(t.CreatorIP) }},
	{Name: "creator_ua", Wide: true, Cell: func(t dockerhub.Token) output.Value { return output.Text(t.CreatorUA) }},
}

func newTokens(a *cli.App) *cobra.Command {
	return cli.Group(a, "tokens", "Manage personal access tokens",
		tokensList, tokensGet, tokensCreate, tokensPatch, tokensDelete, tokensRotate, tokensReport)
}

func tokensList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List your personal access tokens",
		Example: "  hubctl tokens list --expiring-within 14d --match '^ci'\n" +
			"  hubctl tokens list -q --unused-for 90d | hubctl tokens delete - --yes",
	}
	return verb.ListThings(a, cmd, tokenTable, tokenNames.Things(), tokenFilter(a, cmd, rotation.TokenLifespan))
}

// tokenNames looks up personal access tokens by label.
var tokenNames = verb.Names[dockerhub.Token]{
	Kind: "token", Noun: "tokens",
	List: func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.Token, error] {
		return c.Tokens.List(ctx)
	},
	ID:   func(t dockerhub.Token) string { return t.UUID },
	Name: func(t dockerhub.Token) string { return t.Label },
}

func tokensGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get TOKEN...", Short: "Show tokens", ValidArgsFunction: completeTokens(a),
		Long: `Show tokens by label or UUID. Secrets cannot be shown again.`,
		Example: "  hubctl tokens get release-bot\n" +
			"  hubctl tokens get 3be9e965-284c-4a58-84e9-6da6efe39591",
	}
	return verb.Get(a, cmd, tokenTable, tokenNames.Targets(),
		func(ctx context.Context, c *dockerhub.Client, _ []string, uuid string) (dockerhub.Token, error) {
			return c.Tokens.Get(ctx, uuid)
		})
}

func tokensPatch(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "patch TOKEN", Short: "Rename, activate or deactivate a token", Args: cli.ExactArgs(1),
		Example: "  hubctl tokens patch trivy-scanner --inactive\n" +
			"  hubctl tokens patch release-bot --label release",
		ValidArgsFunction: completeTokens(a),
	}
	label := cli.StringFlag(cmd, "label", "new `label`")
	active := activeFlags(cmd)
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "label", "active", "inactive", "file")
	patch := func(ctx context.Context, c *dockerhub.Client, args []string) (dockerhub.Token, error) {
		uuid, err := tokenNames.One(ctx, c, nil, args[0])
		if err != nil {
			return dockerhub.Token{}, err
		}
		p := dockerhub.TokenPatch{Body: file.Body, Label: label.OrNil(), Active: active()}
		return c.Tokens.Update(ctx, uuid, p)
	}
	return verb.Show(a, cmd, tokenTable, patch)
}

// activeFlags declares --active and --inactive, which change whether a token or user
// works.
func activeFlags(cmd *cobra.Command) func() *bool {
	active := cli.BoolFlag(cmd, "active", "activate")
	inactive := cli.BoolFlag(cmd, "inactive", "deactivate")
	cli.Exclusive(cmd, "active", "inactive")
	return func() *bool {
		if inactive.Changed() {
			return new(!inactive.Value)
		}
		return active.OrNil()
	}
}

func tokensDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete TOKEN...", Short: "Delete tokens", ValidArgsFunction: completeTokens(a),
		Long: `Delete tokens by label or UUID. Anything that still uses them stops working.
- reads tokens from standard input, one per line.`,
		Example: "  hubctl tokens delete workshop harbor-replication\n" +
			"  hubctl tokens list -q --expired | hubctl tokens delete - --yes",
	}
	return verb.Bulk(a, cmd, verb.BulkAction[string]{
		Verb: "Delete", Done: "deleted", Ask: true, Parse: verb.ParseName, Resolve: tokenNames.Resolve,
		Do: func(ctx context.Context, c *dockerhub.Client, _ []string, uuid string) error {
			return c.Tokens.Delete(ctx, uuid)
		},
	})
}

func tokensCreate(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "create LABEL --scope SCOPE", Short: "Create a token and print its secret",
		Long: `Create a token and print its secret, which cannot be shown again; that is why
there is no --if-missing. -q prints only the secret, and the UUID goes to
standard error.`,
		Example: "  hubctl tokens create ci --scope repo:write --expires 90d\n" +
			"  hubctl tokens create ci -q --scope repo:read | \\\n    docker login -u ada --password-stdin",
	}
	file := cli.BodyFlag(cmd)
	label := verb.NameArg(cmd, cli.StringFlag(cmd, "label", "`label`, if not given as the argument"), file)
	scopes := cli.ListFlag(cmd, "scope", "comma-separated `scopes`, such as repo:read (repeatable)",
		dockerhub.TokenScopes...)
	expires := cli.MomentFlag(a, cmd, "expires", expiresUsage, expiresValues...)
	cli.OneRequired(cmd, "scope", "file")
	return verb.CreateSecret(a, cmd, verb.SecretSpec[dockerhub.Token]{
		Table:  tokenTable,
		Secret: func(t dockerhub.Token) (id, secret string) { return t.UUID, t.Secret },
		Sample: func(secret string) (dockerhub.Token, error) {
			sample := map[string]any{"uuid": "uuid", "token": secret, "token_label": "label", "scopes": []string{}}
			return dockerhub.Decode[dockerhub.Token](cli.MustJSON(sample))
		},
		Create: func(ctx context.Context, c *dockerhub.Client, _, args []string) (dockerhub.Token, error) {
			noticeUnknown(a, "scope", scopes.Value, dockerhub.TokenScopes)
			return c.Tokens.Create(ctx, dockerhub.TokenRequest{
				Body: file.Body, Label: label(args), Scopes: scopes.Value, ExpiresAt: expires.At,
			})
		},
		Undo: func(ctx context.Context, c *dockerhub.Client, _ []string, uuid string) error {
			return c.Tokens.Delete(ctx, uuid)
		},
	})
}

const expiresUsage = "expiry: a `date` (end of day, UTC), 90d, or never"

var expiresValues = []string{"30d", "90d", "365d", "never"}

// The fields that filters of tokens need.
const (
	expiryTimes = "expiry times"
	useTimes    = "times of use"
)

// tokenFilter declares the filters of a token listing, which hubctl applies itself.
func tokenFilter[T any](a *cli.App, cmd *cobra.Command, of func(T) rotation.Lifespan) *cli.Filter[T] {
	keep := &cli.Filter[T]{A: a, Cmd: cmd, Things: "tokens"}
	active := cli.BoolFlag(cmd, "active", "only active tokens")
	keep.By(active, "states", func(t T) cli.Ruling { return isActive(of(t), true) })
	inactive := cli.BoolFlag(cmd, "inactive", "only inactive tokens")
	keep.By(inactive, "states", func(t T) cli.Ruling { return isActive(of(t), false) })
	expired := cli.BoolFlag(cmd, "expired", "only expired tokens")
	keep.By(expired, expiryTimes, func(t T) cli.Ruling { return ending(of(t), of(t).Expired(a.Now)) })
	expiring := cli.DurationFlag(cmd, "expiring-within", "only tokens that expire within this `duration`, such as 14d")
	keep.By(expiring, expiryTimes,
		func(t T) cli.Ruling { return ending(of(t), of(t).ExpiresWithin(expiring.Value, a.Now)) })
	unused := cli.DurationFlag(cmd, "unused-for", "only tokens neither used nor created for this `duration`")
	keep.By(unused, useTimes, func(t T) cli.Ruling { return unusedFor(of(t), unused.Value, a.Now) })
	cli.Exclusive(cmd, "active", "inactive")
	cli.Exclusive(cmd, "expired", "expiring-within")
	return keep
}

// ending returns a filter on the expiry time.
func ending(l rotation.Lifespan, fits bool) cli.Ruling { return cli.Rule(l.EndsSent, fits) }

// unusedFor keeps tokens that were neither used nor created for a duration.
func unusedFor(l rotation.Lifespan, d time.Duration, now time.Time) cli.Ruling {
	used := l.Used
	if used.IsZero() {
		used = l.Created
	}
	return cli.Rule(l.UsedSent && !used.IsZero(), !used.After(now.Add(-d)))
}

// isActive keeps the active tokens, or the inactive ones.
func isActive(l rotation.Lifespan, on bool) cli.Ruling {
	return cli.Rule(l.Active != nil, l.Active != nil && *l.Active == on)
}

// noticeUnknown prints a notice for values that hubctl does not know but the server may.
func noticeUnknown(a *cli.App, what string, given, known []string) {
	for _, v := range given {
		if !slices.Contains(known, v) {
			a.Notice("unknown %s %q, sent anyway (known: %s)", what, v, strings.Join(known, ", "))
		}
	}
}

func completeTokens(a *cli.App) cobra.CompletionFunc { return tokenNames.Things().Complete(a) }
