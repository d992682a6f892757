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
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A worker is a process that runs hubctl many times, as a process of its own
// would each time: it calls Main with that run's arguments, directory,
// environment and standard streams. Starting a process takes several times as
// long as most commands do.
//
// Runs that a signal may reach, or a kill, need a process of their own, and so do
// those that read from a terminal.
type worker struct {
	process *exec.Cmd
	stdin   io.Closer
	in      *json.Encoder
	out     *json.Decoder
}

// A workerRun is one run of hubctl, and a workerResult what came of it.
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

// close ends the worker, which then writes down what it has covered.
func (w *worker) close() error {
	return errors.Join(w.stdin.Close(), w.process.Wait())
}

func (w *worker) run(r workerRun) (result workerResult, err error) {
	if err := w.in.Encode(r); err != nil {
		return result, err
	}
	return result, w.out.Decode(&result)
}

// work is the program that a worker runs.
func work() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var r workerRun
		if err := in.Decode(&r); err != nil {
			os.Exit(0) // there are no more
		}
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
	defer func() { err = errors.Join(err, os.Chdir(os.TempDir())) }() // Windows removes no directory in use
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
		_, _ = pipes[0].w.Write(r.Stdin) // hubctl need not read it
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

// A scriptWorker is the worker of a script, started when a command needs it.
type scriptWorker struct {
	*worker
	names []string // of the variables that the script may have set
}

func newScriptWorker(variables []string) *scriptWorker {
	w := &scriptWorker{}
	for _, v := range variables {
		name, _, _ := strings.Cut(v, "=")
		w.names = append(w.names, name)
	}
	return w
}

// setenv sets a variable of a script.
func setenv(ts *testscript.TestScript, name, value string) {
	ts.Setenv(name, value)
	w := ts.Value("worker").(*scriptWorker)
	w.names = append(w.names, name)
}

// setenvs does what testscript's env does: setenv NAME=VALUE...
func setenvs(ts *testscript.TestScript, _ bool, args []string) {
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		setenv(ts, name, value)
	}
}

// workerScripts copies the scripts into a directory of its own, with "worker N"
// for the commands that a worker can run: those that are not in the background
// and that no stdin or ttyin prepares.
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

// readOnce are variables that Go reads once in a process.
var readOnce = []string{"TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"}

// inWorker runs hubctl in the script's worker, and expects an exit status:
// worker N [ARGS].
func inWorker(ts *testscript.TestScript, neg bool, args []string) {
	if slices.ContainsFunc(readOnce, func(k string) bool { return ts.Getenv(k) != os.Getenv(k) }) {
		status(ts, neg, append([]string{args[0], "hubctl"}, args[1:]...))
		return
	}
	w := ts.Value("worker").(*scriptWorker)
	if w.worker == nil {
		var err error
		w.worker, err = startWorker()
		ts.Check(err)
		ts.Defer(func() { ts.Check(w.close()) })
	}
	run := workerRun{Dir: ts.MkAbs("."), Args: args[1:]}
	for _, name := range w.names {
		run.Env = append(run.Env, name+"="+ts.Getenv(name))
	}
	result, err := w.run(run)
	ts.Check(err)
	_, _ = ts.Stdout().Write(result.Stdout)
	_, _ = ts.Stderr().Write(result.Stderr)
	expect(ts, neg, args[0], result.Status)
}
