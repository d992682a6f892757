package sandbox

import "testing"

// TestStaff: no two people share a user name.
func TestStaff(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{mfaUser: true, DemoUser: true}
	for _, person := range staff() {
		name, _ := memberName(person)
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
	}
}
