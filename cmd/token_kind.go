package cmd

import (
	"context"
	"iter"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/seq"
)

func fromToken(t dockerhub.Token) rotation.Token {
	return rotation.Token{
		Lifespan: tokenLifespan(t), ID: t.UUID, Label: t.Label, MadeBy: t.GeneratedBy, Scopes: t.Scopes,
		Secret: t.Secret, Raw: t.JSON(),
	}
}

func fromOrgToken(t dockerhub.OrgToken) rotation.Token {
	return rotation.Token{
		Lifespan: orgTokenLifespan(t), ID: t.ID, Label: t.Label, Description: t.Description, Resources: t.Resources,
		Secret: t.Secret, Raw: t.JSON(),
	}
}

func personalTokens(a *cli.App) rotation.Kind {
	return rotation.Kind{
		Noun: "tokens", IDField: "uuid",
		Org:  func() (string, error) { return "", nil },
		User: func(string) (string, error) { return a.Me() },
		List: func(ctx context.Context, c *dockerhub.Client, _ string) iter.Seq2[rotation.Token, error] {
			return seq.Map(c.Tokens.List(ctx), fromToken)
		},
		Get: func(ctx context.Context, c *dockerhub.Client, _, id string) (rotation.Token, error) {
			t, err := c.Tokens.Get(ctx, id)
			return fromToken(t), err
		},
		Create: func(ctx context.Context, c *dockerhub.Client, _ string, n rotation.NewToken) (rotation.Token, error) {
			t, err := c.Tokens.Create(ctx, dockerhub.TokenRequest{Label: n.Label, Scopes: n.Like.Scopes, ExpiresAt: &n.Ends})
			return fromToken(t), err
		},
		Update: func(ctx context.Context, c *dockerhub.Client, _, id string, label *string, active *bool) error {
			_, err := c.Tokens.Update(ctx, id, dockerhub.TokenPatch{Label: label, Active: active})
			return err
		},
		Delete: func(ctx context.Context, c *dockerhub.Client, _, id string) error { return c.Tokens.Delete(ctx, id) },
	}
}

func organizationTokens(a *cli.App) rotation.Kind {
	return rotation.Kind{
		Noun: "org-tokens", IDField: "id",
		Org:  a.Org,
		User: func(org string) (string, error) { return org, nil },
		List: func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[rotation.Token, error] {
			return seq.Map(c.OrgTokens.List(ctx, org), fromOrgToken)
		},
		Get: func(ctx context.Context, c *dockerhub.Client, org, id string) (rotation.Token, error) {
			t, err := c.OrgTokens.Get(ctx, org, id)
			return fromOrgToken(t), err
		},
		Create: func(ctx context.Context, c *dockerhub.Client, org string, n rotation.NewToken) (rotation.Token, error) {
			t, err := c.OrgTokens.Create(ctx, org, dockerhub.OrgTokenRequest{
				Label: n.Label, Description: n.Like.Description, Resources: n.Like.Resources, ExpiresAt: &n.Ends,
			})
			return fromOrgToken(t), err
		},
		Update: func(ctx context.Context, c *dockerhub.Client, org, id string, label *string, active *bool) error {
			_, err := c.OrgTokens.Update(ctx, org, id, dockerhub.OrgTokenPatch{Label: label, Active: active})
			return err
		},
		Delete: func(ctx context.Context, c *dockerhub.Client, org, id string) error {
			return c.OrgTokens.Delete(ctx, org, id)
		},
	}
}

func orgTokenLifespan(t dockerhub.OrgToken) rotation.Lifespan {
	return rotation.Lifespan{
		Active: t.Active, Created: t.CreatedAt.Time, Used: t.LastUsed.Time, Ends: t.ExpiresAt.Time,
		UsedSent: t.Sent("last_used_at"), EndsSent: t.Sent("expires_at"),
	}
}

func tokenLifespan(t dockerhub.Token) rotation.Lifespan {
	return rotation.Lifespan{
		Active: t.Active, Created: t.CreatedAt.Time, Used: t.LastUsed.Time, Ends: t.ExpiresAt.Time,
		UsedSent: t.Sent("last_used"), EndsSent: t.Sent("expires_at"),
	}
}

// ending is a ruling that depends on the expiry time.
func ending(l rotation.Lifespan, fits bool) cli.Ruling { return cli.Rule(l.EndsSent, fits) }

// unusedFor rules on whether a token was neither used nor created for a time.
func unusedFor(l rotation.Lifespan, d time.Duration, now time.Time) cli.Ruling {
	used := l.Used
	if used.IsZero() {
		used = l.Created
	}
	return cli.Rule(l.UsedSent && !used.IsZero(), !used.After(now.Add(-d)))
}

// isActive rules on whether a token is active, or inactive.
func isActive(l rotation.Lifespan, on bool) cli.Ruling {
	return cli.Rule(l.Active != nil, l.Active != nil && *l.Active == on)
}
