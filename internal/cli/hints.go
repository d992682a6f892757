package cli

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/job"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/settings"
)

// Hints are the tables of a program's hints.
type Hints struct {
	Answers []AnswerHint    // the first match counts
	Scopes  []RequiredScope // the first match counts
	// replacements for commands and flags that do not exist, by "WORD...", "--FLAG" or "NOUN VERB --FLAG"
	Meanings func() map[string][]string
	Glob     func(repository, tagRegexp string) string // for a tag pattern given instead of a tag
}

// An AnswerHint is the hint for an error response. It must have a Status or a Path: the
// text could come from any server.
type AnswerHint struct {
	Status int    // 0 = any
	Method string // "" = any
	Path   string // part of the path; * matches anything; "" = any
	Text   string // part of the message, in lower case; "" = any
	Hint   string // %s stands for a wait, %scope for a missing scope
	Rights bool   // more rights would help
}

// A RequiredScope is the scope that a request needs from personal and organization access
// tokens.
type RequiredScope struct {
	Method                 string // GET; "" = any other
	Path                   string // as in AnswerHint
	Personal, Organization string // Personal "" = not possible with a personal access token
}

// Hint returns the hint for err, or "".
func Hint(a *App, err error) string {
	if bulk, ok := errors.AsType[*job.BatchError](err); ok && bulk.Done > 0 {
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
	if hint := hintUnhonored(err); hint != "" {
		return hint
	}
	answer, ok := errors.AsType[*dockerhub.Error](err)
	_, undone := errors.AsType[*job.UndoneError](err)
	if !ok {
		_, absent := errors.AsType[AbsentError](err)
		_, unjudged := errors.AsType[*UndecidedError](err)
		switch {
		case unjudged:
			return hintUndecided(a)
		case absent && a.bareName != "":
			return "the official image is library/" + a.bareName
		case errors.Is(err, ErrNotLoggedIn):
			return loginHint(a)
		case errors.Is(err, errSecretLost):
			return secretLostHint
		case unsure(err) && !undone:
			return "the change may have been made: check before you retry"
		}
		return ""
	}
	if refused := answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden; refused &&
		a.Current != nil && a.Current.Session.Kind == dockerhub.OIDCToken && answer.Path != registryTokenPath {
		return oidcHint
	}
	message := strings.ToLower(answer.Message)
	for _, h := range a.Hints.Answers {
		switch {
		case !h.fits(answer, message):
		case h.Rights && webExpired(a):
			return webExpiredHint
		default:
			return fillIn(a, h.Hint, answer)
		}
	}
	method := answer.Method
	if undone {
		method = http.MethodGet // it changed nothing
	}
	return hintByStatus(a, method, answer.Status)
}

func (h AnswerHint) fits(answer *dockerhub.Error, message string) bool {
	return (h.Status == 0 || h.Status == answer.Status) && (h.Method == "" || h.Method == answer.Method) &&
		hasParts(answer.Path, h.Path) && strings.Contains(message, h.Text)
}

const webExpiredHint = "Docker's web session has expired: log in again with docker logout and docker login, " +
	"or with hubctl login"

const (
	registryTokenPath = "/token" // where the registry's bearers are bought, with an OIDC token too
	oidcHint          = "only the registry accepts the token of an OIDC connection: " +
		"use an access token, with HUBCTL_USER and HUBCTL_TOKEN or hubctl login"
)

// webExpired reports whether the session lost rights because Docker's web session expired.
func webExpired(a *App) bool { return a.Current != nil && a.Current.Session.WebExpired }

// unsure reports whether a change may or may not have been made, because the response was
// lost or cannot be read.
func unsure(err error) bool {
	method, path := "GET", ""
	if f, ok := errors.AsType[*dockerhub.UnreachableError](err); ok && f.Arrived {
		method, path = f.Method, f.Path
	} else if answer, ok := errors.AsType[*dockerhub.AnswerError](err); ok {
		method, path = answer.Method, answer.Path
	}
	login := strings.HasPrefix(path, "/v2/users/") || strings.HasSuffix(path, "/v2/auth/token")
	return method != "" && method != "GET" && method != "HEAD" && !login
}

func fillIn(a *App, hint string, answer *dockerhub.Error) string {
	wait := ""
	if d := answer.RetryAfter.Round(time.Second); d > 0 {
		wait = fmt.Sprintf(" %s (until %s)", d, a.Now.Add(d).Format("15:04:05"))
	}
	return strings.NewReplacer("%scope", neededScope(a, answer), "%s", wait).Replace(hint)
}

// neededScope returns the scope that a request needs, for the kind of token in use.
func neededScope(a *App, answer *dockerhub.Error) string {
	method := answer.Method
	if method == "HEAD" {
		method = "GET"
	}
	organization := a.Current != nil && a.Current.Session.Kind == dockerhub.OrganizationAccessToken
	for _, n := range a.Hints.Scopes {
		if (n.Method == "" && method != "GET" || n.Method == method) && hasParts(answer.Path, n.Path) {
			switch {
			case organization:
				return n.Organization
			case n.Personal == "":
				return "a login with your password, or an organization access token with " + n.Organization
			}
			return n.Personal
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

func hintByStatus(a *App, method string, status int) string {
	hidden := "this session may not see it"
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous {
		hidden = "you are not logged in"
	}
	switch {
	case (status == 401 || status == 403) && webExpired(a):
		return webExpiredHint
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous && !a.Current.Session.Stored:
		return "the session from " + a.Current.Session.Source +
			" was rejected and may have expired: replace it, or unset it and log in with: " + LoginCommand(a)
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous:
		return "the session was rejected and may have expired: log in again with: " + LoginCommand(a)
	case status == 401:
		return loginHint(a)
	case status == 402:
		return "this account's plan does not include this"
	case status == 403:
		return "this session is not allowed to do that: see hubctl whoami"
	case status == 404 && a.bareName != "":
		return "it does not exist, or it is private and " + hidden + "; the official image is library/" + a.bareName
	case status == 404:
		return "it does not exist, or it is private and " + hidden
	case status >= 500 && status != 501 && method == "POST":
		return "the server failed, perhaps after making the change: check before you retry"
	case status >= 500 && status != 501:
		return "the server failed: try again later"
	}
	return ""
}

// loginHint returns how to log in, and which variables are missing.
func loginHint(a *App) string {
	hint := "log in with: " + LoginCommand(a)
	env := settings.Environ()
	if env.Source != "" || a.Settings == nil || a.Settings.Sandbox || a.Settings.ProfileFlag {
		return hint
	}
	family, _, _ := strings.Cut(env.UserSource, "_")
	switch other := settings.NotRead(); {
	case env.Unused != "":
		return fmt.Sprintf("%s is set without %s_PASSWORD or %s_TOKEN, and %s needs DOCKERHUB_USER: set one, or %s",
			env.UserSource, family, family, env.Unused, hint)
	case env.UserSource != "":
		return fmt.Sprintf("%s is set without %s_PASSWORD or %s_TOKEN: set one, or %s", env.UserSource, family, family, hint)
	case webExpired(a):
		return webExpiredHint
	case len(other) > 0:
		return fmt.Sprintf("hubctl does not read %s: set HUBCTL_USER and HUBCTL_PASSWORD, or %s",
			strings.Join(other, " and "), hint)
	}
	return hint
}

// LoginCommand returns the command to log in to the profile and server of this run.
func LoginCommand(a *App) string {
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
	if origin := a.Settings.Origin(); !a.Settings.Sandbox && origin != dockerhub.DefaultURL {
		command += " -u " + origin
	}
	return command
}
