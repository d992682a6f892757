package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOperations compares two of the three lists of API operations:
// docs/operations.txt, and the "Operation:" lines in the comments of the public package.
// TestScript compares the third one, the operations that scripts call on the sandbox.
func TestOperations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../dockerhub/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	comment := regexp.MustCompile(`(?m)^// Operation: (.+)$`)
	var have []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range comment.FindAllSubmatch(b, -1) {
			have = append(have, string(m[1]))
		}
	}
	want := operations(t)
	slices.Sort(have)
	have = slices.Compact(have) // several methods may call one
	if !slices.Equal(have, want) {
		t.Errorf("operations differ:\nin comments %q\nin docs     %q", have, want)
	}
}

// operations returns the operations in docs/operations.txt.
func operations(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../docs/operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}
