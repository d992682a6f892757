package sandbox

import (
	"slices"
	"strings"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

func isNamespace(name string) bool {
	_, ok := findAccount(name)
	return (ok || name == seed.Officials) && name == strings.ToLower(name)
}

// repos returns the current repositories of a namespace.
func (c *call) repos(namespace string) []repo {
	names := c.seededRepos(namespace)
	for path := range c.state.Repos {
		if of, name, _ := strings.Cut(path, "/"); of == namespace {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []repo
	for _, name := range slices.Compact(names) {
		if r, ok := c.edited(namespace, name, true); ok {
			all = append(all, r)
		}
	}
	return all
}

func (c *call) findRepo(namespace, name string) (repo, bool) {
	return c.edited(namespace, name, slices.Contains(c.seededRepos(namespace), name))
}

func (c *call) seededRepos(namespace string) []string {
	if c.hub.o.Empty {
		return nil
	}
	return seed.Repos(namespace)
}

// makeRepo returns a repository of the seed.
func makeRepo(namespace, name string, midnight time.Time) repo {
	s := seed.RepoOf(namespace, name)
	image := contentImage
	r := repo{
		namespace: namespace, name: name, kind: &image, description: s.Description, readme: s.Readme, private: s.Private,
		stars: s.Stars, pulls: s.Pulls, tags: s.Tags, untagged: s.Untagged, categories: categoriesOf(s.Categories),
		registered: stampOf(seed.Ago(midnight, s.Age, "registered", namespace, name)), media: []string{},
		set: map[string]status{seed.Archived: archived, seed.Locked: locked}[s.Status], mixed: s.Mixed, tangled: s.Tangled,
	}
	if s.Old {
		r.kind = nil
	}
	if r.tags > 0 {
		r.updated = stampAt(seed.Ago(midnight, s.Pushed, "updated", namespace, name))
		r.modified = r.updated
		r.media = []string{"application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.index.v1+json"}
	}
	if r.mixed {
		r.media = append(r.media, helmMedia)
	}
	return r
}
