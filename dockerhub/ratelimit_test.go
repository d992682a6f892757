package dockerhub

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"
)

// TestPulls checks where the secret goes: Docker Hub's registry uses two hosts, and any
// other registry is at the API's host. None of them gets the client's bearer.
func TestPulls(t *testing.T) {
	t.Parallel()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("ada:dckr_pat_x"))
	for _, test := range []struct {
		url, secret string
		asked       []string
	}{
		{"https://hub.docker.com", "dckr_pat_x", []string{"https://auth.docker.io/token " + basic, "https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest Bearer bought"}},
		{"https://HUB.docker.com:443/", "", []string{"https://auth.docker.io/token ", "https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest Bearer bought"}},
		{"https://hub.example", "dckr_pat_x", []string{"https://hub.example/token " + basic, "https://hub.example/v2/ratelimitpreview/test/manifests/latest Bearer bought"}},
		{"http://localhost:8080", "dckr_pat_x", []string{"http://localhost:8080/token " + basic, "http://localhost:8080/v2/ratelimitpreview/test/manifests/latest Bearer bought"}},
	} {
		t.Run(test.url, func(t *testing.T) {
			t.Parallel()
			var asked []string
			s := &server{answer: func(_ int, r *http.Request) (*http.Response, error) {
				at := *r.URL
				at.RawQuery = ""
				asked = append(asked, at.String()+" "+r.Header.Get("Authorization"))
				return reply(200, `{"token":"bought"}`, "RateLimit-Limit", "100;w=3600"), nil
			}}
			c, err := New(Options{URL: test.url, Transport: s, User: "ada", Secret: "dckr_pat_own"})
			if err != nil {
				t.Fatal(err)
			}
			limits, err := c.RateLimit.Pulls(t.Context(), "ada", test.secret)
			if err != nil || len(limits) != 1 || *limits[0].Limit != 100 {
				t.Error(limits, err)
			}
			if !slices.Equal(asked, test.asked) {
				t.Errorf("asked %q, want %q", asked, test.asked)
			}
		})
	}
}

func FuzzPolicies(f *testing.F) {
	for _, s := range []string{"100;w=3600", "10;w=3600, 200;w=21600", "100", "w=1", ";;", "-1;w=1", "9223372036854775807;w=9223372036854775807"} {
		f.Add(s, "20;w=3600")
	}
	f.Fuzz(func(t *testing.T, limit, remaining string) {
		for _, l := range policies(RateLimit{}, limit, remaining) {
			if l.Limit == nil || *l.Limit < 0 || l.Window < 0 || l.Remaining != nil && *l.Remaining < 0 {
				t.Errorf("%q %q: %s", limit, remaining, l.JSON())
			}
		}
	})
}
