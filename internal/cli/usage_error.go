package cli

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A misuse is a UsageError that is printed with the usage of the command.
type misuse struct {
	UsageError
	usage, hint string
}

func (e misuse) Error() string { return e.error.Error() + "\n" + e.usage }

func (e misuse) Unwrap() error { return e.UsageError }

// usageErrorFor is what was found wrong with a command line before cmd began. What
// cobra and pflag say of it is said in hubctl's words.
func usageErrorFor(a *App, cmd *cobra.Command, err error) misuse {
	args := cmd.Flags().Args()
	if err := vetArgs(args); errors.Is(err, ErrSecret) {
		return misuse{UsageError: NewUsageError(err), usage: "usage: " + UsageLine(cmd), hint: ErrSecret.hint}
	}
	m := misuse{
		UsageError: NewUsageError(err), usage: "usage: " + UsageLine(cmd),
		hint: cmp.Or(flagMeant(a, cmd, err), hintUnhonored(err)),
	}
	if known, ok := errors.AsType[hinted](err); ok {
		m.hint = known.hint
	} else if text := flagFault(err); text != "" {
		m.UsageError = NewUsageError(errors.New(text))
	} else if !cmd.HasSubCommands() && (argumentFault().MatchString(err.Error()) ||
		strings.HasSuffix(err.Error(), fmt.Sprintf(" for %q", cmd.CommandPath()))) {
		m.UsageError, m.hint = argumentsMisused(cmd, args)
	}
	return m
}

// Of these errors cobra has no types.
var (
	argumentFault = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(accepts|requires) .* arg\(s\)`)
	})
	groupFault = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(at least one of|if any) (?:the )?flags in the group \[(.*?)\] ` +
			`(?:is required|are set (?:none of the others can be; \[(.*)\] were all set|` +
			`they must all be set; missing \[(.*)\]))$`)
	})
)

// flagFault is what is wrong with the flags, or "" if err is about something
// else.
func flagFault(err error) string {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		why := errors.Unwrap(bad).Error()
		_, number := errors.AsType[*strconv.NumError](err)
		switch kind := bad.GetFlag().Value.Type(); {
		case number && kind == "bool":
			why = "want true or false"
		case number && errors.Is(err, strconv.ErrRange):
			why = "the number is too large"
		case number:
			why = "want a whole number"
		}
		return fmt.Sprintf("bad value %q for --%s: %s", bad.GetValue(), bad.GetFlag().Name, why)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Sprintf("--%s needs a value", bare.GetFlag().Name)
	}
	m := groupFault().FindStringSubmatch(err.Error())
	switch {
	case m == nil:
		return ""
	case m[3] != "":
		return flagNames(m[3], "and") + " exclude each other"
	case m[4] != "":
		return flagNames(m[4], "and") + " is missing: " + flagNames(m[2], "and") + " go together"
	}
	return "give " + flagNames(m[2], "or")
}

// flagNames are the flags of a list of cobra's, for people.
func flagNames(list, word string) string {
	names := strings.Fields(list)
	for i := range names {
		names[i] = "--" + names[i]
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// argumentsMisused is what is wrong with the number of a command's arguments,
// which are called as its usage calls them, and a hint.
func argumentsMisused(cmd *cobra.Command, got []string) (UsageError, string) {
	wanted := strings.Fields(strings.ReplaceAll(cmd.Use, "|", " or "))[1:]
	if i := slices.IndexFunc(wanted, func(word string) bool { return strings.HasPrefix(word, "--") }); i >= 0 {
		wanted = wanted[:i]
	}
	names := strings.Join(wanted, " ")
	_, command, _ := strings.Cut(cmd.CommandPath(), " ")
	switch {
	case wantsMore(cmd, got) && len(got) == 0:
		return NewUsageError(fmt.Errorf("%s needs %s", command, names)), ""
	case wantsMore(cmd, got):
		return NewUsageError(fmt.Errorf("%s needs %s, and got %s alone", command, names, strings.Join(got, " "))), ""
	}
	first := got[min(len(wanted), len(got)-1)]
	if names == "" {
		names = "none"
	}
	return NewUsageError(fmt.Errorf("unexpected argument %q: %s takes %s", first, command, names)),
		flagForArgument(cmd, first)
}

// flagForArgument is a hint at the flag that an argument may have been meant
// for, or "".
func flagForArgument(cmd *cobra.Command, arg string) string {
	hint := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if _, err := strconv.ParseBool(arg); err == nil && f.Value.Type() == "bool" {
			hint = fmt.Sprintf("a flag that is on or off takes its value with =, as in --%s=%s", f.Name, arg)
		}
	})
	words := strings.Fields(cmd.Use)
	i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "--") })
	switch {
	case hint != "":
		return hint
	case i >= 0:
		return fmt.Sprintf("give it with %s %s", words[i], arg)
	case slices.Contains(PlaceFlags(cmd), "org"):
		return "an organization is given with --org " + arg
	}
	return ""
}
