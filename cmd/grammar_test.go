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

// exceptions are the reasons why commands break a rule, by "rule: command".
var exceptions = map[string]string{
	"short: hubctl":                   "it is a name, not a verb",
	"org: hubctl orgs list":           "it lists the organizations themselves",
	"org: hubctl orgs get":            "its arguments are the organizations",
	"org: hubctl orgs schema":         "it is the same for every organization",
	"org: hubctl scim config":         "the SCIM token is for one organization",
	"org: hubctl scim resource-types": "likewise",
	"org: hubctl scim schemas":        "likewise",
	"org: hubctl scim users list":     "likewise",
	"org: hubctl scim users get":      "likewise",
	"org: hubctl scim users create":   "likewise",
	"org: hubctl scim users patch":    "likewise",
}

// grammar are the rules for every command. A rule returns what is wrong with a
// command, or "".
var grammar = map[string]func(*cobra.Command) string{
	"short":   checkShort,
	"example": checkExample,
	"create":  checkCreate,
	"list":    checkList,
	"org":     checkOrg,
	"flags":   checkFlags,
	"aliases": checkAliases,
	"page":    checkPage,
	"dry-run": checkDryRun,
}

// TestGrammar checks that every command follows the grammar of the command line and
// the rules for help.
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
				case !excepted && wrong != "":
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

// checkCreate: the first argument names the new thing, or the one after its
// repository.
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

// checkFlags: the usage of a flag is a short phrase, and no flag shadows a global one.
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

// checkPage: every line of a help page fits 80 columns. The root page fits a terminal
// with 50 lines.
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

// changing are the verbs that change something.
var changing = []string{
	"create", "patch", "delete", "add", "remove", "set", "unset", "edit", "rotate", "resend", "prune", "offboard",
	"star", "unstar", "use", "reset", "login", "logout",
}

// checkDryRun expects a command that changes something to show --dry-run.
func checkDryRun(c *cobra.Command) string {
	if slices.Contains(changing, c.Name()) && !strings.Contains(cli.Page(c), "--dry-run") {
		return "the page does not show --dry-run"
	}
	return ""
}
