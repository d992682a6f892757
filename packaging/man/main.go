// Command man writes the manual pages of hubctl into a folder: hubctl.1, a page for
// each command such as hubctl-tags-prune.1, and one for each help topic such as
// hubctl-environment.7.
//
//	go run ./packaging/man [-date 2006-01-02T15:04:05Z] [-version VERSION] FOLDER
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hubctl/hubctl/cmd"
)

func main() {
	date := flag.String("date", "1970-01-01T00:00:00Z", "the `date` of the pages")
	version := flag.String("version", "devel", "the `version` of hubctl")
	flag.Parse()
	if err := write(flag.Arg(0), *date, *version); err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}

func write(dir, date, version string) error {
	day, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the pages are public
		return err
	}
	for name, text := range pages(cmd.Tree(), footer{day.UTC().Format(time.DateOnly), version}) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil { //nolint:gosec // likewise
			return err
		}
	}
	return nil
}
