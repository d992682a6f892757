package sandbox

import (
	"testing"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// TestStaff: no two people share a user name.
func TestStaff(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{seed.MFAUser: true, DemoUser: true}
	for _, person := range seed.Staff() {
		name, _ := seed.MemberName(person)
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
	}
}
