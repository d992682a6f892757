package cmd

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/verb"
)

var rateLimitTable = output.Table[dockerhub.RateLimit]{
	{Name: "name", Key: true, Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(l.Name) }},
	{Name: "limit", Cell: func(l dockerhub.RateLimit) output.Value {
		if l.Limit == nil {
			return output.Text("unlimited")
		}
		return output.Count(*l.Limit)
	}},
	{Name: "remaining", Cell: func(l dockerhub.RateLimit) output.Value {
		return output.Optional(l.Remaining, output.Count)
	}},
	{Name: "window", Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(span(l.Window)) }},
	{Name: "reset", Cell: func(l dockerhub.RateLimit) output.Value { return output.Time(l.Reset.Time) }},
	{Name: "whose", Cell: func(l dockerhub.RateLimit) output.Value {
		return output.Text(cmp.Or(l.Account, "this address"))
	}},
	{Name: "source", Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(l.Source) }},
}

// span formats a duration in its largest whole unit, or as "" if it is 0.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

func newRateLimit(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "ratelimit", Short: "Show the remaining requests and pulls", Args: cli.NoArgs,
		Long: `Show how many API requests and registry pulls remain in the current window, and
whose limit it is. This takes one API request and no pull.

The registry shows the limit of an account only for its password or access
token. If given for this run, it is sent to auth.docker.io. If stored by hubctl
login or docker login, it is sent only with --with-login. Otherwise, the pull
limit is the one of this network address.`,
		Example: "  hubctl ratelimit\n  hubctl ratelimit --with-login --jq '.[] | select(.name == \"pulls\").remaining'",
	}
	withLogin := cli.BoolFlag(cmd, "with-login", "send the stored login to auth.docker.io")
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.RateLimit, error] {
		return seq.Concat(rateLimits(ctx, a, c, withLogin.Value))
	}
	return verb.List(a, cmd, rateLimitTable, rows)
}

// rateLimits yields the limit of the API, and then those of the registry.
func rateLimits(
	ctx context.Context, a *cli.App, c *dockerhub.Client, withLogin bool,
) iter.Seq2[[]dockerhub.RateLimit, error] {
	return func(yield func([]dockerhub.RateLimit, error) bool) {
		s := a.Current.Session
		api, err := c.RateLimit.API(ctx)
		api.Account = s.User
		if !yield([]dockerhub.RateLimit{api}, err) || err != nil {
			return
		}
		user, secret, why := registryLogin(s, a.Settings.Origin(), withLogin)
		if why != "" {
			a.Notice("showing the pull limit of this network address: %s", why)
		}
		yield(c.RateLimit.Pulls(ctx, user, secret))
	}
}

// registryLogin returns the credentials to send to the registry, or why there are none. The
// registry has a different origin than the API, so a stored secret is sent only with --with-login.
func registryLogin(s *session.Session, origin string, withLogin bool) (user, secret, why string) {
	switch {
	case s.Kind == dockerhub.Anonymous:
		return "", "", ""
	case s.Secret() == "":
		return "", "", "the registry needs a password or an access token, not a session"
	case origin == dockerhub.DefaultURL && s.Stored && !withLogin:
		return "", "", "--with-login sends the stored login to auth.docker.io"
	}
	return s.User, s.Secret(), ""
}
