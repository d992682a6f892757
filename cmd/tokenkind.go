package cmd

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/seq"
)

// An accessToken is a personal or an organization access token.
type accessToken struct {
	lifespan
	id, label, description string
	madeBy                 string   // what made a personal one, such as manual
	scopes                 []string // of a personal one
	resources              []dockerhub.OrgTokenResource
	secret                 string // of one that was made just now
	raw                    json.RawMessage
}

func (t accessToken) JSON() json.RawMessage { return t.raw }

func fromToken(t dockerhub.Token) accessToken {
	return accessToken{
		lifespan: tokenLifespan(t), id: t.UUID, label: t.Label, madeBy: t.GeneratedBy, scopes: t.Scopes, secret: t.Secret, raw: t.JSON(),
	}
}

func fromOrgToken(t dockerhub.OrgToken) accessToken {
	return accessToken{
		lifespan: orgTokenLifespan(t), id: t.ID, label: t.Label, description: t.Description, resources: t.Resources, secret: t.Secret, raw: t.JSON(),
	}
}

// A tokenKind is one of the two kinds of access tokens, for what is done alike
// with both. Personal ones have the organization "".
type tokenKind struct {
	noun string // of the commands
	id   string // what its identifier is called
	org  func() (string, error)
	user func(org string) (string, error) // whose name goes with a secret

	list   func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[accessToken, error]
	get    func(ctx context.Context, c *dockerhub.Client, org, id string) (accessToken, error)
	create func(ctx context.Context, c *dockerhub.Client, org string, like accessToken, label string, ends dockerhub.Time) (accessToken, error)
	update func(ctx context.Context, c *dockerhub.Client, org, id string, label *string, active *bool) error
	remove func(ctx context.Context, c *dockerhub.Client, org, id string) error

	complete cobra.CompletionFunc
}

func personalTokens(a *cli.App) tokenKind {
	return tokenKind{
		noun: "tokens", id: "uuid", complete: completeTokens(a),
		org:  func() (string, error) { return "", nil },
		user: func(string) (string, error) { return a.Me() },
		list: func(ctx context.Context, c *dockerhub.Client, _ string) iter.Seq2[accessToken, error] {
			return seq.Map(c.Tokens.List(ctx), fromToken)
		},
		get: func(ctx context.Context, c *dockerhub.Client, _, id string) (accessToken, error) {
			t, err := c.Tokens.Get(ctx, id)
			return fromToken(t), err
		},
		create: func(ctx context.Context, c *dockerhub.Client, _ string, like accessToken, label string, ends dockerhub.Time) (accessToken, error) {
			t, err := c.Tokens.Create(ctx, dockerhub.TokenRequest{Label: label, Scopes: like.scopes, ExpiresAt: &ends})
			return fromToken(t), err
		},
		update: func(ctx context.Context, c *dockerhub.Client, _, id string, label *string, active *bool) error {
			_, err := c.Tokens.Update(ctx, id, dockerhub.TokenPatch{Label: label, Active: active})
			return err
		},
		remove: func(ctx context.Context, c *dockerhub.Client, _, id string) error { return c.Tokens.Delete(ctx, id) },
	}
}

func organizationTokens(a *cli.App) tokenKind {
	return tokenKind{
		noun: "org-tokens", id: "id", complete: completeOrgTokens(a),
		org:  a.Org,
		user: func(org string) (string, error) { return org, nil },
		list: func(ctx context.Context, c *dockerhub.Client, org string) iter.Seq2[accessToken, error] {
			return seq.Map(c.OrgTokens.List(ctx, org), fromOrgToken)
		},
		get: func(ctx context.Context, c *dockerhub.Client, org, id string) (accessToken, error) {
			t, err := c.OrgTokens.Get(ctx, org, id)
			return fromOrgToken(t), err
		},
		create: func(ctx context.Context, c *dockerhub.Client, org string, like accessToken, label string, ends dockerhub.Time) (accessToken, error) {
			t, err := c.OrgTokens.Create(ctx, org, dockerhub.OrgTokenRequest{
				Label: label, Description: like.description, Resources: like.resources, ExpiresAt: &ends,
			})
			return fromOrgToken(t), err
		},
		update: func(ctx context.Context, c *dockerhub.Client, org, id string, label *string, active *bool) error {
			_, err := c.OrgTokens.Update(ctx, org, id, dockerhub.OrgTokenPatch{Label: label, Active: active})
			return err
		},
		remove: func(ctx context.Context, c *dockerhub.Client, org, id string) error {
			return c.OrgTokens.Delete(ctx, org, id)
		},
	}
}

func orgTokenLifespan(t dockerhub.OrgToken) lifespan {
	return lifespan{t.Active, t.CreatedAt.Time, t.LastUsed.Time, t.ExpiresAt.Time, t.Sent("last_used_at"), t.Sent("expires_at")}
}
