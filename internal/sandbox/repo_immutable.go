package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func setImmutable(c *call) error {
	r, err := c.adminRepo()
	if err != nil {
		return err
	}
	var in struct {
		Enabled *bool    `json:"immutable_tags"`
		Rules   []string `json:"immutable_tags_rules"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	switch {
	case in.Enabled == nil:
		return invalid("Invalid immutable_tags", "immutable_tags", "This field is required.")
	case in.Rules == nil:
		return invalid("Invalid immutable_tags_rules", "immutable_tags_rules", "This field is required.")
	}
	if err := checkRules(in.Rules); err != nil {
		return err
	}
	return c.editRepo(r.path(), http.StatusOK, func(st *state) error {
		c.log(st, r.namespace, "repo.immutable.tags.updated", r.path(),
			"updated the immutable tags of the repository "+r.path(), map[string]string{"rules": strings.Join(in.Rules, ",")})
		return changeRepo(r, st, func(e *repoEdit) { e.Immutable = &immutable{*in.Enabled, in.Rules} })
	})
}

func checkRules(rules []string) error {
	if len(rules) > maxRules {
		return invalid("Invalid immutable_tags_rules", "immutable_tags_rules", "Must have at most 5 rules.")
	}
	for _, rule := range rules {
		if _, err := compileRule(rule); err != nil {
			return err
		}
	}
	return nil
}

// olderImmutable is the form of immutable tags in a change of the repository.
type olderImmutable struct {
	Enabled *bool   `json:"immutable_tags"`
	Rules   *string `json:"immutable_tags_rules"` // separated by commas
}

// immutable returns the rules with the change, or nil if there is none.
func (in olderImmutable) immutable(r repo) (*immutable, error) {
	if in.Enabled == nil && in.Rules == nil {
		return nil, nil
	}
	now := r.immutable
	if in.Enabled != nil {
		now.Enabled = *in.Enabled
	}
	if in.Rules != nil {
		now.Rules = values(*in.Rules)
	}
	return &now, checkRules(now.Rules)
}

// protects reports whether a tag can be neither pushed again nor deleted.
func (m immutable) protects(tag string) bool {
	matches := func(rule string) bool {
		re, err := compileRule(rule)
		return err == nil && re.MatchString(tag)
	}
	return m.Enabled && slices.ContainsFunc(m.Rules, matches)
}

// compileRule compiles a rule for immutable tags, which must match a whole tag.
func compileRule(rule string) (*regexp.Regexp, error) {
	re, err := regexp.Compile("^(?:" + rule + ")$")
	if err != nil || rule == "" || strings.Contains(rule, ",") {
		return nil, invalid("Invalid regex", "regex", "Must be a regular expression without a comma.")
	}
	return re, nil
}

func verifyImmutable(c *call) error {
	r, err := c.adminRepo()
	if err != nil {
		return err
	}
	var in struct {
		Regex string `json:"regex"`
	}
	if err := c.decode(&in); err != nil {
		return invalid("malformed request: "+err.Error(), "")
	}
	rule, err := compileRule(in.Regex)
	if err != nil {
		return err
	}
	matches := []string{}
	for _, i := range c.tagIndexes(r, "") {
		if name := r.tagName(i); rule.MatchString(name) {
			matches = append(matches, name)
		}
	}
	return c.json(http.StatusOK, struct {
		Tags []string `json:"tags"`
	}{matches})
}
