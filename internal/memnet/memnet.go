// Package memnet is a loopback network in this process. Unlike sockets, its connections
// work in a synctest bubble, where waiting takes no time.
package memnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// clientPort is the port of all clients.
const clientPort = 50003

// A Listener accepts connections from Dial. It is a net.Listener.
type Listener struct {
	addr  *net.TCPAddr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Listen returns a listener whose address has the port.
func Listen(port int) *Listener {
	return &Listener{addr: loopback(port), conns: make(chan net.Conn), done: make(chan struct{})}
}

func loopback(port int) *net.TCPAddr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close refuses further connections; accepted ones stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr returns the listener's address.
func (l *Listener) Addr() net.Addr { return l.addr }

// Dial connects to the listener.
func (l *Listener) Dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	broken := new(atomic.Bool)
	select {
	case l.conns <- &conn{far, l.addr, loopback(clientPort), broken}:
		return &conn{near, loopback(clientPort), l.addr, broken}, nil
	case <-l.done:
		return nil, Refused(l.addr.String())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Refused is the error of a connection to an address where nothing listens.
func Refused(addr string) error {
	return fmt.Errorf("dial tcp %s: %w", addr, os.NewSyscallError("connect", syscall.ECONNREFUSED))
}

// A conn is one end of a connection.
type conn struct {
	net.Conn
	local, remote *net.TCPAddr
	broken        *atomic.Bool // reset rather than closed
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) && c.broken.Load() {
		err = &net.OpError{
			Op: "read", Net: "tcp", Source: c.local, Addr: c.remote,
			Err: os.NewSyscallError("read", syscall.ECONNRESET),
		}
	}
	return n, err
}

// Reset makes the other end's read fail once the connection is closed.
func Reset(c net.Conn) {
	if c, ok := c.(*conn); ok {
		c.broken.Store(true)
	}
}
