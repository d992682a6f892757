package hub

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	var protocols []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { protocols = append(protocols, r.Proto) }))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, append([]byte("# ours\n"), block...), 0o600); err != nil {
		t.Fatal(err)
	}
	get := func(ca string) error {
		rt, err := Transport(ca)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(rt.CloseIdleConnections)
		waits := &fake{}
		c := New(Config{Base: base(t, server.URL), Transport: rt, Retries: 4})
		retrier(c).sleep = waits.sleep
		_, err = c.JSON(t.Context(), at(t, c, "GET", "/v2/x"))
		if len(waits.waits) != 0 {
			t.Errorf("repeated %d times: %v", len(waits.waits), err)
		}
		return err
	}
	if err := get(ca); err != nil {
		t.Error(err)
	}
	if len(protocols) != 1 || protocols[0] != "HTTP/2.0" {
		t.Errorf("spoke %v", protocols)
	}
	err := get("")
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok || !errors.Is(err, ErrUnreachable) {
		t.Errorf("without the CA: %v", err)
	}
	if http.DefaultTransport.(*http.Transport).TLSClientConfig != nil && http.DefaultTransport.(*http.Transport).TLSClientConfig.RootCAs != nil {
		t.Error("the default transport trusts the CA")
	}

	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, why := range map[string]string{empty: "has no PEM certificate", filepath.Join(dir, "none"): "the CA file"} {
		if _, err := Transport(file); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestBrokenWrite has connections that break in the answer to a write, which is not
// retried: the answer counts if it is complete.
func TestBrokenWrite(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{`{"token":"x"}`: `{"token":"x"}`, `{"token":"x"`: "", ``: ""} {
		f := &fake{answer: func(int, *http.Request) (*http.Response, error) {
			resp := reply(201, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return resp, nil
		}}
		c := client(t, f)
		got, err := c.JSON(t.Context(), at(t, c, "POST", "/v2/x"))
		if string(got) != want || errors.Is(err, ErrUnreachable) != (want == "") || len(f.got) != 1 {
			t.Errorf("%q: %q, %v, sent %d times", body, got, err, len(f.got))
		}
	}
}
