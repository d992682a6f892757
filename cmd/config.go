package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

// A setting is a row of hubctl config list.
type setting settings.Value

func (s setting) JSON() json.RawMessage { return cli.MustJSON(s) }

var settingTable = output.Table[setting]{
	{Name: "key", Key: true, Cell: func(s setting) output.Value { return output.Text(s.Key) }},
	{Name: "value", Cell: func(s setting) output.Value { return output.Text(s.Value) }},
	{Name: "origin", Cell: func(s setting) output.Value { return output.Text(s.Origin) }},
}

func newConfig(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Group(a, "config", "See what is set, and where, and change it",
		configList, configGet, configSet, configUnset, configPath))
	cmd.Long = "Settings come from flags, the environment, the configuration file and defaults,\n" +
		"in this order. Secrets are no settings: hubctl login keeps them elsewhere."
	return cmd
}

func configList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List every setting, its value and where that comes from",
		Long: "List every setting, its value and where that comes from: a flag, the\n" +
			"environment, a profile, the configuration file, or the default.",
		Example: "  hubctl config list\n  HUBCTL_ORG=acme hubctl config list -o json",
	}
	rows := func(context.Context, *dockerhub.Client, []string) iter.Seq2[setting, error] {
		return func(yield func(setting, error) bool) {
			for _, v := range a.Settings.Values {
				if !yield(setting(v), nil) {
					return
				}
			}
		}
	}
	return verb.List(a, cli.Offline(cli.Placed(cmd, "org", "namespace")), settingTable, rows)
}

func configGet(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Placed(&cobra.Command{
		Use: "get KEY", Short: "Print the value of a setting that is in force", Args: cobra.ExactArgs(1),
		Long:              "Print the value of a setting that is in force, alone, or with -o json where it\ncomes from too.",
		Example:           "  hubctl config get org\n  hubctl --profile work config get url -o json",
		ValidArgsFunction: completeSetting(a, func(settings.Key) bool { return true }),
	}, "org", "namespace"))
	cli.DeclareColumns(cmd, settingTable.Names())
	cli.Honors(cmd, cli.ValueFlags...)
	return a.Local(cmd, func(_ context.Context, args []string) error {
		i := slices.IndexFunc(a.Settings.Values, func(v settings.Value) bool { return v.Key == args[0] })
		if i < 0 {
			return cli.NewUsageError(fmt.Errorf("unknown setting %q: see hubctl config list", args[0]))
		}
		o := a.TextOptions()
		p, err := settingTable.Printer(a.IO.Out, o)
		switch {
		case err != nil:
			return cli.NewUsageError(err)
		case o.IsTable() && len(o.Columns) == 0:
			return a.Print(a.Settings.Values[i].Value + "\n")
		}
		return p.One(setting(a.Settings.Values[i]))
	})
}

func configSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set KEY VALUE", Short: "Write a setting into the configuration file", Args: cobra.ExactArgs(2),
		Long: "Write a setting into the configuration file, which is made if there is none:\n" +
			"at its top, or with --profile in that profile, which may be a new one. The rest\n" +
			"of it stays as it is.",
		Example:           "  hubctl config set output json\n  hubctl --profile work config set org acme",
		ValidArgsFunction: completeSetting(a, func(k settings.Key) bool { return k.File }),
	}
	cli.Honors(cmd, cli.SilentFlags...)
	return editing(a, cmd, func(ctx context.Context, path, profile string, args []string) error {
		if args[0] == "profile" && profile == "" && args[1] != "" {
			if err := knownProfile(a, args[1]); err != nil {
				return err
			}
		}
		if a.Flags.DryRun {
			return previewConfig(a, path, profile, args[0], &args[1])
		}
		created := profile != "" && knownProfile(a, profile) != nil
		if err := settings.Set(ctx, path, profile, args[0], args[1]); err != nil {
			return err
		}
		a.Change()
		a.Notice("%s is set in %s", args[0], path)
		warnIfOverridden(a, cmd, args[0])
		if created {
			a.Notice("profile %s is new: log in to it with: %s", profile, cli.LoginCommand(a))
		}
		return nil
	})
}

// warnIfOverridden says so if a setting that was just written has no effect, since
// something else comes before it.
func warnIfOverridden(a *cli.App, cmd *cobra.Command, key string) {
	set, err := settings.Load(cmd.Flags())
	if err != nil {
		return
	}
	i := slices.IndexFunc(set.Values, func(v settings.Value) bool { return v.Key == key })
	origin := set.Values[i].Origin
	switch {
	case set.Sandbox && origin == "default (sandbox)":
		a.Notice("it has no effect in the sandbox, which is a world of its own")
	case strings.HasPrefix(origin, "flag "):
	case !a.Settings.ProfileFlag && !strings.HasPrefix(origin, set.Paths.Config+":"),
		a.Settings.ProfileFlag && !strings.HasPrefix(origin, "profile "):
		a.Notice("it has no effect now: it is set by %s, which comes first", origin)
	}
}

func configUnset(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "unset KEY", Short: "Take a setting out of the configuration file", Args: cobra.ExactArgs(1),
		Long: "Take a setting out of the configuration file: from its top, or with --profile\n" +
			"from that profile. The rest of it stays as it is. What is unknown to hubctl, and\n" +
			"keeps it from reading the file, can be taken out too.",
		Example:           "  hubctl config unset output\n  hubctl --profile work config unset org",
		ValidArgsFunction: completeSetting(a, func(k settings.Key) bool { return k.File }),
	}
	cli.Honors(cmd, cli.SilentFlags...)
	return editing(a, cli.TolerateBadConfig(cmd), func(ctx context.Context, path, profile string, args []string) error {
		if profile != "" {
			if err := knownProfile(a, profile); err != nil {
				return err
			}
		}
		if a.Flags.DryRun {
			return previewConfig(a, path, profile, args[0], nil)
		}
		found, err := settings.Unset(ctx, path, profile, args[0])
		switch {
		case err != nil && a.Settings.Fault != nil:
			return a.Settings.Fault
		case err != nil:
			return err
		case found:
			a.Notice("%s is no longer set in %s", args[0], path)
		default:
			a.Notice("%s was not set in %s", args[0], path)
		}
		return nil
	})
}

func configPath(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "path", Short: "Print where the configuration file is, or would be",
		Example: "  hubctl config path",
	}
	cli.Honors(cmd, cli.TextFlags...)
	return editing(a, cli.TolerateBadConfig(cmd),
		func(_ context.Context, path, _ string, _ []string) error { return a.Print(path + "\n") })
}

// editing finishes a command that is about the configuration file, which need
// not exist, and neither need the profile that --profile names in it.
func editing(a *cli.App, cmd *cobra.Command,
	action func(ctx context.Context, path, profile string, args []string) error,
) *cobra.Command {
	cli.Annotate(cmd, cli.ProfileKey, cli.AnyProfile)
	return a.Local(cmd, func(ctx context.Context, args []string) error {
		path, profile := a.Settings.Paths.Config, ""
		if path == "" {
			return cli.NewUsageError(errors.New("there is no place for a configuration file: " +
				"neither HOME nor XDG_CONFIG_HOME is set; name one with --config"))
		}
		if a.Settings.ProfileFlag {
			profile = a.Settings.Profile
		}
		if a.Settings.Sandbox && len(args) > 0 && (profile != "" || args[0] == "profile") {
			return cli.NewUsageError(errors.New(
				"the sandbox is a world of its own: it changes no profile in the configuration file"))
		}
		return action(ctx, path, profile, args)
	})
}

// previewConfig is --dry-run: it prints what the configuration file would hold.
func previewConfig(a *cli.App, path, profile, key string, value *string) error {
	text, err := settings.Preview(path, profile, key, value)
	if err != nil {
		return err
	}
	return a.PrintDry(string(text), cli.MustJSON(map[string]string{"path": path, "content": string(text)}))
}

// completeSetting completes a setting and then its value, where there are only so many.
func completeSetting(a *cli.App, offered func(settings.Key) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		var out []string
		switch {
		case len(args) == 0:
			for _, k := range settings.Keys() {
				if offered(k) && (k.Profile || cmd.Annotations[cli.ProfileKey] == "" || !cmd.Flags().Changed("profile")) {
					out = append(out, cobra.CompletionWithDesc(k.Name, k.Usage))
				}
			}
		case len(args) == 1 && cmd.Args(cmd, append(args, typed)) == nil:
			switch args[0] {
			case "output":
				out = output.Formats
			case "color":
				out = settings.Colors
			case "store":
				out = settings.Stores
			case "profile":
				return cli.CompleteProfiles(a)(cmd, nil, typed)
			case "cacert":
				return nil, cobra.ShellCompDirectiveDefault
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}
