package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/session"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/verb"
)

// A profile is an account: its settings in the configuration file, and its login.
type profile struct {
	Name    string         `json:"name"`
	Current bool           `json:"current"`
	User    string         `json:"user"`
	Kind    dockerhub.Kind `json:"kind"`
	URL     string         `json:"url"`
	Org     string         `json:"org"`
	Store   string         `json:"store"`
}

func (p profile) JSON() json.RawMessage { return cli.MustJSON(p) }

var profileTable = output.Table[profile]{
	{Name: "name", Key: true, Cell: func(p profile) output.Value { return output.Text(p.Name) }},
	{Name: "current", Cell: func(p profile) output.Value { return output.Bool(p.Current) }},
	{Name: "user", Cell: func(p profile) output.Value { return output.Text(p.User) }},
	{Name: "kind", Cell: func(p profile) output.Value { return output.Text(string(p.Kind)) }},
	{Name: "url", Cell: func(p profile) output.Value { return output.Text(p.URL) }},
	{Name: "org", Cell: func(p profile) output.Value { return output.Text(p.Org) }},
	{Name: "store", Cell: func(p profile) output.Value { return output.Text(p.Store) }},
}

func newProfiles(a *cli.App) *cobra.Command {
	cmd := cli.Offline(cli.Group(a, "profiles", "Manage profiles",
		profilesList, profilesUse, profilesDelete))
	cmd.Long = `A profile is an account with its own login, organization, namespace, URL and
output format. hubctl login --profile NAME creates one.`
	return cmd
}

func profilesList(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List profiles and their logins", Example: "  hubctl profiles list"}
	rows := func(context.Context, *dockerhub.Client, []string) iter.Seq2[profile, error] {
		return seq.From(profiles(a))
	}
	return verb.List(a, cli.Offline(cmd), profileTable, rows)
}

// profiles returns the profiles in the configuration file and those with a login.
func profiles(a *cli.App) ([]profile, error) {
	logins, err := a.Store().All()
	if err != nil {
		return nil, err
	}
	names := slices.Clone(a.Settings.Profiles)
	for name := range logins {
		names = append(names, name)
	}
	slices.Sort(names)
	var ps []profile
	for _, name := range slices.Compact(names) {
		p := profile{
			Name: name, Current: name == a.Settings.ProfileName(), User: a.Settings.InProfile(name, "user"),
			URL: a.Settings.InProfile(name, "url"), Org: a.Settings.InProfile(name, "org"),
		}
		if l, ok := logins[name]; ok {
			p.User, p.Kind, p.URL, p.Store = l.User, l.Kind, l.Origin, l.Store
			if p.Store == "" {
				p.Store = session.InFile
			}
		}
		ps = append(ps, p)
	}
	return ps, nil
}

func profilesUse(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "use NAME", Short: "Set the default profile", Args: cli.ExactArgs(1),
		Example: "  hubctl profiles use work", ValidArgsFunction: cli.CompleteProfiles(a),
	}
	return a.LocalChange(cmd, func(ctx context.Context, args []string) (any, error) {
		if err := knownProfile(a, args[0]); err != nil {
			return nil, err
		}
		doc := map[string]string{"profile": args[0]}
		switch {
		case a.Settings.Sandbox:
			return nil, cli.NewUsageError(errors.New("the sandbox has no default profile: pass --profile each time"))
		case a.Flags.DryRun:
			return nil, a.PrintDry("profile: "+args[0]+"\n", cli.MustJSON(doc))
		}
		if err := settings.Set(ctx, a.Settings.Paths.Config, "", "profile", args[0]); err != nil {
			return nil, err
		}
		a.Change()
		a.Notice("now using profile %s", args[0])
		return doc, nil
	})
}

func knowsProfile(a *cli.App, name string) (bool, error) {
	ps, err := profiles(a)
	return name == settings.DefaultProfile || slices.ContainsFunc(ps, func(p profile) bool { return p.Name == name }), err
}

func knownProfile(a *cli.App, name string) error {
	if known, err := knowsProfile(a, name); err != nil || known {
		return err
	}
	return cli.NewUsageError(fmt.Errorf("unknown profile %q: create it with hubctl login --profile %s", name, name))
}

func profilesDelete(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete NAME...", Short: "Delete profiles with their logins",
		Example: "  hubctl profiles delete work", ValidArgsFunction: cli.CompleteProfiles(a),
	}
	remove := func(ctx context.Context, _ *dockerhub.Client, name string) error {
		return deleteProfile(ctx, a, cmd, name)
	}
	return verb.Delete(a, cli.Offline(cmd), hub.Segment, remove)
}

func deleteProfile(ctx context.Context, a *cli.App, cmd *cobra.Command, name string) error {
	known, err := knowsProfile(a, name)
	if err == nil && !known {
		err = fmt.Errorf("%w: no such profile", dockerhub.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if a.Flags.DryRun {
		return cmp.Or(a.PrintDry("delete profile "+name+"\n", cli.MustJSON(map[string]string{"profile": name})),
			dockerhub.ErrDryRun)
	}
	if err := logOut(ctx, a, name); err != nil {
		return err
	}
	a.Change()
	if !a.Settings.Sandbox && a.Settings.Paths.Config != "" {
		err = settings.DeleteProfile(ctx, a.Settings.Paths.Config, name)
	}
	if set, loadErr := settings.Load(cmd.Flags()); loadErr == nil { // the current profile may have changed
		a.Settings = set
		cli.UseLoginOrigin(a)
	}
	announceSession(ctx, a)
	return err
}

// logOut removes the login of a profile and its caches.
func logOut(ctx context.Context, a *cli.App, name string) error {
	login, err := a.Store().Find(name)
	if err != nil || login == nil {
		return err
	}
	if err := errors.Join(a.Store().Delete(ctx, name), forget(a, login)); err != nil {
		return err
	}
	a.Notice("removed the login of %s on %s", login.User, login.Origin)
	return nil
}

// announceSession prints which session the next command will use.
func announceSession(ctx context.Context, a *cli.App) {
	given, err := a.Given(ctx)
	if err != nil {
		return
	}
	s, err := session.Choose(given, session.Options{})
	if err != nil {
		return
	}
	if s.Kind == dockerhub.Anonymous {
		a.Notice("no longer logged in")
		return
	}
	a.Notice("now using %s (%s)", s.Source, s.User)
}
