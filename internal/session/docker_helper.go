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
	pipeDelay    = 500 * time.Millisecond // how long a process that a helper left behind may hold its pipes
	helperAdvice = "see that docker login works with it, or log in with hubctl login, which does not need it"
)

var helperName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._-]+$`) })

// A helper is a credential helper of Docker's. It is asked, never told: get is
// the only verb it is run with. It is given the environment that Docker.Env
// says, and nothing that it prints is shown.
type helper struct {
	program string // docker-credential-…
	path    string
	env     []string
}

func (d Docker) newHelper(name string) (helper, error) {
	if !helperName().MatchString(name) {
		return helper{}, fmt.Errorf("docker's config.json names a credential helper %q, which is no name of a program: "+
			"mend it, or log in with hubctl login", name)
	}
	h := helper{program: "docker-credential-" + name, env: d.Env}
	for _, dir := range filepath.SplitList(pathOf(d.Env)) {
		if !filepath.IsAbs(dir) { // never the working folder
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, h.program)); err == nil {
			h.path = path
			return h, nil
		}
	}
	return h, h.fails(errors.New("is not installed: docker's config.json names it, and it is not on the PATH"))
}

// pathOf returns the PATH of an environment, in which the last one counts.
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

// get asks the helper for what it keeps under a name. Nothing is an empty
// account.
func (h helper) get(ctx context.Context, server string) (account, error) {
	return h.ask(server, func(in io.Reader) ([]byte, error) { return h.run(ctx, in) })
}

// ask is get with what runs the helper.
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
		return account{}, h.fails(errors.New("gave an answer that is not JSON as it should be"))
	case !sameServer(c.ServerURL, server):
		return account{}, h.fails(fmt.Errorf("was asked for %s and answered for another server", server))
	case c.Username == identityUser:
		return account{identity: c.Secret != ""}, nil
	case (c.Username == "") != (c.Secret == ""):
		return account{}, h.fails(errors.New("gave half an answer: a user without a secret, or a secret without a user"))
	}
	return account{user: c.Username, secret: c.Secret}, nil
}

// sameServer compares what was asked with what the answer is about. A helper
// need not say, and may say it without the scheme or the last slash.
func sameServer(answered, asked string) bool {
	bare := func(s string) string {
		return strings.ToLower(strings.Trim(strings.TrimPrefix(s, "https://"), "/"))
	}
	return answered == "" || bare(answered) == bare(asked)
}

// A program is one run of a helper, as its client wants it.
type program struct {
	in  io.Reader
	run func(io.Reader) ([]byte, error)
}

func (p *program) Input(in io.Reader)      { p.in = in }
func (p *program) Output() ([]byte, error) { return p.run(p.in) }

// run runs the helper and returns what it printed. It is over when ctx is, and
// the helper with it. What is wrong is told without the helper's name, and
// without its words.
func (h helper) run(ctx context.Context, in io.Reader) ([]byte, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	//nolint:gosec // the name was checked, and it is what the user's docker runs
	cmd := exec.CommandContext(ctx, h.path, credentials.ActionGet)
	cmd.Env = append([]string{}, h.env...) // nil would be everything
	cmd.Stdin = in
	out := &capped{full: func() { stop(fmt.Errorf("answered with more than %d KB", answerLimit>>10)) }}
	cmd.Stdout = out // and standard error goes nowhere
	cmd.WaitDelay = pipeDelay
	ownGroup(cmd)
	err := cmd.Run()
	if err != nil && cmd.Process != nil {
		_ = killGroup(cmd.Process) // those it left behind
	}
	exit, exited := errors.AsType[*exec.ExitError](err)
	started, notStarted := errors.AsType[*fs.PathError](err)
	switch {
	case err == nil:
		return out.b, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, exec.ErrWaitDelay): // it is done, and a process of its was not
		return out.b, nil
	case exited && exit.Exited():
		return out.b, fmt.Errorf("failed (exit status %d)", exit.ExitCode())
	case exited:
		return nil, errors.New("was killed")
	case notStarted:
		return nil, fmt.Errorf("cannot be started (%w)", started.Err)
	}
	return nil, errors.New("cannot be run")
}

// A capped buffer takes a helper's answer, and not more than that. It embeds no
// buffer: io.Copy would find that one's ReadFrom and not its own Write.
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
