// Package program builds and runs programs to measure.
package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// A Program was built with the flags of a release.
type Program struct{ Name, File string }

// Measure builds hubctl in a temporary folder and calls measure.
func Measure(measure func(dir string, hubctl Program) error) error {
	dir, err := os.MkdirTemp("", "hubctl-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hubctl, err := Build(dir, "hubctl", ".")
	if err != nil {
		return err
	}
	return measure(dir, hubctl)
}

// Build builds the package at source, such as ".", in dir.
func Build(dir, name, source string) (Program, error) {
	p := Program{name, filepath.Join(dir, name)}
	if runtime.GOOS == "windows" {
		p.File += ".exe"
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.File, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return p, build.Run()
}

// Command returns a command that runs p with its own home and no settings except env.
func (p Program) Command(home string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(p.File, args...)
	cmd.Env = append([]string{
		"HOME=" + home, "USERPROFILE=" + home, "LocalAppData=" + home, "AppData=" + home,
		"SystemRoot=" + os.Getenv("SystemRoot"),
		"TMPDIR=" + os.TempDir(), "HUBCTL_STORE=none",
	}, env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// Time is how long a run took, in wall-clock and CPU time.
type Time struct{ Wall, CPU time.Duration }

// Run runs a command until it exits.
func Run(cmd *exec.Cmd) (Time, error) {
	start := time.Now()
	err := cmd.Run()
	t := Time{Wall: time.Since(start)}
	if cmd.ProcessState != nil {
		t.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return t, err
}

// Median returns the median wall-clock time and the median CPU time.
func Median(ts []Time) Time {
	middle := func(of func(Time) time.Duration) time.Duration {
		var ds []time.Duration
		for _, t := range ts {
			ds = append(ds, of(t))
		}
		slices.Sort(ds)
		return (ds[(len(ds)-1)/2] + ds[len(ds)/2]) / 2
	}
	return Time{middle(func(t Time) time.Duration { return t.Wall }), middle(func(t Time) time.Duration { return t.CPU })}
}

// Milliseconds converts d to a number of milliseconds.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
