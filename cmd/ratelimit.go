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
	{
		Name: "remaining",
		Cell: func(l dockerhub.RateLimit) output.Value { return output.Optional(l.Remaining, output.Count) },
	},
	{Name: "window", Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(span(l.Window)) }},
	{Name: "reset", Cell: func(l dockerhub.RateLimit) output.Value { return output.Time(l.Reset.Time) }},
	{
		Name: "whose",
		Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(cmp.Or(l.Account, "this address")) },
	},
	{Name: "source", Cell: func(l dockerhub.RateLimit) output.Value { return output.Text(l.Source) }},
}

// span is a duration in its largest whole unit; "" if it is 0.
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
		Use: "ratelimit", Short: "Show how many requests and pulls are left", Args: cobra.NoArgs,
		Long: "Show how many requests to the API, and how many pulls from the registry, are left\n" +
			"in the current window, and whose limit that is. Asking costs one request and no\n" +
			"pull.\n\n" +
			"The registry tells an account's limit to its password or access token alone. One\n" +
			"that was given for this run is sent to auth.docker.io; one that hubctl login or\n" +
			"docker login stored is not, unless --with-login says so: without it the limit on\n" +
			"pulls is the one of this network address.",
		Example: "  hubctl ratelimit\n  hubctl ratelimit --with-login --jq '.[] | select(.name == \"pulls\").remaining'",
	}
	withLogin := cmd.Flags().Bool("with-login", false, "send the stored login to auth.docker.io, too")
	rows := func(ctx context.Context, c *dockerhub.Client, _ []string) iter.Seq2[dockerhub.RateLimit, error] {
		return func(yield func(dockerhub.RateLimit, error) bool) {
			s := a.Current.Session
			api, err := c.RateLimit.API(ctx)
			api.Account = s.User
			if !yield(api, err) || err != nil {
				return
			}
			user, secret, why := registryLogin(s, a.Settings.Origin(), *withLogin)
			if why != "" {
				a.Notice("the limit on pulls is that of this address, not of an account: %s", why)
			}
			pulls, err := c.RateLimit.Pulls(ctx, user, secret)
			for _, l := range pulls {
				if !yield(l, nil) {
					return
				}
			}
			if err != nil {
				yield(dockerhub.RateLimit{}, err)
			}
		}
	}
	return verb.List(a, cmd, rateLimitTable, rows)
}

// registryLogin is what the registry may be told of a session; nothing, and why, if that
// is the wish of nobody or no use. Docker Hub's registry is at another origin than its
// API, and a stored secret goes to its own alone. Any other origin is asked for both.
func registryLogin(s *session.Session, origin string, withLogin bool) (user, secret, why string) {
	switch {
	case s.Kind == dockerhub.Anonymous:
		return "", "", ""
	case s.Secret() == "":
		return "", "", "the registry wants a password or an access token, and there is only a session"
	case origin == dockerhub.DefaultURL && s.Stored && !withLogin:
		return "", "", "a stored login goes to hub.docker.com alone, unless --with-login says that auth.docker.io may have it"
	}
	return s.User, s.Secret(), ""
}
