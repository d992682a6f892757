// Package openapi reads the OpenAPI files that tests compare with, as changed by what
// Docker has published since. Only tests use it.
package openapi

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/goccy/go-yaml"
)

// changesFile stands next to an OpenAPI file. It has a line for each change, in
// sections.
const changesFile = "hub-openapi-changes.yaml"

// knownChanges are the lines of the changes file as they were when [changes] was
// written, so that one whose meaning changes is noticed.
//
//go:embed known.json
var knownChanges []byte

// ErrAbsent means that a file is not there, so there is nothing to compare with.
var ErrAbsent = errors.New("cannot compare with the published API")

// Load reads an OpenAPI file, which an environment variable names, and applies the
// changes next to it. A change that it does not know, or that does not take effect, is an
// error.
func Load(variable, path string) (*openapi3.T, error) {
	if path == "" {
		return nil, fmt.Errorf("%w: %s does not name an OpenAPI file", ErrAbsent, variable)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(path), changesFile)) //nolint:gosec // the environment names it
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s next to %s", ErrAbsent, changesFile, path)
	}
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, err
	}
	return doc, apply(doc, text)
}

// apply makes the changes in the text of a changes file.
func apply(doc *openapi3.T, text []byte) error {
	var sections map[string]map[string]any
	if err := yaml.Unmarshal(text, &sections); err != nil {
		return fmt.Errorf("%s: %w", changesFile, err)
	}
	s := spec{doc}
	var meanings map[string]any
	if err := json.Unmarshal(knownChanges, &meanings); err != nil {
		return err
	}
	known := changes()
	var problems []error
	for section, lines := range sections {
		for line, value := range lines {
			c, ok := known[line]
			delete(known, line)
			switch {
			case !ok:
				problems = append(problems, fmt.Errorf("%s: %s: this change is not known", section, line))
			case asJSON(value) != asJSON(meanings[line]):
				problems = append(problems, fmt.Errorf("%s: %s: this change is not known: %s", section, line, asJSON(value)))
			case c.publisher != s.isPublisher() || c.apply == nil || s.isUsage():
			default:
				if err := c.apply(s); err != nil {
					problems = append(problems, fmt.Errorf("%s: %s: not applied: %w", section, line, err))
				}
			}
		}
	}
	for line := range known {
		problems = append(problems, fmt.Errorf("%s no longer has the change %s", changesFile, line))
	}
	return errors.Join(problems...)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
