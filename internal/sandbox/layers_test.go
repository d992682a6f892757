package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// TestTagImages: the layers of an image add up to it, and a platform that is not one
// has no instructions.
func TestTagImages(t *testing.T) {
	t.Parallel()
	h := New(Options{Now: at(noon)})
	demo := h.Session("demo")
	kinds := map[string]int{}
	for _, name := range []string{"demo/api", "demo/homelab"} {
		namespace, repository, _ := strings.Cut(name, "/")
		tags := "/v2/namespaces/" + namespace + "/repositories/" + repository + "/tags"
		for _, tag := range read[page[tagAnswer]](t, ask(t, h, demo, "GET", tags, "")).Results {
			r := ask(t, h, demo, "GET", tags+"/"+tag.Name+"/images", "")
			r.want(t, 200, "")
			all := read[[]tagImage](t, r)
			if len(all) != len(tag.Images) {
				t.Fatalf("%s has %d images, want %d", tag.Name, len(all), len(tag.Images))
			}
			kinds[tag.Content]++
			for i, m := range all {
				size := 0
				for _, l := range m.Layers {
					size += l.Size
					if (l.Digest == "") != (l.Size == 0) {
						t.Errorf("%s: %+v", tag.Name, l)
					}
				}
				if size != m.Size || m.Digest != tag.Images[i].Digest {
					t.Errorf("%s, image %d: %d bytes in layers, want %d", tag.Name, i, size, m.Size)
				}
				instructions := slices.ContainsFunc(m.Layers, func(l layer) bool { return l.Instruction != "" })
				if instructions != (m.OS == "linux") {
					t.Errorf("%s on %s: %+v", tag.Name, m.OS, m.Layers)
				}
			}
		}
	}
	if kinds["image"] == 0 || kinds["helm"] == 0 || kinds["artifact"] == 0 {
		t.Errorf("content types: %v", kinds)
	}
	ask(t, h, "", "GET", "/v2/repositories/library/nginx/tags/latest/images", "").want(t, 200, `"instruction":"WORKDIR /app"`)
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/api/tags/none/images", "").want(t, 404, "")
	ask(t, h, "", "GET", "/v2/namespaces/demo/repositories/homelab/tags/latest/images", "").want(t, 404, "")
	ask(t, h, demo, "GET", "/v2/namespaces/demo/repositories/homelab", "").want(t, 200, `"content_types":["image","helm","artifact"]`)
}
