package cmd

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
)

// A setting is a row of hubctl config list.
type setting settings.Value

func (s setting) JSON() json.RawMessage { return mustJSON(s) }

var settingTable = output.Table[setting]{
	{Name: "key", Key: true, Cell: func(s setting) output.Value { return output.Text(s.Key) }},
	{Name: "value", Cell: func(s setting) output.Value { return output.Text(s.Value) }},
	{Name: "origin", Cell: func(s setting) output.Value { return output.Text(s.Origin) }},
}

func newConfig(a *app) *cobra.Command {
	return group("config", "See what is set, and where", configList(a))
}

func configList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List every setting, its value and where that comes from",
		Long:    "List every setting, its value and where that comes from: a flag, the\nenvironment, a profile, the configuration file, or the default.",
		Example: "  hubctl config list\n  HUBCTL_ORG=acme hubctl config list -o json",
	}
	return list(a, offline(cmd), settingTable, func(context.Context, *dockerhub.Client, []string) iter.Seq2[setting, error] {
		return func(yield func(setting, error) bool) {
			for _, v := range a.set.Values {
				if !yield(setting(v), nil) {
					return
				}
			}
		}
	})
}
