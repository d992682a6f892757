package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs runs the commands of the documentation unchanged, on the sandbox. A ```sh
// block is one script. A ```console block has commands after "$ ", whose questions
// are answered. Commands that cannot run are in blocks without a language.
func TestDocs(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("the documentation's commands need sh")
	}
	path := "PATH=" + otherPrograms(t) + string(filepath.ListSeparator)
	for file, blocks := range map[string]int{"README.md": 6, "docs/tutorial.md": 8, "docs/recipes.md": 11, "docs/sandbox.md": 1, "docs/organization-as-code.md": 6} {
		text, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		sections := []string{string(text)}
		if file == "docs/recipes.md" { // each recipe stands on its own
			sections = strings.Split(string(text), "\n## ")
		}
		if n := len(docBlock.FindAllString(string(text), -1)); n < blocks {
			t.Errorf("%s has %d blocks with commands, expected at least %d", file, n, blocks)
		}
		for _, section := range sections {
			title, _, _ := strings.Cut(section, "\n")
			t.Run(file+" "+title, func(t *testing.T) {
				t.Parallel()
				hub, _, _ := hubctl(t, "")
				env, dir := append(hub.Env, "HUBCTL_URL=", "HUBCTL_TOKEN=", "HUBCTL_SANDBOX=1", path+os.Getenv("PATH")), t.TempDir()
				if file == "docs/sandbox.md" {
					env = append(env, "HUBCTL_SANDBOX=") // it is served
				}
				writeExampleFiles(t, dir)
				for _, script := range docScripts(section) {
					cmd := exec.CommandContext(t.Context(), sh, "-eu", "-c", script)
					cmd.Dir, cmd.Env = dir, env
					said, err := cmd.CombinedOutput()
					found := cmd.ProcessState.ExitCode() == 8 && strings.Contains(script, " report ")
					misused := strings.Contains(string(said), "\nusage: hubctl") // perhaps within a pipe
					if err != nil && !found || misused {
						t.Errorf("%s\n%v\n%s", script, err, said)
					}
				}
			})
		}
	}
}

var (
	docBlock   = regexp.MustCompile("(?ms)^```(sh|console)\n(.*?)^```$")
	docCommand = regexp.MustCompile(`(?m)^\$ (.*(?:\\\n.*)*)$`)
)

// docScripts returns the scripts of a section: a sh block as a whole, and each command of
// a console block.
func docScripts(section string) (scripts []string) {
	for _, block := range docBlock.FindAllStringSubmatch(section, -1) {
		if block[1] == "sh" {
			scripts = append(scripts, block[2])
			continue
		}
		for _, command := range docCommand.FindAllStringSubmatch(block[2], -1) {
			scripts = append(scripts, answered+command[1])
		}
	}
	return scripts
}

// TestDocLinks checks that the files and headings that documents link to exist.
func TestDocLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^):\s]*?)(?:#([^)\s]*))?\)`)
	heading := regexp.MustCompile(`(?m)^#+ (.+)$`)
	code := regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../README.md", "../CONTRIBUTING.md", "../SECURITY.md", "../CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
			target, anchor := file, m[2]
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(m[1]))
			}
			linked, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			found := anchor == ""
			for _, h := range heading.FindAllStringSubmatch(string(linked), -1) {
				found = found || strings.ReplaceAll(strings.ToLower(h[1]), " ", "-") == anchor
			}
			if !found {
				t.Errorf("%s: %s has no heading #%s", file, m[1], anchor)
			}
		}
	}
}
