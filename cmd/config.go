package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
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
	cmd := cli.Offline(cli.Group(a, "config", "View and change settings",
		configList, configGet, configSet, configUnset, configEdit, configPath))
	cmd.Long = `Settings come from flags, the environment, the profile, the configuration file
and defaults, in that order. Secrets are not settings: hubctl login stores them.`
	return cmd
}

func configList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List settings and where they come from",
		Example: "  hubctl config list\n  HUBCTL_ORG=acme hubctl config list -o json",
	}
	rows := func(context.Context, *dockerhub.Client, []string) iter.Seq2[setting, error] {
		return seq.Map(seq.Of(a.Settings.Values), func(v settings.Value) setting { return setting(v) })
	}
	return verb.List(a, cli.Offline(cli.Placed(cmd, "org", "namespace")), settingTable, rows)
}

func configGet(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Placed(&cobra.Command{
		Use: "get KEY", Short: "Print the value of a setting", Args: cli.ExactArgs(1),
		Long:              `Print the value of a setting. -o json also prints where it comes from.`,
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
		p, err := settingTable.Printer(a.Out(), o)
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
		Use: "set KEY VALUE", Short: "Write a setting to the configuration file", Args: cli.ExactArgs(2),
		Long: `Write a setting to the top level of the configuration file or, with --profile,
to that profile. Both are created if they do not exist.`,
		Example:           "  hubctl config set output json\n  hubctl --profile work config set org acme",
		ValidArgsFunction: completeSetting(a, func(k settings.Key) bool { return k.File }),
	}
	return editing(a, cmd, func(ctx context.Context, path, profile string, args []string) (any, error) {
		if args[0] == "profile" && profile == "" && args[1] != "" {
			if err := knownProfile(a, args[1]); err != nil {
				return nil, err
			}
		}
		if a.Flags.DryRun {
			return nil, previewConfig(a, path, profile, args[0], &args[1])
		}
		created := profile != "" && knownProfile(a, profile) != nil
		if err := settings.Set(ctx, path, profile, args[0], args[1]); err != nil {
			return nil, err
		}
		a.Change()
		a.Notice("set %s in %s", args[0], path)
		warnIfOverridden(a, cmd, args[0])
		if created {
			a.Notice("created profile %s: log in to it with %s", profile, cli.LoginCommand(a))
		}
		return setting{Key: args[0], Value: args[1], Origin: path}, nil
	})
}

// warnIfOverridden warns if a new setting has no effect.
func warnIfOverridden(a *cli.App, cmd *cobra.Command, key string) {
	set, err := settings.Load(cmd.Flags())
	if err != nil {
		return
	}
	i := slices.IndexFunc(set.Values, func(v settings.Value) bool { return v.Key == key })
	origin := set.Values[i].Origin
	switch {
	case set.Sandbox && origin == "default (sandbox)":
		a.Notice("it has no effect in the sandbox, which has its own settings")
	case strings.HasPrefix(origin, "flag "):
	case !a.Settings.ProfileFlag && !strings.HasPrefix(origin, set.Paths.Config+":"),
		a.Settings.ProfileFlag && !strings.HasPrefix(origin, "profile "):
		a.Notice("it has no effect now: %s takes precedence", origin)
	}
}

func configUnset(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "unset KEY", Short: "Remove a setting from the configuration file", Args: cli.ExactArgs(1),
		Long: `Remove a setting from the top level of the configuration file or, with
--profile, from that profile. KEY may be unknown to hubctl.`,
		Example:           "  hubctl config unset output\n  hubctl --profile work config unset org",
		ValidArgsFunction: completeSetting(a, func(k settings.Key) bool { return k.File }),
	}
	cli.TolerateBadConfig(cmd)
	return editing(a, cmd, func(ctx context.Context, path, profile string, args []string) (any, error) {
		if profile != "" {
			if err := knownProfile(a, profile); err != nil {
				return nil, err
			}
		}
		if a.Flags.DryRun {
			return nil, previewConfig(a, path, profile, args[0], nil)
		}
		found, err := settings.Unset(ctx, path, profile, args[0])
		switch {
		case err != nil && a.Settings.Fault != nil:
			return nil, a.Settings.Fault
		case err != nil:
			return nil, err
		case !found:
			a.Notice("%s was not set in %s", args[0], path)
			return []cli.Deletion{}, nil
		}
		a.Notice("removed %s from %s", args[0], path)
		return []cli.Deletion{{ID: args[0], Deleted: true}}, nil
	})
}

func configEdit(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "edit", Short: "Open the configuration file in an editor",
		Long: `Open the configuration file in $VISUAL or $EDITOR. It is created if it does not
exist.`,
		Example: "  EDITOR=nano hubctl config edit",
	}
	return editing(a, cli.TolerateBadConfig(cmd), func(ctx context.Context, path, _ string, _ []string) (any, error) {
		words := append(settings.Editor(), path)
		if a.Flags.DryRun {
			return nil, a.PrintDry(strings.Join(words, " ")+"\n", cli.MustJSON(words))
		}
		if err := settings.Create(path); err != nil {
			return nil, err
		}
		a.Change()
		editor := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user names it
		editor.Stdin, editor.Stdout, editor.Stderr = a.IO.In, a.IO.Out, a.IO.Err
		if err := a.Signals.Run(editor, true); err != nil {
			return nil, fmt.Errorf("%s: %w", words[0], err)
		}
		if _, err := settings.Load(cmd.Flags()); err != nil {
			return nil, errors.New(err.Error()) // the file was edited by the user; it is not a mistake in the command line
		}
		return nil, nil
	})
}

func configPath(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "path", Short: "Print the path of the configuration file",
		Example: "  hubctl config path",
	}
	cli.Honors(cmd, cli.TextFlags...)
	cli.Annotate(cmd, cli.ProfileKey, cli.AnyProfile)
	return a.Local(cli.TolerateBadConfig(cmd), func(context.Context, []string) error {
		path, _, err := configFile(a, nil)
		if err != nil {
			return err
		}
		return a.Print(path + "\n")
	})
}

// editing finishes a command that changes the configuration file. Neither the file nor the
// profile given by --profile need exist.
func editing(a *cli.App, cmd *cobra.Command,
	action func(ctx context.Context, path, profile string, args []string) (any, error),
) *cobra.Command {
	cli.Annotate(cmd, cli.ProfileKey, cli.AnyProfile)
	return a.LocalChange(cmd, func(ctx context.Context, args []string) (any, error) {
		path, profile, err := configFile(a, args)
		if err != nil {
			return nil, err
		}
		return action(ctx, path, profile, args)
	})
}

// configFile returns the configuration file and the profile that --profile names in it.
func configFile(a *cli.App, args []string) (path, profile string, err error) {
	if path = a.Settings.Paths.Config; path == "" {
		return "", "", cli.NewUsageError(errors.New("cannot determine the path of the configuration file: " +
			"neither HOME nor XDG_CONFIG_HOME is set (pass --config)"))
	}
	if a.Settings.ProfileFlag {
		profile = a.Settings.Profile
	}
	if a.Settings.Sandbox && len(args) > 0 && (profile != "" || args[0] == "profile") {
		err = cli.NewUsageError(errors.New("the sandbox has no profiles in the configuration file"))
	}
	return path, profile, err
}

// previewConfig implements --dry-run: it prints the resulting configuration file.
func previewConfig(a *cli.App, path, profile, key string, value *string) error {
	text, err := settings.Preview(path, profile, key, value)
	if err != nil {
		return err
	}
	return a.PrintDry(string(text), cli.MustJSON(map[string]string{"path": path, "content": string(text)}))
}

// completeSetting completes a setting and, if it has a fixed set of values, its value.
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
