package resource

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hubctl/hubctl/dockerhub"
)

// FuzzResource checks that Format and Parse are inverse, and that no path escapes.
func FuzzResource(f *testing.F) {
	for _, s := range []string{
		"repo:acme/api=image-pull", "repo:api=scope-tag-read,x", "repo:acme/*=image-pull", "repo:*/*/public=image-pull", "org:acme=member-read, member-edit",
		"repo:docker.io/nginx=image-pull", "repo:a/b:c=x", "repo:=x", "org:..=x", "repo:acme/../*=x", "=", "org:a=b=c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text, "acme")
		if err != nil {
			return
		}
		for part := range strings.SplitSeq(r.Path, "/") {
			if part == "" || part == "." || part == ".." {
				t.Errorf("%q has the path %q", text, r.Path)
			}
		}
		printed := Format([]dockerhub.OrgTokenResource{r})
		again, err := Parse(printed, "elsewhere")
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("%q is %+v, and %q is %+v: %v", text, r, printed, again, err)
		}
	})
}
