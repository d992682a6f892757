package cli

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/cli/browser"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// Website returns the address of the Hub's website. The sandbox has no website.
func (a *App) Website() string {
	if a.Settings.Sandbox {
		return dockerhub.DefaultURL
	}
	return a.Settings.Origin()
}

// OpenBrowser opens an address in BROWSER, or else in the system's browser. The
// browser gets none of hubctl's credentials.
func (a *App) OpenBrowser(ctx context.Context, address string) error {
	a.Notice("opening %s", address)
	words := settings.Browser()
	if len(words) == 0 {
		settings.UnsetSecrets()
		browser.Stdout, browser.Stderr = a.IO.Err, a.IO.Err
		return cannotOpen(address, browser.OpenURL(address))
	}
	named := false
	for i, word := range words {
		named = named || strings.Contains(word, "%s")
		words[i] = strings.ReplaceAll(word, "%s", address)
	}
	if !named {
		words = append(words, address)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user names it
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = settings.ChildEnviron(), a.IO.In, a.IO.Out, a.IO.Err
	return cannotOpen(address, a.Signals.Run(cmd, terminal.IsTerminal(a.IO.In)))
}

func cannotOpen(address string, err error) error {
	if err != nil {
		return fmt.Errorf("cannot open a browser for %s: %w", address, err)
	}
	return nil
}
