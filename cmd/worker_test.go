package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A worker is a process that runs hubctl many times: for each run, it calls Main with
// the run's arguments, directory, environment and standard streams. Starting a
// process takes several times as long as most commands.
//
// Runs that get a signal, are killed, or read from a terminal need a separate
// process.
type worker struct {
	process *exec.Cmd
	stdin   io.Closer
	in      *json.Encoder
	out     *json.Decoder
}

// A workerRun is one run of hubctl, and a workerResult its result.
type (
	workerRun struct {
		Dir   string
		Env   []string
		Args  []string
		Stdin []byte
	}
	workerResult struct {
		Status         int
		Stdout, Stderr []byte
	}
)

func startWorker() (*worker, error) {
	process := exec.Command("hubctl-worker")
	process.Stderr = os.Stderr // a panic's
	stdin, err := process.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &worker{process, stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)}, process.Start()
}

// crew has the workers of all tests. A new one starts when all others are busy.
var crew workers

type workers struct {
	mu   sync.Mutex
	idle []*worker
}

// dismiss ends the workers, which write down what they have covered.
func (p *workers) dismiss() (err error) {
	for _, w := range p.idle {
		err = errors.Join(err, w.stdin.Close(), w.process.Wait())
	}
	return err
}

func (p *workers) run(r workerRun) (result workerResult, err error) {
	w, err := p.take()
	if err != nil {
		return result, err
	}
	if err := errors.Join(w.in.Encode(r), w.out.Decode(&result)); err != nil {
		return result, errors.Join(err, w.process.Wait())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, w)
	return result, nil
}

func (p *workers) take() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		w := p.idle[last]
		p.idle = p.idle[:last]
		return w, nil
	}
	return startWorker()
}

// do runs a command prepared by hubctl, and returns the exit status.
func (p *workers) do(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	r := workerRun{Dir: cmp.Or(cmd.Dir, t.TempDir()), Env: cmd.Environ(), Args: cmd.Args[1:]}
	if cmd.Stdin != nil {
		var err error
		if r.Stdin, err = io.ReadAll(cmd.Stdin); err != nil {
			t.Fatal(err)
		}
	}
	result, err := p.run(r)
	if err != nil {
		t.Fatal(err)
	}
	_, out := cmd.Stdout.Write(result.Stdout)
	if _, err := cmd.Stderr.Write(result.Stderr); err != nil || out != nil {
		t.Fatal(err, out)
	}
	return result.Status
}

// exits runs a prepared hubctl in a worker, and checks its exit status.
func exits(t *testing.T, cmd *exec.Cmd, status int) {
	t.Helper()
	if got := crew.do(t, cmd); got != status {
		t.Errorf("exit status %d, want %d", got, status)
	}
}

// work is the main function of a worker.
func work() {
	debug.SetGCPercent(1000) // runs are short
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	runs := make(chan workerRun)
	go func() {
		for {
			var r workerRun
			if err := in.Decode(&r); err != nil {
				os.Exit(0) // the test is over, even if a run hangs
			}
			runs <- r
		}
	}()
	for r := range runs {
		result, err := r.here()
		if err != nil {
			panic(err)
		}
		if err := out.Encode(result); err != nil {
			panic(err)
		}
	}
}

// here runs hubctl in this process.
func (r workerRun) here() (result workerResult, err error) {
	if err := os.Chdir(r.Dir); err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, os.Chdir(os.TempDir())) }() // Windows cannot remove a directory in use
	os.Clearenv()
	for _, v := range r.Env {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			return result, err
		}
	}
	os.Args = append([]string{"hubctl"}, r.Args...)

	var pipes [3]struct{ r, w *os.File }
	for i := range pipes {
		if pipes[i].r, pipes[i].w, err = os.Pipe(); err != nil {
			return result, err
		}
		defer pipes[i].r.Close()
	}
	stdin, stdout, stderr := os.Stdin, os.Stdout, os.Stderr
	os.Stdin, os.Stdout, os.Stderr = pipes[0].r, pipes[1].w, pipes[2].w
	var copying sync.WaitGroup
	go func() {
		_, _ = pipes[0].w.Write(r.Stdin) // hubctl may not read it
		_ = pipes[0].w.Close()
	}()
	var written [2]bytes.Buffer
	for i := range written {
		copying.Go(func() { _, _ = written[i].ReadFrom(pipes[i+1].r) })
	}
	result.Status = Main()
	_, _ = pipes[1].w.Close(), pipes[2].w.Close()
	copying.Wait()
	os.Stdin, os.Stdout, os.Stderr = stdin, stdout, stderr
	result.Stdout, result.Stderr = written[0].Bytes(), written[1].Bytes()
	return result, nil
}

// A scriptRunner knows which variables a script may have set.
type scriptRunner struct{ variables []string }

func newScriptRunner(environ []string) *scriptRunner {
	r := &scriptRunner{}
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		r.variables = append(r.variables, name)
	}
	return r
}

// setenv sets a variable of a script.
func setenv(ts *testscript.TestScript, name, value string) {
	ts.Setenv(name, value)
	r := ts.Value("runner").(*scriptRunner)
	r.variables = append(r.variables, name)
}

// setenvs replaces testscript's env: setenv NAME=VALUE...
func setenvs(ts *testscript.TestScript, _ bool, args []string) {
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		setenv(ts, name, value)
	}
}

// workerScripts copies the scripts into a new directory, and inserts "worker N" for
// commands that a worker can run: commands that are not in the background and do not
// follow stdin or ttyin.
func workerScripts(t *testing.T, dir string) string {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatal(err, scripts)
	}
	copies := t.TempDir()
	for _, script := range scripts {
		b, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copies, filepath.Base(script)), []byte(forWorker(string(b))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return copies
}

var (
	runsHubctl = regexp.MustCompile(`^((?:\[[^]]*\] *)*(?:! *)?)(?:exec|status (\d+)) hubctl( .*)?$`)
	background = regexp.MustCompile(` &(\w+&)?$`)
	setsInput  = regexp.MustCompile(`^(\[[^]]*\] *)*(stdin|ttyin) `)
	runsAny    = regexp.MustCompile(`^(\[[^]]*\] *)*(! *)?(exec|status) `)
)

func forWorker(script string) string {
	lines := strings.Split(script, "\n")
	prepared := false
	for i, line := range lines {
		if strings.HasPrefix(line, "env ") {
			lines[i] = "set" + line
		}
		if strings.HasPrefix(line, "-- ") {
			break // the files begin
		}
		m := runsHubctl.FindStringSubmatch(line)
		if m != nil && !prepared && !background.MatchString(line) {
			lines[i] = m[1] + "worker " + cmp.Or(m[2], "0") + m[3]
		}
		prepared = setsInput.MatchString(line) || prepared && !runsAny.MatchString(line)
	}
	return strings.Join(lines, "\n")
}

// readOnce are variables that Go reads only once per process.
var readOnce = []string{"TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}

// inWorker runs hubctl in a worker, and expects an exit status:
// worker N [ARGS].
func inWorker(ts *testscript.TestScript, neg bool, args []string) {
	if slices.ContainsFunc(readOnce, func(k string) bool { return ts.Getenv(k) != os.Getenv(k) }) {
		status(ts, neg, append([]string{args[0], "hubctl"}, args[1:]...))
		return
	}
	runner := ts.Value("runner").(*scriptRunner)
	run := workerRun{Dir: ts.MkAbs("."), Args: args[1:]}
	for _, name := range runner.variables {
		run.Env = append(run.Env, name+"="+ts.Getenv(name))
	}
	result, err := crew.run(run)
	ts.Check(err)
	_, _ = ts.Stdout().Write(result.Stdout)
	_, _ = ts.Stderr().Write(result.Stderr)
	expect(ts, neg, args[0], result.Status)
}
