package sandbox

import (
	"net/http"
	"strconv"
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

// listManifests lists the manifests of tags and of deleted tags. Its cursor is the
// index of the next tag.
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
	from, _ := strconv.Atoi(c.URL.Query().Get("last_evaluated_key"))
	names := []string{}
	for i := max(from, 0); i < r.tags; i++ {
		name := r.tagName(i)
		if _, decided := c.state.Tags.get(tagKey(r, name)); !decided {
			names = append(names, name)
		}
		if r.content(i) != i {
			continue // another tag has the same manifest
		}
		t := r.tag(i, c.midnight())
		answer.Manifests = append(answer.Manifests, manifest{
			Digest: "sha256:" + r.hex("index", i), Media: t.Media, Size: t.Size, Tags: names, Pushed: t.Pushed, Pulled: t.Pulled,
		})
		names = []string{}
		if len(answer.Manifests) == min(size, pageMax) && i+1 < r.tags {
			next := strconv.Itoa(i + 1)
			answer.Last = &next
			break
		}
	}
	return c.json(http.StatusOK, answer)
}
