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
func notGlob(arg string, err error) error {
	if err == nil || !strings.ContainsAny(arg, globSigns) {
		return err
	}
	err = hub.InputError(fmt.Sprintf("%q is a pattern: patterns are not accepted here", arg))
	repository, tags, tagged := strings.Cut(arg, ":")
	if !tagged || strings.ContainsAny(repository, globSigns) {
		return hinted{err, "name each one, or pass names on standard input with -"}
	}
	const hint = "tags that match a regular expression are deleted by: hubctl tags prune %s --drop '%s'"
	return hinted{err, fmt.Sprintf(hint, repository, regexpOf(tags))}
}

// regexpOf is the regular expression that matches what a glob does.
func regexpOf(glob string) string {
	quoted := regexp.QuoteMeta(glob)
	return "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".", `\[`, "[", `\]`, "]").Replace(quoted) + "$"
}

// PlainName reads the name of a team or a user.
func PlainName(s string) (string, error) {
	if strings.ContainsAny(s, globSigns) {
		return s, notGlob(s, hub.ErrInput)
	}
	return hub.Segment(s)
}
