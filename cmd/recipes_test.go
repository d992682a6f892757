package cmd

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// TestRecipes runs every script of docs/recipes.md, as it stands there, each on a
// sandbox of its own and in a folder of its own.
func TestRecipes(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh, which the recipes are written for")
	}
	b, err := os.ReadFile("../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	recipe := regexp.MustCompile("(?ms)^## ([^\n]+)\n((?:.*?)^```sh\n(.*?)^```$)")
	found := recipe.FindAllStringSubmatch(string(b), -1)
	if want := strings.Count(string(b), "\n```sh\n"); len(found) != want || want < 6 {
		t.Fatalf("%d recipes found, %d scripts", len(found), want)
	}
	for _, m := range found {
		t.Run(m[1], func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(sandbox.New(sandbox.Options{Now: untilMidnight()}))
			t.Cleanup(srv.Close)
			cmd, stdout, stderr := hubctl(t, srv.URL)
			cmd.Path, cmd.Args = sh, []string{"sh", "-eu", "-c", m[3]}
			cmd.Dir = t.TempDir()
			cmd.Env = append(cmd.Env, "HUBCTL_TOKEN=", "HUBCTL_USER=demo", "HUBCTL_PASSWORD=demo-password", "HUBCTL_ORG=acme")
			if err := cmd.Run(); err != nil {
				t.Errorf("%v\n%s\n%s", err, stdout, stderr)
			}
		})
	}
}
