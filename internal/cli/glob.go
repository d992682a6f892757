package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// globSigns never stand in the name of a repository, a tag, a team or a user.
const globSigns = "*?[]{}"

// notGlob is err, or an error that says so if arg is a pattern such as
// acme/api:pr-*.
func notGlob(a *App, arg string, err error) error {
	if err == nil || !strings.ContainsAny(arg, globSigns) {
		return err
	}
	repository, tags, tagged := strings.Cut(arg, ":")
	if !tagged || strings.ContainsAny(repository, globSigns) || a.Hints.Glob == nil {
		return patternError(arg)
	}
	return hinted{notAccepted(arg), a.Hints.Glob(repository, regexpOf(tags))}
}

func patternError(arg string) error {
	return hinted{notAccepted(arg), "name each one, or pass names on standard input with -"}
}

func notAccepted(arg string) error {
	return hub.InputError(fmt.Sprintf("%q is a pattern: patterns are not accepted here", arg))
}

// regexpOf is the regular expression that matches what a glob does.
func regexpOf(glob string) string {
	quoted := regexp.QuoteMeta(glob)
	return "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".", `\[`, "[", `\]`, "]").Replace(quoted) + "$"
}

// PlainName reads the name of a team or a user.
func PlainName(s string) (string, error) {
	if strings.ContainsAny(s, globSigns) {
		return s, patternError(s)
	}
	return hub.Segment(s)
}
