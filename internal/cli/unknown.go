package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ParseMeanings reads a table of replacements for commands and flags that do not
// exist: one per line, with the replacement after a colon and alternatives
// separated by bars. Lines that begin with # are comments.
func ParseMeanings(table string) map[string][]string {
	meanings := map[string][]string{}
	for line := range strings.Lines(table) {
		typed, meant, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		key := meaningKey(strings.Fields(typed))
		for alternative := range strings.SplitSeq(meant, "|") {
			meanings[key] = append(meanings[key], strings.TrimSpace(alternative))
		}
	}
	return meanings
}

func (h Hints) meanings() map[string][]string {
	if h.Meanings == nil {
		return nil
	}
	return h.Meanings()
}

// meaningKey returns the key of a command or flag in the table of meanings, which
// is the same for the singular and plural of a noun.
func meaningKey(words []string) string {
	var b strings.Builder
	for _, word := range words {
		if !strings.HasPrefix(word, "-") {
			word = Singular(word)
		}
		b.WriteString(word + " ")
	}
	return b.String()
}

// UnknownCommand returns the error for words that are not a subcommand of cmd. Its
// hint suggests commands.
func UnknownCommand(a *App, cmd *cobra.Command, words []string) error {
	err := fmt.Errorf("unknown command %q for %q", words[0], cmd.CommandPath())
	meant := meanings(a, cmd, words)
	if len(meant) == 0 {
		return err
	}
	return hinted{err, "did you mean " + strings.Join(meant, " or ") + "?"}
}

// meanings returns the commands that words after cmd may stand for.
func meanings(a *App, cmd *cobra.Command, words []string) []string {
	if len(words) > 1 && !cmd.HasParent() { // "list repos"
		if found, rest, err := cmd.Find([]string{words[1], words[0]}); err == nil && len(rest) == 0 {
			return []string{found.CommandPath()}
		}
	}
	place, known := strings.Fields(cmd.CommandPath()), a.Hints.meanings()
	for n := len(words); n > 0; n-- {
		if meant := known[meaningKey(slices.Concat(place[1:], words[:n]))]; meant != nil {
			return meant
		}
	}
	cmd.SuggestionsMinimumDistance = min(2, len(words[0])/2)
	near := cmd.SuggestionsFor(words[0])
	for i, name := range near {
		near[i] = cmd.CommandPath() + " " + name
	}
	slices.Sort(near)
	return slices.Compact(near)
}

// flagMeant returns a hint for a flag that cmd does not have, or "".
func flagMeant(a *App, cmd *cobra.Command, err error) string {
	name, unknown := unknownFlag(err)
	if !unknown {
		return ""
	}
	here := meaningKey(append(strings.Fields(cmd.CommandPath())[1:], name))
	known := a.Hints.meanings()
	for _, meant := range slices.Concat(known[here], known[meaningKey([]string{name})]) {
		flag, isFlag := strings.CutPrefix(meant, "--")
		flag, _, _ = strings.Cut(flag, " ")
		switch {
		case !isFlag:
			return meant
		case takes(cmd, flag):
			return "use " + meant
		}
	}
	if near := similarFlags(cmd, name); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}

// takes reports whether cmd has a flag, or a global flag that applies to it.
func takes(cmd *cobra.Command, flag string) bool {
	isGlobal := cmd.Root().PersistentFlags().Lookup(flag) != nil
	return cmd.Flags().Lookup(flag) != nil && (!isGlobal || cmd.HasSubCommands() || appliesTo(cmd, flag))
}

// unknownFlag returns the flag that err calls unknown, as typed.
func unknownFlag(err error) (string, bool) {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	switch {
	case !ok:
		return "", false
	case unknown.GetSpecifiedShortnames() != "":
		return "-" + unknown.GetSpecifiedName(), true
	}
	return "--" + unknown.GetSpecifiedName(), true
}

// similarFlags returns flags of cmd with a spelling similar to name, by cobra's
// rules for commands.
func similarFlags(cmd *cobra.Command, name string) []string {
	if !strings.HasPrefix(name, "--") {
		return nil
	}
	flags := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags.AddCommand(&cobra.Command{Use: "--" + f.Name, Run: func(*cobra.Command, []string) {}})
		}
	})
	return flags.SuggestionsFor(name)
}
