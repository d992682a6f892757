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

// Transport returns what sends requests. It honors the proxy variables and, if
// caCert names a file, trusts the certificates in it as well as the system's.
// What is not encrypted never leaves this machine: plain http goes to loopback
// addresses and through no proxy.
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
		return nil, InputError(fmt.Sprintf("the CA file %s holds no PEM certificate", caCert))
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
		MaxIdleConnsPerHost: 128, // all that --concurrency may open
	}
}

// RoundTrip sends one request.
func (s *Sender) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" {
		return s.encrypted.RoundTrip(req)
	}
	return s.plain.RoundTrip(req)
}

// CloseIdleConnections closes the connections that are not in use.
func (s *Sender) CloseIdleConnections() {
	s.encrypted.CloseIdleConnections()
	s.plain.CloseIdleConnections()
}

// loopbackOnly refuses to connect to an address of another machine. It looks at
// the address that is about to be connected to, so it does not matter what the
// name resolved to before, or will resolve to next.
func loopbackOnly(name string) func(context.Context, string, string, syscall.RawConn) error {
	host, _, _ := net.SplitHostPort(name) // an address that is dialed has a port
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
