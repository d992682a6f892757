// Package openapi reads the OpenAPI files that tests compare with, as changed by what
// Docker has published since. Only tests use it.
package openapi

import (
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

// ErrAbsent means that a file is not there, so there is nothing to compare with.
var ErrAbsent = errors.New("cannot compare with the published API")

// Load reads the file that an environment variable names, and applies the changes
// next to it. A change that it does not know, or that does not take effect, is an
// error.
func Load(variable string) (*openapi3.T, error) {
	path := os.Getenv(variable)
	if path == "" {
		return nil, fmt.Errorf("%w: %s does not name an OpenAPI file", ErrAbsent, variable)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(path), changesFile))
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
	known := changes()
	var problems []error
	for section, lines := range sections {
		for line, value := range lines {
			meaning, err := json.Marshal(value)
			if err != nil {
				return err
			}
			c, ok := known[line]
			delete(known, line)
			switch {
			case !ok:
				problems = append(problems, fmt.Errorf("%s: %s: this change is not known", section, line))
			case string(meaning) != c.value:
				problems = append(problems, fmt.Errorf("%s: %s: this change is not known: %s\nwant %s", section, line, meaning, c.value))
			case c.publisher != s.isPublisher() || c.apply == nil:
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
