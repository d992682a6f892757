package cli

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"unicode"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/redact"
)

// Secrets are texts from the user or a credential store that the server may repeat
// in its messages.
type Secrets struct {
	mu   sync.Mutex
	seen []string
}

// Add hides texts from now on. It skips texts that may be common words, since
// removing those from a message would reveal them.
func (s *Secrets) Add(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range texts {
		word := !strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) })
		if len(t) >= 12 || len(t) >= 6 && !word {
			s.seen = append(s.seen, t, strings.Trim(string(MustJSON(t)), `"`), url.QueryEscape(t))
		}
	}
}

// hide removes the secrets from text, and anything that looks like a secret.
func (s *Secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.seen {
		text = strings.ReplaceAll(text, secret, redact.Mark)
	}
	return redact.Text(text)
}

// printRequest prints a request for --dry-run.
func (a *App) printRequest(r dockerhub.Request) {
	text := r.Method + " " + a.address(r.URL) + "\n"
	if len(r.Body) > 0 {
		text += strings.TrimSpace(safeBody(r)) + "\n"
	}
	a.dryRunErr = cmp.Or(a.dryRunErr, a.PrintDry(text, a.dryRunJSON(r)))
}

// address returns the path and query of a URL, with the origin if it is not the Hub's.
func (a *App) address(u *url.URL) string {
	if hub.SameOrigin(u, a.Settings.URL) {
		return redact.RequestURI(u)
	}
	return hub.Origin(u) + redact.RequestURI(u)
}

// PrintDry prints an action that --dry-run skips: as text, or as a document in the
// chosen format.
func (a *App) PrintDry(text string, doc json.RawMessage) error {
	o, formatted, err := a.DocumentOptions()
	switch {
	case err != nil:
		return err
	case a.WantsJSON():
		return a.Print(string(doc) + "\n")
	case !formatted:
		return a.Print(text)
	case o.Format == "yaml":
		if err := a.Print("---\n"); err != nil {
			return err
		}
	}
	return output.Document(a.Out(), doc, o)
}

func (a *App) dryRunJSON(r dockerhub.Request) json.RawMessage {
	o := map[string]any{"method": r.Method, "path": a.address(r.URL)}
	if body := []byte(safeBody(r)); json.Valid(body) {
		o["body"] = json.RawMessage(body)
	} else if len(body) > 0 {
		o["body"] = string(body)
	}
	return MustJSON(o)
}

// safeBody returns the body of a request without its secrets.
func safeBody(r dockerhub.Request) string {
	return redact.Body(r.Header.Get("Content-Type"), string(r.Body))
}
