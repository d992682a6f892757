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

// Hints are what a program knows of its server and its commands, for hints.
type Hints struct {
	Answers []AnswerHint    // the first one that fits an answer counts
	Scopes  []RequiredScope // the first one that fits a request counts
	// what to use instead of a command or flag that does not exist, by "WORD...", "--FLAG" or "NOUN VERB --FLAG"
	Meanings func() map[string][]string
	Glob     func(repository, tagRegexp string) string // for a pattern of tags where one tag belongs
}

// An AnswerHint says what to do about an answer of the server. Its Text is looked
// for in the server's message, in lower case.
type AnswerHint struct {
	Status int    // 0 = any
	Method string // "" = any
	Path   string // what the path contains, in this order: parts with * between them; "" = any
	Text   string // what the message contains; "" = any
	Hint   string // %s is a wait, %scope a missing scope
}

// A RequiredScope is the scope that a request needs, of personal and of
// organization access tokens.
type RequiredScope struct {
	Method                 string // of a request that reads: GET; "" = any other
	Path                   string // as in an AnswerHint
	Personal, Organization string // Personal "" = no personal token may do it
}

// Hint says what to do about err, or "".
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
			return "if you mean the official image, that is library/" + a.bareName
		case errors.Is(err, ErrNotLoggedIn):
			return loginHint(a)
		case errors.Is(err, errSecretLost):
			return secretLostHint
		case unsure(err) && !undone:
			return "it may have been done all the same: look before you try again"
		}
		return ""
	}
	message := strings.ToLower(answer.Message)
	for _, h := range a.Hints.Answers {
		if h.fits(answer, message) {
			return fillIn(a, h.Hint, answer)
		}
	}
	method := answer.Method
	if undone {
		method = http.MethodGet // it has changed nothing
	}
	return hintByStatus(a, method, answer.Status)
}

func (h AnswerHint) fits(answer *dockerhub.Error, message string) bool {
	return (h.Status == 0 || h.Status == answer.Status) && (h.Method == "" || h.Method == answer.Method) &&
		hasParts(answer.Path, h.Path) && strings.Contains(message, h.Text)
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

func fillIn(a *App, hint string, answer *dockerhub.Error) string {
	wait := ""
	if d := answer.RetryAfter.Round(time.Second); d > 0 {
		wait = fmt.Sprintf(" %s (until %s)", d, a.Now.Add(d).Format("15:04:05"))
	}
	return strings.NewReplacer("%scope", neededScope(a, answer), "%s", wait).Replace(hint)
}

// neededScope is what an answer's request needs, for the kind of token that
// this run has.
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
				return "a login with the password, or an organization access token with " + n.Organization
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
	who := "this session"
	if a.Current != nil && a.Current.Session.Kind == dockerhub.Anonymous {
		who = "a visitor who is not logged in"
	}
	switch {
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous && !a.Current.Session.Stored:
		return "the session of " + a.Current.Session.Source +
			" is not accepted, it may have ended: give another one there, or unset it and log in with: " + LoginCommand(a)
	case status == 401 && a.Current != nil && a.Current.Session.Kind != dockerhub.Anonymous:
		return "the session is not accepted, it may have ended: log in again with: " + LoginCommand(a)
	case status == 401:
		return loginHint(a)
	case status == 402:
		return "the plan of this account does not include that"
	case status == 403:
		return "this session may not do that; hubctl whoami says what it is"
	case status == 404 && a.bareName != "":
		return "it does not exist, or it is private and " + who +
			" may not see it; if you mean the official image, that is library/" + a.bareName
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
func loginHint(a *App) string {
	hint := "log in with: " + LoginCommand(a)
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
