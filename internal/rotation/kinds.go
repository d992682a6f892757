package rotation

import (
	"context"
	"iter"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/seq"
)

func fromToken(t dockerhub.Token) Token {
	return Token{
		Lifespan: TokenLifespan(t), ID: t.UUID, Label: t.Label, MadeBy: t.GeneratedBy, Scopes: t.Scopes,
		Secret: t.Secret, Raw: t.JSON(),
	}
}

func fromOrgToken(t dockerhub.OrgToken) Token {
	return Token{
		Lifespan: OrgTokenLifespan(t), ID: t.ID, Label: t.Label, Description: t.Description, Resources: t.Resources,
		Secret: t.Secret, Raw: t.JSON(),
	}
}

// PersonalTokens is the Kind of personal access tokens. Me returns their user.
func PersonalTokens(me func() (string, error)) Kind {
	return Kind{
		Noun: "tokens", IDField: "uuid",
		Org:  func() (string, error) { return "", nil },
		User: func(string) (string, error) { return me() },
		List: func(ctx context.Context, c *dockerhub.Client, _ string) iter.Seq2[Token, error] {
			return seq.Map(c.Tokens.List(ctx), fromToken)
		},
		Get: func(ctx context.Context, c *dockerhub.Client, _, id string) (Token, error) {
			t, err := c.Tokens.Get(ctx, id)
			return fromToken(t), err
		},
		Create: func(ctx context.Context, c *dockerhub.Client, _ string, n NewToken) (Token, error) {
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

// OrgTokens is the Kind of organization access tokens. Org returns the chosen
// organization.
func OrgTokens(org func() (string, error)) Kind {
	return Kind{
		Noun: "org-tokens", IDField: "id",
		Org:  org,
		User: func(org string) (string, error) { return org, nil },
		List: func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[Token, error] {
			return seq.Map(c.OrgTokens.List(ctx, org), fromOrgToken)
		},
		Get: func(ctx context.Context, c *dockerhub.Client, org, id string) (Token, error) {
			t, err := c.OrgTokens.Get(ctx, org, id)
			return fromOrgToken(t), err
		},
		Create: func(ctx context.Context, c *dockerhub.Client, org string, n NewToken) (Token, error) {
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

// OrgTokenLifespan returns the lifespan of an organization access token.
func OrgTokenLifespan(t dockerhub.OrgToken) Lifespan {
	return Lifespan{
		Active: t.Active, Created: t.CreatedAt.Time, Used: t.LastUsed.Time, Ends: t.ExpiresAt.Time,
		UsedSent: t.Sent("last_used_at"), EndsSent: t.Sent("expires_at"),
	}
}

// TokenLifespan returns the lifespan of a personal access token.
func TokenLifespan(t dockerhub.Token) Lifespan {
	return Lifespan{
		Active: t.Active, Created: t.CreatedAt.Time, Used: t.LastUsed.Time, Ends: t.ExpiresAt.Time,
		UsedSent: t.Sent("last_used"), EndsSent: t.Sent("expires_at"),
	}
}
