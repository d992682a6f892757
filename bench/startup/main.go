// Command startup measures how long "hubctl version" takes, from start to exit,
// against an empty program with Cobra and Viper. Both are built here with the
// flags of a release and run in turns, so that what else the machine does meets
// both alike. Run it at the top of the repository:
//
//	go run ./bench/startup [-n 200]
//
// It prints medians, their ratio and the size of the program, and judges
// nothing: the goals are a ratio of at most 1.3 and less than 15 MB.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

func main() {
	n := flag.Int("n", 200, "run each program `N` times")
	flag.Parse()
	if err := measure(*n); err != nil {
		fmt.Fprintln(os.Stderr, "startup:", err)
		os.Exit(1)
	}
}

// A program is one that is measured.
type program struct {
	name, source, file string
	wall, cpu          []time.Duration
}

func measure(n int) error {
	if n < 1 {
		return errors.New("-n must be 1 or more")
	}
	dir, err := os.MkdirTemp("", "hubctl-bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	programs := []*program{{name: "empty", source: "./bench/empty"}, {name: "hubctl", source: "."}}
	for _, p := range programs {
		if err := p.build(dir); err != nil {
			return err
		}
	}
	const warm = 10
	for i := range warm + n {
		for _, p := range programs {
			if err := p.run(dir, i >= warm); err != nil {
				return err
			}
		}
	}
	return report(programs[0], programs[1], n)
}

func (p *program) build(dir string) error {
	p.file = filepath.Join(dir, p.name)
	if runtime.GOOS == "windows" {
		p.file += ".exe"
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.file, p.source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return build.Run()
}

// run runs p once in a home of its own, without any settings.
func (p *program) run(home string, count bool) error {
	cmd := exec.Command(p.file, "version")
	cmd.Env = []string{"HOME=" + home, "USERPROFILE=" + home, "LocalAppData=" + home, "AppData=" + home, "SystemRoot=" + os.Getenv("SystemRoot")}
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s version: %w", p.name, err)
	}
	if count {
		p.wall = append(p.wall, time.Since(start))
		p.cpu = append(p.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	return nil
}

func report(empty, hubctl *program, n int) error {
	fmt.Printf("medians of %d runs in turns, %s/%s, %s\n", n, runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, what := range []struct {
		name string
		of   func(*program) []time.Duration
	}{
		{"wall time", func(p *program) []time.Duration { return p.wall }},
		{"CPU time", func(p *program) []time.Duration { return p.cpu }},
	} {
		a, b := median(what.of(empty)), median(what.of(hubctl))
		fmt.Printf("%-10s  empty version %6.2f ms   hubctl version %6.2f ms   ratio %.2f\n",
			what.name, ms(a), ms(b), float64(b)/float64(a))
	}
	for _, p := range []*program{empty, hubctl} {
		info, err := os.Stat(p.file)
		if err != nil {
			return err
		}
		fmt.Printf("size        %-6s %5.1f MB stripped\n", p.name, float64(info.Size())/1e6)
	}
	return nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return (d[(len(d)-1)/2] + d[len(d)/2]) / 2
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
