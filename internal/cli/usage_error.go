package cli

import (
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

// usageErrorFor explains an error that occurred before cmd began, and rewords the
// errors of cobra and pflag.
func usageErrorFor(a *App, cmd *cobra.Command, err error) misuse {
	args := cmd.Flags().Args()
	m := misuse{UsageError: NewUsageError(err), usage: commandUsage(cmd)}
	if err := vetArgs(args); errors.Is(err, ErrSecret) {
		m.UsageError, m.hint = NewUsageError(err), ErrSecret.hint
		return m
	}
	if _, unknown := unknownFlag(err); unknown && cmd.HasSubCommands() && len(args) > 0 {
		err = UnknownCommand(a, cmd, args) // its flags are unknown as well
		m.UsageError = NewUsageError(err)
	}
	if known, ok := errors.AsType[hinted](err); ok {
		m.hint = known.hint
	} else if text := flagFault(err); text != "" {
		m.UsageError, m.hint = NewUsageError(errors.New(text)), flagMeant(a, cmd, err)
	} else if !cmd.HasSubCommands() && (argumentFault().MatchString(err.Error()) ||
		strings.HasSuffix(err.Error(), fmt.Sprintf(" for %q", cmd.CommandPath()))) {
		m.UsageError, m.hint = argumentsMisused(cmd, args)
	} else {
		m.hint = hintUnhonored(err)
	}
	return m
}

// commandUsage returns the usage of cmd and its subcommands.
func commandUsage(cmd *cobra.Command) string {
	var names []string
	for _, sub := range cmd.Commands() {
		if isShown(sub) {
			names = append(names, sub.Name())
		}
	}
	return strings.TrimSpace(usage("usage", cmd) + "\n" + wrap("commands: ", "  ", ", ", names))
}

// Cobra has no types for these errors.
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

// flagFault returns what is wrong with the flags, or "" if err is about something
// else.
func flagFault(err error) string {
	if name, unknown := unknownFlag(err); unknown {
		return "unknown flag: " + name
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		why := errors.Unwrap(bad).Error()
		_, number := errors.AsType[*strconv.NumError](err)
		switch kind := bad.GetFlag().Value.Type(); {
		case number && kind == "bool":
			why = "must be one of true, false"
		case number && errors.Is(err, strconv.ErrRange):
			why = "the number is too large"
		case number:
			why = "expected a whole number"
		}
		return fmt.Sprintf("invalid value %q for --%s: %s", bad.GetValue(), bad.GetFlag().Name, why)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Sprintf("--%s needs a value", bare.GetFlag().Name)
	}
	m := groupFault().FindStringSubmatch(err.Error())
	switch {
	case m == nil:
		return ""
	case m[3] != "":
		return flagNames(m[3], "and") + " cannot be used together"
	case m[4] != "":
		return flagNames(m[4], "and") + " missing: " + flagNames(m[2], "and") + " must be used together"
	}
	return "expected " + flagNames(m[2], "or")
}

// flagNames joins the flags in a list made by cobra.
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

// argumentsMisused returns what is wrong with the number of arguments, using their
// names from the usage line, and a hint.
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
		return NewUsageError(fmt.Errorf("%s needs %s, got only %s", command, names, strings.Join(got, " "))), ""
	}
	first := got[min(len(wanted), len(got)-1)]
	if names == "" {
		names = "no arguments"
	}
	return NewUsageError(fmt.Errorf("unexpected argument %q: %s takes %s", first, command, names)),
		flagForArgument(cmd, first)
}

// flagForArgument returns a hint at the flag that an unexpected argument may
// belong to, or "".
func flagForArgument(cmd *cobra.Command, arg string) string {
	hint := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if _, err := strconv.ParseBool(arg); err == nil && f.Value.Type() == "bool" {
			hint = fmt.Sprintf("a flag without a value takes true or false after =: --%s=%s", f.Name, arg)
		}
	})
	words := strings.Fields(cmd.Use)
	i := slices.IndexFunc(words, func(word string) bool { return strings.HasPrefix(word, "--") })
	switch {
	case hint != "":
		return hint
	case i >= 0:
		return fmt.Sprintf("pass it as %s %s", words[i], arg)
	case slices.Contains(PlaceFlags(cmd), "org"):
		return "pass the organization as --org " + arg
	}
	return ""
}
