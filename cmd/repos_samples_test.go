package cmd

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/internal/cli"
)

// TestRepoSamples prints recorded responses about repositories from several years as
// rows, and checks that nothing is lost.
func TestRepoSamples(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	for _, test := range []struct {
		file    string
		row     string // of the table, its cells separated by a space
		command []string
	}{
		{"repositories-list-official-example-2025.json", "docker/whalesay false active 130737682 757 103666708 2015-06-19T19:06:27Z", []string{"list", "docker"}},
		{"repositories-list-2020.json", "jessestuart/caddy", []string{"list", "jessestuart"}},
		{"users-repositories-2015.json", "ryantheallmighty/hhvm - - - - - -", []string{"list", "ryantheallmighty"}},
		{"users-starred-2015.json", "ryantheallmighty/nginx false - 57 1 - 2015-12-10T08:48:49Z", []string{"starred", "ryan"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join(dir, test.file))
			if err != nil {
				t.Fatal(err)
			}
			rows := b
			var page map[string]json.RawMessage
			if json.Unmarshal(b, &page) == nil {
				rows = page["results"]
				page["next"] = json.RawMessage("null") // further pages were not recorded
				b = cli.MustJSON(page)
			}
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b) }))
			t.Cleanup(srv.Close)
			args := append([]string{"repos"}, test.command...)
			if got := printed(t, srv.URL, args...); !strings.Contains(strings.Join(strings.Fields(got), " "), test.row) {
				t.Errorf("the table is\n%s", got)
			}
			if got := printed(t, srv.URL, append(args, "-o", "json")...); compact(t, got) != compact(t, string(rows)) {
				t.Errorf("the JSON differs:\n%s", got)
			}
		})
	}
}
