package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/bounded"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/settings"
)

// await runs read, which may block for good, and gives up on it when the
// context ends.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := read()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}

// ask prints a question and reads the answer's line.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	_, _ = io.WriteString(a.err, output.Clean(question)+" ")
	answer, err := a.readLine(ctx)
	if err != nil {
		_, _ = io.WriteString(a.err, "\n") // which nobody typed
	}
	return answer, err
}

// askSecret is ask without an echo. The terminal has it back when askSecret
// returns, and when a signal stops or kills the process meanwhile.
func (a *app) askSecret(ctx context.Context, question string) (string, error) {
	prompt := output.Clean(question) + " "
	secret, err := a.readHidden(ctx, func() { _, _ = io.WriteString(a.err, prompt) })
	_, _ = io.WriteString(a.err, "\n") // which the terminal did not show
	a.seen.add(secret)
	return secret, err
}

// readLine reads one line of standard input, a byte at a time, so that the
// next reader finds what follows. A line that ends without a newline is none on a
// terminal, where somebody has pressed Ctrl-D.
func (a *app) readLine(ctx context.Context) (string, error) {
	return await(ctx, func() (string, error) {
		var line []byte
		one := make([]byte, 1)
		for len(line) < 64<<10 {
			n, err := a.in.Read(one)
			if n == 1 && one[0] == '\n' || errors.Is(err, io.EOF) && len(line) > 0 && !isTerminal(a.in) {
				break
			}
			if errors.Is(err, io.EOF) {
				return "", errNoAnswer
			}
			if err != nil {
				return "", fmt.Errorf("standard input: %w", err)
			}
			line = append(line, one[:n]...)
		}
		return strings.TrimSuffix(string(line), "\r"), nil
	})
}

// readLines reads what standard input has left: an identifier a line, empty
// lines left out.
func (a *app) readLines(ctx context.Context) ([]string, error) {
	b, err := await(ctx, a.readStdin)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// confirm asks before something is destroyed. Off a terminal there is nobody to
// ask, and --yes is needed.
func (a *app) confirm(ctx context.Context, question string) error {
	if a.flags.yes || a.flags.dryRun {
		return nil
	}
	if !isTerminal(a.in) {
		return usageError{errors.New("give --yes: standard input is no terminal, so nobody can be asked")}
	}
	answer, err := a.ask(ctx, question+" [y/N]")
	if err != nil {
		return err
	}
	if s := strings.ToLower(strings.TrimSpace(answer)); s != "y" && s != "yes" {
		return errRefused
	}
	return nil
}

// secondFactor gets the code of the second factor.
func (a *app) secondFactor(ctx context.Context) (string, error) {
	if code := settings.Environ().OTP; code != "" {
		a.seen.add(code)
		return code, nil
	}
	if !isTerminal(a.in) {
		return "", errSecondFactor
	}
	code, err := a.askSecret(ctx, "Code of the second factor:")
	return strings.TrimSpace(code), err
}

// fileFlag declares -f for a command that sends a body, and returns what reads
// it.
func (a *app) fileFlag(cmd *cobra.Command) func(context.Context) (dockerhub.Body, error) {
	file := cmd.Flags().StringP("file", "f", "", "send the JSON in this `file` (- is standard input); flags beside it override its fields")
	return func(ctx context.Context) (dockerhub.Body, error) {
		if !cmd.Flags().Changed("file") {
			return dockerhub.Body{}, nil
		}
		b, err := a.readFile(ctx, *file)
		if err == nil {
			err = checkJSON(*file, b)
		}
		if err == nil && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
			err = fmt.Errorf("%s: want a JSON object", *file)
		}
		if err != nil {
			return dockerhub.Body{}, usageError{err}
		}
		return dockerhub.Body{Base: b}, nil
	}
}

// readFile reads a file that the user names, or standard input for "-". It gives
// up when the context ends, as a pipe or a device may block.
func (a *app) readFile(ctx context.Context, name string) ([]byte, error) {
	if name == "-" && a.drained {
		return nil, errors.New("standard input can be read once, and was asked for twice")
	}
	if name == "-" {
		a.drained = true
		return await(ctx, a.readStdin)
	}
	return await(ctx, func() ([]byte, error) { return bounded.ReadFile(name) })
}

// readStdin reads what standard input has left.
func (a *app) readStdin() ([]byte, error) {
	b, err := bounded.Read(a.in)
	if errors.Is(err, bounded.ErrTooLarge) {
		err = fmt.Errorf("standard input: %w", bounded.ErrTooLarge)
	}
	return b, err
}

// checkJSON says where a file is not JSON.
func checkJSON(name string, b []byte) error {
	var v json.RawMessage
	err := json.Unmarshal(b, &v)
	if err == nil {
		return nil
	}
	if name == "-" {
		name = "standard input"
	}
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return fmt.Errorf("%s: %w", name, err)
	}
	before := b[:min(max(syntax.Offset-1, 0), int64(len(b)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: not JSON: %w", name, line, column, err)
}
