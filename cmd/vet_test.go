package cmd

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/offboard"
	"github.com/hubctl/hubctl/internal/prune"
	"github.com/hubctl/hubctl/internal/redact"
	"github.com/hubctl/hubctl/internal/rotation"
	"github.com/hubctl/hubctl/internal/verb"
)

const madeUpSecret = "dckr_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAA"

// TestFlagsVetted passes an empty value and a secret to every flag of every command.
func TestFlagsVetted(t *testing.T) {
	t.Parallel()
	var cleared, secret []string
	for _, c := range tree(newRoot(emptyApp())) {
		check := func(f *pflag.Flag) {
			for _, value := range []string{"", " \t", madeUpSecret} {
				probe := &cobra.Command{}
				probe.Flags().AddFlag(f)
				if probe.Flags().Set(f.Name, value) != nil {
					continue // not text
				}
				switch name := c.CommandPath() + " --" + f.Name; {
				case cli.VetFlags(probe) != nil:
				case value == "":
					cleared = append(cleared, name)
				case value == madeUpSecret:
					secret = append(secret, name)
				}
				if list, ok := f.Value.(pflag.SliceValue); ok {
					_ = list.Replace(nil)
				}
			}
			if strings.HasSuffix(f.Value.Type(), "Slice") || f.Value.Type() == "func" {
				t.Errorf("%s --%s: its type drops empty values before they can be refused", c.CommandPath(), f.Name)
			}
		}
		c.LocalFlags().VisitAll(check)
	}
	if want := []string{
		"hubctl org-tokens create --description", "hubctl org-tokens patch --description",
		"hubctl repos create --description", "hubctl repos patch --description", "hubctl repos readme set --description",
		"hubctl scim users create --family-name", "hubctl scim users create --given-name",
		"hubctl scim users patch --family-name", "hubctl scim users patch --given-name",
		"hubctl teams create --description", "hubctl teams patch --description",
	}; !slices.Equal(cleared, want) {
		t.Errorf("flags that may be empty:\ngot  %q\nwant %q", cleared, want)
	}
	if want := []string{
		"hubctl --jq", "hubctl --template", "hubctl --token",
		"hubctl org-tokens rotate --exec", "hubctl orgs apply --exec", "hubctl raw --field", "hubctl raw --header", "hubctl raw --raw-field",
		"hubctl repos webhooks create --hook-url", "hubctl tokens rotate --exec",
	}; !slices.Equal(slices.Sorted(slices.Values(secret)), want) {
		t.Errorf("flags that may hold a secret:\ngot  %q\nwant %q", secret, want)
	}
}

// TestOneOfSeveralVetted passes lists with an empty item.
func TestOneOfSeveralVetted(t *testing.T) {
	t.Parallel()
	for _, c := range tree(newRoot(emptyApp())) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			list, ok := f.Value.(pflag.SliceValue)
			for _, values := range [][]string{{"a", "", "b"}, {"", "a"}, {"a", " "}} {
				if !ok {
					return
				}
				probe := &cobra.Command{}
				probe.Flags().AddFlag(f)
				for _, v := range values {
					cli.Must(probe.Flags().Set(f.Name, v))
				}
				if cli.VetFlags(probe) == nil {
					t.Errorf("%s --%s accepts %q", c.CommandPath(), f.Name, values)
				}
				cli.Must(list.Replace(nil))
			}
		})
	}
}

// TestArgumentsVetted passes an empty argument and a secret to every command.
func TestArgumentsVetted(t *testing.T) {
	t.Parallel()
	a := emptyApp()
	for _, c := range tree(newRoot(a)) {
		if c.HasSubCommands() || c.Name() == "help" || c.Parent().Name() == "completion" {
			continue
		}
		for _, arg := range []string{"", " ", madeUpSecret, "acme/" + madeUpSecret, "acme/api:" + madeUpSecret} {
			err := c.RunE(c, []string{arg})
			if err == nil || a.Started {
				t.Fatalf("%s %q: %v, started %t", c.CommandPath(), arg, err, a.Started)
			}
			if strings.Contains(err.Error(), madeUpSecret) {
				t.Errorf("%s %q: %v", c.CommandPath(), arg, err)
			}
		}
	}
}

func TestStepsVetted(t *testing.T) {
	t.Parallel()
	for _, s := range []verb.PlanStep{
		prune.Step{Tag: "acme/api:"},
		prune.Step{Tag: "acme/api:" + madeUpSecret},
		rotation.Step{Label: "ci"},
		rotation.Step{ID: madeUpSecret},
		verb.BatchItem{Fields: map[string]string{"name": "x"}},
		verb.BatchItem{ID: "x", Fields: map[string]string{"name": madeUpSecret}},
		offboard.Step{Kind: "invite"},
		offboard.Step{Kind: "team", Org: "acme", Account: "ada"},
		offboard.Step{Kind: "member", Account: "ada"},
		offboard.Step{Kind: "repository", Name: "acme/api"},
	} {
		if err := verb.VetSteps("plan.json", []verb.PlanStep{s}); err == nil || strings.Contains(err.Error(), madeUpSecret) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestSecretsIn(t *testing.T) {
	t.Parallel()
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2ln"
	for text, want := range map[string][]string{
		"acme/api:latest": nil, "": nil, "3be9e965-284c-4a58-84e9-6da6efe39591": nil, "how to use dckr_pat_ tokens": nil,
		"/v2/access-tokens/" + madeUpSecret:       {madeUpSecret},
		"https://hub.docker.com/?a=" + jwt + "&b": {jwt},
		"\"" + madeUpSecret + "\", " + jwt:        {madeUpSecret, jwt},
	} {
		if got := redact.SecretsIn(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if !errors.Is(cli.VetName(madeUpSecret), cli.ErrSecret) || !errors.Is(cli.VetName(" "), cli.ErrEmpty) {
		t.Error("a secret or an empty name passes")
	}
}
