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

// A Delivery is the destination of a new secret. A saved plan has the zero
// Delivery: no destination.
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

// describe returns how the secret is delivered, for display.
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

// leftover returns a warning for the case that the token of a delivered secret is
// deleted, or "".
func (d Delivery) leftover() string {
	switch d.By {
	case ToCommand:
		return "the command received the secret of a token that was deleted"
	case ToDocker:
		return "docker may have stored the secret of a token that was deleted: run docker login"
	case ToStdout:
		return "the printed secret is invalid"
	}
	return ""
}

// exclusive reports whether a second secret would replace the first.
func (d Delivery) exclusive() bool { return d.By == ToEnv || d.By == ToFile || d.By == ToDocker }

// CheckProgram fails if the program that receives the secret is not installed.
func (d Delivery) CheckProgram() error {
	switch d.By {
	case ToCommand:
		if _, err := exec.LookPath(shell); err != nil {
			return fmt.Errorf("no shell to run the command with: %w", err)
		}
	case ToDocker:
		if _, err := exec.LookPath("docker"); err != nil {
			return fmt.Errorf("--docker-login requires docker: %w", err)
		}
	}
	return nil
}

// expand replaces {label}, {uuid} and {id} in the names of d with the values of a
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

// nameSafe makes s safe for the name of a variable.
func nameSafe(s string) string { return strings.ToUpper(keepASCII(s, "_")) }

// pathSafe makes s safe for a file name, so that a label from the server cannot lead
// to another folder.
func pathSafe(s string) string {
	s = keepASCII(s, "._-")
	if strings.Trim(s, ".") == "" {
		return strings.ReplaceAll(s, ".", "_")
	}
	return s
}

// keepASCII replaces all characters except ASCII letters, digits and those in also
// with _.
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
