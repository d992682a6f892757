package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
)

// programs are where tests find hubctl.
//
// Most runs take place in workers. The tests that need a process for each start
// hubctl hundreds of times, and the test binary, which links everything that any
// test uses, takes twice as long to start. So the first test that needs hubctl
// builds it and puts it first in PATH.
//
// The test binary, which testscript.Main has put into PATH under that name, stays
// hubctl under the race detector and where coverage is counted, as the program
// would be a different one; and with -short, for one or two tests. Build flags
// must be in GOFLAGS to apply to both: an -overlay among the arguments of go test
// changes the tests only.
var programs struct {
	environ []string // of the process before the tests were isolated: where Go keeps its caches
	build   sync.Once
	err     error
}

// lookUp returns the path of a program that tests start, such as hubctl.
func lookUp(t *testing.T, name string) string {
	t.Helper()
	programs.build.Do(func() { programs.err = buildProgram() })
	if programs.err != nil {
		t.Fatal(programs.err)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func buildProgram() error {
	if testing.Short() || instrumented() {
		return nil
	}
	old, err := exec.LookPath("hubctl")
	if err != nil {
		return err
	}
	dir := filepath.Join(filepath.Dir(old), "program")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", dir+string(filepath.Separator), "..")
	build.Env = programs.environ
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, said)
	}
	return os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// instrumented reports whether coverage is counted or the race detector is on.
func instrumented() bool {
	if testing.CoverMode() != "" {
		return true
	}
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return true
		}
	}
	return false
}
