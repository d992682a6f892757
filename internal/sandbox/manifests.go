package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/hubctl/hubctl/internal/sandbox/seed"
)

// A manifest has the fields that users have seen in the undocumented listing, and
// those of tags.
type manifest struct {
	Digest string   `json:"manifest_digest"`
	Media  string   `json:"media_type"`
	Size   int      `json:"size"`
	Tags   []string `json:"tags"`
	Pushed stamp    `json:"last_pushed"`
	Pulled *stamp   `json:"last_pulled"`
}

// listManifests lists the manifests of tags and of deleted tags, and those whose tag
// was pushed again, newest first. Its cursor is the place of the next manifest.
func listManifests(c *call) error {
	r, err := c.namedRepo()
	if err != nil {
		return err
	}
	size, err := c.positive("page_size", pageDefault)
	if err != nil {
		return err
	}
	answer := struct {
		Manifests []manifest `json:"manifests"`
		Last      *string    `json:"last_evaluated_key"`
	}{Manifests: []manifest{}}
	all := c.graph(r).nodes
	from, _ := strconv.Atoi(c.URL.Query().Get("last_evaluated_key"))
	for i := max(from, 0); i < len(all); i++ {
		n := &all[i]
		if n.hidden || !c.live(r, n) {
			continue
		}
		if len(answer.Manifests) == min(size, pageMax) {
			next := strconv.Itoa(i)
			answer.Last = &next
			break
		}
		m := n.manifest
		m.Tags = c.liveTags(r, n)
		answer.Manifests = append(answer.Manifests, m)
	}
	return c.json(http.StatusOK, answer)
}

// storage returns the repository's size in bytes, which grows with each manifest.
func (r repo) storage() int64 {
	manifests := r.tags + r.untagged
	if r.tangled {
		manifests *= 2 // it has more
	}
	return max(0, int64(manifests)*int64(r.perManifest())-r.freed)
}

func (r repo) perManifest() int { return 20e6 + seed.Number(80e6, "storage", r.path()) }

// replacedAfter reports whether the tag after the one at index i was pushed twice:
// the untagged manifests are spread evenly over the tags.
func (r repo) replacedAfter(i int) bool {
	return (i+1)*r.untagged/r.tags > i*r.untagged/r.tags
}

// replaced returns the manifest without a tag that follows the tag at index i: it is
// older than that tag, but newer than the next one.
func (r repo) replaced(i int, midnight time.Time) manifest {
	of := func(n int, what string) int { return seed.Number(n, "untagged "+what, r.path(), strconv.Itoa(i)) }
	gap := r.pushed(i).Sub(r.pushed(i + 1))
	m := manifest{
		Digest: "sha256:" + r.hex("untagged", i), Media: r.tag(i, midnight).Media, Tags: []string{},
		Size:   r.perManifest()/2 + of(r.perManifest()/2, "size"),
		Pushed: stampOf(r.pushed(i).Add(-gap / 2)),
	}
	if of(3, "pulled") == 0 {
		m.Pulled = stampAt(m.Pushed.Add(gap / 4)) // before it was replaced
	}
	return m
}
