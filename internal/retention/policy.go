package retention

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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

// checkEmpty refuses a field without a value, such as drop: [] or an unset
// variable. It would mean every tag.
func checkEmpty(rules []yaml.Node) error {
	for i, rule := range rules {
		for k := 0; rule.Kind == yaml.MappingNode && k < len(rule.Content); k += 2 {
			if name := rule.Content[k]; isEmpty(rule.Content[k+1]) {
				return fmt.Errorf("rule %d: line %d: %s is empty: set a value or remove it", i+1, name.Line, name.Value)
			}
		}
	}
	return nil
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
	var file struct {
		Rules []entry `yaml:"rules"`
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, readable(err)
	}
	if len(file.Rules) == 0 {
		return nil, errors.New("no rules")
	}
	var given struct {
		Rules []yaml.Node `yaml:"rules"`
	}
	if err := yaml.Unmarshal(b, &given); err != nil {
		return nil, err
	}
	if err := checkEmpty(given.Rules); err != nil {
		return nil, err
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

// readable rewrites decoder errors that mention Go types.
func readable(err error) error {
	wrong, ok := errors.AsType[*yaml.TypeError](err)
	if !ok {
		return err
	}
	unknown := regexp.MustCompile(`^line (\d+): field (.+) not found in type (.+)$`)
	lines := slices.Clone(wrong.Errors)
	for i, line := range lines {
		m := unknown.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		known := "expected rules"
		if m[3] == reflect.TypeFor[entry]().String() {
			var names []string
			for _, f := range reflect.VisibleFields(reflect.TypeFor[entry]()) {
				names = append(names, f.Tag.Get("yaml"))
			}
			known = "must be one of " + strings.Join(names, ", ")
		}
		lines[i] = fmt.Sprintf("line %s: unknown field %q: %s", m[1], m[2], known)
	}
	return errors.New(strings.Join(lines, "; "))
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
