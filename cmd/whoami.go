package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/verb"
)

// A who describes the session of requests.
type who struct {
	User      string         `json:"user"`
	Kind      dockerhub.Kind `json:"kind"`
	Scopes    []string       `json:"scopes"`
	ExpiresAt *time.Time     `json:"expires_at"` // of the session; null = unknown
	Renewed   bool           `json:"renewed"`    // whether it is renewed when it expires
	Source    string         `json:"source"`
	Profile   string         `json:"profile"`
	URL       string         `json:"url"`
	Cannot    []string       `json:"cannot"`
	Notes     []string       `json:"notes"`
	Plan      *accountPlan   `json:"plan,omitempty"` // nil = not asked for
}

// An accountPlan is a subscription, and how far it is used.
type accountPlan struct {
	Name         string `json:"name"`
	PrivateRepos int    `json:"private_repos"`
	Limit        int    `json:"private_repos_limit"`
}

func (w who) JSON() json.RawMessage { return cli.MustJSON(w) }

var whoTable = output.Table[who]{
	{Name: "user", Key: true, Cell: func(w who) output.Value { return output.Text(w.User) }},
	{Name: "kind", Cell: func(w who) output.Value { return output.Text(string(w.Kind)) }},
	{Name: "scopes", Cell: func(w who) output.Value { return output.List(w.Scopes) }},
	{Name: "expires", Cell: func(w who) output.Value { return output.Optional(w.ExpiresAt, output.Time) }},
	{Name: "renewed", Cell: func(w who) output.Value { return output.Bool(w.Renewed) }},
	{Name: "source", Cell: func(w who) output.Value { return output.Text(w.Source) }},
	{Name: "profile", Cell: func(w who) output.Value { return output.Text(w.Profile) }},
	{Name: "url", Cell: func(w who) output.Value { return output.Text(w.URL) }},
	{Name: "cannot", Cell: func(w who) output.Value { return output.Text(strings.Join(w.Cannot, "; ")) }},
	{Name: "notes", Cell: func(w who) output.Value { return output.Text(strings.Join(w.Notes, "; ")) }},
}

// warnHidden warns that private repositories may be missing from a list, if the session is
// known to hide them.
func warnHidden(ctx context.Context, a *cli.App) {
	s := a.Current.Session
	if s.Kind != dockerhub.OrganizationAccessToken {
		return
	}
	bearer, err := s.Token(ctx, "")
	if err == nil && !slices.Contains(dockerhub.ParseClaims(bearer).Scopes, "scope-repository-list") {
		a.Notice("private repositories may be missing: this organization access token lacks scope-repository-list")
	}
}

func describeSession(a *cli.App, kind dockerhub.Kind, user, bearer, source string, renewed bool, notes []string) who {
	claims := dockerhub.ParseClaims(bearer)
	w := who{
		User: user, Kind: kind, Scopes: append([]string{}, claims.Scopes...), Source: source, Renewed: renewed,
		Profile: a.Settings.ProfileName(), URL: a.Settings.BaseURL(), Cannot: session.Cannot(kind, claims.Scopes),
		Notes: append([]string{}, notes...),
	}
	if w.User == "" {
		w.User = claims.User
	}
	if !claims.ExpiresAt.IsZero() {
		w.ExpiresAt = &claims.ExpiresAt
	}
	return w
}

func newWhoami(a *cli.App) *cobra.Command {
	return whoami(a, &cobra.Command{
		Use: "whoami", Short: "Show the current account and session",
		Long: `Show the current account and session. With --plan, also show the subscription,
and how many private repositories you have, if the server still tells: Docker
does not document it. It needs a session from a password.`,
		Example: "  hubctl whoami\n  hubctl whoami -q\n  hubctl whoami --plan",
	})
}

func whoami(a *cli.App, cmd *cobra.Command) *cobra.Command {
	withPlan := cli.BoolFlag(cmd, "plan", "also show the subscription and its limit")
	return verb.Show(a, cmd, whoTable, func(ctx context.Context, c *dockerhub.Client, _ []string) (who, error) {
		s := a.Current.Session
		if s.Kind == dockerhub.Anonymous {
			return who{}, cli.ErrNotLoggedIn
		}
		bearer, err := s.Token(ctx, "")
		a.Secrets.Add(bearer)
		if err != nil {
			return who{}, err
		}
		w := describeSession(a, s.Kind, s.User, bearer, s.Source, s.CanBuy(), s.Notes)
		if withPlan.Value {
			w.Plan, err = planOf(ctx, c)
		}
		if w.Plan != nil {
			used := fmt.Sprintf("plan %s: %d of %d private repositories", w.Plan.Name, w.Plan.PrivateRepos, w.Plan.Limit)
			w.Notes = append(w.Notes, used)
		}
		return w, err
	})
}

// planOf returns the subscription of the session's user.
func planOf(ctx context.Context, c *dockerhub.Client) (*accountPlan, error) {
	me, err := c.Users.Me(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := c.Users.Plan(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	p := &accountPlan{Name: plan.Name, Limit: plan.PrivateRepos}
	for r, err := range c.Repos.List(ctx, me.Name, dockerhub.RepoListOptions{}) {
		if err != nil {
			return nil, err
		}
		if r.Private != nil && *r.Private {
			p.PrivateRepos++
		}
	}
	return p, nil
}

func newAuth(a *cli.App) *cobra.Command {
	return cli.Group(a, "auth", "Show the session or print its bearer token", authStatus, authToken)
}

func authStatus(a *cli.App) *cobra.Command {
	return whoami(a, &cobra.Command{
		Use: "status", Short: "Show the session (same as hubctl whoami)", Example: "  hubctl auth status -o json",
	})
}

// A bearerToken is the result of auth token. The Hub's login uses the same field.
type bearerToken struct {
	Token string `json:"token"`
}

func (b bearerToken) JSON() json.RawMessage { return cli.MustJSON(b) }

var bearerTable = output.Table[bearerToken]{
	{Name: "token", Key: true, Cell: func(b bearerToken) output.Value { return output.Text(b.Token) }},
}

func authToken(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "Print a valid bearer token",
		Long: `Print a valid bearer token for other programs. The token is a secret.

With a user and a secret in the environment, each call gets a new one.`,
		Example: "  curl -H \"Authorization: Bearer $(hubctl auth token)\" \\\n    https://hub.docker.com/v2/user/",
	}
	cli.DeclareColumns(cmd, bearerTable.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Run(cmd, func(ctx context.Context, _ *dockerhub.Client, _ []string) error {
		o := a.TextOptions()
		o.Quiet = o.Quiet || o.Format == "table" && o.JQ == "" && o.Template == "" && len(o.Columns) == 0
		p, err := bearerTable.Printer(a.Out(), o)
		if err != nil {
			return cli.NewUsageError(err)
		}
		bearer, err := bearerOf(ctx, a.Current.Session)
		if err != nil {
			return err
		}
		return p.One(bearerToken{bearer})
	})
}

// bearerOf returns a valid bearer token. A session without a stored login gets a new
// one each time.
func bearerOf(ctx context.Context, s *session.Session) (string, error) {
	switch {
	case s.Kind == dockerhub.Anonymous:
		return "", cli.ErrNotLoggedIn
	case s.Stored:
		return s.Token(ctx, "")
	}
	return s.Fresh(ctx)
}
