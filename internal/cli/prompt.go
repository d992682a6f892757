package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/settings"
	"github.com/hubctl/hubctl/internal/terminal"
)

// AskSecret prompts for a secret and hides it from later messages.
func (a *App) AskSecret(ctx context.Context, question string) (string, error) {
	secret, err := a.IO.AskSecret(ctx, question)
	a.Secrets.Add(secret)
	return secret, err
}

// Confirm asks before a destructive action. Without a terminal, it requires --yes.
func (a *App) Confirm(ctx context.Context, question string) error {
	answer, asked, err := a.askToConfirm(ctx, question+yesOrNo)
	if err != nil || !asked {
		return err
	}
	if s := strings.ToLower(strings.TrimSpace(answer)); s != "y" && s != "yes" {
		return ErrDeclined
	}
	return nil
}

const yesOrNo = " [y/N]"

// ConfirmTyped is Confirm for an action that is confirmed by typing a name.
func (a *App) ConfirmTyped(ctx context.Context, question, object string) error {
	answer, asked, err := a.askToConfirm(ctx, strings.TrimSpace(question+"\nType "+object+" to confirm:"))
	if err == nil && asked && answer != object {
		return fmt.Errorf("%q does not match %s; %w", answer, object, ErrDeclined)
	}
	return err
}

// askToConfirm prompts with question, unless no confirmation is needed.
func (a *App) askToConfirm(ctx context.Context, question string) (answer string, asked bool, err error) {
	if a.Flags.Yes || a.Flags.DryRun {
		return "", false, nil
	}
	if !terminal.IsTerminal(a.IO.In) {
		return "", false, NewUsageError(errors.New(
			"cannot ask for confirmation: standard input is not a terminal (pass --yes)"))
	}
	answer, err = a.IO.Ask(ctx, question)
	return answer, true, err
}

// An Operation is a change to confirm: Delete, tokens, of acme.
type Operation struct {
	Verb  string   // "Delete", "Make public"
	Noun  string   // in the plural; see Things
	Owner string   // "" = part of the items' names
	Items []string // their names
	With  string   // also affected, such as "and its 812 tags"
}

// Question asks about an operation in one line that fits the terminal. It names the first
// items, their owner, the account if it is another one, and the host if it is not Docker Hub.
func (a *App) Question(o Operation) string {
	verb, public := strings.CutSuffix(o.Verb, " public")
	after := ""
	if public {
		after = "public"
	}
	where := a.actingAs(o)
	for shown := min(3, len(o.Items)); ; shown-- {
		words := []string{verb, Amount(len(o.Items), o.Noun)}
		if len(o.Items) == 1 {
			words = []string{verb, Singular(o.Noun), o.Items[0]}
		}
		words = append(words, o.With, where)
		if len(o.Items) > 1 && shown > 0 {
			words = append(words, "("+firstOf(o.Items, shown)+")")
		}
		words = append(words, after)
		text := strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ") + "?"
		length := utf8.RuneCountInString(text + yesOrNo)
		if len(o.Items) < 2 || shown == 0 || length < terminal.PromptWidth(a.IO.Err) {
			return text
		}
	}
}

func firstOf(items []string, n int) string {
	text := strings.Join(items[:n], ", ")
	if n < len(items) {
		text += ", …"
	}
	return text
}

// Amount returns a count with its noun, which is given in the plural.
func Amount(n int, things string) string {
	if n == 1 {
		things = Singular(things)
	}
	return fmt.Sprintf("%d %s", n, things)
}

// actingAs returns the owner of the items, the account and the host.
func (a *App) actingAs(o Operation) string {
	if a.Current == nil {
		return ""
	}
	var words []string
	owners := o.Items
	if o.Owner != "" {
		words, owners = append(words, "of", o.Owner), []string{o.Owner}
	}
	user := a.User()
	others := func(name string) bool {
		namespace, _, _ := strings.Cut(name, "/")
		return namespace != user
	}
	if user != "" && slices.ContainsFunc(owners, others) {
		words = append(words, "as", user)
	}
	if a.Settings.Sandbox || a.Settings.BaseURL() != dockerhub.DefaultURL {
		words = append(words, "on", a.Settings.Host())
	}
	return strings.Join(words, " ")
}

// secondFactor returns the two-factor code. It is echoed, since it expires within a minute.
func (a *App) secondFactor(ctx context.Context) (string, error) {
	if code := settings.Environ().OTP; code != "" {
		a.Secrets.Add(code)
		return code, nil
	}
	if !terminal.IsTerminal(a.IO.In) {
		return "", errSecondFactor
	}
	code, err := a.IO.Ask(ctx, "Two-factor code:")
	code = strings.TrimSpace(code)
	a.Secrets.Add(code)
	return code, err
}

// CheckJSON returns an error with the line and column where a file is not valid JSON.
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
