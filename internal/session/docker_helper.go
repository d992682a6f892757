package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"
)

const (
	identityUser = "<token>" // the user of an identity token
	answerLimit  = 64 << 10
	pipeDelay    = 500 * time.Millisecond // how long processes left behind by a helper may hold its pipes
	helperAdvice = "check that docker login works with it, or use hubctl login, which does not need it"
)

var helperName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]+$`) })

// A helper is a credential helper of Docker. It is only run with the verb get, in the
// environment Docker.Env, and its output is never shown.
type helper struct {
	program string // docker-credential-…
	path    string
	env     []string
}

// newHelper finds the helper that the configuration of owner, docker or podman, names.
func (d Docker) newHelper(name, owner string) (helper, error) {
	if !helperName().MatchString(name) {
		return helper{}, fmt.Errorf("%s's configuration names an invalid credential helper %q: "+
			"fix it, or use hubctl login", owner, name)
	}
	h := helper{program: "docker-credential-" + name, env: d.Env}
	for _, dir := range filepath.SplitList(pathOf(d.Env)) {
		if !filepath.IsAbs(dir) { // never the working directory
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, h.program)); err == nil {
			h.path = path
			return h, nil
		}
	}
	return h, h.fails(fmt.Errorf("is not on the PATH, but %s's configuration names it", owner))
}

// pathOf returns the PATH of an environment. The last one counts.
func pathOf(env []string) string {
	path := ""
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if name == "PATH" || runtime.GOOS == "windows" && strings.EqualFold(name, "PATH") {
			path = value
		}
	}
	return path
}

func (h helper) fails(err error) error {
	return fmt.Errorf("docker's credential helper %s %w; %s", h.program, err, helperAdvice)
}

// get asks the helper for a server's entry. No entry is the zero account.
func (h helper) get(ctx context.Context, server string) (account, error) {
	return h.ask(server, func(in io.Reader) ([]byte, error) { return h.run(ctx, in) })
}

// ask is get with a function that runs the helper.
func (h helper) ask(server string, run func(in io.Reader) ([]byte, error)) (account, error) {
	var failed error // the client's own errors repeat what the helper printed
	c, err := client.Get(func(...string) client.Program {
		return &program{run: func(in io.Reader) (out []byte, err error) {
			out, failed = run(in)
			return out, failed
		}}
	}, server)
	switch {
	case credentials.IsErrCredentialsNotFound(err):
		return account{}, nil
	case failed != nil:
		return account{}, h.fails(failed)
	case err != nil:
		return account{}, h.fails(errors.New("sent an invalid response"))
	case !sameServer(c.ServerURL, server):
		return account{}, h.fails(fmt.Errorf("was asked for %s and responded for another server", server))
	case c.Username == identityUser:
		return account{identity: c.Secret != ""}, nil
	case (c.Username == "") != (c.Secret == ""):
		return account{}, h.fails(errors.New("returned a user without a secret, or a secret without a user"))
	}
	return account{user: c.Username, secret: c.Secret}, nil
}

// sameServer reports whether a helper responded for the server it was asked for. It may
// leave out the name, its scheme, or the last slash.
func sameServer(answered, asked string) bool {
	bare := func(s string) string {
		return strings.ToLower(strings.Trim(strings.TrimPrefix(s, "https://"), "/"))
	}
	return answered == "" || bare(answered) == bare(asked)
}

// A program is one run of a helper, for its client package.
type program struct {
	in  io.Reader
	run func(io.Reader) ([]byte, error)
}

func (p *program) Input(in io.Reader)      { p.in = in }
func (p *program) Output() ([]byte, error) { return p.run(p.in) }

// run runs the helper and returns its output. The end of ctx kills the helper. Errors
// repeat neither its name nor its output.
func (h helper) run(ctx context.Context, in io.Reader) ([]byte, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	//nolint:gosec // the name was checked, and the user's docker runs it too
	cmd := exec.CommandContext(ctx, h.path, credentials.ActionGet)
	cmd.Env = append([]string{}, h.env...) // nil would be hubctl's whole environment
	cmd.Stdin = in
	out := &capped{full: func() { stop(fmt.Errorf("sent more than %d KB", answerLimit>>10)) }}
	cmd.Stdout = out // and standard error goes nowhere
	cmd.WaitDelay = pipeDelay
	ownGroup(cmd)
	err := cmd.Run()
	if err != nil && cmd.Process != nil {
		_ = killGroup(cmd.Process) // its children, if any
	}
	exit, exited := errors.AsType[*exec.ExitError](err)
	started, notStarted := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil:
		return out.b, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay): // it has ended, but not its children
		return out.b, nil
	case exited && exit.Exited():
		return out.b, fmt.Errorf("failed (exit status %d)", exit.ExitCode())
	case exited:
		return nil, errors.New("was killed")
	case notStarted:
		return nil, fmt.Errorf("cannot start (%w)", started.Err)
	}
	return nil, errors.New("cannot run")
}

// A capped buffer holds a helper's output, up to answerLimit. It does not embed a
// bytes.Buffer, whose ReadFrom io.Copy would call instead of Write.
type capped struct {
	b    []byte
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if len(c.b)+len(p) > answerLimit {
		c.full()
		return 0, io.ErrShortWrite
	}
	c.b = append(c.b, p...)
	return len(p), nil
}
