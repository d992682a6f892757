package sandbox

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

const day = 24 * time.Hour

// hash is the source of all invented data: the same names give the same data in every
// process.
func hash(names ...string) [32]byte {
	return sha256.Sum256([]byte(strings.Join(names, "\x00")))
}

// number returns a number in [0, n).
func number(n int, names ...string) int {
	sum := hash(names...)
	return int(binary.BigEndian.Uint64(sum[:]) % uint64(n))
}

func pick[T any](from []T, names ...string) T { return from[number(len(from), names...)] }

func uuid(names ...string) string {
	sum := hash(names...)
	return formatUUID([16]byte(sum[:16]))
}

func formatUUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// secret returns the prefix and n letters and digits.
func secret(prefix string, n int, names ...string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	sum := hash(names...)
	b := []byte(prefix)
	for i := range n {
		b = append(b, letters[int(sum[i%32])%len(letters)])
	}
	return string(b)
}

// ago returns a time on the day that is days before midnight.
func ago(midnight time.Time, days int, names ...string) time.Time {
	second := time.Duration(number(24*60*60, names...)) * time.Second
	micro := time.Duration(number(1e6, append(names, "micro")...)) * time.Microsecond
	return midnight.Add(-time.Duration(days)*day + second + micro)
}
