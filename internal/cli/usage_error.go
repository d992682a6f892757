package cli

import (
	"errors"
	"fmt"
	"strings"

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
// errors of pflag.
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
	} else {
		m.hint = hintUnhonored(err)
	}
	return m
}

// commandUsage returns the usage of cmd and its subcommands.
func commandUsage(cmd *cobra.Command) string {
	var names []string
	for _, sub := range cmd.Commands() {
		if IsShown(sub) {
			names = append(names, sub.Name())
		}
	}
	return strings.TrimSpace(usage("usage", cmd) + "\n" + wrap("commands: ", "  ", ", ", names))
}

// flagFault returns what is wrong with the flags, or "" if err is about something
// else.
func flagFault(err error) string {
	if name, unknown := unknownFlag(err); unknown {
		return "unknown flag: " + name
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return fmt.Sprintf("invalid value %q for --%s: %s", bad.GetValue(), bad.GetFlag().Name, errors.Unwrap(bad))
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return fmt.Sprintf("--%s needs a value", bare.GetFlag().Name)
	}
	if bad, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		return fmt.Sprintf("invalid flag %q", bad.GetSpecifiedFlag())
	}
	return ""
}
