package retention

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A Policy is a list of rules, each for the repositories that match its pattern. The
// first match counts. Repositories without a match have no rule.
type Policy []Entry

// An Entry is a rule of a policy.
type Entry struct {
	Match *regexp.Regexp // of NAMESPACE/REPO
	Rule  Rule
}

// For returns the rule for a repository.
func (p Policy) For(repository string) (Rule, bool) {
	for _, e := range p {
		if e.Match.MatchString(repository) {
			return e.Rule, true
		}
	}
	return Rule{}, false
}

// entry is the form of an Entry in the file.
type entry struct {
	Match            string   `yaml:"match"`
	KeepLast         int      `yaml:"keep-last"`
	SemVer           bool     `yaml:"semver"`
	KeepNewerThan    string   `yaml:"keep-newer-than"`
	KeepPulledWithin string   `yaml:"keep-pulled-within"`
	Keep             []string `yaml:"keep"`
	Drop             []string `yaml:"drop"`
	DigestGuard      *bool    `yaml:"digest-guard"`
	AllowEmpty       bool     `yaml:"allow-empty"`
}

// checkRules refuses unknown fields, and fields without a value, such as drop: [] or an
// unset variable, which would mean every tag.
func checkRules(file *yaml.Node) error {
	if err := checkFields(file, "rules"); err != nil {
		return err
	}
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[entry]()) {
		names = append(names, f.Tag.Get("yaml"))
	}
	for _, rules := range fields(file) {
		for i, rule := range rules.Content {
			if err := checkFields(rule, names...); err != nil {
				return fmt.Errorf("rule %d: %w", i+1, err)
			}
			for name, value := range fields(rule) {
				if isEmpty(value) {
					return fmt.Errorf("rule %d: line %d: %s is empty: set a value or remove it", i+1, name.Line, name.Value)
				}
			}
		}
	}
	return nil
}

// checkFields refuses fields of a mapping that are not known.
func checkFields(mapping *yaml.Node, known ...string) error {
	for name := range fields(mapping) {
		if !slices.Contains(known, name.Value) {
			return fmt.Errorf("line %d: unknown field %q: must be one of %s",
				name.Line, name.Value, strings.Join(known, ", "))
		}
	}
	return nil
}

// fields yields the keys and values of a mapping.
func fields(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// isEmpty reports whether a value is empty or a list with an empty item.
func isEmpty(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.AliasNode:
		return isEmpty(n.Alias)
	case yaml.ScalarNode:
		return n.Tag == "!!null" || strings.TrimSpace(n.Value) == ""
	}
	return len(n.Content) == 0 || slices.ContainsFunc(n.Content, isEmpty)
}

// ParsePolicy parses a policy file: YAML with a list of entries under rules. Unknown
// fields are errors. Durations are parsed with parse.
func ParsePolicy(b []byte, parse func(string) (time.Duration, error)) (Policy, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	var file struct {
		Rules []entry `yaml:"rules"`
	}
	if doc.Kind != 0 {
		if err := checkRules(doc.Content[0]); err != nil {
			return nil, err
		}
		err := doc.Decode(&file)
		if wrong, ok := errors.AsType[*yaml.TypeError](err); ok {
			err = errors.New(strings.Join(wrong.Errors, "; "))
		}
		if err != nil {
			return nil, err
		}
	}
	if len(file.Rules) == 0 {
		return nil, errors.New("no rules")
	}
	var p Policy
	for i, in := range file.Rules {
		e, err := in.entry(parse)
		if err == nil {
			err = e.Rule.Check("")
		}
		if err != nil {
			return nil, fmt.Errorf("rule %d: %w", i+1, err)
		}
		p = append(p, e)
	}
	return p, nil
}

func (in entry) entry(parse func(string) (time.Duration, error)) (Entry, error) {
	r := Rule{
		KeepLast: in.KeepLast, SemVer: in.SemVer,
		NoDigestGuard: in.DigestGuard != nil && !*in.DigestGuard, AllowEmpty: in.AllowEmpty,
	}
	if in.Match == "" {
		return Entry{}, errors.New("match is missing: a regular expression for repositories")
	}
	match, err := Pattern(in.Match)
	if err != nil {
		return Entry{}, fmt.Errorf("match: %w", err)
	}
	for name, of := range map[string]struct {
		text string
		to   *time.Duration
	}{
		"keep-newer-than":    {in.KeepNewerThan, &r.KeepNewerThan},
		"keep-pulled-within": {in.KeepPulledWithin, &r.KeepPulledWithin},
	} {
		if of.text == "" {
			continue
		}
		if *of.to, err = parse(of.text); err != nil {
			return Entry{}, fmt.Errorf("%s %q: %w", name, of.text, err)
		}
	}
	if r.Keep, err = Patterns(in.Keep); err != nil {
		return Entry{}, fmt.Errorf("keep: %w", err)
	}
	if r.Drop, err = Patterns(in.Drop); err != nil {
		return Entry{}, fmt.Errorf("drop: %w", err)
	}
	return Entry{match, r}, nil
}

// Patterns compiles regular expressions with Pattern.
func Patterns(texts []string) ([]*regexp.Regexp, error) {
	var all []*regexp.Regexp
	for _, text := range texts {
		p, err := Pattern(text)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Pattern compiles a regular expression. It refuses patterns that match everything
// because something is missing: empty patterns and empty alternatives.
func Pattern(text string) (*regexp.Regexp, error) {
	if hasEmptyAlternative(text) {
		return nil, fmt.Errorf("pattern %q matches everything: it is empty or has an empty alternative", text)
	}
	return regexp.Compile(text)
}

// hasEmptyAlternative reports whether a pattern or one of its alternatives is
// empty, as in "$A|$B" with an unset variable.
func hasEmptyAlternative(pattern string) bool {
	re, err := syntax.Parse(strings.TrimSpace(pattern), syntax.Perl)
	if err != nil {
		return false // Compile reports the error
	}
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	empty := func(re *syntax.Regexp) bool { return re.Op == syntax.OpEmptyMatch }
	return empty(re) || re.Op == syntax.OpAlternate && slices.ContainsFunc(re.Sub, empty)
}
