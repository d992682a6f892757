package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// serveFlags are the flags of sandbox serve.
type serveFlags struct {
	addr, seed, log, now string
	empty                bool
	rateLimit            int
	latency              *cli.Duration
	fail                 []string
}

func sandboxServe(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the sandbox to local programs",
		Long: `Serve the sandbox on loopback until interrupted, and print the environment
variables that make hubctl use it. Any client of Docker Hub can use it: it
answers as the Hub does.

To test how a client copes, make the sandbox slow with --latency, or failing
with --fail: 'GET /v2/namespaces/*=503:2' answers 503 to the next two requests
whose path begins so. GET /_sandbox/requests returns the requests it received,
POST /_sandbox/reset discards changes, and POST /_sandbox/expire-sessions ends
all sessions.`,
		Example: `  hubctl sandbox serve --addr 127.0.0.1:8080
  hubctl sandbox serve --empty --latency 50ms --log requests.ndjson
  hubctl sandbox serve --fail 'DELETE /v2/*=503:2' --now 2026-01-31`,
	}
	var f serveFlags
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "`address` on loopback (port 0: any free port)")
	flags.BoolVar(&f.empty, "empty", false, "accounts without data; changes are not saved")
	flags.StringVar(&f.seed, "seed", "", "start from the state in `file`; changes are not saved")
	flags.IntVar(&f.rateLimit, "rate-limit", 0, "respond 429 after `N` requests per minute (0: never)")
	f.latency = cli.DefaultDurationFlag(cmd, "latency", "", "wait this `duration` before each response", "50ms", "500ms")
	flags.StringArrayVar(&f.fail, "fail", nil, "fail `requests` with a status, for some times (repeatable)")
	flags.StringVar(&f.now, "now", "", "let the clock start at this `time`")
	flags.StringVar(&f.log, "log", "", "append a JSON line per request to `file`")
	for _, name := range []string{"addr", "rate-limit", "fail", "now"} {
		cli.CompleteFlag(cmd, name)
	}
	cli.Exclusive(cmd, "empty", "seed")
	cli.Honors(cmd) // it prints only the address
	return a.Local(cmd, func(ctx context.Context, _ []string) error {
		o, serving, err := f.options(ctx, a)
		if err != nil {
			return err
		}
		l, err := listenOnLoopback(ctx, f.addr)
		if err != nil {
			return err
		}
		if f.log != "" {
			log, err := os.OpenFile(f.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
			if err != nil {
				return errors.Join(err, l.Close())
			}
			defer func() { _ = log.Close() }() // each line is written at once
			lines := json.NewEncoder(log)
			serving.Log = func(r sandbox.Received) { _ = lines.Encode(r) } // a full disk does not stop the tests
		}
		if err := printServing(a, "http://"+l.Addr().String(), f.empty); err != nil {
			return errors.Join(err, l.Close())
		}
		return sandbox.Serve(ctx, l, sandbox.NewHandler(sandbox.New(o), serving), cli.Grace/2)
	})
}

// options returns the options that the flags choose. Errors are usage errors.
func (f *serveFlags) options(ctx context.Context, a *cli.App) (o sandbox.Options, s sandbox.Serving, err error) {
	o = sandbox.Options{Empty: f.empty, RateLimit: f.rateLimit}
	s = sandbox.Serving{Latency: f.latency.Value}
	if f.rateLimit < 0 {
		return o, s, cli.NewUsageError(errors.New("--rate-limit must not be negative"))
	}
	if !f.empty && f.seed == "" {
		if o.Path, err = a.Settings.SandboxFile(); err != nil {
			return o, s, err
		}
	}
	if f.seed != "" {
		if o.State, err = a.IO.ReadFile(ctx, f.seed); err == nil {
			err = sandbox.CheckState(o.State)
		}
		if err != nil {
			return o, s, cli.NewUsageError(fmt.Errorf("--seed %s: %w", f.seed, err))
		}
	}
	for _, text := range f.fail {
		failure, err := sandbox.ParseFailure(text)
		if err != nil {
			return o, s, cli.NewUsageError(fmt.Errorf("--fail %w", err))
		}
		s.Failures = append(s.Failures, failure)
	}
	if f.now != "" {
		start, err := time.Parse(time.RFC3339, f.now)
		if day, errDay := time.Parse(time.DateOnly, f.now); errDay == nil {
			start, err = day, nil
		}
		if err != nil {
			return o, s, cli.NewUsageError(fmt.Errorf(
				"invalid value %q for --now: expected 2026-01-31 or 2026-01-31T08:00:00Z", f.now))
		}
		began := time.Now()
		o.Now = func() time.Time { return start.Add(time.Since(began)) }
	}
	return o, s, nil
}

// listenOnLoopback listens on addr, which must be on loopback: the demo passwords are public.
func listenOnLoopback(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, cli.NewUsageError(fmt.Errorf("invalid value %q for --addr: expected host:port, as in 127.0.0.1:80", addr))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, cli.NewUsageError(fmt.Errorf("--addr %s is not on loopback", addr))
	}
	return new(net.ListenConfig).Listen(ctx, "tcp", addr)
}

func printServing(a *cli.App, url string, empty bool) error {
	var b strings.Builder
	first := sandbox.Accounts()[0]
	fmt.Fprintf(&b, "export HUBCTL_URL=%s\n", url)
	for _, host := range sandbox.Hosts {
		fmt.Fprintf(&b, "export %s=%s\n", host.Variable, url+host.Path)
	}
	fmt.Fprintf(&b, "export HUBCTL_USER=%s\nexport HUBCTL_PASSWORD=%s\n", first.User, first.Password)
	for _, account := range sandbox.Accounts() {
		fmt.Fprintf(&b, "# %s %s", account.Kind, account.User)
		if account.Password != "" {
			fmt.Fprintf(&b, ", password %s", account.Password)
		}
		if account.OTP != "" {
			fmt.Fprintf(&b, ", two-factor code %s", account.OTP)
		}
		if account.SCIM != "" {
			fmt.Fprintf(&b, ", HUBCTL_SCIM_TOKEN=%s", account.SCIM)
		}
		fmt.Fprintln(&b)
		for _, t := range account.Tokens {
			if empty {
				break // there are no organizations
			}
			fmt.Fprintf(&b, "#   %s  %s (%s)\n", t.Secret, t.Label, strings.Join(t.Scopes, ", "))
		}
	}
	return a.Print(b.String())
}
