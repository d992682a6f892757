package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// A tagImage is an image of a tag with its layers.
type tagImage struct {
	imageAnswer
	Layers []layer `json:"layers"`
}

// A layer is an instruction of the Dockerfile; instructions that change no file have
// no digest.
type layer struct {
	Digest      string `json:"digest,omitempty"`
	Size        int    `json:"size"`
	Instruction string `json:"instruction"`
}

// listTagImages answers with a bare array.
func listTagImages(c *call) error {
	r, i, err := c.namedTag()
	if err != nil {
		return err
	}
	t := r.tag(i, c.midnight())
	all := make([]tagImage, 0, len(t.Images))
	for j, m := range t.Images {
		all = append(all, tagImage{m, r.layers(i, j, m)})
	}
	return c.json(http.StatusOK, all)
}

// history are the instructions of every image, with the part of the image's size that
// they add in percent.
var history = []struct {
	instruction string
	percent     int
}{
	{"ADD file:%h in / ", 34},
	{"CMD [\"/bin/sh\"]", 0},
	{"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 0},
	{"WORKDIR /app", 1},
	{"/bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl " +
		"&& rm -rf /var/lib/apt/lists/*", 21},
	{"COPY . /app # buildkit", 0}, // the rest
	{"EXPOSE map[8080/tcp:{}]", 0},
	{"ENTRYPOINT [\"/app/%r\"]", 0},
}

const restOfImage = 5 // index in history

// layers returns the layers of an image; their sizes add up to the image's. An
// artifact has a layer without an instruction.
func (r repo) layers(i, j int, m imageAnswer) []layer {
	digest := func(k int) string {
		return "sha256:" + r.hex("layer "+strconv.Itoa(j)+" "+strconv.Itoa(k), r.content(i))
	}
	if m.OS == "" || m.OS == "unknown" {
		return []layer{{Digest: digest(0), Size: m.Size}}
	}
	fill := strings.NewReplacer("%h", r.hex("base", r.content(i)), "%r", r.name)
	all, left := make([]layer, len(history)), m.Size
	for k, h := range history {
		all[k] = layer{Size: m.Size / 100 * h.percent, Instruction: fill.Replace(h.instruction)}
		left -= all[k].Size
	}
	all[restOfImage].Size = left
	for k := range all {
		if all[k].Size > 0 {
			all[k].Digest = digest(k)
		}
	}
	return all
}
