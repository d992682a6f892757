package cmd

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

var registryAccessTable = output.Table[dockerhub.RegistryAccess]{
	{
		Name: "enabled",
		Cell: func(r dockerhub.RegistryAccess) output.Value { return output.Optional(r.Enabled, output.Bool) },
	},
	{Name: "allowed", Cell: func(r dockerhub.RegistryAccess) output.Value { return output.List(r.Names(true)) }},
	{Name: "blocked", Cell: func(r dockerhub.RegistryAccess) output.Value { return output.List(r.Names(false)) }},
}

func newRegistryAccess(a *cli.App) *cobra.Command {
	return cli.Group(a, "registry-access", "Look at which registries members may use with Docker Desktop, and change it",
		registryAccessGet, registryAccessSet)
}

func registryAccessGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get", Short: "Show which registries the members may use",
		Example: "  hubctl orgs registry-access get --org acme",
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.RegistryAccess, error) {
		return c.Orgs.RegistryAccess(ctx, org)
	}
	return verb.ShowOfOrg(a, cmd, registryAccessTable, show)
}

func registryAccessSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set", Short: "Change which registries the members may use",
		Long: "Change which registries the members may use. What is not given stays as it is:\n" +
			"all is read, changed, and sent whole, unless somebody else changed it meanwhile.\n" +
			"A file with -f holds the fields to change; a list in it replaces the whole list,\n" +
			"before the flags are looked at.\n\n" +
			"DockerHub, or docker.io, is the one registry that can be allowed and blocked but\n" +
			"not removed.",
		Example: "  hubctl orgs registry-access set --org acme --enabled --allow ghcr.io --block docker.io\n" +
			"  hubctl orgs registry-access set --org acme --allow registry.acme.example='The house registry' --remove quay.io",
	}
	enabled := cmd.Flags().Bool("enabled", false, "whether members may use no registries but those that are allowed")
	allow := cmd.Flags().StringArray("allow", nil,
		"allow a registry: `HOST[=NAME]`, with a name for people to read; repeatable")
	block := cmd.Flags().StringArray("block", nil, "list a registry as one that is not allowed: `HOST[=NAME]`; repeatable")
	remove := cmd.Flags().StringArray("remove", nil, "take a registry off the list: `HOST`; repeatable")
	body := cli.FileFlag(a, cmd)
	cmd.MarkFlagsOneRequired("enabled", "allow", "block", "remove", "file")
	for _, name := range []string{"allow", "block", "remove"} {
		cli.CompleteFlagFunc(cmd, name, completeRegistries(a))
	}
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.RegistryAccess, error) {
		var none dockerhub.RegistryAccess
		set, err := registries(*allow, *block, *remove)
		if err != nil {
			return none, err
		}
		base, err := body(ctx)
		if err != nil {
			return none, err
		}
		return c.Orgs.UpdateRegistryAccess(ctx, org, dockerhub.RegistryAccessPatch{
			Body: base, Enabled: cli.Changed(cmd, "enabled", enabled), Set: set, Remove: *remove,
		})
	}
	return verb.ShowOfOrg(a, cmd, registryAccessTable, show)
}

// registries are those to allow and to block. It refuses what is no host, and a
// host that is named twice.
func registries(allow, block, remove []string) ([]dockerhub.Registry, error) {
	var set []dockerhub.Registry
	seen := map[string]bool{}
	check := func(host string) error {
		lower := strings.ToLower(host)
		switch {
		case host == "" || strings.ContainsAny(host, "/@") || strings.ContainsFunc(host,
			func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return hub.InputError(fmt.Sprintf("%q is not a registry: want a host, such as ghcr.io", host))
		case seen[lower]:
			return hub.InputError(host + " is named twice")
		}
		seen[lower] = true
		return nil
	}
	for _, one := range []struct {
		given   []string
		allowed bool
	}{{allow, true}, {block, false}} {
		for _, s := range one.given {
			host, name, _ := strings.Cut(s, "=")
			if err := check(host); err != nil {
				return nil, err
			}
			set = append(set, dockerhub.Registry{Address: host, FriendlyName: name, Allowed: &one.allowed})
		}
	}
	for _, host := range remove {
		if err := check(host); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// completeRegistries completes with the registries that the organization's settings name.
func completeRegistries(a *cli.App) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		var org string
		noun := func() (_ string, err error) {
			org, err = a.Org()
			return "registries " + org, err
		}
		fetch := func(ctx context.Context, c *dockerhub.Client) ([]cli.Candidate, error) {
			access, err := c.Orgs.RegistryAccess(ctx, org)
			var all []cli.Candidate
			for _, name := range access.Names(true) {
				all = append(all, cli.Candidate{Value: name, About: "allowed"})
			}
			for _, name := range access.Names(false) {
				all = append(all, cli.Candidate{Value: name, About: "blocked"})
			}
			return all, err
		}
		return cli.CompleteValue(a, cmd, nil, "", noun, fetch)
	}
}
