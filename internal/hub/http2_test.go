package hub

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// HTTP/2's frames, flags and errors, as far as they are used here.
const (
	headersFrame, resetFrame, settingsFrame, goAwayFrame = 1, 3, 4, 7
	ack, endStream, endHeaders                           = 1, 1, 4
	noError, refusedStream, cancelled                    = 0, 7, 8
)

func frame(kind, flags byte, stream uint32, payload ...byte) []byte {
	b := []byte{0, 0, byte(len(payload)), kind, flags}
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

func goAway(last uint32) []byte {
	return frame(goAwayFrame, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), noError)...)
}

// refusing is an HTTP/2 server that answers the first request with a frame instead of an
// answer, and the others with an empty 200. It counts requests.
func refusing(t *testing.T, instead func(stream uint32) []byte) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	srv := httptest.NewUnstartedServer(nil)
	srv.EnableHTTP2 = true
	srv.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
		const preface = 24
		_, err := io.CopyN(io.Discard, conn, preface)
		for _, _ = conn.Write(frame(settingsFrame, 0, 0)); err == nil; {
			head := make([]byte, 9)
			if _, err = io.ReadFull(conn, head); err != nil {
				return
			}
			length, stream := binary.BigEndian.Uint32(head)>>8, binary.BigEndian.Uint32(head[5:])
			_, err = io.CopyN(io.Discard, conn, int64(length))
			switch kind, flags := head[3], head[4]; {
			case kind == settingsFrame && flags&ack == 0:
				_, _ = conn.Write(frame(settingsFrame, ack, 0))
			case kind == headersFrame && asked.Add(1) == 1:
				_, _ = conn.Write(instead(stream))
			case kind == headersFrame:
				const status200 = 0x88
				_, _ = conn.Write(frame(headersFrame, endStream|endHeaders, stream, status200))
			}
		}
	}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv, &asked
}

// TestNotProcessed: over HTTP/2, net/http sends a write again only if the server says
// that it did not process it.
func TestNotProcessed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		instead func(stream uint32) []byte
		again   bool
	}{
		"GOAWAY without it":  {func(uint32) []byte { return goAway(0) }, true},
		"REFUSED_STREAM":     {func(s uint32) []byte { return frame(resetFrame, 0, s, 0, 0, 0, refusedStream) }, true},
		"RST_STREAM":         {func(s uint32) []byte { return frame(resetFrame, 0, s, 0, 0, 0, cancelled) }, false},
		"GOAWAY, then a RST": {func(s uint32) []byte { return append(goAway(s), frame(resetFrame, 0, s, 0, 0, 0, cancelled)...) }, false},
	} {
		for method, retries := range map[string]int{http.MethodPatch: 0, http.MethodPost: 3, http.MethodGet: 1} {
			srv, asked := refusing(t, test.instead)
			c := New(Config{Base: base(t, srv.URL), Transport: srv.Client().Transport, Timeout: time.Minute, Retries: retries})
			retrier(c).sleep = (&fake{}).sleep
			var in any
			if method != http.MethodGet {
				in = map[string]int{"n": 1}
			}
			_, err := c.Call(t.Context(), method, in, "v2", "x")
			if again := test.again || method == http.MethodGet; again && (err != nil || asked.Load() != 2) || !again && asked.Load() != 1 {
				t.Errorf("%s, %s: sent %d times, %v", name, method, asked.Load(), err)
			} else if f, ok := errors.AsType[*FaultError](err); !again && (!ok || !f.Arrived || strings.Contains(f.Error(), "cannot reach")) {
				t.Errorf("%s, %s: %v", name, method, err)
			}
		}
	}
}
