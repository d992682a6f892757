package hub

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// A Reference names a repository, or a tag of one, as users write it.
type Reference struct {
	Namespace string // "" = not given
	Name      string
	Tag       string // "" = not given
}

// Repository returns the reference without its tag.
func (r Reference) Repository() string {
	if r.Namespace == "" {
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

func (r Reference) String() string {
	if r.Tag == "" {
		return r.Repository()
	}
	return r.Repository() + ":" + r.Tag
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

// officials is the namespace of Docker's official images.
const officials = "library"

// hubNames are the registry names of Docker Hub.
var hubNames = []string{"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}

// webPages are the hosts of Docker Hub's web pages.
const webPages = "hub.docker.com/"

// ofPage returns the repository on the web page with address s, or s itself.
func ofPage(s string) string {
	page, found := strings.CutPrefix(strings.TrimPrefix(s, "https://"), webPages)
	if !found {
		return s
	}
	page, _, _ = strings.Cut(page, "?")
	page = strings.TrimSuffix(strings.TrimSuffix(page, "/"), "/tags")
	if name, official := strings.CutPrefix(page, "_/"); official {
		return officials + "/" + name
	}
	if name, ok := strings.CutPrefix(page, "r/"); ok && strings.Contains(name, "/") {
		return name
	}
	return s
}

// ParseNamespace checks a namespace given by the user. Its errors are ErrInput.
func ParseNamespace(s string) (string, error) {
	namespace, _, more := strings.Cut(s, "/")
	switch lower := strings.ToLower(s); {
	case more && namespace != "":
		return "", InputError(fmt.Sprintf("expected a namespace, got the repository %q: did you mean %s?", s, namespace))
	case lower != s && namespaceShape().MatchString(lower):
		return "", InputError(fmt.Sprintf("%q is not a valid namespace: names are lower case, did you mean %s?", s, lower))
	}
	return Segment(s)
}

// ParseReference parses [docker.io/][NAMESPACE/]REPOSITORY[:TAG] or the address of
// a repository's web page, hub.docker.com/r/NAMESPACE/REPOSITORY. As in Docker,
// docker.io/X is library/X; a bare X has no namespace. Its errors are ErrInput.
func ParseReference(s string) (Reference, error) {
	bad := func(format string, args ...any) (Reference, error) {
		return Reference{}, InputError(fmt.Sprintf("%q is not a repository: ", s) + fmt.Sprintf(format, args...))
	}
	rest, tag, tagged := strings.Cut(ofPage(s), ":")
	if strings.Contains(s, "@") {
		return bad("digests are not accepted here, use NAMESPACE/REPOSITORY or NAMESPACE/REPOSITORY:TAG")
	}
	if strings.Contains(tag, "/") { // a port, or a URL
		return bad("it is a URL or on another registry, use NAMESPACE/REPOSITORY")
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
	case len(parts) > 1 && parts[0]+"/" == webPages:
		return bad("it is another page of Docker Hub, use NAMESPACE/REPOSITORY")
	case len(parts) > 1 && (strings.Contains(parts[0], ".") || parts[0] == "localhost"):
		return bad("%s is another registry, and hubctl is for Docker Hub", parts[0])
	case len(parts) > 2:
		return bad("expected NAMESPACE/REPOSITORY, with one slash")
	case len(parts) == 2:
		if r.Namespace = parts[0]; r.Namespace == "_" {
			r.Namespace = officials // web pages of official images have this form
		}
	}
	r.Name = parts[len(parts)-1]
	switch lower := strings.ToLower(rest); {
	case lower != rest && nameShape().MatchString(strings.ToLower(r.Name)):
		return bad("names are lower case, did you mean %s?", lower)
	case len(parts) == 2 && !namespaceShape().MatchString(r.Namespace):
		return bad("a namespace consists of lower-case letters, digits, '-' and '_'")
	case !nameShape().MatchString(r.Name) || len(r.Name) > 255:
		return bad("a name consists of lower-case letters and digits, separated by '.', '_' or '-'")
	case tagged && !tagShape().MatchString(tag):
		return bad("%q is not a valid tag: a tag has at most 128 letters, digits, '_', '.' and '-'", tag)
	}
	return r, nil
}
