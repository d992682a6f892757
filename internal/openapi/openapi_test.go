package openapi

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestChanges: every line of the changes is known and takes effect.
func TestChanges(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{"HUBCTL_OPENAPI", "HUBCTL_DVP_OPENAPI", "HUBCTL_USAGE_OPENAPI"} {
		_, err := Load(variable, os.Getenv(variable))
		if errors.Is(err, ErrAbsent) {
			t.Skip(err)
		}
		if err != nil {
			t.Errorf("%s: %v", variable, err)
		}
	}
}

// TestUnknownChange: a change that is new, has another meaning, has gone or finds no
// place in the file is an error.
func TestUnknownChange(t *testing.T) {
	t.Parallel()
	doc := &openapi3.T{OpenAPI: "3.0.3", Paths: openapi3.NewPaths(), Components: &openapi3.Components{}}
	err := apply(doc, []byte(`
new:
  tag.v2: boolean
  tag.images: array
  tag.color: string
  openapi: 3.2.0
`))
	for _, want := range []string{
		"new: tag.v2: not applied: no schema tag",
		`new: tag.images: this change is not known: "array"`,
		"new: tag.color: this change is not known",
		"no longer has the change org_group.role",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q:\n%v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "new: openapi") {
		t.Error(err)
	}
}
