package faults

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/memnet"
)

// How long clients should wait, and how long the server waits, in a bubble's time.
const (
	short    = 4 * time.Second
	long     = time.Minute
	drip     = 500 * time.Millisecond
	drops    = 17 // between the bytes of a slow body: together longer than the client's timeout
	dripping = 8 * time.Second
)

// All returns every fault for an HTTP version, always in the same order.
func All(version int) []Fault {
	all := slices.DeleteFunc(all(), func(f Fault) bool { return f.only != 0 && f.only != version })
	for i := range all {
		if all[i].Patience == 0 {
			all[i].Patience = long
		}
	}
	return all
}

func all() []Fault {
	const html = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>\x1b[2J</body></html>"
	now := func() string { return strconv.FormatInt(time.Now().Unix(), 10) }
	return []Fault{
		// Slow answers.
		{Name: "no fault", serve: func(c *call) { write(c.w, c.good) }},
		{Name: "answers after a while", serve: func(c *call) { time.Sleep(drip); write(c.w, c.good) }},
		{Name: "the body drips", Patience: dripping, serve: func(c *call) {
			text := c.good.Body
			if text == "" {
				write(c.w, c.good)
				return
			}
			c.w.WriteHeader(c.good.Status)
			for i := range drops {
				time.Sleep(drip)
				_, _ = io.WriteString(c.w, text[len(text)*i/drops:len(text)*(i+1)/drops])
				c.flush()
			}
		}},
		{Name: "never answers", Patience: short, serve: func(c *call) { c.gone() }},
		{Name: "the headers drip and never end", only: 1, Patience: short, serve: func(c *call) {
			c.raw(func(conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
				for {
					if _, err := io.WriteString(conn, "X-Drop: 1\r\n"); err != nil {
						return
					}
					time.Sleep(drip)
				}
			})
		}},
		{Name: "the body stalls", Patience: short, serve: func(c *call) {
			c.w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(c.w, `{"results":[`)
			c.flush()
			c.gone()
		}},

		// Broken answers.
		{Name: "closes without an answer", only: 1, serve: func(c *call) { c.raw(func(net.Conn) {}) }},
		{Name: "resets before the answer", only: 1, serve: func(c *call) { c.raw(memnet.Reset) }},
		{Name: "resets within the headers", only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-"); memnet.Reset(conn) })
		}},
		{Name: "the body is cut off", serve: func(c *call) {
			c.w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(c.w, `{"results":[{"uuid":"a"}`)
		}},
		{Name: "the chunks are cut off", only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n")
			})
		}},
		{Name: "the length is too short", only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) {
				_, _ = io.WriteString(conn,
					"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"+`{"results":[{"uuid":"a"}]}`)
			})
		}},
		{Name: "two lengths", only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
			})
		}},
		{Name: "speaks another protocol", only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.6\x1b[2J\r\n") })
		}},
		{Name: "endless headers", Heavy: true, only: 1, serve: func(c *call) {
			c.raw(func(conn net.Conn) {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
				line := "X-More: " + strings.Repeat("x", 64<<10) + "\r\n"
				for range 1000 {
					if _, err := io.WriteString(conn, line); err != nil {
						return
					}
				}
			})
		}},

		// Broken answers in HTTP/2.
		{Name: "the stream is reset before the answer", only: 2, serve: func(*call) { panic(http.ErrAbortHandler) }},
		{Name: "the stream is reset within the body", only: 2, serve: func(c *call) {
			_, _ = io.WriteString(c.w, `{"results":[`)
			c.flush()
			panic(http.ErrAbortHandler)
		}},
		{Name: "the connection ends within the body", only: 2, serve: func(c *call) {
			_, _ = io.WriteString(c.w, `{"results":[`)
			c.flush()
			c.hangUp()
		}},
		{Name: "the connection ends without an answer", only: 2, serve: func(c *call) { c.hangUp() }},
		{
			Name: "GOAWAY with the answer", only: 2,
			serve: func(c *call) { c.answer(c.good.Status, c.good.Body, "Connection", "close") },
		},

		// Rate limits, in all their dialects.
		{
			Name: "429 Retry-After in seconds", Undone: true,
			serve: status(429, `{"detail":"Rate limit exceeded","error":false}`, "Retry-After", "0"),
		},
		{Name: "429 Retry-After as a date", Undone: true, serve: func(c *call) {
			c.answer(429, `{"detail":"Rate limit exceeded","error":false}`, "Retry-After",
				time.Now().UTC().Format(http.TimeFormat))
		}},
		{Name: "429 X-Retry-After", Undone: true, serve: func(c *call) { c.answer(429, "{}", "X-Retry-After", now()) }},
		{Name: "429 X-RateLimit-Reset", Undone: true, serve: func(c *call) { c.answer(429, "", "X-RateLimit-Reset", now()) }},
		{Name: "429 in an hour", Undone: true, serve: status(429, `{"detail":"Rate limit exceeded"}`, "Retry-After", "3600")},
		{Name: "429 without a time", Undone: true, serve: status(429, "")},
		{
			Name: "429 nonsense", Undone: true,
			serve: status(429, `{"detail":["Slow","down"]}`, "Retry-After", "soon", "X-RateLimit-Reset", "NaN"),
		},
		{
			Name: "429 of the abuse limit", Undone: true,
			serve: status(429, "Too Many Requests (HAP429)\n", "Content-Type", "text/plain"),
		},
		{
			Name: "429 locked out", Undone: true,
			serve: status(429, `{"detail":"Too many failed login attempts. You have been locked out for one hour"}`),
		},

		// Server errors and refusals.
		{Name: "500 in JSON", serve: status(500, `{"message":"internal error","errinfo":{}}`)},
		{Name: "501", serve: status(501, `{"message":"no"}`)},
		{Name: "502 in HTML", Gateway: true, serve: status(502, html, "Content-Type", "text/html")},
		{Name: "503 Retry-After", Gateway: true, serve: status(503, "", "Retry-After", "0")},
		{Name: "503 in an hour", Gateway: true, serve: status(503, "", "Retry-After", "3600")},
		{Name: "504 empty", Gateway: true, serve: status(504, "")},
		{Name: "520 with control characters", serve: status(520, "web server\x1b[31m\nis down\xff\u202e")},
		{Name: "999", serve: status(999, `{"message":{"no":"text"}}`)},
		{Name: "400", serve: status(400, `{"fields":{"label":["too long"]},"text":"invalid"}`)},
		{Name: "401", serve: status(401, `{"message":"unauthorized"}`)},
		{Name: "402", serve: status(402, `{"message":"payment required"}`)},
		{Name: "403 in HTML", serve: status(403, "<html><title>403 : Docker</title></html>", "Content-Type", "text/html")},
		{Name: "404 in SCIM", serve: status(404, `{"schemas":[],"status":"404","detail":"Not found"}`)},
		{Name: "409", serve: status(409, `{"code":6,"message":"exists","details":[]}`)},
		{Name: "422", serve: status(422, `{"detail":"unprocessable"}`)},
		{Name: "400 of two megabytes", serve: status(400, strings.Repeat("no ", 700_000))},

		// Success, but not in the form that the API promises.
		{Name: "HTML", serve: body("<html><title>Sign in</title></html>", "Content-Type", "text/html")},
		{Name: "plain text", serve: body("ok\n", "Content-Type", "text/plain")},
		{Name: "empty", serve: body("")},
		{Name: "204", serve: status(204, "")},
		{Name: "blanks", serve: body(" \r\n\t")},
		{Name: "null", serve: body("null")},
		{Name: "a number", serve: body("12345678901234567890")},
		{Name: "a string", serve: body(`"results"`)},
		{Name: "an empty list", serve: body("[]")},
		{Name: "an empty object", serve: body("{}")},
		{Name: "a list of other things", serve: body(`{"results":[1,"two",null,[3],{"uuid":["a"]}]}`)},
		{Name: "no list of results", serve: body(`{"results":{"uuid":"a"}}`)},
		{Name: "fields of other types", serve: body(`{"count":"many","next":7,"uuid":{"a":1},"access_token":5,"token":[],` +
			`"is_active":"perhaps","created_at":-1,"results":[{"uuid":1.5,"name":{},"is_active":[],"created_at":false}]}`)},
		{Name: "half of JSON", serve: body(`{"results":[{"uuid":"a"}`)},
		{Name: "two documents", serve: body("{}{}")},
		{
			Name:  "not UTF-8",
			serve: body("{\"uuid\":\"\xff\xfe\",\"access_token\":\"\xff\",\"results\":[{\"uuid\":\"\xff\xfe\"}]}"),
		},
		{Name: "a byte order mark", serve: body("\ufeff{}")},
		{Name: "UTF-16", serve: body("\xff\xfe{\x00}\x00")},
		{Name: "too deep", serve: body(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000))},
		{Name: "deep", serve: body(strings.Repeat(`{"results":[`, 2_000) + strings.Repeat("]}", 2_000))},
		{Name: "too large", Heavy: true, serve: func(c *call) {
			c.w.WriteHeader(http.StatusOK)
			blanks := bytes.Repeat([]byte(" "), 1<<20)
			for range 70 {
				_, _ = c.w.Write(blanks)
			}
		}},

		// Compressed answers.
		{Name: "gzip", serve: func(c *call) { c.answer(c.good.Status, zipped(c.good.Body), "Content-Encoding", "gzip") }},
		{Name: "not gzip", serve: body("{}", "Content-Encoding", "gzip")},
		{Name: "gzip cut off", serve: func(c *call) {
			z := zipped(c.good.Body)
			c.answer(http.StatusOK, z[:len(z)/2], "Content-Encoding", "gzip")
		}},
		{Name: "gzip bomb", Heavy: true, serve: func(c *call) {
			c.w.Header().Set("Content-Encoding", "gzip")
			w := gzip.NewWriter(c.w)
			blanks := bytes.Repeat([]byte(" "), 1<<20)
			for range 70 {
				_, _ = w.Write(blanks)
				_ = w.Flush()
				c.flush()
			}
			_ = w.Close()
		}},

		// Redirects.
		{
			Name:  "redirects within the origin",
			serve: func(c *call) { c.answer(307, "", "Location", "/moved"+c.r.URL.RequestURI()) },
		},
		{
			Name:  "redirects to another origin",
			serve: func(c *call) { c.answer(307, "", "Location", c.away+c.r.URL.RequestURI()) },
		},
		{Name: "redirects to plain http", serve: status(302, "", "Location", "http://hub.example/v2")},
		{Name: "redirects to a file", serve: status(302, "", "Location", "file:///etc/passwd")},
		{Name: "redirects in a circle", serve: func(c *call) { c.answer(302, "", "Location", c.r.URL.RequestURI()) }},
		{Name: "redirects nowhere", serve: status(302, "")},
		{Name: "redirects to nonsense", serve: status(301, "", "Location", "http://[::1\x1b]%zz")},
		{Name: "304", serve: status(304, "")},

		// Bad next links.
		{Name: "next is itself", serve: page(func(c *call) string { return fmt.Sprintf("%q", c.r.URL.RequestURI()) })},
		{
			Name:  "next is at another origin",
			serve: page(func(c *call) string { return fmt.Sprintf("%q", c.away+c.r.URL.RequestURI()+"#") }),
		},
		{Name: "next is not a URL", serve: page(func(*call) string { return `"http://[::1\u001b]/%zz"` })},
		{Name: "next is of another type", serve: page(func(*call) string { return `{"page":2}` })},
		{Name: "next is a file", serve: page(func(*call) string { return `"file:///etc/passwd"` })},
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}
