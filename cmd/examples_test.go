package cmd

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
)

// The prefixes of examples that cannot run here, and why.
var unrunnable = map[string]string{
	"hubctl login":             "prompts for a secret, or needs one",
	"pass ":                    "likewise",
	"hubctl profiles use":      "needs the profile of a login",
	"hubctl profiles delete":   "likewise",
	"hubctl logout --profile":  "likewise",
	"hubctl --profile work":    "likewise",
	"hubctl audit follow":      "does not end",
	"hubctl sandbox serve":     "likewise",
	"EDITOR=nano":              "opens an editor",
	"hubctl plugin uninstall":  "needs an installed plugin",
	"hubctl plugin install &&": "needs a docker command",
	// the sandbox has the last years only
	"hubctl analytics exports 2026 months 10": "needs a year that has passed",
}

// exampleFiles are the files that examples use.
var exampleFiles = map[string]string{
	"README.md":            "# acme/api\n",
	"acme.yaml":            "version: 1\norganization: acme\nsettings:\n  restricted-images: {enabled: false}\n",
	"docs/hub.md":          "# acme/api\n",
	"token_new.json":       `{"token_label":"ci","scopes":["repo:read"]}`,
	"addresses.txt":        "ada@example.com\nben@example.com\n",
	"invitee-and-team.csv": "invitee,team\nada@example.com,qa\n",
	"repository.json":      `{"name":"third","namespace":"acme"}`,
	"repositories.csv":     "repository,description\nacme/one,The first\n",
	"teams.csv":            "name,description\ntesters,Test what is released\n",
	"user-and-role.csv":    "user,role\nbokafor,editor\n",
	"user-and-team.csv":    "user,team\nbokafor,platform\n",
	"url.txt":              "https://ci.example/hook\n",
	"prune.yaml":           "rules:\n- match: ^acme/\n  keep-last: 1000\n",
}

// answered begins a script in which hubctl asks no questions, since these need a
// terminal.
const answered = "hubctl() { command hubctl \"$@\" --yes; }\n"

// logInForReports logs in with the token that usage reports need, if c reads them.
func logInForReports(t *testing.T, c *cobra.Command, sh, dir string, env []string) {
	t.Helper()
	if !strings.HasPrefix(c.CommandPath(), "hubctl usage") {
		return
	}
	const script = "hubctl org-tokens create reports --org acme --resource org:acme=report-read --expires 90d -q |" +
		" command hubctl login -U acme --password-stdin"
	if status, said := runExample(t, sh, script, dir, env); status != 0 {
		t.Fatalf("%s\n%s", script, said)
	}
}

// TestExamples runs every example of every help page unchanged, on a new sandbox.
// Other programs only read their standard input.
func TestExamples(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the examples need sh")
	}
	others := otherPrograms(t)
	for _, c := range tree(newRoot(emptyApp())) {
		if c.Example == "" {
			continue
		}
		isCheck := isCheck(c)
		t.Run(c.CommandPath(), func(t *testing.T) {
			t.Parallel()
			cmd, _, _ := hubctl(t, "")
			env, dir := append(cmd.Env, "HUBCTL_URL=", "HUBCTL_TOKEN=", "HUBCTL_SANDBOX=1", "PATH="+others+":"+os.Getenv("PATH")), t.TempDir()
			writeExampleFiles(t, dir)
			logInForReports(t, c, sh, dir, env)
			for example := range strings.SplitSeq(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
				if example = strings.TrimSpace(example); cannotRun(example) {
					continue
				}
				status, said := runExample(t, sh, example, dir, env)
				if check := isCheck && status == 8; status != 0 && !check {
					t.Errorf("%s\nexit status %d\n%s", example, status, said)
				}
			}
		})
	}
}

// TestJSON runs an example of every command with -o json, on a new sandbox: it prints
// JSON or refuses the flag.
func TestJSON(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the login for reports needs sh")
	}
	others := otherPrograms(t)
	for _, c := range tree(newRoot(emptyApp())) {
		example, found := forJSON(c)
		if !found {
			continue
		}
		isCheck := isCheck(c)
		t.Run(c.CommandPath(), func(t *testing.T) {
			t.Parallel()
			cmd, stdout, stderr := hubctl(t, "", append(example, "--yes", "-o", "json")...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(cmd.Env, "HUBCTL_URL=", "HUBCTL_TOKEN=", "HUBCTL_SANDBOX=1")
			writeExampleFiles(t, cmd.Dir)
			logInForReports(t, c, sh, cmd.Dir, append(cmd.Env, "PATH="+others+":"+os.Getenv("PATH")))
			status := crew.do(t, cmd)
			refused := status == 2 && strings.Contains(stderr.String(), "--output does not apply to ")
			switch text := stdout.Bytes(); {
			case refused && len(text) > 0:
				t.Errorf("%q refused -o json, but printed %s", example, text)
			case refused:
			case status != 0 && (status != 8 || !isCheck):
				t.Errorf("%q: exit status %d\n%s", example, status, stderr)
			case !json.Valid(text):
				t.Errorf("%q printed no JSON: %s", example, text)
			}
		})
	}
}

// forJSON returns the arguments of an example of c that needs no shell and does not
// choose a format.
func forJSON(c *cobra.Command) (args []string, found bool) {
	for example := range strings.SplitSeq(strings.ReplaceAll(c.Example, "\\\n", ""), "\n") {
		example = strings.TrimSpace(example)
		words := strings.Fields(example)
		formatted := slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"-o", "-q", "-", "--jq", "--columns", "--no-headers"}, w)
		})
		if plain.MatchString(example) && !cannotRun(example) && !formatted {
			if i := slices.Index(words, "--sort"); i > 0 { // for tables
				words = slices.Delete(words, i, i+2)
			}
			return words[1:], true
		}
	}
	return nil, false
}

// plain matches examples that need no shell.
var plain = regexp.MustCompile(`^hubctl [\w ./:@=,+-]+$`)

// runExample runs an example with --yes, in a shell if it needs one.
func runExample(t *testing.T, sh, example, dir string, env []string) (status int, said string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), sh, "-eu", "-c", answered+example)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &out
	if plain.MatchString(example) {
		cmd.Args = append(strings.Fields(example), "--yes")
		return crew.do(t, cmd), out.String()
	}
	_ = cmd.Run() // the status tells
	return cmd.ProcessState.ExitCode(), out.String()
}

// isCheck reports whether the help page of c documents exit status 8.
func isCheck(c *cobra.Command) bool {
	page := cli.Page(c)
	return strings.Contains(page, "\n  8  ") || strings.Contains(page, "exit with 8") || strings.Contains(page, "exit status is 8")
}

// otherPrograms returns a folder of programs that examples use, which only read their
// input.
func otherPrograms(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"curl", "docker", "gh"} {
		writeFile(t, filepath.Join(dir, name), "#!/bin/sh\ncat >/dev/null\n", 0o700)
	}
	return dir
}

func writeExampleFiles(t *testing.T, dir string) {
	t.Helper()
	for name, text := range exampleFiles {
		writeFile(t, filepath.Join(dir, name), text, 0o600)
	}
}

func cannotRun(example string) bool {
	for beginning := range unrunnable {
		if strings.HasPrefix(example, beginning) {
			return true
		}
	}
	return false
}

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
