package cmd

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/verb"
)

var registryAccessTable = output.Table[dockerhub.RegistryAccess]{
	{Name: "enabled", Cell: func(r dockerhub.RegistryAccess) output.Value {
		return output.Optional(r.Enabled, output.Bool)
	}},
	{Name: "allowed", Cell: func(r dockerhub.RegistryAccess) output.Value { return output.List(r.Names(true)) }},
	{Name: "blocked", Cell: func(r dockerhub.RegistryAccess) output.Value { return output.List(r.Names(false)) }},
}

func newRegistryAccess(a *cli.App) *cobra.Command {
	cmd := cli.Group(a, "registry-access", "Manage the registries that members may use",
		registryAccessGet, registryAccessSet)
	return cli.Called(cmd, "registry access", "")
}

func registryAccessGet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get", Short: "Show which registries members may use",
		Example: "  hubctl orgs registry-access get --org acme",
	}
	return verb.ShowOfOrg(a, cmd, registryAccessTable,
		func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.RegistryAccess, error) {
			return c.Orgs.RegistryAccess(ctx, org)
		})
}

func registryAccessSet(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "set", Short: "Change which registries members may use",
		Long: `Change which registries members may use with Docker Desktop. Settings that are
not given keep their values: hubctl reads all settings, merges the file of -f
and the flags, and sends them back, unless someone else changed them in between.
A list in the file replaces the whole list; the flags are merged last.

DockerHub (also docker.io) can be allowed and blocked, but not removed.`,
		Example: `  hubctl orgs registry-access set --org acme --enabled --allow ghcr.io
  hubctl orgs registry-access set --org acme --block docker.io --remove quay.io
  hubctl orgs registry-access set --org acme --allow reg.acme.example='Our own'`,
	}
	enabled := cli.BoolFlag(cmd, "enabled", "restrict which registries members may use")
	allow := cli.StringsFlag(cmd, "allow", "allow registry `HOST[=NAME]` (repeatable)", registryList.Complete(a))
	block := cli.StringsFlag(cmd, "block", "block registry `HOST[=NAME]` (repeatable)", registryList.Complete(a))
	remove := cli.StringsFlag(cmd, "remove", "remove registry `HOST` from the list (repeatable)", registryList.Complete(a))
	file := cli.BodyFlag(cmd)
	cli.OneRequired(cmd, "enabled", "allow", "block", "remove", "file")
	show := func(ctx context.Context, c *dockerhub.Client, org string, _ []string) (dockerhub.RegistryAccess, error) {
		set, err := registries(allow.Value, block.Value, remove.Value)
		if err != nil {
			return dockerhub.RegistryAccess{}, err
		}
		return c.Orgs.UpdateRegistryAccess(ctx, org, dockerhub.RegistryAccessPatch{
			Body: file.Body, Enabled: enabled.OrNil(), Set: set, Remove: remove.Value,
		})
	}
	return verb.ShowOfOrg(a, cmd, registryAccessTable, show)
}

// registries returns the registries to allow and to block. It refuses invalid hosts,
// and a host that is given twice.
func registries(allow, block, remove []string) ([]dockerhub.Registry, error) {
	var set []dockerhub.Registry
	seen := map[string]bool{}
	check := func(host string) error {
		lower := strings.ToLower(host)
		switch {
		case host == "" || strings.ContainsAny(host, "/@") || strings.ContainsFunc(host,
			func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return hub.InputError(fmt.Sprintf("invalid registry %q: expected a host, such as ghcr.io", host))
		case seen[lower]:
			return hub.InputError(host + " is given twice")
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

// registryList lists the registries in the organization's settings.
var registryList = verb.Things[cli.Candidate]{
	Noun: "registries", In: verb.InOrg,
	List: func(ctx context.Context, c *dockerhub.Client, in []string) iter.Seq2[cli.Candidate, error] {
		access, err := c.Orgs.RegistryAccess(ctx, in[0])
		var all []cli.Candidate
		for _, name := range access.Names(true) {
			all = append(all, cli.Candidate{Value: name, About: "allowed"})
		}
		for _, name := range access.Names(false) {
			all = append(all, cli.Candidate{Value: name, About: "blocked"})
		}
		return seq.From(all, err)
	},
	Candidate: func(c cli.Candidate) (value, about string) { return c.Value, c.About },
}
