package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A puller sends requests to the sandbox's registry with a token.
type puller struct {
	t     *testing.T
	hub   *Hub
	token string
}

func pullerFor(t *testing.T, h *Hub, user, secret string, scopes ...string) puller {
	t.Helper()
	q := url.Values{"service": {"registry.docker.io"}, "scope": scopes}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", origin+"/token?"+q.Encode(), nil)
	if user != "" {
		r.SetBasicAuth(user, secret)
	}
	resp, err := h.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("%d: no token: %v", resp.StatusCode, err)
	}
	return puller{t, h, answer.Token}
}

// do returns the status, the header and the body of an answer.
func (p puller) do(method, path string) (int, http.Header, string) {
	p.t.Helper()
	r, _ := http.NewRequestWithContext(p.t.Context(), method, origin+"/registry/v2/"+path, nil)
	r.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.hub.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

func (p puller) want(status int, method, path, text string) {
	p.t.Helper()
	got, _, body := p.do(method, path)
	if got != status || !strings.Contains(body, text) {
		p.t.Errorf("%s %s: %d %s, want %d %s", method, path, got, body, status, text)
	}
}

// A document is a manifest from the registry.
type document struct {
	Media     string `json:"mediaType"`
	Manifests []struct {
		Digest      string
		Annotations map[string]string
	}
	Subject *struct{ Digest string }
}

func (p puller) manifest(repo, reference string) document {
	p.t.Helper()
	status, header, body := p.do("GET", repo+"/manifests/"+reference)
	var doc document
	if err := json.Unmarshal([]byte(body), &doc); err != nil || status != 200 {
		p.t.Fatalf("%s@%s: %d %s: %v", repo, reference, status, body, err)
	}
	if header.Get("Content-Type") != doc.Media {
		p.t.Errorf("%s@%s has the type %s in the header and %s in itself", repo, reference, header.Get("Content-Type"), doc.Media)
	}
	return doc
}

// listed returns the manifests of a repository by digest.
func listed(t *testing.T, h *Hub, bearer, repo string) map[string]manifest {
	t.Helper()
	namespace, name, _ := strings.Cut(repo, "/")
	all := map[string]manifest{}
	for cursor := ""; ; {
		page := read[struct {
			Manifests []manifest
			Last      *string `json:"last_evaluated_key"`
		}](t, ask(t, h, bearer, "GET", "/v2/namespaces/"+namespace+"/repositories/"+name+"/manifests?page_size=100&last_evaluated_key="+cursor, ""))
		for _, m := range page.Manifests {
			all[m.Digest] = m
		}
		if page.Last == nil {
			return all
		}
		cursor = *page.Last
	}
}

// TestUntaggedManifests empties a repository of what nothing refers to, in the order that
// the registry demands: an index before its images, and a referrer before its subject.
func TestUntaggedManifests(t *testing.T) {
	t.Parallel()
	for repo, session := range map[string]string{"demo/ci-images": "demo", "acme/shipping-api": "demo"} {
		h := New(Options{Now: at(noon)})
		user, secret := "demo", "demo-password"
		p := pullerFor(t, h, user, secret, "repository:"+repo+":pull,delete")
		bearer := h.Session(session)
		all := listed(t, h, bearer, repo)
		namespace, name, _ := strings.Cut(repo, "/")
		r := makeRepo(namespace, name, noon.Truncate(day))

		users := map[string][]string{} // who refers to a digest
		signed, attested, subjects := "", 0, 0
		for digest, m := range all {
			doc := p.manifest(repo, digest)
			if doc.Media != m.Media {
				t.Errorf("%s@%s: the listing has %s, the registry %s", repo, digest, m.Media, doc.Media)
			}
			for _, child := range doc.Manifests {
				users[child.Digest] = append(users[child.Digest], digest)
				if _, ok := all[child.Digest]; !ok {
					t.Errorf("%s@%s refers to %s, which is not listed", repo, digest, child.Digest)
				}
				if child.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
					attested++
				}
			}
			if doc.Subject != nil {
				users[doc.Subject.Digest] = append(users[doc.Subject.Digest], digest)
				subjects++
			}
			for _, tag := range m.Tags {
				if hex, ok := strings.CutPrefix(tag, "sha256-"); ok {
					signed = "sha256:" + strings.TrimSuffix(hex, ".sig")
				}
			}
		}
		shared := slices.ContainsFunc(slices.Collect(maps.Values(users)), func(by []string) bool { return len(by) > 1 })
		if _, ok := all[signed]; !ok || attested == 0 || subjects < 2 || !shared {
			t.Errorf("%s: signed %q, %d attestations, %d referrers, a shared image: %t", repo, signed, attested, subjects, shared)
		}

		before := r.storage()
		for deleted := true; deleted; {
			deleted = false
			for digest, m := range all {
				switch status, _, body := p.do("DELETE", repo+"/manifests/"+digest); {
				case status == 202:
					if len(m.Tags) > 0 {
						t.Errorf("deleted %s with the tags %v", digest, m.Tags)
					}
					for _, by := range users[digest] {
						if _, ok := all[by]; ok {
							t.Errorf("deleted %s before %s, which refers to it", digest, by)
						}
					}
					delete(all, digest)
					before -= int64(m.Size)
					deleted = true
				case status != 403 || !strings.Contains(body, `"code":"DENIED"`):
					t.Errorf("DELETE %s: %d %s", digest, status, body)
				}
			}
		}
		left := listed(t, h, bearer, repo)
		if !maps.EqualFunc(left, all, func(a, b manifest) bool { return a.Digest == b.Digest }) {
			t.Errorf("%s: %d manifests are listed, want %d", repo, len(left), len(all))
		}
		info := read[repoInfo](t, ask(t, h, bearer, "GET", "/v2/namespaces/"+namespace+"/repositories/"+name, ""))
		if *info.Storage != before {
			t.Errorf("%s: %d bytes are left, want %d", repo, *info.Storage, before)
		}
	}
}

func TestRegistryRefuses(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	full := pullerFor(t, h, "demo", "demo-password", "repository:demo/ci-images:pull,delete")
	some := tangled(t, h, "demo/ci-images").Digest
	const path = "demo/ci-images/manifests/"
	full.want(405, "DELETE", path+"latest", `"code":"UNSUPPORTED"`)
	full.want(404, "DELETE", path+"sha256:00", `"code":"MANIFEST_UNKNOWN"`)
	full.want(404, "GET", path+"none", `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"`)
	full.want(403, "DELETE", path+full.digest(path+"latest"), `referenced by the tag latest`)
	ci := makeRepo("demo", "ci-images", noon.Truncate(day))
	full.want(403, "DELETE", path+"sha256:"+ci.tangledHex(tangledImage), "referenced by sha256:"+ci.tangledHex(tangledBill))
	full.want(403, "DELETE", path+"sha256:"+ci.hex("tangled image", 0), "referenced by sha256:"+ci.tangledHex(tangledIndex))
	full.want(200, "GET", "", "{}")
	full.want(401, "GET", "demo/api/manifests/latest", `"code":"UNAUTHORIZED"`) // another repository
	for who, p := range map[string]puller{
		"anonymous":                 pullerFor(t, h, "", "", "repository:demo/ci-images:pull,delete"),
		"a token that may read":     pullerFor(t, h, "demo", known(t, "demo", "argo-cd"), "repository:demo/ci-images:pull,delete"),
		"a token for another scope": pullerFor(t, h, "demo", "demo-password", "repository:demo/ci-images:pull"),
		"a Hub session":             {t, h, h.Session("demo")},
	} {
		if status, header, body := p.do("DELETE", path+some); status != 401 ||
			header.Get("WWW-Authenticate") != `Bearer realm="`+origin+`/token",service="registry.docker.io",scope="repository:demo/ci-images:delete"` {
			t.Errorf("%s: %d %s %s", who, status, header, body)
		}
	}
	pullerFor(t, h, "", "", "repository:demo/api:pull").want(200, "HEAD", "demo/api/manifests/latest", "")
	pullerFor(t, h, "", "", "repository:demo/ci-images:pull").want(401, "GET", path+"latest", "")

	// an organization access token needs the scopes of images
	pull := pullerFor(t, h, "acme", known(t, "acme", "ci-pull"), "repository:acme/shipping-api:pull,delete")
	pull.want(200, "GET", "acme/shipping-api/manifests/latest", "")
	image := tangled(t, h, "acme/shipping-api").Digest
	pull.want(401, "DELETE", "acme/shipping-api/manifests/"+image, "")
	made := read[struct{ Token string }](t, ask(t, h, h.Session("demo"), "POST", "/v2/orgs/acme/access-tokens",
		`{"label":"tags","resources":[{"type":"TYPE_REPO","path":"acme/*","scopes":["scope-tag-admin"]}]}`))
	pullerFor(t, h, "acme", made.Token, "repository:acme/shipping-api:pull,delete").
		want(401, "DELETE", "acme/shipping-api/manifests/"+image, "")
	pullerFor(t, h, "acme", known(t, "acme", "platform-automation"), "repository:acme/shipping-api:pull,delete").
		want(202, "DELETE", "acme/shipping-api/manifests/"+image, "")

	r, _ := http.NewRequestWithContext(t.Context(), "GET", origin+"/token?scope=repository:demo/api:pull&scope=registry:catalog:*", nil)
	r.SetBasicAuth("demo", "demo-password")
	resp, err := h.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); resp.StatusCode != 400 || string(b) != `{"details":"request scopes must be of the same resource type"}` {
		t.Errorf("scopes of two types: %d %s", resp.StatusCode, b)
	}
}

// tangled returns an untagged image of a repository that nothing refers to.
func tangled(t *testing.T, h *Hub, path string) manifest {
	t.Helper()
	namespace, name, _ := strings.Cut(path, "/")
	r := makeRepo(namespace, name, noon.Truncate(day))
	m, ok := listed(t, h, h.Session("demo"), path)["sha256:"+r.tangledHex(tangledSigned)]
	if !ok {
		t.Fatalf("%s has no such manifest", path)
	}
	return m
}

func (p puller) digest(path string) string {
	_, header, _ := p.do("HEAD", path)
	return header.Get("Docker-Content-Digest")
}

// TestLateDeletion: the registry fails, and deletes the manifest all the same.
func TestLateDeletion(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon), Late: 2})
	p := pullerFor(t, h, "demo", "demo-password", "repository:demo/ci-images:pull,delete")
	path := "demo/ci-images/manifests/" + tangled(t, h, "demo/ci-images").Digest
	p.want(500, "DELETE", path, `"errors"`)
	p.want(200, "HEAD", path, "")
	p.want(404, "HEAD", path, "")

	h = New(Options{Now: at(noon), Late: 1})
	p.hub = h
	p.want(500, "DELETE", path, `"errors"`)
	p.want(404, "HEAD", path, "")
}
