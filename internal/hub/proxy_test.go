package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// TestPlainHTTPUsesNoProxy: a proxy never sees an unencrypted request, whatever
// spelling of this machine's name is used.
func TestPlainHTTPUsesNoProxy(t *testing.T) {
	t.Parallel()
	var proxied, arrived atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Add(1) }))
	t.Cleanup(proxy.Close)
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(hub.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(hub.URL, "http://"))
	for i, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "hub.localhost", "Hub.LocalHost"} {
		s := newSender(resolver(t, map[string][]string{"hub.localhost.": {"127.0.0.1"}, "localhost.": {"127.0.0.1"}}))
		s.encrypted.Proxy = http.ProxyURL(at) // from the proxy variables
		t.Cleanup(s.CloseIdleConnections)
		c := New(Config{Base: base(t, "http://"+host+":"+port), Transport: s})
		r, err := c.Request("GET", nil, "v2", "x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.JSON(t.Context(), r); err != nil || arrived.Load() != int32(i)+1 || proxied.Load() > 0 {
			t.Errorf("%s: %v; %d requests arrived, %d went to the proxy", host, err, arrived.Load(), proxied.Load())
		}
	}
	if s := newSender(nil); s.plain.Proxy != nil || s.encrypted.Proxy == nil {
		t.Error("the proxy variables count for plain http, or not for https")
	}
	if s, ok := defaultTransport().(*Sender); !ok || s.plain.Proxy != nil {
		t.Error("without a transport, plain http goes through a proxy")
	}
}

// TestPlainHTTPStaysOnThisMachine: the dialed address counts, not the name or the
// address that it resolved to before.
func TestPlainHTTPStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	t.Cleanup(hub.Close)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(hub.URL, "http://"))
	names := map[string][]string{
		"away.localhost.": {"192.0.2.1"}, "both.localhost.": {"192.0.2.1", "127.0.0.1"}, "any.localhost.": {"0.0.0.0"}, "here.localhost.": {"127.0.0.1"},
	}
	for host, refused := range map[string]string{"here.localhost": "", "both.localhost": "", "away.localhost": "192.0.2.1", "any.localhost": "0.0.0.0"} {
		s := newSender(resolver(t, names))
		t.Cleanup(s.CloseIdleConnections)
		waits := &fake{}
		c := New(Config{Base: base(t, "http://"+host+":"+port), Transport: s, Retries: 2})
		retrier(c).sleep = waits.sleep
		r, err := c.Request("POST", map[string]string{"password": "hunter2"}, "v2", "users", "login")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.JSON(t.Context(), r)
		switch {
		case refused == "" && err != nil:
			t.Errorf("%s: %v", host, err)
		case refused != "" && (!errors.Is(err, ErrInput) || !strings.Contains(err.Error(), host+" resolves to "+refused+", which is not this machine") || len(waits.waits) > 0):
			t.Errorf("%s: %v, after %d waits", host, err, len(waits.waits))
		}
	}
}

// resolver only knows the given names.
func resolver(t *testing.T, names map[string][]string) *net.Resolver {
	t.Helper()
	server, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		question := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(dnsAnswer(question[:n], names), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// dnsAnswer answers a query for IPv4 addresses; there are no records of other types.
func dnsAnswer(question []byte, names map[string][]string) []byte {
	const header = 12
	name, at := "", header
	for question[at] != 0 {
		n := int(question[at])
		name += strings.ToLower(string(question[at+1:at+1+n])) + "."
		at += 1 + n
	}
	end := at + 5 // the end of the name, a type and a class
	var addresses []string
	if kind := binary.BigEndian.Uint16(question[at+1:]); kind == 1 {
		addresses = names[name]
	}
	answer := append([]byte{}, question[:end]...)
	answer[2], answer[3] = 0x81, 0x80
	binary.BigEndian.PutUint16(answer[6:], uint16(len(addresses)))
	copy(answer[8:header], []byte{0, 0, 0, 0})
	for _, a := range addresses {
		answer = append(answer, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
		answer = append(answer, net.ParseIP(a).To4()...)
	}
	return answer
}
