package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ParseMeanings reads a table of what users may mean: a line for each command or
// flag that does not exist, with what to use instead after a colon, alternatives
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

// meaningKey is the key of a command or flag in the table of meanings, which is
// the same for the singular and the plural of a noun.
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

// UnknownCommand is the error for words that name no command below cmd. Its hint
// says what may have been meant.
func UnknownCommand(a *App, cmd *cobra.Command, words []string) error {
	err := fmt.Errorf("unknown command %q for %q", words[0], cmd.CommandPath())
	meant := meanings(a, cmd, words)
	if len(meant) == 0 {
		return err
	}
	return hinted{err, "did you mean " + strings.Join(meant, " or ") + "?"}
}

// meanings are the commands that words below cmd may stand for.
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

// flagMeant is a hint for a flag that cmd does not have, or "".
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

// takes reports whether cmd has a flag, which means something to it if it is a
// global one.
func takes(cmd *cobra.Command, flag string) bool {
	isGlobal := cmd.Root().PersistentFlags().Lookup(flag) != nil
	return cmd.Flags().Lookup(flag) != nil && (!isGlobal || cmd.HasSubCommands() || appliesTo(cmd, flag))
}

// unknownFlag is the flag that err calls unknown, as typed.
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

// similarFlags are flags of cmd that are spelled much like name. They are looked
// up as cobra looks up commands.
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
