package hub

import (
	"compress/gzip"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestConnections: a listing of 50 pages uses one connection, or with HTTP/1.1 about as
// many as there are requests in flight (net/http may dial one for a request that then
// gets another that has become free), and every answer is compressed.
func TestConnections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tls, http2 bool
		most       int64
	}{
		"HTTP/1.1":          {most: 25},
		"HTTP/1.1 with TLS": {tls: true, most: 25},
		"HTTP/2":            {tls: true, http2: true, most: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pages = 50
			var opened, asked, plain atomic.Int64
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				if r.Header.Get("Accept-Encoding") != "gzip" || (r.ProtoMajor == 2) != c.http2 {
					plain.Add(1)
				}
				time.Sleep(2 * time.Millisecond)
				n := 1
				if r.URL.Query().Has("page") {
					n, _ = strconv.Atoi(r.URL.Query().Get("page")) // sent by the client
				}
				next := "null"
				if n < pages {
					next = fmt.Sprintf(`"?page=%d&page_size=10"`, n+1)
				}
				w.Header().Set("Content-Encoding", "gzip")
				z := gzip.NewWriter(w)
				_, _ = fmt.Fprintf(z, `{"count":%d,"next":%s,"results":[0%s]}`, 10*pages, next, strings.Repeat(",0", 9))
				_ = z.Close()
			}))
			srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					opened.Add(1)
				}
			}
			srv.EnableHTTP2 = c.http2
			ca := ""
			if c.tls {
				srv.StartTLS()
				ca = filepath.Join(t.TempDir(), "ca.pem")
				if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
					t.Fatal(err)
				}
			} else {
				srv.Start()
			}
			defer srv.Close()
			tr, err := Transport(ca)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.CloseIdleConnections()
			base, err := url.Parse(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			client := New(Config{Base: base, Transport: tr, Concurrency: 6, Timeout: time.Minute})
			u, err := client.Path("v2", "rows")
			if err != nil {
				t.Fatal(err)
			}
			u.RawQuery = "page_size=10"
			rows := 0
			for _, err := range client.Rows(t.Context(), u) {
				if err != nil {
					t.Fatal(err)
				}
				rows++
			}
			if rows != 10*pages || asked.Load() != pages || plain.Load() > 0 || opened.Load() > c.most {
				t.Errorf("%d rows, %d requests (%d unexpected), %d connections", rows, asked.Load(), plain.Load(), opened.Load())
			}
		})
	}
}
