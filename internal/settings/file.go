package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/hubctl/hubctl/internal/bounded"
)

// A configFile is the content of the configuration file.
type configFile struct {
	path     string
	top      section
	profiles map[string]section
	fault    error // about the first unknown or invalid entry
}

// A section maps settings to values and their lines.
type section map[string]struct {
	text string
	line int
}

func (s section) values() map[string]any {
	m := map[string]any{}
	for k, v := range s {
		m[k] = v.text
	}
	return m
}

// readFile reads the configuration file, which need not exist unless it was named. It fails on
// unknown entries, and then returns only the names of the profiles.
func readFile(path string, named bool) (*configFile, error) {
	none := &configFile{path: path, profiles: map[string]section{}}
	b, err := bounded.ReadFile(path)
	if err != nil && path != "" && (named || !errors.Is(err, fs.ErrNotExist)) {
		return none, Error(fmt.Sprintf("the configuration file: %v", err))
	}
	file, _, err := parseFile(path, b)
	switch {
	case err != nil:
		return none, err
	case file.fault != nil:
		for name := range file.profiles {
			none.profiles[name] = nil
		}
		return none, file.fault
	}
	return file, nil
}

// parseFile parses a configuration file. The document has no content if the file has none. An
// unknown entry is not an error, but the file's fault.
func parseFile(path string, b []byte) (*configFile, *yaml.Node, error) {
	file := &configFile{path: path, top: section{}, profiles: map[string]section{}}
	var doc, more yaml.Node
	in := yaml.NewDecoder(bytes.NewReader(b))
	err := in.Decode(&doc)
	if err == nil {
		err = in.Decode(&more)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, Error(path + ": " + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if doc.Kind == 0 {
		return file, &doc, nil
	}
	if more.Kind != 0 {
		return nil, nil, file.at(more.Content[0], "expected one document, got another")
	}
	err = file.pairs(doc.Content[0], func(k, v *yaml.Node) error {
		if k.Value == "profiles" {
			return file.pairs(v, func(name, in *yaml.Node) error {
				if !profileName().MatchString(name.Value) {
					return file.at(name, "%q: %v", name.Value, errProfileName)
				}
				own := section{}
				file.profiles[name.Value] = own
				return file.pairs(in, func(k, v *yaml.Node) error { file.set(own, k, v, true); return nil })
			})
		}
		file.set(file.top, k, v, false)
		return nil
	})
	return file, &doc, err
}

// text returns the text of a single value, "" for null.
func text(n *yaml.Node) string {
	if isNull(n) {
		return ""
	}
	return n.Value
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (f *configFile) at(n *yaml.Node, format string, args ...any) error {
	return Error(fmt.Sprintf("%s:%d: ", f.path, n.Line) + fmt.Sprintf(format, args...))
}

// pairs calls do for each key and value of a mapping.
func (f *configFile) pairs(n *yaml.Node, do func(k, v *yaml.Node) error) error {
	if n.Kind == yaml.ScalarNode && text(n) == "" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return f.at(n, "expected keys and values")
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if seen[k.Value] {
			return f.at(k, "duplicate key %q", k.Value)
		}
		seen[k.Value] = true
		if err := do(k, v); err != nil {
			return err
		}
	}
	return nil
}

var secretKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(password|token|secret|otp|bearer|jwt)`)
})

// inFile returns the setting of a name if it may be there.
func inFile(name string, profile bool) (key, error) {
	i := slices.IndexFunc(keys, func(known key) bool { return known.name == name })
	switch {
	case secretKey().MatchString(name):
		return key{}, fmt.Errorf("%q cannot be set: secrets do not belong in this file (use hubctl login)", name)
	case i < 0:
		return key{}, fmt.Errorf("unknown key %q: must be one of %s", name, strings.Join(names(profile), ", "))
	case keys[i].nowhere:
		return key{}, fmt.Errorf("%q cannot be set in a file: use the flag or %s", name, keys[i].env)
	case profile && !keys[i].profile:
		return key{}, fmt.Errorf("%q cannot be set for a profile: must be one of %s", name, strings.Join(names(true), ", "))
	}
	return keys[i], nil
}

func (f *configFile) set(s section, k, v *yaml.Node, profile bool) {
	if err := f.checkEntry(k, v, profile); err != nil && f.fault == nil {
		f.fault = err
	}
	s[k.Value] = struct {
		text string
		line int
	}{text(v), v.Line}
}

func (f *configFile) checkEntry(k, v *yaml.Node, profile bool) error {
	known, err := inFile(k.Value, profile)
	switch {
	case err != nil:
		return f.at(k, "%v", err)
	case v.Kind != yaml.ScalarNode:
		return f.at(v, "%s: expected a single value", k.Value)
	case known.check == nil, isNull(v), v.Value == "":
		return nil
	}
	if err := known.check(v.Value); err != nil {
		return bad(k.Value, v.Value, fmt.Sprintf("%s:%d", f.path, v.Line), err)
	}
	return nil
}

func names(profile bool) []string {
	var ns []string
	for _, k := range keys {
		if !k.nowhere && (k.profile || !profile) {
			ns = append(ns, k.name)
		}
	}
	return ns
}
