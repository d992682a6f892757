//go:build unix

package cmd

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/sandbox"
)

// TestApplyOnTerminal: making a repository public is confirmed by typing the name of the
// organization, and nothing is changed if somebody changes the organization before the
// last answer.
func TestApplyOnTerminal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed   string
		meddle  bool
		status  int
		said    string
		changes int
	}{
		{"acme", false, 0, "made team platform: description", 2},
		{"acme", true, 1, "was changed by somebody else", 1},
		{"y", false, 1, "does not match acme", 0},
	} {
		s := newWitness(t)
		file := filepath.Join(s.dir, "acme.yaml")
		writeFile(t, file, "version: 1\norganization: acme\nteams:\n  platform: {description: Other}\n"+
			"repositories:\n  accounts-api: {private: false}\n", 0o600)
		session := s.hub.Session(sandbox.DemoUser)
		c := startConsole(t, "-u", s.url, "-t", session, "orgs", "apply", "-f", file)
		c.expect("[y/N]")
		c.send("y\r")
		c.expect("Type acme to confirm:")
		if test.meddle {
			somebodyElse(t, s.url, session)
		}
		c.send(test.typed + "\r")
		c.end(test.status)
		if said := strings.Join(strings.Fields(c.screen.String()), " "); !strings.Contains(said, test.said) || len(s.seen()) != test.changes {
			t.Errorf("%+v: sent %q: %s", test, s.seen(), said)
		}
	}
}

// somebodyElse changes another team.
func somebodyElse(t *testing.T, url, session string) {
	t.Helper()
	source := func(context.Context, string) (string, error) { return session, nil }
	c, err := dockerhub.New(dockerhub.Options{URL: url, Token: source})
	if err != nil {
		t.Fatal(err)
	}
	text := "changed"
	if _, err := c.Teams.Update(t.Context(), "acme", "qa", dockerhub.TeamPatch{Description: &text}); err != nil {
		t.Fatal(err)
	}
}
