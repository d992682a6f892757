package cmd

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/cli"
)

// exceptions are commands that break a rule of the grammar for a reason, by
// "rule: command".
var exceptions = map[string]string{
	"short: hubctl":                   "it is a name, not a verb",
	"org: hubctl orgs list":           "it lists the organizations themselves",
	"org: hubctl orgs get":            "its arguments are the organizations",
	"org: hubctl scim config":         "the SCIM token is of one organization",
	"org: hubctl scim resource-types": "likewise",
	"org: hubctl scim schemas":        "likewise",
	"org: hubctl scim users list":     "likewise",
	"org: hubctl scim users get":      "likewise",
	"org: hubctl scim users create":   "likewise",
	"org: hubctl scim users patch":    "likewise",
}

// pending are commands that do not keep a rule yet, by "rule: command".
var pending = map[string]bool{
	"create: hubctl org-tokens create":        true,
	"create: hubctl scim users create":        true,
	"create: hubctl teams create":             true,
	"create: hubctl tokens create":            true,
	"flags: hubctl analytics namespaces":      true,
	"flags: hubctl audit export":              true,
	"flags: hubctl audit follow":              true,
	"flags: hubctl audit list":                true,
	"flags: hubctl invites create":            true,
	"flags: hubctl login":                     true,
	"flags: hubctl members list":              true,
	"flags: hubctl members offboard":          true,
	"flags: hubctl members patch":             true,
	"flags: hubctl members report":            true,
	"flags: hubctl org-tokens create":         true,
	"flags: hubctl org-tokens list":           true,
	"flags: hubctl org-tokens patch":          true,
	"flags: hubctl org-tokens report":         true,
	"flags: hubctl org-tokens rotate":         true,
	"flags: hubctl orgs registry-access set":  true,
	"flags: hubctl orgs settings patch":       true,
	"flags: hubctl raw":                       true,
	"flags: hubctl repos create":              true,
	"flags: hubctl repos immutable set":       true,
	"flags: hubctl repos list":                true,
	"flags: hubctl repos patch":               true,
	"flags: hubctl repos readme diff":         true,
	"flags: hubctl repos readme set":          true,
	"flags: hubctl repos teams add":           true,
	"flags: hubctl repos teams patch":         true,
	"flags: hubctl repos webhooks create":     true,
	"flags: hubctl scim users create":         true,
	"flags: hubctl scim users list":           true,
	"flags: hubctl scim users patch":          true,
	"flags: hubctl tags get":                  true,
	"flags: hubctl tags list":                 true,
	"flags: hubctl tags prune":                true,
	"flags: hubctl teams create":              true,
	"flags: hubctl teams members add":         true,
	"flags: hubctl teams patch":               true,
	"flags: hubctl tokens create":             true,
	"flags: hubctl tokens list":               true,
	"flags: hubctl tokens patch":              true,
	"flags: hubctl tokens report":             true,
	"flags: hubctl tokens rotate":             true,
	"list: hubctl audit list":                 true,
	"list: hubctl config list":                true,
	"list: hubctl invites list":               true,
	"list: hubctl manifests list":             true,
	"list: hubctl members list":               true,
	"list: hubctl org-tokens list":            true,
	"list: hubctl orgs list":                  true,
	"list: hubctl profiles list":              true,
	"list: hubctl repos collaborators list":   true,
	"list: hubctl repos list":                 true,
	"list: hubctl repos teams list":           true,
	"list: hubctl repos webhooks list":        true,
	"list: hubctl scim users list":            true,
	"list: hubctl tags list":                  true,
	"list: hubctl teams list":                 true,
	"list: hubctl teams members list":         true,
	"list: hubctl tokens list":                true,
	"org: hubctl audit actions":               true,
	"org: hubctl audit export":                true,
	"org: hubctl audit follow":                true,
	"org: hubctl audit list":                  true,
	"page: hubctl":                            true,
	"page: hubctl analytics exports":          true,
	"page: hubctl analytics pulls":            true,
	"page: hubctl audit actions":              true,
	"page: hubctl audit export":               true,
	"page: hubctl audit follow":               true,
	"page: hubctl audit list":                 true,
	"page: hubctl auth token":                 true,
	"page: hubctl completion":                 true,
	"page: hubctl invites create":             true,
	"page: hubctl invites resend":             true,
	"page: hubctl manifests list":             true,
	"page: hubctl members":                    true,
	"page: hubctl members delete":             true,
	"page: hubctl members export":             true,
	"page: hubctl members list":               true,
	"page: hubctl members offboard":           true,
	"page: hubctl members patch":              true,
	"page: hubctl members report":             true,
	"page: hubctl org-tokens":                 true,
	"page: hubctl org-tokens create":          true,
	"page: hubctl org-tokens delete":          true,
	"page: hubctl org-tokens list":            true,
	"page: hubctl org-tokens patch":           true,
	"page: hubctl org-tokens report":          true,
	"page: hubctl org-tokens rotate":          true,
	"page: hubctl orgs":                       true,
	"page: hubctl orgs registry-access set":   true,
	"page: hubctl orgs settings patch":        true,
	"page: hubctl ratelimit":                  true,
	"page: hubctl raw":                        true,
	"page: hubctl repos access":               true,
	"page: hubctl repos collaborators add":    true,
	"page: hubctl repos collaborators remove": true,
	"page: hubctl repos create":               true,
	"page: hubctl repos delete":               true,
	"page: hubctl repos exists":               true,
	"page: hubctl repos immutable set":        true,
	"page: hubctl repos list":                 true,
	"page: hubctl repos patch":                true,
	"page: hubctl repos privacy":              true,
	"page: hubctl repos readme diff":          true,
	"page: hubctl repos readme set":           true,
	"page: hubctl repos webhooks create":      true,
	"page: hubctl scim users create":          true,
	"page: hubctl scim users patch":           true,
	"page: hubctl search":                     true,
	"page: hubctl tags delete":                true,
	"page: hubctl tags exists":                true,
	"page: hubctl tags prune":                 true,
	"page: hubctl teams create":               true,
	"page: hubctl teams delete":               true,
	"page: hubctl teams members add":          true,
	"page: hubctl teams patch":                true,
	"page: hubctl teams repos":                true,
	"page: hubctl tokens":                     true,
	"page: hubctl tokens create":              true,
	"page: hubctl tokens report":              true,
	"page: hubctl tokens rotate":              true,
	"short: hubctl analytics exports":         true,
	"short: hubctl analytics namespaces":      true,
	"short: hubctl analytics pulls":           true,
	"short: hubctl audit actions":             true,
	"short: hubctl audit export":              true,
	"short: hubctl auth":                      true,
	"short: hubctl auth status":               true,
	"short: hubctl completion":                true,
	"short: hubctl config":                    true,
	"short: hubctl config get":                true,
	"short: hubctl config list":               true,
	"short: hubctl config path":               true,
	"short: hubctl login":                     true,
	"short: hubctl members export":            true,
	"short: hubctl members offboard":          true,
	"short: hubctl members report":            true,
	"short: hubctl org-tokens get":            true,
	"short: hubctl org-tokens patch":          true,
	"short: hubctl org-tokens report":         true,
	"short: hubctl org-tokens rotate":         true,
	"short: hubctl orgs registry-access":      true,
	"short: hubctl profiles delete":           true,
	"short: hubctl profiles use":              true,
	"short: hubctl raw":                       true,
	"short: hubctl repos access":              true,
	"short: hubctl repos immutable":           true,
	"short: hubctl repos immutable set":       true,
	"short: hubctl repos readme":              true,
	"short: hubctl repos readme diff":         true,
	"short: hubctl repos readme set":          true,
	"short: hubctl repos teams":               true,
	"short: hubctl repos teams list":          true,
	"short: hubctl repos teams patch":         true,
	"short: hubctl repos teams remove":        true,
	"short: hubctl repos webhooks create":     true,
	"short: hubctl repos webhooks list":       true,
	"short: hubctl sandbox":                   true,
	"short: hubctl sandbox serve":             true,
	"short: hubctl scim":                      true,
	"short: hubctl scim users patch":          true,
	"short: hubctl tags exists":               true,
	"short: hubctl tokens patch":              true,
	"short: hubctl tokens report":             true,
	"short: hubctl tokens rotate":             true,
	"short: hubctl users orgs":                true,
	"short: hubctl whoami":                    true,
	"meanings: --match":                       true,
	"meanings: hubctl repos categories":       true,
	"meanings: hubctl tags layers":            true,
	"meanings: repo privacy":                  true,
}

// grammar are the rules that every command keeps. A rule returns what is wrong
// with a command, or "".
var grammar = map[string]func(*cobra.Command) string{
	"short":   checkShort,
	"example": checkExample,
	"create":  checkCreate,
	"list":    checkList,
	"org":     checkOrg,
	"flags":   checkFlags,
	"aliases": checkAliases,
	"page":    checkPage,
}

// TestGrammar holds every command to the grammar of the command line and to the
// rules for help.
func TestGrammar(t *testing.T) {
	t.Parallel()
	commands := tree(newRoot(emptyApp()))
	for name, rule := range grammar {
		t.Run(name, func(t *testing.T) {
			for _, c := range commands {
				key := name + ": " + c.CommandPath()
				wrong := rule(c)
				switch excepted := exceptions[key] != ""; {
				case excepted && wrong == "":
					t.Errorf("%s is an exception, but keeps the rule", key)
				case !excepted && !pending[key] && wrong != "":
					t.Errorf("%s: %s", key, wrong)
				}
			}
		})
	}
}

func isVerb(c *cobra.Command) bool { return !c.HasSubCommands() }

func checkShort(c *cobra.Command) string {
	words := len(strings.Fields(c.Short))
	first, _ := utf8.DecodeRuneInString(c.Short)
	switch {
	case words < 2 || words > 8:
		return "expected 2 to 8 words: " + c.Short
	case !unicode.IsUpper(first) || strings.HasSuffix(c.Short, ".") || strings.HasPrefix(c.Short, "The "):
		return "expected an imperative without a full stop: " + c.Short
	}
	return ""
}

func checkExample(c *cobra.Command) string {
	if isVerb(c) && !strings.Contains(c.Example, "hubctl ") {
		return "no example"
	}
	return ""
}

// checkCreate: a thing is named by the first argument, or by the one after the
// repository that it belongs to.
func checkCreate(c *cobra.Command) string {
	if isVerb(c) && c.Name() == "create" && !regexp.MustCompile(`^create (REPO )?[A-Z][A-Z_/]*`).MatchString(c.Use) {
		return "does not take the name first: " + c.Use
	}
	return ""
}

func checkList(c *cobra.Command) string {
	if isVerb(c) && c.Name() == "list" && c.Flags().Lookup("match") == nil {
		return "no --match"
	}
	return ""
}

// checkOrg: an organization is always --org, and never an argument.
func checkOrg(c *cobra.Command) string {
	noun := c
	for noun.HasParent() && noun.Parent().HasParent() {
		noun = noun.Parent()
	}
	switch {
	case !isVerb(c) || noun.GroupID != "Organizations":
	case !slices.Contains(cli.PlaceFlags(c), "org"):
		return "does not take --org"
	case regexp.MustCompile(`^\w+ .*(^|[ \[])(ORG|ORGANIZATION|ACCOUNT)\b`).MatchString(strings.ReplaceAll(c.Use, "--org ORG", "")):
		return "takes an organization as argument: " + c.Use
	}
	return ""
}

// checkFlags: a flag has a usage of one short phrase, and shadows no global flag.
func checkFlags(c *cobra.Command) string {
	global, wrong := c.Root().PersistentFlags(), []string{}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		usage := strings.ReplaceAll(f.Usage, "`", "")
		word, _, _ := strings.Cut(usage, " ")
		isSentence := len(word) > 1 && strings.ToUpper(word[:1])+strings.ToLower(word[1:]) == word && word != "Docker"
		switch {
		case c.HasParent() && (global.Lookup(f.Name) != nil || f.Shorthand != "" && global.ShorthandLookup(f.Shorthand) != nil):
			wrong = append(wrong, "--"+f.Name+" shadows a global flag")
		case usage == "" || len(usage) >= 60 || isSentence || strings.HasSuffix(usage, "."):
			wrong = append(wrong, "--"+f.Name+": expected a phrase of less than 60 characters: "+usage)
		}
	})
	return strings.Join(wrong, "; ")
}

func checkAliases(c *cobra.Command) string {
	var want []string
	switch verb := c.Name(); {
	case !c.HasParent():
	case isVerb(c) && verb == "list":
		want = []string{"ls"}
	case isVerb(c) && verb == "get":
		want = []string{"view", "show", "inspect", "describe"}
	case isVerb(c) && verb == "patch":
		want = []string{"update", "edit"}
	case isVerb(c) && verb == "delete":
		want = []string{"remove", "rm"}
	case verb == "raw":
		want = []string{"api"}
	case !isVerb(c) && strings.HasSuffix(verb, "s") && !strings.HasSuffix(verb, "ss") && !strings.HasSuffix(verb, "ics"):
		want = []string{strings.TrimSuffix(strings.Replace(verb, "ies", "ys", 1), "s")}
	}
	for _, alias := range want {
		if !c.HasAlias(alias) {
			return "no alias " + alias
		}
	}
	if _, shown, _ := strings.Cut(cli.Page(c), "\nAliases:\n  "); !strings.HasPrefix(shown, strings.Join(c.Aliases, ", ")) {
		return "aliases are not shown"
	}
	return ""
}

// checkPage: every line of a help page fits 80 columns. The page of the root fits
// a terminal of 50 lines.
func checkPage(c *cobra.Command) string {
	lines := strings.Split(cli.Page(c), "\n")
	if !c.HasParent() && len(lines) > 50 {
		return "more than 50 lines"
	}
	var wide []string
	for _, line := range lines {
		if utf8.RuneCountInString(line) > cli.PageWidth {
			wide = append(wide, "\n\t"+line)
		}
	}
	if len(wide) > 0 {
		return "wider than 80 columns:" + strings.Join(wide, "")
	}
	return ""
}
