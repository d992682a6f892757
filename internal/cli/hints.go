package cli

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
)

// hints says what to do about an answer of the server's: the first row that
// fits counts. A text is looked for in the server's message, in lower case.
var hints = []struct {
	status int    // 0 = any
	method string // "" = any
	path   string // what the path contains, in this order: parts with * between them; "" = any
	text   string // what the message contains; "" = any
	hint   string
}{
	{status: 401, path: "/v2/auth/token", hint: "the access token is wrong, inactive, expired or deleted, or belongs to another Docker ID than the one given with -U"},
	{status: 401, path: "/token", hint: "the registry does not take this Docker ID with this password or access token; an account with a second factor needs an access token"},
	{status: 404, path: "/v2/access-tokens/", text: "not found", hint: "this account has no such token: see hubctl tokens list"},
	{status: 404, path: "/access-tokens/", text: "not found", hint: "the organization has no such token: see hubctl org-tokens list"},
	{status: 404, path: "/v2/scim/", hint: "the organization of this SCIM token has none such"},
	{status: 403, path: "/v2/scim/", hint: "the SCIM token of HUBCTL_SCIM_TOKEN may not do that"},
	{status: 401, path: "/v2/scim/", hint: "the SCIM token of HUBCTL_SCIM_TOKEN is not accepted: it may have been replaced, or be for another host"},
	{status: 409, path: "/v2/scim/", method: "POST", hint: "there is such a user already: see hubctl scim users list, or give --if-missing"},
	{text: "require secondary authentication", hint: "the account has a second factor: give its code with --otp or HUBCTL_OTP, or use an access token"},
	{path: "/v2/users/2fa-login", status: 401, hint: "the code of the second factor is wrong or too old: try again with a new one"},
	{text: "cannot log into an organization account", hint: "give the organization's name with -U and an organization access token (dckr_oat_…) instead of a password"},
	{text: "incorrect authentication credentials", hint: "the Docker ID or the password is wrong; after a few wrong ones the account is locked for a while. With single sign-on an access token is needed instead"},
	{text: "with your current plan", hint: "the plan of this account does not include that; on a free plan, create the token without restricted scopes (--scope repo:admin)"},
	{text: "issued from personal access token is not allowed", hint: "a personal access token cannot manage access tokens or organizations: log in with the password (hubctl login)"},
	{text: "issued from organization access token is not allowed", path: "/resend", hint: "the Hub refuses organization access tokens here, though not for new invitations: log in as a user (hubctl login)"},
	{text: "issued from organization access token is not allowed", hint: "organization access tokens are refused here: use a path under /v2/namespaces/, or log in as a user (hubctl login)"},
	{text: "personal access token", hint: "this cannot be done with a personal access token: log in with the password (hubctl login)"},
	{text: "insufficient scope", hint: "the access token lacks a scope: this needs %scope; hubctl whoami shows what it has"},
	{text: "pagination offset too large", hint: "anonymous listings end here: log in to read on (hubctl login)"},
	{text: "don't have permission", hint: "this needs more rights in the organization, such as those of an owner; a personal access token never has them"},
	{text: "too many failed login attempts", hint: "the account is locked after wrong passwords, and right ones are refused too meanwhile: wait%s, then try once"},
	{text: "locked out", hint: "the account is locked after wrong passwords, and right ones are refused too meanwhile: wait%s, then try once"},
	{text: "pull rate limit", hint: "the limit on pulls is reached: wait%s, or log in with an account of a larger plan"},
	{text: "hap429", hint: "Docker's protection against abuse limits this network address, whatever the account: wait%s and send less"},
	{status: 429, hint: "the limit on requests is reached: wait%s, or allow a longer wait with --max-wait"},
	{status: 403, text: "https://", hint: "the server failed within, which has looked like this before in outages: try again later"},
	{text: "no such organization", hint: "check the name of the organization; a user is not an organization"},
	{text: "404 : docker", hint: "the server has no such path"},
	{status: 404, path: "/publisher/analytics/", hint: "it does not exist, or this session may not see its analytics, which are those of Docker Verified Publishers: see hubctl analytics namespaces"},
	{status: 404, path: "/v2/auditlogs/", hint: "check the name of the account; audit logs are there for the owners of an organization, and for yourself"},
	{status: 404, path: "/v2/users/", hint: "check the name: there is no such user"},
	{status: 404, path: "/v2/invites/", hint: "there is no such invitation, it may have been answered or withdrawn: see hubctl invites list"},
	{status: 404, path: "/webhook_pipeline/", method: "DELETE", hint: "there is no such webhook, or no such repository: see hubctl repos webhooks list"},
	{status: 404, path: "/v2/repositories/*/collaborators/", hint: "a user's repositories alone have collaborators, an organization's have teams (hubctl repos teams); or there is no such repository or user"},
	{status: 404, path: "/v2/repositories/*/groups/", hint: "an organization's repositories alone have teams, a user's have collaborators (hubctl repos collaborators); or it does not exist, or this session may not see it"},
	{status: 404, path: "/v2/orgs/", hint: "it does not exist, or this session may not see it"},
	{text: "malformed request", hint: "the server could not read the request's body"},
	{text: "query error", hint: "the identifier is not of the form that the server wants, such as a UUID"},
	{status: 400, text: "ordering", hint: "use one of the orderings that the message names"},
	{status: 405, hint: "the server does not allow this method on this path; it may do so with other rights"},
	{status: 500, text: "status=401", hint: "the server failed within, perhaps because of missing rights: check that you may administer this repository, then try again"},
}

// Hint says what to do about err, or "".
func (a *App) Hint(err error) string {
	if bulk, ok := errors.AsType[*job.Errors](err); ok && bulk.Done > 0 {
		err = bulk.Failed[0]
	}
	if m, ok := errors.AsType[misuse](err); ok {
		return m.hint
	}
	if errors.Is(err, redact.ErrMisplaced) {
		return ErrSecret.hint
	}
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	answer, ok := errors.AsType[*dockerhub.Error](err)
	_, undone := errors.AsType[*job.UndoneError](err)
	if !ok {
		_, absent := errors.AsType[Absence](err)
		_, unjudged := errors.AsType[*Undecided](err)
		switch {
		case unjudged:
			return a.hintUndecided()
		case absent && a.bareName != "":
			return "if you mean the official image, that is library/" + a.bareName
		case errors.Is(err, ErrNotLoggedIn):
			return a.loginHint()
		case errors.Is(err, errSecretLost):
			return secretLostHint
		case unsure(err) && !undone:
			return "it may have been done all the same: look before you try again"
		}
		return ""
	}
	message := strings.ToLower(answer.Message)
	for _, h := range hints {
		if (h.status == 0 || h.status == answer.Status) && (h.method == "" || h.method == answer.Method) && hasParts(answer.Path, h.path) && strings.Contains(message, h.text) {
			return a.fillIn(h.hint, answer)
		}
	}
	method := answer.Method
	if undone {
		method = http.MethodGet // it has changed nothing
	}
	return a.hintByStatus(method, answer.Status)
}

// unsure reports whether something was to change and nobody knows whether it
// has, because the server's answer was lost or cannot be read.
func unsure(err error) bool {
	method, path := "GET", ""
	if f, ok := errors.AsType[*hub.FaultError](err); ok && f.Arrived {
		method, path = f.Method, f.Path
	} else if answer, ok := errors.AsType[*dockerhub.AnswerError](err); ok {
		method, path = answer.Method, answer.Path
	}
	login := strings.HasPrefix(path, "/v2/users/") || strings.HasSuffix(path, "/v2/auth/token")
	return method != "" && method != "GET" && method != "HEAD" && !login
}

func (a *App) fillIn(hint string, answer *dockerhub.Error) string {
	wait := ""
	if d := answer.RetryAfter.Round(time.Second); d > 0 {
		wait = fmt.Sprintf(" %s (until %s)", d, a.Now.Add(d).Format("15:04:05"))
	}
	return strings.NewReplacer("%scope", a.neededScope(answer), "%s", wait).Replace(hint)
}

// needs are the scopes that requests need, of personal and of organization
// access tokens: the first row that fits counts. The Hub says nowhere which
// scope it missed; this is what its documentation says of each.
var needs = []struct {
	method       string // of a request that reads: GET; "" = any other
	path         string // what the path contains, in this order: parts with * between them
	pat, account string
}{
	{"GET", "/repositories/*/groups", "repo:read", "scope-repo-group-read"},
	{"", "/repositories/*/groups", "repo:admin", "scope-repo-group-edit"},
	{"GET", "/members", "", "scope-member-read"},
	{"GET", "/groups", "", "scope-group-read"},
	{"", "/groups", "", "scope-group-edit"},
	{"", "/members", "", "scope-member-edit"},
	{"GET", "/invites", "", "scope-invite-read"},
	{"", "/invites", "", "scope-invite-edit"},
	{"GET", "/auditlogs/", "", "scope-activity-read"},
	{"GET", "/registry-access-management", "", "scope-ram-read"},
	{"", "/registry-access-management", "", "scope-ram-write"},
	{"GET", "/webhook", "repo:read", "scope-webhook-read"},
	{"", "/webhook", "repo:admin", "scope-webhook-edit"},
	{"GET", "/tags", "repo:read", "scope-tag-read"},
	{"", "/tags", "repo:admin", "scope-tag-admin"},
	{"GET", "/repositories", "repo:read", "scope-repository-read"},
	{"", "/repositories", "repo:admin", "scope-repository-edit or scope-repository-admin"},
	{"GET", "", "repo:read", "a scope for reading this"},
	{"", "", "repo:admin (\"Read, Write, Delete\")", "a scope for changing this"},
}

// neededScope is what an answer's request needs, for the kind of token that
// this run has.
func (a *App) neededScope(answer *dockerhub.Error) string {
	method := answer.Method
	if method == "HEAD" {
		method = "GET"
	}
	organization := a.Current != nil && a.Current.Session.Kind == dockerhub.OrganizationAccessToken
	for _, n := range needs {
		if (n.method == "" && method != "GET" || n.method == method) && hasParts(answer.Path, n.path) {
			switch {
			case organization:
				return n.account
			case n.pat == "":
				return "a login with the password, or an organization access token with " + n.account
			}
			return n.pat
		}
	}
	return "another one"
}

// hasParts reports whether path contains the parts of pattern, in order.
func hasParts(path, pattern string) bool {
	for part := range strings.SplitSeq(pattern, "*") {
		_, rest, found := strings.Cut(path, part)
		if !found {
			return false
		}
		path = rest
	}
	return true
}

func (a *App) hintByStatus(method string, status int) string {
	who := "this session"
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous {
		who = "a visitor who is not logged in"
	}
	switch {
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous && !a.Current.Session.Stored:
		return "the session of " + a.Current.Session.Source + " is not accepted, it may have ended: give another one there, or unset it and log in with: " + a.LoginCommand()
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous:
		return "the session is not accepted, it may have ended: log in again with: " + a.LoginCommand()
	case status == 401:
		return a.loginHint()
	case status == 402:
		return "the plan of this account does not include that"
	case status == 403:
		return "this session may not do that; hubctl whoami says what it is"
	case status == 404 && a.bareName != "":
		return "it does not exist, or it is private and " + who + " may not see it; if you mean the official image, that is library/" + a.bareName
	case status == 404:
		return "it does not exist, or it is private and " + who + " may not see it"
	case status >= 500 && status != 501 && method == "POST":
		return "the server failed, perhaps after it was done: look before you try again"
	case status >= 500:
		return "the server failed: try again later"
	}
	return ""
}

// loginHint is how to log in, and what is missing in the environment for that.
func (a *App) loginHint() string {
	hint := "log in with: " + a.LoginCommand()
	env := settings.Environ()
	if env.UserSource == "" || env.Source != "" || a.Settings == nil || a.Settings.Sandbox || a.Settings.ProfileFlag {
		return hint
	}
	family, _, _ := strings.Cut(env.UserSource, "_")
	missing := fmt.Sprintf("%s is set, but neither %s_PASSWORD nor %s_TOKEN beside it", env.UserSource, family, family)
	if env.Unused != "" {
		missing += ", and " + env.Unused + " goes with DOCKERHUB_USER alone"
	}
	return missing + ": set one, or " + hint
}

// LoginCommand is how to log in to where this run is about.
func (a *App) LoginCommand() string {
	command := "hubctl login"
	if a.Settings == nil {
		return command
	}
	if a.Settings.Sandbox {
		command = "hubctl --sandbox login"
	}
	if a.Settings.Profile != "" {
		command += " --profile " + a.Settings.Profile
	}
	if origin := a.Origin(); !a.Settings.Sandbox && origin != dockerhub.DefaultURL {
		command += " -u " + origin
	}
	return command
}
