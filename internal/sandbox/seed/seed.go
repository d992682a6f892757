// Package seed is the demo data of the sandbox. What is not written down here is
// derived from names, so it is the same in every process and on every machine.
package seed

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Hash is the source of all invented data: the same names give the same data in every
// process.
func Hash(names ...string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(names, "\x00")))
}

// Number returns a number in [0, n).
func Number(n int, names ...string) int {
	sum := Hash(names...)
	return int(binary.BigEndian.Uint64(sum[:]) % uint64(n))
}

// Pick returns one of the values.
func Pick[T any](from []T, names ...string) T { return from[Number(len(from), names...)] }

// UUID returns a UUID.
func UUID(names ...string) string {
	sum := Hash(names...)
	return FormatUUID([16]byte(sum[:16]))
}

// FormatUUID returns the bytes as a random UUID.
func FormatUUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Secret returns the prefix and n letters and digits.
func Secret(prefix string, n int, names ...string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	sum := Hash(names...)
	b := []byte(prefix)
	for i := range n {
		b = append(b, letters[int(sum[i%32])%len(letters)])
	}
	return string(b)
}

// Ago returns a time on the day that is days before midnight.
func Ago(midnight time.Time, days int, names ...string) time.Time {
	second := time.Duration(Number(24*60*60, names...)) * time.Second
	micro := time.Duration(Number(1e6, append(names, "micro")...)) * time.Microsecond
	return midnight.Add(-time.Duration(days)*day + second + micro)
}
