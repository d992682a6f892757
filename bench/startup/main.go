// Command startup measures how long "hubctl version" and a completion take,
// from start to exit, compared with an empty program that uses Cobra and Viper. Both
// are built with the flags of a release and run alternately, so that other load on
// the machine affects both. Run it at the top of the repository:
//
//	go run ./bench/startup [-n 200]
//
// It prints medians, their ratios and the size of the program, but does not judge
// them: the goals are a ratio of at most 2 and a size below 22 MB.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"

	"github.com/hubctl/hubctl/bench/program"
)

func main() {
	n := flag.Int("n", 200, "run each program `N` times")
	flag.Parse()
	if err := measure(*n); err != nil {
		fmt.Fprintln(os.Stderr, "startup:", err)
		os.Exit(1)
	}
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
	empty, err := program.Build(dir, "empty", "./bench/empty")
	if err != nil {
		return err
	}
	hubctl, err := program.Build(dir, "hubctl", ".")
	if err != nil {
		return err
	}
	session, err := warm(dir, hubctl)
	if err != nil {
		return err
	}
	fmt.Printf("medians of %d alternating runs, %s/%s, %s\n", n, runtime.GOOS, runtime.GOARCH, runtime.Version())
	for _, what := range [][2][]string{
		{{"version"}, {"version"}},
		{{"__complete", "v"}, {"__complete", "t"}},
		{{"__complete", "v"}, {"__complete", "tokens", "get", ""}},
	} {
		var times [2][]program.Time
		for i := range 10 + n {
			for j, p := range []program.Program{empty, hubctl} {
				cmd := p.Command(dir, session, what[j]...)
				cmd.Stderr = nil // the completion directive
				t, err := program.Run(cmd)
				if err != nil {
					return fmt.Errorf("%s %q: %w", p.Name, what[j], err)
				}
				if i >= 10 {
					times[j] = append(times[j], t)
				}
			}
		}
		a, b := program.Median(times[0]), program.Median(times[1])
		fmt.Printf("empty %-12s hubctl %-26s wall %5.2f, %5.2f ms, ratio %.2f   CPU %5.2f, %5.2f ms, ratio %.2f\n",
			strings.Join(what[0], " "), strings.Join(what[1], " "),
			program.Milliseconds(a.Wall), program.Milliseconds(b.Wall), float64(b.Wall)/float64(a.Wall),
			program.Milliseconds(a.CPU), program.Milliseconds(b.CPU), float64(b.CPU)/float64(a.CPU))
	}
	for _, p := range []program.Program{empty, hubctl} {
		info, err := os.Stat(p.File)
		if err != nil {
			return err
		}
		fmt.Printf("size  %-6s %5.1f MB stripped\n", p.Name, float64(info.Size())/1e6)
	}
	return nil
}

// warm fills the completion cache and returns the session that it belongs to.
func warm(dir string, hubctl program.Program) ([]string, error) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"count":1,"next":null,"results":[{"uuid":"b2","token_label":"ci"}]}`)
	}))
	defer srv.Close()
	session := []string{"HUBCTL_TOKEN=a.b.c", "HUBCTL_URL=" + srv.URL}
	_, err := program.Run(hubctl.Command(dir, session, "tokens", "list"))
	return session, err
}
