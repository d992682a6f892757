package hub

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// A Reference names a repository, or a tag or a manifest in one.
type Reference struct {
	Namespace string // "" = not given
	Name      string
	Tag       string // "" = not given
	Digest    string // "" = not given
}

// Repository returns the reference without its tag or digest.
func (r Reference) Repository() string {
	if r.Namespace == "" {
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

func (r Reference) String() string {
	switch {
	case r.Digest != "":
		return r.Repository() + "@" + r.Digest
	case r.Tag != "":
		return r.Repository() + ":" + r.Tag
	}
	return r.Repository()
}

// Page returns the path of the repository's page on the Hub's website, or of the tag
// in its list of tags.
func (r Reference) Page() string {
	page := "/r/" + r.Namespace + "/" + r.Name
	if r.Namespace == officials {
		page = "/_/" + r.Name
	}
	if r.Tag != "" {
		page += "/tags?name=" + url.QueryEscape(r.Tag)
	}
	return page
}

var (
	namespaceShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`) })
	nameShape      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$`)
	})
	tagShape = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	})
)

var digestShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^sha256:[0-9a-f]{64}$`) })

// CheckDigest refuses anything but a whole digest. Its errors are ErrInput.
func CheckDigest(s string) error {
	if digestShape().MatchString(s) {
		return nil
	}
	return InputError(fmt.Sprintf("invalid digest %q: expected sha256: and 64 hexadecimal digits", s))
}

// officials is the namespace of Docker's official images.
const officials = "library"

// hubNames are Docker Hub's names as a registry.
var hubNames = []string{"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}

// website is where people browse repositories.
const website = "hub.docker.com/"

// fromPage returns the repository or tag whose page has the address s, or s
// itself if it is not such an address.
func fromPage(s string) string {
	_, bare, isURL := strings.Cut(s, "://")
	if !isURL {
		bare = s
	}
	page, found := strings.CutPrefix(bare, website)
	if !found {
		return s
	}
	if i := strings.IndexAny(page, "?#"); i >= 0 {
		page = page[:i]
	}
	parts := strings.Split(strings.Trim(page, "/"), "/")
	switch n := len(parts); {
	case n >= 2 && parts[0] == "_":
		return officials + "/" + parts[1]
	case n >= 3 && parts[0] == "r":
		return parts[1] + "/" + parts[2]
	case n >= 4 && parts[0] == "layers":
		return parts[1] + "/" + parts[2] + ":" + parts[3]
	case n >= 6 && parts[0] == "repository" && parts[1] == "docker" && parts[4] == "tags":
		return parts[2] + "/" + parts[3] + ":" + parts[5]
	case n >= 4 && parts[0] == "repository" && parts[1] == "docker":
		return parts[2] + "/" + parts[3]
	}
	return bare
}

// ParseNamespace checks the name of a namespace. Its errors are ErrInput.
func ParseNamespace(s string) (string, error) {
	namespace, _, more := strings.Cut(s, "/")
	switch lower := strings.ToLower(s); {
	case more && namespace != "":
		return "", InputError(fmt.Sprintf("%q: expected a namespace, got a repository: use %s", s, namespace))
	case lower != s && namespaceShape().MatchString(lower):
		return "", InputError(fmt.Sprintf("invalid namespace %q: names are lower case (did you mean %s?)", s, lower))
	}
	return Segment(s)
}

// ParseReference parses [docker.io/][NAMESPACE/]REPO[:TAG], or the address of a
// page on hub.docker.com. As in docker, docker.io/X means library/X; a bare X has
// no namespace. Its errors are ErrInput.
func ParseReference(s string) (Reference, error) {
	bad := func(format string, args ...any) (Reference, error) {
		return Reference{}, InputError(fmt.Sprintf("invalid repository %q: ", s) + fmt.Sprintf(format, args...))
	}
	rest, tag, tagged := strings.Cut(fromPage(s), ":")
	if strings.Contains(s, "@") {
		return bad("digests are not accepted here: use NAMESPACE/REPO or NAMESPACE/REPO:TAG")
	}
	if strings.Contains(tag, "/") { // a port, or a URL
		return bad("another registry or a URL: use NAMESPACE/REPO")
	}
	r := Reference{Tag: tag}
	parts := strings.Split(rest, "/")
	for _, name := range hubNames {
		if len(parts) > 1 && parts[0] == name {
			if parts = parts[1:]; len(parts) == 1 {
				parts = []string{officials, parts[0]}
			}
			break
		}
	}
	switch {
	case len(parts) > 1 && parts[0]+"/" == website:
		return bad("not the page of a repository: use NAMESPACE/REPO")
	case len(parts) > 1 && (strings.Contains(parts[0], ".") || parts[0] == "localhost"):
		return bad("%s is another registry, and hubctl manages Docker Hub", parts[0])
	case len(parts) > 2:
		return bad("expected NAMESPACE/REPO, with one slash")
	case len(parts) == 2:
		if r.Namespace = parts[0]; r.Namespace == "_" {
			r.Namespace = officials // the website's name for it
		}
	}
	r.Name = parts[len(parts)-1]
	switch lower := strings.ToLower(rest); {
	case lower != rest && nameShape().MatchString(strings.ToLower(r.Name)):
		return bad("names are lower case (did you mean %s?)", lower)
	case len(parts) == 2 && !namespaceShape().MatchString(r.Namespace):
		return bad("a namespace has only lower-case letters, digits, '-' and '_'")
	case !nameShape().MatchString(r.Name) || len(r.Name) > 255:
		return bad("a name has only lower-case letters and digits, separated by '.', '_' or '-'")
	case tagged && !tagShape().MatchString(tag):
		return bad("tag %q: a tag has only letters, digits, '_', '.' and '-', at most 128", tag)
	}
	return r, nil
}

// ParseManifest parses a repository, as in ParseReference, and a digest: REPO@DIGEST.
// Its errors are ErrInput.
func ParseManifest(s string) (Reference, error) {
	repository, digest, found := strings.Cut(s, "@")
	if !found {
		return Reference{}, InputError(fmt.Sprintf("%q has no digest: use NAMESPACE/REPO@sha256:…", s))
	}
	r, err := ParseReference(repository)
	switch {
	case err != nil:
		return r, err
	case r.Tag != "":
		return r, InputError(fmt.Sprintf("%q has both a tag and a digest: use %s@%s", s, r.Repository(), digest))
	}
	r.Digest = digest
	return r, CheckDigest(digest)
}
