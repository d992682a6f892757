package settings

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// longUnits are the units of a duration that Go does not have. A month has 30
// days and a year 365.
var longUnits = map[string]time.Duration{
	"d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "mo": 30 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
}

var durationTerm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|mo|[smhdwy])`)
})

var errDuration = errors.New("expected a number with a unit, such as 30s, 12h, 90d, 6mo or 1y")

// ParseDuration reads a duration with its units: s, m, h, d, w, mo and y, as in
// 90d, 1h30m or 1y6mo. Zero needs no unit.
func ParseDuration(s string) (total time.Duration, err error) {
	if s == "" {
		return 0, errDuration
	}
	for rest := s; rest != "" && s != "0"; {
		term := durationTerm().FindStringSubmatch(rest)
		if term == nil {
			return 0, errDuration
		}
		d, err := parseTerm(term[1], term[2])
		if err != nil || total+d < 0 {
			return 0, errDuration
		}
		total, rest = total+d, rest[len(term[0]):]
	}
	return total, nil
}

func parseTerm(number, unit string) (time.Duration, error) {
	long, ok := longUnits[unit]
	if !ok {
		return time.ParseDuration(number + unit)
	}
	n, err := strconv.ParseFloat(number, 64)
	if d := n * float64(long); err == nil && d < math.MaxInt64 {
		return time.Duration(d), nil
	}
	return 0, errDuration
}
