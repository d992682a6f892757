package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
)

// globSigns are characters that no name of a repository, tag, team or user contains.
const globSigns = "*?[]{}"

// notGlob returns err, or a better error if arg is a pattern such as acme/api:pr-*.
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
	return hinted{notAccepted(arg), "pass each name, or - to read names from standard input"}
}

func notAccepted(arg string) error {
	return hub.InputError(fmt.Sprintf("patterns are not accepted here: %q", arg))
}

// regexpOf returns the regular expression for a glob.
func regexpOf(glob string) string {
	quoted := regexp.QuoteMeta(glob)
	return "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".", `\[`, "[", `\]`, "]").Replace(quoted) + "$"
}

// PlainName parses the name of a team or user.
func PlainName(s string) (string, error) {
	if strings.ContainsAny(s, globSigns) {
		return s, patternError(s)
	}
	return hub.Segment(s)
}
