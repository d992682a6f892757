package rotation

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestSetVariable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, want string }{
		{"no file", "", "T=new\n"},
		{"added", "A=1\n", "A=1\nT=new\n"},
		{"added after a line that does not end", "A=1", "A=1\nT=new\n"},
		{"replaced", "A=1\nT=old\nB=2\n", "A=1\nT=new\nB=2\n"},
		{"exported", "  export  T='old value' # why\n", "  export  T=new\n"},
		{"twice", "T=1\nA=\nT=2\n", "T=new\nA=\nT=new\n"},
		{"Windows", "A=1\r\nT=old\r\nB=2\r\n", "A=1\r\nT=new\r\nB=2\r\n"},
		{"at the end", "T=old", "T=new"},
		{"others", "#T=1\nTT=1\nT2=1\nexportT=1\nT =1\n", "#T=1\nTT=1\nT2=1\nexportT=1\nT =1\nT=new\n"},
	} {
		if got := string(setVariable([]byte(test.old), "T", "new")); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func FuzzSetVariable(f *testing.F) {
	f.Add("A=1\nexport T=x\r\nB", "new")
	f.Fuzz(func(t *testing.T, old, value string) {
		if strings.ContainsAny(value, "\r\n") {
			t.Skip("a value is one line")
		}
		once := setVariable([]byte(old), "T", value)
		if twice := setVariable(once, "T", value); string(twice) != string(once) {
			t.Errorf("%q became %q", once, twice)
		}
		if !strings.Contains(string(once), "T="+value) {
			t.Errorf("%q does not contain the variable", once)
		}
	})
}

// TestDeliveryNames checks that a label from the server cannot lead to another
// folder.
func TestDeliveryNames(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"ci": "ci", "../../etc/passwd": ".._.._etc_passwd", "..": "__", ".": "_", "": "",
		"a b/é\x00": "a_b___", `c:\x`: "c__x", "-v1.2": "-v1.2",
	} {
		if got := pathSafe(label); got != want || filepath.Base("x/y"+got) != "y"+got {
			t.Errorf("%q is %q in a path, want %q", label, got, want)
		}
	}
	if got := nameSafe("a-b é1"); got != "A_B__1" {
		t.Error(got)
	}
}
