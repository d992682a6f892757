package cmd

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestProxyAndCA checks that requests to the real Hub use the proxy of the
// environment, and trust the additional certificates of --cacert, but no others.
func TestProxyAndCA(t *testing.T) {
	t.Parallel()
	cert, ca := certificate(t, "hub.docker.com")
	connected := make(chan string, 4)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connected <- r.Method + " " + r.Host
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 Connected\r\n\r\n")
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		req, err := http.ReadRequest(bufio.NewReader(secure))
		if err != nil {
			return
		}
		body := fmt.Sprintf(`{"results":[{"uuid":%q}]}`, req.Header.Get("Authorization"))
		fmt.Fprintf(secure, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body)
	}))
	defer proxy.Close()

	cmd, stdout, stderr := hubctl(t, "", "tokens", "list", "-q", "--cacert", ca)
	cmd.Env = append(cmd.Env, "HTTPS_PROXY="+proxy.URL)
	if err := cmd.Run(); err != nil || stdout.String() != "Bearer "+bearer+"\n" {
		t.Errorf("%v: printed %q and %q", err, stdout, stderr)
	}
	if got := <-connected; got != "CONNECT hub.docker.com:443" {
		t.Errorf("the proxy was asked for %s", got)
	}

	cmd, _, stderr = hubctl(t, "", "tokens", "list", "-q")
	cmd.Env = append(cmd.Env, "HTTPS_PROXY="+proxy.URL)
	start(t, cmd)
	ends(t, cmd, 1)
	if text := stderr.String(); !strings.Contains(text, "certificate") || strings.Count(text, "\n") != 1 {
		t.Errorf("an unknown certificate: %q", text)
	}
}

// certificate makes a self-signed certificate for a host, and a file with it as the
// authority.
func certificate(t *testing.T, host string) (cert tls.Certificate, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca
}
