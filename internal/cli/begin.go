package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/settings"
)

// Begin reads the settings once the flags of cmd have been parsed.
func (a *App) Begin(cmd *cobra.Command) error {
	if a.Settings != nil {
		return nil
	}
	if err := VetFlags(cmd); err != nil {
		return err
	}
	if cmd.Annotations[ProfileKey] == AnyProfile {
		Must(cmd.Flags().SetAnnotation("config", settings.MayBeNew, []string{"yes"}))
	}
	if o := cmd.Flags().Lookup("output"); cmd.Annotations[markdownKey] != "" && o.Value.String() == "markdown" {
		a.Flags.Markdown = true
		Must(o.Value.Set("table")) // no other command has this format
	}
	load := settings.Load
	if cmd.Annotations[tolerateBadConfigKey] != "" {
		load = settings.LoadAnyhow
	}
	set, err := load(cmd.Flags())
	if err != nil {
		return err
	}
	if set.Sandbox {
		for _, name := range []string{"url", "token"} {
			if cmd.Flags().Changed(name) {
				return fmt.Errorf("--%s cannot be used with --sandbox", name)
			}
		}
	}
	if err := vetSettings(set); err != nil && cmd.Annotations[tolerateBadConfigKey] == "" {
		return err
	}
	a.Settings = set
	a.Flags.OutputGiven = cmd.Flags().Changed("output")
	for _, name := range []string{"output", "jq", "template"} {
		if a.Flags.Quiet && cmd.Flags().Changed(name) {
			return fmt.Errorf("--quiet and --%s cannot be used together", name)
		}
	}
	if err := resolvePlace(a, cmd); err != nil {
		return err
	}
	if set.Fault != nil {
		a.Notice("%v", set.Fault)
	}
	if cmd.Annotations[ProfileKey] != "" {
		return nil
	}
	UseLoginOrigin(a)
	return checkProfile(a)
}

// WithMarkdown marks a command that prints Markdown with -o markdown.
func WithMarkdown(cmd *cobra.Command) *cobra.Command {
	Annotate(cmd, markdownKey, "yes")
	return cmd
}

const markdownKey = "markdown"

// ProfileKey is the annotation of a command whose profile need not exist. If its
// value is AnyProfile, the configuration file need not exist either.
const (
	ProfileKey = "profile"
	AnyProfile = "any"
)

// TolerateBadConfig marks a command that runs despite an invalid configuration
// file.
func TolerateBadConfig(cmd *cobra.Command) *cobra.Command {
	Annotate(cmd, tolerateBadConfigKey, "yes")
	return cmd
}

const tolerateBadConfigKey = "anyhow"
