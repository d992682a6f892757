package session

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzHelper: for any output and exit status of a credential helper there is a complete
// account, none, or an error that repeats none of the output.
func FuzzHelper(f *testing.F) {
	for _, answer := range []string{
		``, `null`, `[]`, `{}`, `{"ServerURL":"https://index.docker.io/v1/","Username":"ada","Secret":"hunter2-hunter2"}`,
		`{"Username":"<token>","Secret":"x"}`, `{"Username":"ada"}`, `{"Secret":"hunter2-hunter2"}`, `{"Username":1}`, `{"Username":"ada","Secret":"hunter2-hunter2"`,
		"credentials not found in native keychain", "hunter2-hunter2 is locked", "\xff\xfe", `{"ServerURL":"https://evil.example","Username":"a","Secret":"hunter2-hunter2"}`,
	} {
		f.Add(answer, false)
		f.Add(answer, true)
	}
	f.Fuzz(func(t *testing.T, answer string, fails bool) {
		h := helper{program: "docker-credential-test"}
		got, err := h.ask("https://index.docker.io/v1/", func(in io.Reader) ([]byte, error) {
			if asked, err := io.ReadAll(in); err != nil || string(asked) != "https://index.docker.io/v1/" {
				t.Errorf("asked for %q, %v", asked, err)
			}
			if fails {
				return []byte(answer), errors.New("failed (exit status 1)")
			}
			return []byte(answer), nil
		})
		switch {
		case err != nil && (got != account{} || len(answer) > 10 && strings.Contains(err.Error(), answer) || strings.Contains(err.Error(), "hunter2-hunter2")):
			t.Errorf("%q: %+v, %v", answer, got, err)
		case err == nil && !got.identity && (got.user == "") != (got.secret == ""):
			t.Errorf("%q: %+v", answer, got)
		}
	})
}
