package faults

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

// A listener accepts connections that never leave the process. Unlike sockets,
// they work in a synctest bubble, where waiting takes no time.
type listener struct {
	addr  *net.TCPAddr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func listen(port int) *listener {
	return &listener{addr: loopback(port), conns: make(chan net.Conn), done: make(chan struct{})}
}

func loopback(port int) *net.TCPAddr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port} }

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Addr() net.Addr { return l.addr }

func (l *listener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	broken := new(atomic.Bool)
	select {
	case l.conns <- &conn{far, l.addr, loopback(clientPort), broken}:
		return &conn{near, loopback(clientPort), l.addr, broken}, nil
	case <-l.done:
		return nil, refused(l.addr.String())
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func refused(addr string) error {
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

// reset makes the other end's read fail once the connection is closed.
func reset(c net.Conn) {
	if c, ok := c.(*conn); ok {
		c.broken.Store(true)
	}
}
