package dockerhub

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hubctl/hubctl/internal/hub"
)

// TestTagOfOldAnswers reads the forms that tags had over the years.
func TestTagOfOldAnswers(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, test := range []struct {
		name, doc, digest, status string
		images                    int
		pushed, pulled            time.Time
	}{
		{name: "2015", doc: `{"name":"x","image_id":null,"v2":true,"last_updated":"2015-01-02"}`, pushed: day("2015-01-02")},
		{name: "nulls", doc: `{"name":"x","full_size":null,"images":null,"digest":null,"last_updated":null,"tag_last_pulled":null,"tag_last_pushed":null,"tag_status":null}`},
		{name: "one image", doc: `{"name":"x","images":[{"digest":"a","last_pulled":"2020-01-02"}]}`, digest: "a", images: 1, pulled: day("2020-01-02")},
		{name: "an object", doc: `{"name":"x","images":{"digest":"a","variant":null},"status":"inactive","v2":"true"}`, digest: "a", status: "inactive", images: 1},
		{name: "two images", doc: `{"name":"x","images":[{"digest":"a","last_pulled":"2020-01-02"},{"digest":null,"last_pulled":"2021-01-02"}],"tag_status":"active","status":"inactive"}`, status: "active", images: 2, pulled: day("2021-01-02")},
		{name: "its own word", doc: `{"name":"x","digest":"b","images":[{"digest":"a","last_pulled":"2020-01-02"}],"tag_last_pulled":"2019-01-02","tag_last_pushed":"2018-01-02","last_updated":"2022-01-02"}`, digest: "b", images: 1, pushed: day("2018-01-02"), pulled: day("2019-01-02")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode[Tag]([]byte(test.doc))
			if err != nil || got.Name != "x" || string(got.JSON()) != test.doc {
				t.Fatal(err, string(got.JSON()))
			}
			if got.Digest != test.digest || got.Status != test.status || len(got.Images) != test.images || !got.LastPushed.Equal(test.pushed) || !got.LastPulled.Equal(test.pulled) {
				t.Errorf("got %+v", got)
			}
		})
	}
	for _, doc := range []string{`{"name":1}`, `{"images":"x"}`, `{"images":[1]}`, `{"full_size":"1"}`, `[]`} {
		if _, err := Decode[Tag]([]byte(doc)); err == nil {
			t.Errorf("%s was taken", doc)
		}
	}
}

// TestRecorded reads all recorded tags and search results.
func TestRecorded(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HUBCTL_API_SAMPLES")
	if dir == "" {
		t.Skip("HUBCTL_API_SAMPLES does not name the folder of recorded answers")
	}
	attestations, undated := 0, 0
	rows := func(pattern string, row func(raw []byte)) {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			page, err := hub.ReadPage(b)
			if err != nil {
				t.Fatal(file, err)
			}
			for _, raw := range page.Rows {
				row(raw)
			}
		}
	}
	rows("tags-*.json", func(raw []byte) {
		tag, err := Decode[Tag](raw)
		if err != nil || tag.Name == "" || tag.LastPushed.IsZero() {
			t.Errorf("%v: %s", err, raw)
		}
		for _, i := range tag.Images {
			if i.Attestation() {
				attestations++
			}
			if i.LastPushed.IsZero() {
				undated++
			}
		}
	})
	if attestations == 0 || undated == 0 {
		t.Error("no attestation, or every image is dated")
	}
	rows("search-*.json", func(raw []byte) {
		r, err := Decode[SearchResult](raw)
		if _, bad := hub.ParseReference(r.Repository()); err != nil || bad != nil || r.Official != (r.RepoName == "nginx" || r.RepoName == "ubuntu") {
			t.Errorf("%v %v: %s", err, bad, raw)
		}
	})
}
