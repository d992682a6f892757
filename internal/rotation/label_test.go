package rotation

import (
	"strings"
	"testing"
)

func TestTemporaryLabel(t *testing.T) {
	t.Parallel()
	for _, label := range []string{"ci", "", strings.Repeat("é", 100), strings.Repeat("x", 80)} {
		got := temporaryLabel(label, "0a1b2c3d")
		m := temporary().FindStringSubmatch(got)
		if len([]rune(got)) > labelLimit || m == nil || m[1] != stem(label) {
			t.Errorf("%q: %q", label, got)
		}
	}
}
