package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// askSecret asks for a secret, and keeps it out of messages from then on.
func (a *app) askSecret(ctx context.Context, question string) (string, error) {
	secret, err := a.io.AskSecret(ctx, question)
	a.seen.add(secret)
	return secret, err
}

// confirm asks before something is destroyed. Off a terminal there is nobody to
// ask, and --yes is needed.
func (a *app) confirm(ctx context.Context, question string) error {
	if a.flags.yes || a.flags.dryRun {
		return nil
	}
	if !terminal.IsTerminal(a.io.In) {
		return usageError{errors.New("give --yes: standard input is no terminal, so nobody can be asked")}
	}
	answer, err := a.io.Ask(ctx, question+" [y/N]")
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
	if !terminal.IsTerminal(a.io.In) {
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
		b, err := a.io.ReadFile(ctx, *file)
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
