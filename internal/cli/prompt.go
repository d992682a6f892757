package cli

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

// AskSecret asks for a secret, and keeps it out of messages from then on.
func (a *App) AskSecret(ctx context.Context, question string) (string, error) {
	secret, err := a.IO.AskSecret(ctx, question)
	a.Secrets.Add(secret)
	return secret, err
}

// Confirm asks before something is destroyed. Off a terminal there is nobody to
// ask, and --yes is needed.
func (a *App) Confirm(ctx context.Context, question string) error {
	if a.Flags.Yes || a.Flags.DryRun {
		return nil
	}
	if !terminal.IsTerminal(a.IO.In) {
		return NewUsageError(errors.New("give --yes: standard input is no terminal, so nobody can be asked"))
	}
	answer, err := a.IO.Ask(ctx, question+" [y/N]")
	if err != nil {
		return err
	}
	if s := strings.ToLower(strings.TrimSpace(answer)); s != "y" && s != "yes" {
		return ErrDeclined
	}
	return nil
}

// secondFactor gets the code of the second factor.
func (a *App) secondFactor(ctx context.Context) (string, error) {
	if code := settings.Environ().OTP; code != "" {
		a.Secrets.Add(code)
		return code, nil
	}
	if !terminal.IsTerminal(a.IO.In) {
		return "", errSecondFactor
	}
	code, err := a.AskSecret(ctx, "Code of the second factor:")
	return strings.TrimSpace(code), err
}

// FileFlag declares -f for a command that sends a body, and returns what reads
// it.
func FileFlag(a *App, cmd *cobra.Command) func(context.Context) (dockerhub.Body, error) {
	file := cmd.Flags().StringP("file", "f", "",
		"send the JSON in this `file` (- is standard input); flags beside it override its fields")
	return func(ctx context.Context) (dockerhub.Body, error) {
		if !cmd.Flags().Changed("file") {
			return dockerhub.Body{}, nil
		}
		b, err := a.IO.ReadFile(ctx, *file)
		if err == nil {
			err = CheckJSON(*file, b)
		}
		if err == nil && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
			err = fmt.Errorf("%s: want a JSON object", *file)
		}
		if err != nil {
			return dockerhub.Body{}, NewUsageError(err)
		}
		return dockerhub.Body{Base: b}, nil
	}
}

// CheckJSON says where a file is not JSON.
func CheckJSON(name string, b []byte) error {
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
