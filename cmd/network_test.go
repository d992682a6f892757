package cmd

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox"
)

// TestNetwork runs an example of every help page under strace, on a Hub of this
// machine: hubctl connects to that Hub and to nothing else, not even to look up a name.
func TestNetwork(t *testing.T) {
	t.Parallel()
	strace, sh := tracer(t), lookUp(t, "sh")
	others := otherPrograms(t)
	for _, c := range tree(newRoot(emptyApp())) {
		if c.Example == "" {
			continue
		}
		t.Run(c.CommandPath(), func(t *testing.T) {
			t.Parallel()
			s := newWitness(t)
			writeExampleFiles(t, s.dir)
			cmd, _, _ := hubctl(t, s.url)
			bin, traces := t.TempDir(), t.TempDir()
			writeFile(t, filepath.Join(bin, "hubctl"), fmt.Sprintf("#!/bin/sh\nexec %s %s/$$ %s \"$@\"\n",
				strings.Join(append([]string{strace}, straceArgs...), " "), traces, cmd.Path), 0o700)
			env := append(cmd.Env, "HUBCTL_TOKEN="+s.hub.Session(sandbox.DemoUser), "HUBCTL_RETRIES=0",
				"PATH="+bin+":"+others+":"+os.Getenv("PATH"))
			for _, host := range sandbox.Hosts {
				env = append(env, host.Variable+"="+s.url+host.Path)
			}
			examples := strings.Split(strings.ReplaceAll(c.Example, "\\\n", ""), "\n")
			first := slices.IndexFunc(examples, func(e string) bool { return !cannotRun(strings.TrimSpace(e)) })
			if first < 0 {
				return
			}
			script := exec.CommandContext(t.Context(), sh, "-c", answered+examples[first])
			script.Dir, script.Env = s.dir, env
			_ = script.Run() // it may fail in any way
			reached := connections(t, traces)
			if reached == nil {
				t.Error("nothing was traced")
			}
			home, err := url.Parse(s.url)
			if err != nil {
				t.Fatal(err)
			}
			for _, address := range reached {
				if address != home.Host && address != "none" {
					t.Errorf("connects to %s", address)
				}
			}
		})
	}
}

var straceArgs = []string{"-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,exit_group", "-o"}

// tracer returns the path of strace. Without it, or where the system does not allow it,
// the test is skipped.
func tracer(t *testing.T) string {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil && os.Getenv("HUBCTL_REQUIRE_HELPERS") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("watching the network needs strace")
	}
	trial := exec.CommandContext(t.Context(), strace, append(straceArgs, filepath.Join(t.TempDir(), "trace"), "true")...)
	if said, err := trial.CombinedOutput(); err != nil {
		t.Skipf("strace cannot trace here: %v: %s", err, said)
	}
	return strace
}

var (
	internet = regexp.MustCompile(`sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?(?:inet_addr\("|AF_INET6, ")([^"]+)"`)
	exited   = regexp.MustCompile(`exit_group\(`)
)

// connections returns the addresses in traces, and "none" for each traced program.
func connections(t *testing.T, traces string) (all []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(traces, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for range exited.FindAll(b, -1) {
			all = append(all, "none")
		}
		for _, m := range internet.FindAllSubmatch(b, -1) {
			all = append(all, string(m[2])+":"+string(m[1]))
		}
	}
	return all
}

// TestConnections: what strace prints is recognized.
func TestConnections(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "1"), `7 connect(5, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.7")}, 16) = 0
7 connect(5, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = 0
7 connect(5, {sa_family=AF_UNIX, sun_path="/run/bus"}, 16) = 0
7 exit_group(0) = ?
`, 0o600)
	if got := strings.Join(connections(t, dir), " "); got != "none 192.0.2.7:53 2001:db8::1:443" {
		t.Error(got)
	}
}
