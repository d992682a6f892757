package cmd

import (
	_ "embed"
	"fmt"

	"github.com/hubctl/hubctl/internal/cli"
)

//go:embed meanings.txt
var meaningTable string

// hints is what the commands know about the Hub's answers and about each other.
func hints() cli.Hints {
	return cli.Hints{
		Answers: answerHints, Scopes: requiredScopes,
		Meanings: func() map[string][]string { return cli.ParseMeanings(meaningTable) },
		Glob: func(repository, tagRegexp string) string {
			return fmt.Sprintf("to delete the tags that match a regular expression: hubctl tags prune %s --drop '%s'",
				repository, tagRegexp)
		},
	}
}

const lockedHint = "the account is locked after wrong passwords, " +
	"and right ones are refused too meanwhile: wait%s, then try once"

var answerHints = []cli.AnswerHint{
	{
		Status: 401, Path: "/v2/auth/token",
		Hint: "the access token is wrong, inactive, expired or deleted, " +
			"or belongs to another Docker ID than the one given with -U",
	},
	{
		Status: 401, Path: "/token",
		Hint: "the registry does not take this Docker ID with this password or access token; " +
			"an account with a second factor needs an access token",
	},
	{
		Status: 404, Path: "/v2/access-tokens/", Text: "not found",
		Hint: "this account has no such token: see hubctl tokens list",
	},
	{
		Status: 404, Path: "/access-tokens/", Text: "not found",
		Hint: "the organization has no such token: see hubctl org-tokens list",
	},
	{Status: 404, Path: "/v2/scim/", Hint: "the organization of this SCIM token has none such"},
	{Status: 403, Path: "/v2/scim/", Hint: "the SCIM token of HUBCTL_SCIM_TOKEN may not do that"},
	{
		Status: 401, Path: "/v2/scim/",
		Hint: "the SCIM token of HUBCTL_SCIM_TOKEN is not accepted: it may have been replaced, or be for another host",
	},
	{
		Status: 409, Path: "/v2/scim/", Method: "POST",
		Hint: "there is such a user already: see hubctl scim users list, or give --if-missing",
	},
	{
		Text: "require secondary authentication",
		Hint: "the account has a second factor: give its code with --otp or HUBCTL_OTP, or use an access token",
	},
	{
		Path: "/v2/users/2fa-login", Status: 401,
		Hint: "the code of the second factor is wrong or too old: try again with a new one",
	},
	{
		Text: "cannot log into an organization account",
		Hint: "give the organization's name with -U and an organization access token (dckr_oat_…) instead of a password",
	},
	{
		Text: "incorrect authentication credentials",
		Hint: "the Docker ID or the password is wrong; after a few wrong ones the account is locked for a while. " +
			"With single sign-on an access token is needed instead",
	},
	{
		Text: "with your current plan",
		Hint: "the plan of this account does not include that; " +
			"on a free plan, create the token without restricted scopes (--scope repo:admin)",
	},
	{
		Text: "issued from personal access token is not allowed",
		Hint: "a personal access token cannot manage access tokens or organizations: " +
			"log in with the password (hubctl login)",
	},
	{
		Text: "issued from organization access token is not allowed", Path: "/resend",
		Hint: "the Hub refuses organization access tokens here, though not for new invitations: " +
			"log in as a user (hubctl login)",
	},
	{
		Text: "issued from organization access token is not allowed",
		Hint: "organization access tokens are refused here: use a path under /v2/namespaces/, " +
			"or log in as a user (hubctl login)",
	},
	{
		Text: "personal access token",
		Hint: "this cannot be done with a personal access token: log in with the password (hubctl login)",
	},
	{
		Text: "insufficient scope",
		Hint: "the access token lacks a scope: this needs %scope; hubctl whoami shows what it has",
	},
	{Text: "pagination offset too large", Hint: "anonymous listings end here: log in to read on (hubctl login)"},
	{
		Text: "don't have permission",
		Hint: "this needs more rights in the organization, such as those of an owner; " +
			"a personal access token never has them",
	},
	{Text: "too many failed login attempts", Hint: lockedHint},
	{Text: "locked out", Hint: lockedHint},
	{Text: "pull rate limit", Hint: "the limit on pulls is reached: wait%s, or log in with an account of a larger plan"},
	{
		Text: "hap429",
		Hint: "Docker's protection against abuse limits this network address, whatever the account: wait%s and send less",
	},
	{Status: 429, Hint: "the limit on requests is reached: wait%s, or allow a longer wait with --max-wait"},
	{
		Status: 403, Text: "https://",
		Hint: "the server failed within, which has looked like this before in outages: try again later",
	},
	{Text: "no such organization", Hint: "check the name of the organization; a user is not an organization"},
	{Text: "404 : docker", Hint: "the server has no such path"},
	{
		Status: 404, Path: "/publisher/analytics/",
		Hint: "it does not exist, or this session may not see its analytics, " +
			"which are those of Docker Verified Publishers: see hubctl analytics namespaces",
	},
	{
		Status: 404, Path: "/v2/auditlogs/",
		Hint: "check the name of the account; audit logs are there for the owners of an organization, and for yourself",
	},
	{Status: 404, Path: "/v2/users/", Hint: "check the name: there is no such user"},
	{
		Status: 404, Path: "/v2/invites/",
		Hint: "there is no such invitation, it may have been answered or withdrawn: see hubctl invites list",
	},
	{
		Status: 404, Path: "/webhook_pipeline/", Method: "DELETE",
		Hint: "there is no such webhook, or no such repository: see hubctl repos webhooks list",
	},
	{
		Status: 404, Path: "/v2/repositories/*/collaborators/",
		Hint: "a user's repositories alone have collaborators, an organization's have teams (hubctl repos teams); " +
			"or there is no such repository or user",
	},
	{
		Status: 404, Path: "/v2/repositories/*/groups/",
		Hint: "an organization's repositories alone have teams, a user's have collaborators (hubctl repos collaborators); " +
			"or it does not exist, or this session may not see it",
	},
	{Status: 404, Path: "/v2/orgs/", Hint: "it does not exist, or this session may not see it"},
	{Text: "malformed request", Hint: "the server could not read the request's body"},
	{Text: "query error", Hint: "the identifier is not of the form that the server wants, such as a UUID"},
	{Status: 400, Text: "ordering", Hint: "use one of the orderings that the message names"},
	{Status: 405, Hint: "the server does not allow this method on this path; it may do so with other rights"},
	{
		Status: 500, Text: "status=401",
		Hint: "the server failed within, perhaps because of missing rights: " +
			"check that you may administer this repository, then try again",
	},
}

// requiredScopes is what Docker's documentation says. The Hub never says which
// scope was missing.
var requiredScopes = []cli.RequiredScope{
	{Method: "GET", Path: "/repositories/*/groups", Personal: "repo:read", Organization: "scope-repo-group-read"},
	{Path: "/repositories/*/groups", Personal: "repo:admin", Organization: "scope-repo-group-edit"},
	{Method: "GET", Path: "/members", Organization: "scope-member-read"},
	{Method: "GET", Path: "/groups", Organization: "scope-group-read"},
	{Path: "/groups", Organization: "scope-group-edit"},
	{Path: "/members", Organization: "scope-member-edit"},
	{Method: "GET", Path: "/invites", Organization: "scope-invite-read"},
	{Path: "/invites", Organization: "scope-invite-edit"},
	{Method: "GET", Path: "/auditlogs/", Organization: "scope-activity-read"},
	{Method: "GET", Path: "/registry-access-management", Organization: "scope-ram-read"},
	{Path: "/registry-access-management", Organization: "scope-ram-write"},
	{Method: "GET", Path: "/webhook", Personal: "repo:read", Organization: "scope-webhook-read"},
	{Path: "/webhook", Personal: "repo:admin", Organization: "scope-webhook-edit"},
	{Method: "GET", Path: "/tags", Personal: "repo:read", Organization: "scope-tag-read"},
	{Path: "/tags", Personal: "repo:admin", Organization: "scope-tag-admin"},
	{Method: "GET", Path: "/repositories", Personal: "repo:read", Organization: "scope-repository-read"},
	{Path: "/repositories", Personal: "repo:admin", Organization: "scope-repository-edit or scope-repository-admin"},
	{Method: "GET", Personal: "repo:read", Organization: "a scope for reading this"},
	{Personal: "repo:admin (\"Read, Write, Delete\")", Organization: "a scope for changing this"},
}
