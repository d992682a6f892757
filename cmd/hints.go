package cmd

import (
	_ "embed"
	"fmt"

	"github.com/hubctl/hubctl/internal/cli"
)

//go:embed meanings.txt
var meaningTable string

// hints returns the hints for the Hub's responses and for invalid commands.
func hints() cli.Hints {
	return cli.Hints{
		Answers: answerHints, Scopes: requiredScopes,
		Meanings: func() map[string][]string { return cli.ParseMeanings(meaningTable) },
		Glob: func(repository, tagRegexp string) string {
			return fmt.Sprintf("to delete tags by a regular expression: hubctl tags prune %s --drop '%s'",
				repository, tagRegexp)
		},
	}
}

const (
	lockedHint = "the account is locked after too many wrong passwords, and rejects the right one too: " +
		"wait%s, then try once"
	ssoHint = "accounts under single sign-on log in with an access token as the password, " +
		"or with docker login, whose web session hubctl uses"
	noPathHint = "the Hub has no such path"
)

var answerHints = []cli.AnswerHint{
	{
		Status: 401, Path: "/orgs/*/reports",
		Hint: "usage reports need an organization access token with the scope scope-report-read; " +
			"this one is not accepted, and may be revoked or expired",
	},
	{
		Status: 403, Path: "/orgs/*/reports",
		Hint: "the organization access token needs the scope scope-report-read, " +
			"and the organization a Business subscription",
	},
	{Status: 404, Path: "/orgs/*/reports", Hint: "to list the reports, run: hubctl usage list"},
	{Status: 401, Text: "sso", Hint: ssoHint},
	{Status: 401, Text: "single sign-on", Hint: ssoHint},
	{Status: 403, Text: "single sign-on", Hint: ssoHint},
	{
		Status: 401, Text: "personal access token",
		Hint: "this account needs an access token as the password, or docker login, whose web session hubctl uses",
	},
	{
		Status: 401, Path: "/v2/auth/token",
		Hint: "the access token is wrong, inactive, expired or deleted, " +
			"or belongs to another Docker ID than the one given with -U",
	},
	{
		Status: 401, Path: "/token",
		Hint: "the registry rejected this Docker ID with this password or access token; " +
			"an account with two-factor authentication needs an access token",
	},
	{
		Status: 401, Path: "/manifests/sha256",
		Hint: "deleting in the registry takes the permission to delete: the scope repo:admin, " +
			"or scope-image-delete of an organization access token",
	},
	{
		Status: 403, Path: "/manifests/sha256",
		Hint: "a tag or another manifest refers to it: to delete what nothing needs, run: hubctl manifests prune",
	},
	{Status: 404, Text: "page not found", Hint: noPathHint},
	{Status: 404, Text: "404 : docker", Hint: noPathHint},
	{
		Status: 404, Path: "/v2/access-tokens/", Text: "not found",
		Hint: "this account has no such token: see hubctl tokens list",
	},
	{
		Status: 404, Path: "/access-tokens/", Text: "not found",
		Hint: "the organization has no such token: see hubctl org-tokens list",
	},
	{Status: 404, Path: "/v2/scim/", Hint: "the organization of this SCIM token has no such resource"},
	{Status: 403, Path: "/v2/scim/", Hint: "the SCIM token in HUBCTL_SCIM_TOKEN is not allowed to do that"},
	{
		Status: 401, Path: "/v2/scim/",
		Hint: "the SCIM token in HUBCTL_SCIM_TOKEN was rejected: it may be replaced, or for another host",
	},
	{
		Status: 409, Path: "/v2/scim/", Method: "POST",
		Hint: "the user exists: see hubctl scim users list, or pass --if-missing",
	},
	{
		Status: 401, Text: "require secondary authentication",
		Hint: "the account has two-factor authentication: pass the code with --otp or HUBCTL_OTP, or use an access token",
	},
	{
		Path: "/v2/users/2fa-login", Status: 401,
		Hint: "the two-factor code is wrong or expired: try again with a new one",
	},
	{
		Status: 401, Text: "cannot log into an organization account",
		Hint: "pass the organization with -U and an organization access token (dckr_oat_…) as the password",
	},
	{
		Status: 401, Text: "incorrect authentication credentials",
		Hint: "the Docker ID or password is wrong; more failed attempts will lock the account. " +
			"Under single sign-on use an access token, or docker login",
	},
	{
		Status: 403, Text: "with your current plan",
		Hint: "this account's plan does not include this; " +
			"on a free plan, create the token with full access (--scope repo:admin)",
	},
	{
		Status: 403, Text: "issued from personal access token is not allowed", Rights: true,
		Hint: "a personal access token cannot manage access tokens or organizations: " +
			"log in with your password (hubctl login)",
	},
	{
		Status: 403, Text: "issued from organization access token is not allowed", Path: "/resend",
		Hint: "organization access tokens can create invitations, but not resend them: " +
			"log in as a user (hubctl login)",
	},
	{
		Status: 403, Text: "issued from organization access token is not allowed",
		Hint: "organization access tokens are not allowed here: use a path under /v2/namespaces/, " +
			"or log in as a user (hubctl login)",
	},
	{
		Status: 403, Text: "personal access token", Rights: true,
		Hint: "this cannot be done with a personal access token: log in with your password (hubctl login)",
	},
	{
		Status: 403, Text: "insufficient scope", Rights: true,
		Hint: "the access token lacks a scope: this needs %scope; hubctl whoami shows its scopes",
	},
	{
		Status: 403, Text: "pagination offset too large",
		Hint: "anonymous listings end here: log in to see more (hubctl login)",
	},
	{
		Status: 403, Text: "don't have permission", Rights: true,
		Hint: "this needs more rights in the organization, such as an owner's; " +
			"a personal access token never has them",
	},
	{Status: 429, Text: "too many failed login attempts", Hint: lockedHint},
	{Status: 429, Text: "locked out", Hint: lockedHint},
	{Status: 429, Text: "pull rate limit", Hint: "the pull limit has been reached: wait%s, or upgrade the plan"},
	{
		Status: 429, Text: "hap429",
		Hint: "Docker's abuse protection limits this network address for all accounts: wait%s and send fewer requests",
	},
	{Status: 429, Hint: "the rate limit has been reached: wait%s, or allow a longer wait with --max-wait"},
	{
		Status: 403, Text: "https://",
		Hint: "this looks like an internal error of the server: try again later",
	},
	{Status: 404, Text: "no such organization", Hint: "check the name of the organization; a user is not an organization"},
	{
		Status: 404, Path: "/publisher/analytics/",
		Hint: "it does not exist, or this session may not see its analytics, " +
			"which only Docker Verified Publishers have: see hubctl analytics namespaces",
	},
	{
		Status: 404, Path: "/v2/auditlogs/",
		Hint: "check the name of the account; you can read your own audit log and those of organizations you own",
	},
	{Status: 404, Path: "/v2/users/", Hint: "check the name: the user does not exist"},
	{
		Status: 404, Path: "/v2/invites/",
		Hint: "the invitation does not exist, or was accepted or revoked: see hubctl invites list",
	},
	{
		Status: 404, Path: "/webhook_pipeline/", Method: "DELETE",
		Hint: "the webhook or the repository does not exist: see hubctl repos webhooks list",
	},
	{
		Status: 404, Path: "/v2/repositories/*/collaborators/",
		Hint: "the repository or user does not exist, or it is an organization's repository, " +
			"which has teams instead of collaborators (hubctl repos teams)",
	},
	{
		Status: 404, Path: "/v2/repositories/*/groups/",
		Hint: "it does not exist, this session may not see it, or it is a user's repository, " +
			"which has collaborators instead of teams (hubctl repos collaborators)",
	},
	{Status: 404, Path: "/v2/orgs/", Hint: "it does not exist, or this session may not see it"},
	{Status: 400, Text: "malformed request", Hint: "the server could not read the request body"},
	{
		Status: 400, Text: "query error",
		Hint: "the identifier does not have the form that the server expects, such as a UUID",
	},
	{Status: 400, Text: "ordering", Hint: "use one of the orderings in the message"},
	{Status: 405, Hint: "the server does not allow this method on this path, or not with these rights"},
	{
		Status: 500, Text: "status=401",
		Hint: "this looks like an internal error of the server, possibly due to missing rights: " +
			"check that you may administer this repository, then try again",
	},
}

// requiredScopes are from Docker's documentation. The Hub does not name the missing scope.
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
