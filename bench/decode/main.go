// Command decode measures how fast pages become rows, compared with encoding/json
// on its own. Run it at the top of the repository:
//
//	go run ./bench/decode
//
// It prints megabytes per second and allocations per row for plain encoding/json
// into structs and for the typed rows of package dockerhub, which also keep what
// the server sent, and their ratio.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hubctl/hubctl/dockerhub"
)

const rows = 100 // of a page

// answer is a page of an audit log.
func answer() []byte {
	row := `{"account":"acme","action":"repo.tag.push","name":"acme/app","actor":"ada",` +
		`"data":{"digest":"sha256:0f343b0931126a20f133d67c2b018a3b","tag":"1.29"},` +
		`"timestamp":"2026-01-02T03:04:05.678Z","action_description":"pushed the tag to the repository"}`
	return []byte(`{"logs":[` + row + strings.Repeat(","+row, rows-1) + `]}`)
}

// A server answers n pages with body; the last one has no next page.
type server struct {
	body []byte
	n    int
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	body := s.body
	if s.n--; s.n < 0 {
		body = []byte(`{"logs":[]}`)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

func main() {
	body := answer()
	plain := testing.Benchmark(func(b *testing.B) { //nolint:thelper // no helper
		b.ReportAllocs()
		for b.Loop() {
			var page struct {
				Logs []struct {
					Account     string          `json:"account"`
					Action      string          `json:"action"`
					Name        string          `json:"name"`
					Actor       string          `json:"actor"`
					Data        json.RawMessage `json:"data"`
					Timestamp   time.Time       `json:"timestamp"`
					Description string          `json:"action_description"`
				} `json:"logs"`
			}
			if err := json.Unmarshal(body, &page); err != nil || len(page.Logs) != rows {
				b.Fatal(len(page.Logs), err)
			}
		}
	})
	typed := testing.Benchmark(func(b *testing.B) { //nolint:thelper // no helper
		b.ReportAllocs()
		s := &server{body: body, n: b.N}
		c, err := dockerhub.New(dockerhub.Options{Transport: s})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range c.Audit.List(b.Context(), "acme", dockerhub.AuditListOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != b.N*rows {
			b.Fatal(n)
		}
	})
	for _, r := range []struct {
		name   string
		result testing.BenchmarkResult
	}{{"encoding/json", plain}, {"dockerhub", typed}} {
		fmt.Printf("%-14s %6.1f MB/s  %5.1f allocations per row  %6.0f bytes per row\n",
			r.name, megabytes(r.result, len(body)),
			float64(r.result.AllocsPerOp())/rows, float64(r.result.AllocedBytesPerOp())/rows)
	}
	fmt.Printf("ratio          %6.2f\n", megabytes(typed, len(body))/megabytes(plain, len(body)))
}

func megabytes(r testing.BenchmarkResult, size int) float64 {
	return float64(size) * float64(r.N) / 1e6 / r.T.Seconds()
}
