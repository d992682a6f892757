package rotation

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/hubctl/hubctl/internal/hub"
)

// The destinations of a secret.
const (
	ToStdout  = "stdout"
	ToEnv     = "env"
	ToFile    = "file"
	ToCommand = "command"
	ToDocker  = "docker"
)

// A Delivery says where a new secret goes. The zero Delivery, in a saved plan,
// leaves it open.
type Delivery struct {
	By      string `json:"by"`             // one of the above
	Path    string `json:"path,omitempty"` // of a file, absolute
	Name    string `json:"name,omitempty"` // of the variable in the file
	Command string `json:"command,omitempty"`
}

func (d Delivery) String() string {
	switch d.By {
	case ToStdout:
		return "standard output"
	case ToEnv:
		return d.Name + " in " + d.Path
	case ToFile:
		return d.Path
	case ToCommand:
		return "command: " + d.Command
	case ToDocker:
		return "docker login"
	}
	return ""
}

// describe says how the secret is delivered.
func (d Delivery) describe() string {
	switch d.By {
	case ToEnv, ToFile:
		return "write its secret to " + d.String()
	case ToCommand:
		return "pass its secret to the standard input of: " + d.Command
	case ToDocker:
		return "pass its secret to docker login"
	}
	return "print its secret"
}

// leftover says what remains if the token of a delivered secret is deleted
// again, or "".
func (d Delivery) leftover() string {
	switch d.By {
	case ToCommand:
		return "the command got the secret of a token that was deleted again"
	case ToDocker:
		return "docker may have the secret of a token that was deleted again: run docker login"
	case ToStdout:
		return "the printed secret is invalid"
	}
	return ""
}

// exclusive reports whether a second secret would replace the first.
func (d Delivery) exclusive() bool { return d.By == ToEnv || d.By == ToFile || d.By == ToDocker }

// CheckProgram fails if the program that takes the secret is not installed.
func (d Delivery) CheckProgram() error {
	switch d.By {
	case ToCommand:
		if _, err := exec.LookPath(shell); err != nil {
			return fmt.Errorf("no shell to run the command with: %w", err)
		}
	case ToDocker:
		if _, err := exec.LookPath("docker"); err != nil {
			return fmt.Errorf("--docker-login needs the program docker: %w", err)
		}
	}
	return nil
}

// expand replaces {label}, {uuid} and {id} in the names of d with those of a
// token, and makes the path absolute.
func (d Delivery) expand(label, id string) (Delivery, error) {
	d.Name = expandName(d.Name, label, id, nameSafe)
	switch {
	case d.Path == "":
		return d, nil
	case d.By == ToEnv && !variableName().MatchString(d.Name):
		return d, hub.InputError(fmt.Sprintf("%q is not a valid variable name", d.Name))
	}
	var err error
	d.Path, err = filepath.Abs(expandName(d.Path, label, id, pathSafe))
	return d, err
}

func expandName(name, label, id string, safe func(string) string) string {
	return strings.NewReplacer("{label}", safe(label), "{uuid}", safe(id), "{id}", safe(id)).Replace(name)
}

// nameSafe makes s fit into the name of a variable.
func nameSafe(s string) string { return strings.ToUpper(keepASCII(s, "_")) }

// pathSafe makes s fit into a file name, so that a label the server sent cannot
// name another folder.
func pathSafe(s string) string {
	s = keepASCII(s, "._-")
	if strings.Trim(s, ".") == "" {
		return strings.ReplaceAll(s, ".", "_")
	}
	return s
}

// keepASCII replaces all but ASCII letters, digits and the runes in also with _.
func keepASCII(s, also string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', strings.ContainsRune(also, r):
			return r
		}
		return '_'
	}, s)
}

var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })
