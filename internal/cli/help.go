package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/output"
)

// PageWidth is the maximum width of a help page.
const PageWidth = 80

// Page returns the help page of cmd.
func Page(cmd *cobra.Command) string {
	flags := cmd.LocalFlags() // also adds the global flags to cmd
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", Purpose(cmd), usage("Usage", cmd))
	section := func(title, body string) {
		if body = strings.TrimRight(body, "\n"); body != "" {
			fmt.Fprintf(&b, "\n%s:\n%s\n", title, body)
		}
	}
	section("Examples", cmd.Example)
	for _, group := range cmd.Groups() {
		section(group.Title, commandList(cmd, group.ID))
	}
	section("Commands", commandList(cmd, ""))
	if cmd.HasParent() {
		section("Flags", flagUsages(flags))
	}
	section("Global flags (see hubctl help environment)", wrapped(FlagNames(GlobalFlagsOf(cmd))))
	section("Columns", wrapped(Columns(cmd)))
	section("Aliases", wrapped(cmd.Aliases))
	section("Exit status (see hubctl help exit-codes)", ExitStatuses(cmd))
	if !cmd.HasParent() {
		b.WriteString("\nFlags: -h/--help, -V/--version, --sandbox (needs no account)\n")
		fmt.Fprintf(&b, "Topics: hubctl help %s\n", strings.Join(topicNames(), "|"))
	}
	return b.String()
}

// flagUsages describes flags, one per line.
func flagUsages(flags *pflag.FlagSet) string {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	shown.SortFlags = flags.SortFlags
	flags.VisitAll(func(f *pflag.Flag) { shown.AddFlag(shownFlag(f)) })
	return shown.FlagUsagesWrapped(PageWidth)
}

// FlagUsage describes a flag on one line.
func FlagUsage(f *pflag.Flag) string {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	shown.AddFlag(shownFlag(f))
	return shown.FlagUsages()
}

func shownFlag(f *pflag.Flag) *pflag.Flag {
	if f.Value.Type() == "bool" {
		f = new(*f)
		f.Value = shownBool{f.Value}
	}
	return f
}

// A shownBool hides that it can stand without a value, which pflag would show as
// [=true|false].
type shownBool struct{ pflag.Value }

// Purpose returns the description of cmd.
func Purpose(cmd *cobra.Command) string {
	if cmd.Long != "" {
		return strings.TrimSpace(cmd.Long)
	}
	return cmd.Short
}

// usage returns a title and the usage line of cmd.
func usage(title string, cmd *cobra.Command) string {
	return wrap(title+": ", "  ", " ", strings.Fields(UsageLine(cmd)))
}

// UsageLine returns the usage of cmd. It includes --org ORG if cmd works on an
// organization, unless its Use mentions ORG or a file that names it.
func UsageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	if !NeedsOrg(cmd) {
		return cmd.UseLine()
	}
	return strings.TrimSuffix(cmd.UseLine(), " [flags]") + " --org ORG [flags]"
}

// NeedsOrg reports whether cmd works on the organization of --org.
func NeedsOrg(cmd *cobra.Command) bool {
	place := PlaceFlags(cmd)
	named := strings.Contains(cmd.Use, "ORG") || strings.Contains(cmd.Use, "-f FILE")
	return slices.Contains(place, "org") && !slices.Contains(place, "namespace") && !named
}

// commandList lists the subcommands of cmd in a group, one per line.
func commandList(cmd *cobra.Command, group string) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.GroupID == group && IsShown(sub) {
			fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	return b.String()
}

// IsShown reports whether help lists cmd. Cobra does not consider the help command
// available.
func IsShown(cmd *cobra.Command) bool { return cmd.IsAvailableCommand() || cmd.Name() == "help" }

// FlagNames returns names such as -o/--output.
func FlagNames(flags []*pflag.Flag) []string {
	names := make([]string, len(flags))
	for i, f := range flags {
		if f.Shorthand != "" {
			names[i] = "-" + f.Shorthand + "/"
		}
		names[i] += "--" + f.Name
	}
	return names
}

// wrapped returns a list as the body of a section.
func wrapped(items []string) string { return wrap("  ", "  ", ", ", items) }

// wrap joins words into lines that fit a page. The first line starts with title,
// the others with indent.
func wrap(title, indent, separator string, words []string) string {
	if len(words) == 0 {
		return ""
	}
	lines := []string{title + words[0]}
	for _, word := range words[1:] {
		last := &lines[len(lines)-1]
		if len(*last)+len(separator)+len(word) < PageWidth {
			*last += separator + word
			continue
		}
		*last += strings.TrimRight(separator, " ")
		lines = append(lines, indent+word)
	}
	return strings.Join(lines, "\n")
}

// ExitsWith declares an exit status with a special meaning for cmd, once.
func ExitsWith(cmd *cobra.Command, status int, when string) {
	line := fmt.Sprintf("  %d  %s\n", status, when)
	if !strings.Contains(cmd.Annotations[exitKey], line) {
		Annotate(cmd, exitKey, cmd.Annotations[exitKey]+line)
	}
}

// ExitStatuses returns the exit statuses with a special meaning for cmd, one per line.
func ExitStatuses(cmd *cobra.Command) string { return cmd.Annotations[exitKey] }

const exitKey = "exit"

// SetHelp makes --help and the help command, which it adds to a group, print
// pages. Both fail for a command that does not exist.
func SetHelp(a *App, root *cobra.Command, group string) {
	a.Cobra.W = output.Checked(a.IO.Out)
	root.SetOut(&a.Cobra) // a help page is a result
	root.SetErr(a.IO.Err)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if rest := cmd.Flags().Args(); cmd.HasSubCommands() && len(rest) > 0 {
			a.HelpErr = UnknownCommand(a, cmd, rest)
			return
		}
		_, _ = io.WriteString(cmd.OutOrStdout(), a.IO.Worded(Page(cmd))) // the Outlet remembers the error
	})
	root.SetHelpCommand(newHelp(a))
	root.SetHelpCommandGroupID(group)
	root.InitDefaultHelpCmd()
}

// newHelp returns the help command, which prints the page of a command or topic.
func newHelp(a *App) *cobra.Command {
	cmd := Offline(&cobra.Command{
		Use: "help [COMMAND|TOPIC]...", Short: "Show help for a command or topic",
		Long:    "Show help for a command or topic.\n\nTopics:\n" + topicList(),
		Example: "  hubctl help tokens create\n  hubctl help formatting",
		Args:    cobra.ArbitraryArgs,
	})
	cmd.ValidArgsFunction = completeHelp
	Honors(cmd, TextFlags...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := RefuseUnhonored(cmd, TextFlags); err != nil {
			return err
		}
		if topic, ok := findTopic(args); ok {
			a.Started = true
			return a.Print(a.IO.Worded(topic.Text(cmd.Root())))
		}
		target, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			if target == nil {
				target = cmd.Root()
			}
			return UnknownCommand(a, target, append(rest, args...))
		}
		a.Started = true
		target.InitDefaultHelpFlag()
		return target.Help()
	}
	return cmd
}

// completeHelp completes commands and, as the first argument, topics.
func completeHelp(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	target, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, sub := range target.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	if len(args) == 0 {
		for _, topic := range Topics {
			names = append(names, cobra.CompletionWithDesc(topic.Name, topic.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
