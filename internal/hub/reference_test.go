package hub

import (
	"errors"
	"strings"
	"testing"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"api":                                   "api",
		"api:v1":                                "api:v1",
		"acme/api":                              "acme/api",
		"acme/api:V1.2_x-y":                     "acme/api:V1.2_x-y",
		"docker.io/nginx":                       "library/nginx",
		"docker.io/nginx:alpine":                "library/nginx:alpine",
		"docker.io/acme/api":                    "acme/api",
		"index.docker.io/acme/api":              "acme/api",
		"registry-1.docker.io/a/b:c":            "a/b:c",
		"_/nginx":                               "library/nginx",
		"https://hub.docker.com/r/demo/web":     "demo/web",
		"hub.docker.com/r/demo/web/":            "demo/web",
		"hub.docker.com/r/demo/web/tags?page=2": "demo/web",
		"https://hub.docker.com/_/nginx/tags":   "library/nginx",
		"http://hub.docker.com/r/demo/web":      "demo/web",
		"hub.docker.com/r/demo/web#usage":       "demo/web",
		"https://hub.docker.com/repository/docker/acme/api/general":           "acme/api",
		"https://hub.docker.com/repository/docker/acme/api":                   "acme/api",
		"https://hub.docker.com/repository/docker/acme/api/tags":              "acme/api",
		"https://hub.docker.com/repository/docker/acme/api/tags/v1/sha256-00": "acme/api:v1",
		"https://hub.docker.com/layers/library/nginx/1.27/images/sha256-00":   "library/nginx:1.27",
		"acme/a.b_c-d__e--f":               "acme/a.b_c-d__e--f",
		"acme-corp_1/x":                    "acme-corp_1/x",
		"acme/" + strings.Repeat("a", 255): "acme/" + strings.Repeat("a", 255),
	} {
		got, err := ParseReference(in)
		if err != nil || got.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for in, says := range map[string]string{
		"":                                     "a name has only",
		"/":                                    "a namespace has only",
		"acme/":                                "a name has only",
		"/api":                                 "a namespace has only",
		"..":                                   "a name has only",
		"acme/..":                              "a name has only",
		"acme/api:":                            "a tag has only",
		"acme/api:a b":                         "a tag has only",
		"acme/api:.x":                          "a tag has only",
		"a/b/c":                                "with one slash",
		"Acme/Api":                             "did you mean acme/api?",
		"ghcr.io/acme/api":                     "another registry",
		"localhost/api":                        "another registry",
		"localhost:5000/api":                   "another registry",
		"https://hub.docker.com":               "another registry or a URL",
		"hub.docker.com/u/demo":                "not the page of a repository",
		"hub.docker.com/r/demo":                "not the page of a repository",
		"https://hub.docker.com/search?q=web":  "not the page of a repository",
		"https://ghcr.io/acme/api":             "another registry or a URL",
		"acme/api@sha256:00":                   "digests are not accepted here",
		"acme/-api":                            "a name has only",
		"acme/a..b":                            "a name has only",
		"acme/api:" + strings.Repeat("a", 129): "a tag has only",
		"acme/" + strings.Repeat("a", 256):     "a name has only",
	} {
		got, err := ParseReference(in)
		if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %q, %v; want %q", in, got, err, says)
		}
	}
}

func TestParseNamespace(t *testing.T) {
	t.Parallel()
	if got, err := ParseNamespace("acme"); got != "acme" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for in, says := range map[string]string{
		"acme/foo": "expected a namespace, got a repository: use acme",
		"Acme":     "did you mean acme?",
		"":         "may not be empty",
		"..":       "is not an identifier",
		"/foo":     "would change the path",
	} {
		if got, err := ParseNamespace(in); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %q, %v; want %q", in, got, err, says)
		}
	}
}

// FuzzReference checks that an accepted reference reads back the same, and that its
// path has no other segments.
func FuzzReference(f *testing.F) {
	for _, s := range []string{"api", "acme/api:v1", "docker.io/nginx", "_/x", "a/b/c", "..", "a/..", "x@y", "A/b", "a:b/c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReference(s)
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%q: %v is not an ErrInput", s, err)
			}
			return
		}
		again, err := ParseReference(r.String())
		if err != nil || again != r {
			t.Errorf("%q: %v reads back as %v, %v", s, r, again, err)
		}
		for _, part := range []string{r.Namespace, r.Name, r.Tag} {
			if _, err := Segment(part); part != "" && err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
