//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrowseOnTerminal checks that BROWSER gets the address of the page, and that
// --print prints it.
func TestBrowseOnTerminal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ browser, flag, want string }{
		{"/bin/echo opened", "--color=never", "opened https://hub.docker.com/r/acme/api\r\n"},
		{"/bin/echo at_%s_", "--color=never", "at_https://hub.docker.com/r/acme/api_\r\n"},
		{"/bin/echo opened", "--print", "https://hub.docker.com/r/acme/api\r\n"},
	} {
		c := startConsoleIn(t, []string{"BROWSER=" + test.browser}, "browse", "acme/api", test.flag)
		c.end(0)
		text := strings.TrimPrefix(c.screen.String(), "hubctl: opening https://hub.docker.com/r/acme/api\r\n")
		if text != test.want {
			t.Errorf("%s %s: %q, want %q", test.browser, test.flag, text, test.want)
		}
	}
	c := startConsoleIn(t, []string{"BROWSER=/bin/false"}, "browse", "acme/api")
	c.expect("cannot open a browser for https://hub.docker.com/r/acme/api")
	c.end(1)
}

// TestPager checks that only a table that does not fit the screen goes to the pager.
func TestPager(t *testing.T) {
	t.Parallel()
	const pager = "HUBCTL_PAGER=sed s/^/paged:/"
	url, release := newHolding(t, laterPages)
	release()
	long := []string{"-u", url, "-t", bearer, "tags", "list", "acme/api"}
	for _, test := range []struct {
		env   []string
		args  []string
		paged bool
	}{
		{[]string{pager, "PATH=/bin:/usr/bin"}, nil, true},
		{[]string{pager, "PATH=/bin:/usr/bin"}, []string{"--limit", "30"}, false},
		{[]string{pager, "PATH=/bin:/usr/bin"}, []string{"--no-pager"}, false},
		{[]string{"HUBCTL_PAGER=", "PAGER=" + pager, "PATH=/bin:/usr/bin"}, nil, false},
		{[]string{"HUBCTL_PAGER=cat", "PATH=/bin:/usr/bin"}, nil, false},
		{[]string{strings.TrimPrefix(pager, "HUBCTL_"), "PATH=/bin:/usr/bin"}, nil, true},
	} {
		c := startConsoleIn(t, test.env, append(long, test.args...)...)
		c.end(0)
		text := c.screen.String()
		if strings.Contains(text, "paged:") != test.paged || !strings.Contains(text, "v29") {
			t.Errorf("%v %v: want paged %v:\n%s", test.env, test.args, test.paged, text)
		}
	}

	c := startConsole(t, append(long, "--limit", "30")...)
	c.end(0)
	if !strings.HasSuffix(c.screen.String(), "\nhubctl: showing 30 of 250 tags in acme/api\r\n") {
		t.Errorf("it does not say how many tags there are:\n%s", c.screen)
	}

	c = startConsoleIn(t, []string{"HUBCTL_PAGER=head -n 3", "PATH=/bin:/usr/bin"}, long...)
	c.end(0) // it quits early
	if strings.Count(c.screen.String(), "\n") != 3 {
		t.Errorf("not three lines:\n%s", c.screen)
	}

	c = startConsoleIn(t, []string{"HUBCTL_PAGER=no-such-pager"}, long...)
	c.expect("hubctl: cannot run the pager")
	c.expect("v249")
	c.end(0)
}

// TestInterruptedPager checks that Ctrl-C goes to the pager. If it kills the pager,
// hubctl ends with 130; otherwise, it ends with the pager.
func TestInterruptedPager(t *testing.T) {
	t.Parallel()
	url, release := newHolding(t, laterPages)
	release()
	dir := t.TempDir()
	shown, trap, caught := filepath.Join(dir, "shown"), filepath.Join(dir, "trap"), filepath.Join(dir, "caught")
	writeFile(t, shown, "ready\n", 0o600)
	writeFile(t, trap, "#!/bin/sh\ntrap 'touch "+caught+"; exit 0' INT; echo ready; while :; do sleep 0.05; done\n", 0o700)
	for pager, status := range map[string]int{"tail -f " + shown: 130, trap: 0} {
		c := startConsoleIn(t, []string{"HUBCTL_PAGER=" + pager, "PATH=/bin:/usr/bin"}, "-u", url, "-t", bearer, "tags", "list", "acme/api")
		c.expect("ready")
		c.send("\x03")
		c.end(status)
	}
	if _, err := os.Stat(caught); err != nil {
		t.Error("the pager did not get Ctrl-C") // a terminal may drop what it prints then
	}
}

// TestTerminalLinks: names are hyperlinks where the terminal is known to show them,
// and never without color.
func TestTerminalLinks(t *testing.T) {
	t.Parallel()
	url, release := newHolding(t, laterPages)
	release()
	for _, test := range []struct {
		env, flag string
		links     bool
	}{
		{"TERM_PROGRAM=WezTerm", "--color=auto", true},
		{"FORCE_HYPERLINK=1", "--color=auto", true},
		{"TERM_PROGRAM=Apple_Terminal", "--color=auto", false},
		{"TERM_PROGRAM=WezTerm", "--color=never", false},
		{"TERM_PROGRAM=WezTerm NO_COLOR=1", "--color=auto", false},
		{"TERM_PROGRAM=WezTerm TERM=dumb", "--color=auto", false},
	} {
		c := startConsoleIn(t, strings.Fields(test.env), "-u", url, "-t", bearer, "tags", "list", "acme/api", "--limit", "1", test.flag)
		c.end(0)
		link := "\x1b]8;;" + url + "/r/acme/api/tags?name=v0\x1b\\"
		if got := c.screen.String(); strings.Contains(got, link) != test.links || strings.Contains(got, "\x1b]8") != test.links {
			t.Errorf("%s %s: want links %v: %q", test.env, test.flag, test.links, got)
		}
	}
}
