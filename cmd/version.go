package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/verb"
)

// version is set by the linker in releases.
var version string

// A build identifies the version of hubctl.
type build struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Date     string `json:"date"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (b build) JSON() json.RawMessage { return cli.MustJSON(b) }

func (b build) String() string {
	s := b.Name + " " + b.Version
	if b.Commit != "" {
		s += fmt.Sprintf(" (%.12s, %s)", b.Commit, b.Date)
	}
	return s + " " + b.Go + " " + b.Platform
}

// readVersion returns the version set by the linker, or else the one recorded by the
// Go command.
func readVersion() build {
	b := build{Name: "hubctl", Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.time":
				b.Date = s.Value
			}
		}
	}
	if b.Version == "" {
		b.Version = "devel"
	}
	return b
}

var buildTable = output.Table[build]{
	{Name: "name", Cell: func(b build) output.Value { return output.Text(b.Name) }},
	{Name: "version", Key: true, Cell: func(b build) output.Value { return output.Text(b.Version) }},
	{Name: "commit", Cell: func(b build) output.Value { return output.Text(b.Commit) }},
	{Name: "date", Cell: func(b build) output.Value { return output.Text(b.Date) }},
	{Name: "go", Cell: func(b build) output.Value { return output.Text(b.Go) }},
	{Name: "platform", Cell: func(b build) output.Value { return output.Text(b.Platform) }},
}

func newVersion(a *cli.App) *cobra.Command {
	cmd := &cobra.Command{Use: "version", Short: "Show the version of hubctl", Example: "  hubctl version -q"}
	show := func(context.Context, *dockerhub.Client, []string) (build, error) {
		return readVersion(), nil
	}
	return verb.Show(a, cli.Offline(cli.TolerateBadConfig(cmd)), buildTable, show)
}
