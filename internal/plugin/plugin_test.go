package plugin

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestArguments checks that Docker's own flags are not taken for those of hubctl.
func TestArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, own, config string }{
		{"hub tokens list -o json", "tokens list -o json", ""},
		{"--config /d -D hub --config c whoami", "--config c whoami", "/d"},
		{"--config=/d -H tcp://h:1 --log-level debug -c ctx --tls hub", "", "/d"},
		{"__complete hub tokens l", "__complete tokens l", ""},
		{"__completeNoDesc --config /d hub tokens l", "__completeNoDesc tokens l", "/d"},
		{"help hub tokens", "help tokens", ""},
		{"hub version", "version", ""},
		{"tokens list", "tokens list", ""},
		{"--config", "--config", ""},
		{MetadataCommand, MetadataCommand, ""},
		{"", "", ""},
	} {
		own, config := Arguments(strings.Fields(test.args))
		if !slices.Equal(own, strings.Fields(test.own)) || config != test.config {
			t.Errorf("%s: %q with %q, want %q with %q", test.args, own, config, test.own, test.config)
		}
	}
}

// TestInstall checks that only hubctl's own plugin is replaced or removed.
func TestInstall(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	dir := t.TempDir()
	folder := filepath.Join(dir, "docker", "cli-plugins")
	script := func(name, vendor string) string {
		file := filepath.Join(dir, name)
		text := "#!/bin/sh\necho '{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"" + vendor + "\"}'\n"
		if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return file
	}
	ours, newer, foreign := script("ours", "hubctl"), script("newer", "hubctl"), script("foreign", "Docker Inc.")
	link := filepath.Join(folder, Name)

	if _, err := Uninstall(t.Context(), folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing was removed: %v", err)
	}
	for _, program := range []string{ours, newer} {
		file, err := Install(t.Context(), program, folder)
		target, _ := os.Readlink(link)
		if err != nil || file != link || target != program {
			t.Errorf("%s links to %s, want %s: %v", file, target, program, err)
		}
	}
	if err := os.Remove(newer); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(t.Context(), ours, folder); err != nil {
		t.Errorf("a dangling link is in the way: %v", err)
	}
	if _, err := Uninstall(t.Context(), folder); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}

	if err := os.Symlink(foreign, link); err != nil {
		t.Fatal(err)
	}
	_, installed := Install(t.Context(), ours, folder)
	_, removed := Uninstall(t.Context(), folder)
	want := ForeignError{link}
	if target, _ := os.Readlink(link); !errors.Is(installed, want) || !errors.Is(removed, want) || target != foreign {
		t.Errorf("another plugin: %v, %v, now %s", installed, removed, target)
	}
}

// TestWatch checks that the end of Docker's connection is noticed.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Skip(err)
	}
	ctx, ended := context.WithCancel(t.Context())
	Watch(ctx, socket, ended)
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Error("it ended too early")
	}
	_ = conn.Close()
	<-ctx.Done()
	Watch(t.Context(), filepath.Join(dir, "none"), func() { t.Error("there was no Docker") })
}
