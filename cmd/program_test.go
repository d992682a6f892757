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

// programs provides hubctl to tests.
//
// Most runs happen in workers. The tests that need separate processes start hubctl
// hundreds of times, and the test binary, which includes all test code, takes twice
// as long to start. So the first test that needs hubctl builds it and puts it first
// in PATH.
//
// The test binary, which testscript.Main puts into PATH under that name, is used as
// hubctl under the race detector and when coverage is counted, which a separate
// program would bypass; and with -short, for one or two tests. Build flags must be
// in GOFLAGS to apply to both: an -overlay in the arguments of go test changes only
// the tests.
var programs struct {
	environ []string // of the process before the tests were isolated, to find Go's caches
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

// onlyPlain skips a test of long documents where that takes minutes and finds nothing more.
func onlyPlain(t *testing.T) {
	t.Helper()
	if instrumented() {
		t.Skip("long documents take minutes with coverage and the race detector")
	}
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
