// Package plugin lets the Docker CLI run hubctl as "docker hub". It follows the
// protocol of Docker's plugins: https://github.com/docker/cli/tree/master/cli-plugins
package plugin

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Name is the name of the plugin's program, without the extension on Windows.
const Name = "docker-hub"

// MetadataCommand is the command with which Docker asks a plugin for its metadata.
const MetadataCommand = "docker-cli-plugin-metadata"

// vendor tells whose plugin it is.
const vendor = "hubctl"

// Metadata describes the plugin to Docker.
type Metadata struct {
	SchemaVersion    string
	Vendor           string
	Version          string
	ShortDescription string
	URL              string
}

// NewMetadata returns the metadata of a version of hubctl.
func NewMetadata(version string) Metadata {
	return Metadata{"0.1.0", vendor, version, "The command line for Docker Hub", "https://github.com/hubctl/hubctl"}
}

// Called reports whether Docker runs the program by this name.
func Called(program string) bool { return strings.TrimSuffix(filepath.Base(program), ".exe") == Name }

// dockerFlags are the flags of Docker that take a value. The others are switches.
var dockerFlags = []string{
	"--config", "--host", "-H", "--log-level", "-l", "--context", "-c", "--tlscacert", "--tlscert", "--tlskey",
}

// Arguments returns the arguments for hubctl among all that Docker passes to its
// plugin, as in "--config DIR -D hub tokens list" or "__complete hub tokens l", and
// the value of Docker's --config. Arguments without "hub" are returned unchanged.
func Arguments(args []string) (own []string, config string) {
	rest := args
	if len(rest) > 0 && (strings.HasPrefix(rest[0], "__complete") || rest[0] == "help") {
		own, rest = []string{rest[0]}, rest[1:]
	}
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		name, value, joined := strings.Cut(rest[0], "=")
		rest = rest[1:]
		if !joined && slices.Contains(dockerFlags, name) && len(rest) > 0 {
			value, rest = rest[0], rest[1:]
		}
		if name == "--config" {
			config = value
		}
	}
	if len(rest) == 0 || rest[0] != "hub" {
		return args, ""
	}
	return append(own, rest[1:]...), config
}

// Watch calls ended when Docker, which listens on a socket, receives a signal. It
// does not pass signals on to its plugins.
func Watch(ctx context.Context, socket string, ended func()) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return // an older Docker
	}
	go func() {
		_, _ = io.Copy(io.Discard, conn) // until Docker closes it
		ended()
	}()
}

// Folder returns the folder of plugins for all users, or in the folder of Docker's
// configuration.
func Folder(config string, system bool, programData string) string {
	switch {
	case !system:
		return filepath.Join(config, "cli-plugins")
	case runtime.GOOS == "windows":
		return filepath.Join(programData, "Docker", "cli-plugins")
	}
	return "/usr/local/lib/docker/cli-plugins"
}

// file returns the file of the plugin in a folder.
func file(folder string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(folder, Name+".exe")
	}
	return filepath.Join(folder, Name)
}

// isOurs reports whether a program is a plugin of this vendor.
func isOurs(ctx context.Context, program string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := exec.CommandContext(ctx, program, MetadataCommand).Output()
	var m Metadata
	return err == nil && json.Unmarshal(answer, &m) == nil && m.Vendor == vendor
}
