package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/hubctl/hubctl/internal/bounded"
)

// Transport returns a transport that honors the proxy variables and, if caCert
// names a file, trusts its certificates in addition to the system's. Unencrypted
// requests never leave this machine: plain http goes to loopback addresses only,
// and never through a proxy.
func Transport(caCert string) (*Sender, error) {
	s := newSender(new(net.Resolver))
	if caCert == "" {
		return s, nil
	}
	pem, err := bounded.ReadFile(caCert)
	if err != nil {
		return nil, InputError("the CA file: " + err.Error())
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, InputError(fmt.Sprintf("the CA file %s has no PEM certificate", caCert))
	}
	s.encrypted.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return s, nil
}

var defaultTransport = sync.OnceValue(func() http.RoundTripper { return newSender(new(net.Resolver)) })

// A Sender sends requests; see Transport.
type Sender struct{ encrypted, plain *http.Transport }

func newSender(resolver *net.Resolver) *Sender {
	dialer := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second, Resolver: resolver}
	encrypted := pooled(dialer.DialContext)
	encrypted.Proxy = http.ProxyFromEnvironment
	encrypted.ForceAttemptHTTP2, encrypted.TLSHandshakeTimeout = true, 10*time.Second
	return &Sender{encrypted, pooled(func(ctx context.Context, network, address string) (net.Conn, error) {
		d := dialer
		d.ControlContext = loopbackOnly(address)
		return d.DialContext(ctx, network, address)
	})}
}

func pooled(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		DialContext: dial, IdleConnTimeout: 90 * time.Second,
		MaxIdleConnsPerHost: 128, // the most that --concurrency may open
	}
}

// RoundTrip sends one request.
func (s *Sender) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" {
		return s.encrypted.RoundTrip(req)
	}
	return s.plain.RoundTrip(req)
}

// CloseIdleConnections closes idle connections.
func (s *Sender) CloseIdleConnections() {
	s.encrypted.CloseIdleConnections()
	s.plain.CloseIdleConnections()
}

// loopbackOnly refuses to connect to another machine. It checks the address that
// is about to be dialed, so it does not matter what the name resolves to at any
// other time.
func loopbackOnly(name string) func(context.Context, string, string, syscall.RawConn) error {
	host, _, _ := net.SplitHostPort(name) // a dialed address always has a port
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err == nil && to.Addr().Unmap().IsLoopback() {
			return nil
		}
		if err == nil {
			address = to.Addr().String()
		}
		return InputError(fmt.Sprintf("%s resolves to %s, which is not this machine: plain http is for loopback only",
			host, address))
	}
}
