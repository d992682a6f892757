package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Where a new secret may go.
const (
	toStdout  = "stdout"
	toEnv     = "env"
	toFile    = "file"
	toCommand = "command"
	toDocker  = "docker"
)

// A handover says where a new secret goes.
type handover struct {
	By      string `json:"by"`             // one of the above
	Path    string `json:"path,omitempty"` // of a file, absolute
	Name    string `json:"name,omitempty"` // of the variable in it
	Command string `json:"command,omitempty"`
}

func (h handover) String() string {
	switch h.By {
	case toEnv:
		return h.Name + " in " + h.Path
	case toFile:
		return h.Path
	case toCommand:
		return "command: " + h.Command
	case toDocker:
		return "docker login"
	case "": // of a saved plan
		return ""
	}
	return "standard output"
}

// does says what handing over is.
func (h handover) does() string {
	switch h.By {
	case toEnv, toFile:
		return "write its secret to " + h.String()
	case toCommand:
		return "give its secret to the standard input of: " + h.Command
	case toDocker:
		return "give its secret to docker login"
	}
	return "print its secret"
}

// handoverNames are the flags that say where a secret goes.
var handoverNames = []string{"write-env", "env-name", "write-file", "exec", "docker-login"}

// handoverFlags are the values of handoverNames.
type handoverFlags struct {
	env, name, file, command *string
	docker                   *bool
}

func handoverFlag(cmd *cobra.Command) *handoverFlags {
	f := cmd.Flags()
	h := &handoverFlags{
		env:     f.String("write-env", "", "set a variable in this `file` of NAME=VALUE lines to the secret"),
		name:    f.String("env-name", "DOCKERHUB_TOKEN", "`name` of that variable"),
		file:    f.String("write-file", "", "write the secret, and nothing else, to this `file`"),
		command: f.String("exec", "", "run this `command` with the secret on its standard input"),
		docker:  f.Bool("docker-login", false, "run docker login with the secret, which keeps it in Docker's own store"),
	}
	cmd.MarkFlagsMutuallyExclusive("write-env", "write-file", "exec", "docker-login")
	cli.CompleteFlag(cmd, "env-name", "DOCKERHUB_TOKEN")
	cli.CompleteFlag(cmd, "exec")
	return h
}

// to is where secrets go, with what stands for a token in the names as it is.
func (f *handoverFlags) to() handover {
	switch {
	case *f.env != "":
		return handover{By: toEnv, Path: *f.env, Name: *f.name}
	case *f.file != "":
		return handover{By: toFile, Path: *f.file}
	case *f.command != "":
		return handover{By: toCommand, Command: *f.command}
	case *f.docker:
		return handover{By: toDocker}
	}
	return handover{By: toStdout}
}

// of is where the secret goes that replaces the one of a token.
func (f *handoverFlags) of(label, id string) (handover, error) {
	h := f.to()
	h.Name = strings.NewReplacer("{label}", inName(label), "{uuid}", inName(id), "{id}", inName(id)).Replace(h.Name)
	switch {
	case h.Path == "":
		return h, nil
	case h.By == toEnv && !variableName().MatchString(h.Name):
		return h, cli.NewUsageError(fmt.Errorf("%q is no name of a variable", h.Name))
	}
	h.Path = strings.NewReplacer("{label}", inPath(label), "{uuid}", inPath(id), "{id}", inPath(id)).Replace(h.Path)
	var err error
	h.Path, err = filepath.Abs(h.Path)
	return h, err
}

// inName is s as a part of a variable's name.
func inName(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, s))
}

// inPath is s as a part of a file's name: a server's text names no other folder.
func inPath(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x80 && (strings.ContainsRune("._-", r) || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '_'
	}, s)
	if strings.Trim(s, ".") == "" {
		return strings.ReplaceAll(s, ".", "_")
	}
	return s
}

var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// check refuses what cannot work.
func (h handover) check(a *cli.App) error {
	switch h.By {
	case toCommand:
		if _, err := exec.LookPath(shell); err != nil {
			return fmt.Errorf("no shell to run the command with: %w", err)
		}
	case toDocker:
		if a.Settings.Sandbox || a.Settings.Origin() != dockerhub.DefaultURL && !hub.IsLoopback(a.Settings.URL) {
			return errors.New("--docker-login is for Docker Hub alone: Docker would take the secret for one of Docker Hub's")
		}
		if _, err := exec.LookPath("docker"); err != nil {
			return fmt.Errorf("--docker-login needs the program docker: %w", err)
		}
	}
	return nil
}

// lasting says what stays behind if a secret that was handed over is of no use
// any more; "" = nothing.
func (h handover) lasting() string {
	switch h.By {
	case toCommand:
		return "what the command was given is the secret of a token that is deleted again"
	case toDocker:
		return "docker may be logged in with the secret of a token that is deleted again: run docker login"
	case toStdout:
		return "a secret that was printed is of no use"
	}
	return ""
}

// run gives the secret to a program of the user's, on its standard input. What
// it prints goes to standard error.
func (h handover) run(ctx context.Context, a *cli.App, s rotation, secret string) error {
	cmd := shellCommand(ctx, h.Command)
	if h.By == toDocker {
		cmd = exec.CommandContext(ctx, "docker", "login", "--username", s.User, "--password-stdin") //nolint:gosec // the user has asked for it, and the name is an argument of its own
	}
	cmd.Stdin = strings.NewReader(secret)
	cmd.Stdout, cmd.Stderr = a.IO.Err, a.IO.Err
	cmd.Env = append(settings.ChildEnviron(), "TOKEN_LABEL="+s.Label, "TOKEN_ID="+s.ID, "TOKEN_USER="+s.User)
	if err := a.Signals.Run(cmd, terminal.IsTerminal(a.IO.In)); err != nil {
		return fmt.Errorf("%s failed: %w", h, err)
	}
	return nil
}

// content is what the file holds once the secret is in it. old is nil if there
// is no file.
func (h handover) content(old []byte, secret string) []byte {
	if h.By == toFile {
		return []byte(secret)
	}
	return setVariable(old, h.Name, secret)
}

// setVariable sets a variable in a file of NAME=VALUE lines, which may begin
// with export. Other lines stay as they are.
func setVariable(old []byte, name, value string) []byte {
	line := regexp.MustCompile(`^(\s*(?:export\s+)?` + regexp.QuoteMeta(name) + `=)[^\r\n]*`)
	var all []byte
	found := false
	for l := range bytes.Lines(old) {
		if m := line.FindSubmatchIndex(l); m != nil {
			found = true
			l = append(append(bytes.Clone(l[:m[3]]), value...), l[m[1]:]...)
		}
		all = append(all, l...)
	}
	if found {
		return all
	}
	if len(all) > 0 && !bytes.HasSuffix(all, []byte("\n")) {
		all = append(all, '\n')
	}
	return append(all, name+"="+value+"\n"...)
}

// plainSecret is a secret that means itself in any file.
var plainSecret = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._~+/=-]+$`) })
