package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// A Host is a server of Docker Hub other than the API. Here, it is a path of the same server.
type Host struct {
	Variable string // makes hubctl use another server in its place
	Path     string
}

// Hosts are the servers other than the API.
var Hosts = []Host{
	{"HUBCTL_AUTH_URL", ""},
	{"HUBCTL_REGISTRY_URL", registryPath},
	{"HUBCTL_USAGE_URL", usageBase},
}

const registryPath = "/registry"

var registryRoutes = []route{
	{"GET", "/token", blind, registryToken},
	{"GET", registryPath + "/v2", blind, registryVersion},
	{"HEAD", registryPath + "/v2/ratelimitpreview/test/manifests/latest", blind, pullLimit},
	{"GET", registryPath + "/v2/{namespace}/{repository}/manifests/{reference}", blind, pullManifest},
	{"HEAD", registryPath + "/v2/{namespace}/{repository}/manifests/{reference}", blind, pullManifest},
	{"DELETE", registryPath + "/v2/{namespace}/{repository}/manifests/{reference}", blind, deleteManifest},
}

// registryFault is the error envelope of the registry.
func registryFault(status int, code, message string, detail any) *fault {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail,omitempty"`
	}
	return &fault{status, struct {
		Errors []problem `json:"errors"`
	}{[]problem{{code, message, detail}}}}
}

// origin returns the scheme and host of the request.
func (c *call) origin() string {
	if c.URL.Scheme != "" {
		return c.URL.Scheme + "://" + c.Host
	}
	return "http://" + c.Host
}

// challenge asks for a token with a scope.
func (c *call) challenge(scope string) error {
	ask := `Bearer realm="` + c.origin() + `/token",service="` + registryAudience + `"`
	if scope != "" {
		ask += `,scope="` + scope + `"`
	}
	c.w.Header().Set("WWW-Authenticate", ask)
	return registryFault(http.StatusUnauthorized, "UNAUTHORIZED", "authentication required", nil)
}

// registryClaims returns the claims of a token from registryToken.
func (c *call) registryClaims() (claims, error) {
	bearer, _ := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	return c.hub.parse(bearer, registryAudience)
}

func registryVersion(c *call) error {
	c.w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	if _, err := c.registryClaims(); err != nil {
		return c.challenge("")
	}
	return c.json(http.StatusOK, struct{}{})
}

// registryRepo returns the repository in the path if the token allows the action.
func (c *call) registryRepo(action string) (repo, error) {
	name := c.PathValue("namespace") + "/" + c.PathValue("repository")
	claim, err := c.registryClaims()
	allowed := err == nil && slices.ContainsFunc(claim.Access, func(g tokenGrant) bool {
		return g.Type == "repository" && g.Name == name && slices.Contains(g.Actions, action)
	})
	r, ok := c.findRepo(c.PathValue("namespace"), c.PathValue("repository"))
	if !allowed || !ok {
		return repo{}, c.challenge("repository:" + name + ":" + action)
	}
	return r, nil
}

func manifestUnknown(reference string) *fault {
	return registryFault(http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown", "unknown reference="+reference)
}

// pullManifest answers GET and HEAD, by tag or by digest.
func pullManifest(c *call) error {
	r, err := c.registryRepo("pull")
	if err != nil {
		return err
	}
	reference := c.PathValue("reference")
	all := c.graph(r)
	n := all.find(c, r, reference)
	if n == nil {
		return manifestUnknown(reference)
	}
	defer c.hub.seenLate(c, r, n)
	c.w.Header().Set("Docker-Content-Digest", n.Digest)
	c.text(http.StatusOK, n.Media, string(all.document(n)))
	return nil
}

// deleteManifest deletes a manifest that nothing refers to: at once or, with the option
// Late, after an answer of 500, when the manifest is requested for the Nth time.
func deleteManifest(c *call) error {
	r, err := c.registryRepo("delete")
	if err != nil {
		return err
	}
	digest := c.PathValue("reference")
	if !strings.HasPrefix(digest, "sha256:") {
		return registryFault(http.StatusMethodNotAllowed, "UNSUPPORTED", "The operation is unsupported.", nil)
	}
	all := c.graph(r)
	n := all.find(c, r, digest)
	if n == nil {
		return manifestUnknown(digest)
	}
	if by := all.referrer(c, r, n); by != "" {
		return registryFault(http.StatusForbidden, "DENIED", "manifest is referenced by "+by, nil)
	}
	if c.hub.o.Late > 0 && c.hub.delay(manifestKey(r, digest)) {
		return registryFault(http.StatusInternalServerError, "UNKNOWN", "unknown error", nil)
	}
	if err := c.removeManifest(r, n); err != nil {
		return err
	}
	if c.hub.o.Late > 0 {
		return registryFault(http.StatusInternalServerError, "UNKNOWN", "unknown error", nil)
	}
	return c.empty(http.StatusAccepted)
}

// A deletedManifest is a manifest that was deleted.
type deletedManifest struct {
	Size int64 `json:"size"`
}

func manifestKey(r repo, digest string) string { return r.path() + "@" + digest }

func (c *call) removeManifest(r repo, n *node) error {
	return c.change(func(st *state) error {
		st.Manifests.put(manifestKey(r, n.Digest), deletedManifest{int64(n.Size)})
		return nil
	})
}

// delay begins a deletion that happens when the manifest has been read often enough, and
// reports whether it is not due yet.
func (h *Hub) delay(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, begun := h.late[key]; !begun {
		h.late[key] = h.o.Late - 1
	}
	return h.late[key] > 0
}

// seenLate counts down to the end of a deletion that has begun.
func (h *Hub) seenLate(c *call, r repo, n *node) {
	key := manifestKey(r, n.Digest)
	h.mu.Lock()
	h.late[key]--
	due := h.late[key] == 0
	if h.late[key] <= 0 {
		delete(h.late, key)
	}
	h.mu.Unlock()
	if due {
		_ = c.removeManifest(r, n) // in the background, a failure is not reported
	}
}
