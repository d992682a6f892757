// Package retention decides which tags of a repository to keep and which to
// drop. It looks at nothing but what it is given, and changes nothing.
package retention

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

// A Tag is what the rules look at.
type Tag struct {
	Name   string
	Digest string    // "" = not known
	Pushed time.Time // zero = not known, and then no age is held against it
	Pulled time.Time // zero = never, unless PullsUnknown
	Size   int64     // in bytes; 0 = not known

	PullsUnknown bool // whether it was ever pulled is not known
}

// A Rule says what to keep and what to drop. Tags that match a Drop pattern, or
// all if there is none, are in question; what a Keep… saves of them is kept,
// and the rest dropped. All other tags are left alone.
type Rule struct {
	KeepLast         int           // the newest N of the tags in question; 0 = no such rule
	SemVer           bool          // newest by version; what is no version is not in question
	KeepNewerThan    time.Duration // by the time of the push; 0 = no such rule
	KeepPulledWithin time.Duration // 0 = no such rule
	Keep             []*regexp.Regexp
	Drop             []*regexp.Regexp

	NoDigestGuard bool // drop a tag even if a kept one has the same digest
	AllowEmpty    bool // drop all tags if it comes to that

	Protected []*regexp.Regexp // tags that the repository's immutability rules protect
}

// Check says what is wrong with a rule: one that names nothing to drop, or that
// could not keep what it says. Before the names of its fields comes dash: they
// may be flags.
func (r Rule) Check(dash string) error {
	switch {
	case r.KeepLast < 0:
		return fmt.Errorf("%skeep-last %d is negative", dash, r.KeepLast)
	case r.SemVer && r.KeepLast == 0:
		return fmt.Errorf("%[1]ssemver says by what %[1]skeep-last counts, and there is no %[1]skeep-last", dash)
	case len(r.Drop) == 0 && r.KeepLast == 0 && r.KeepNewerThan == 0 && r.KeepPulledWithin == 0:
		return fmt.Errorf("nothing says what to drop: give "+
			"%[1]skeep-last, %[1]skeep-newer-than, %[1]skeep-pulled-within or %[1]sdrop", dash)
	}
	return nil
}

// A Verdict is what is to become of a tag, and which rule decided.
type Verdict struct {
	Tag
	Drop   bool
	Reason string
}

// Decide returns a verdict for each tag, in the order of tags, whose names are
// all different. The order does not matter to what is decided.
func (r Rule) Decide(tags []Tag, now time.Time) []Verdict {
	last := r.last(tags)
	spared := r.spared(tags)
	verdicts := make([]Verdict, len(tags))
	for i, t := range tags {
		verdicts[i] = r.judge(t, last, now)
		if verdicts[i].Drop && t.Name == spared {
			verdicts[i] = Verdict{t, false, "the newest, so that one is left"}
		}
	}
	if !r.NoDigestGuard {
		guardDigests(verdicts)
	}
	return verdicts
}

func (r Rule) inQuestion(t Tag) bool {
	return (len(r.Drop) == 0 || matching(r.Drop, t.Name) != nil) && (!r.SemVer || version(t.Name) != "")
}

// spared is the newest tag, if all tags are in question and one must be left;
// else "". What the rules keep plays no part: then one that keeps more could
// take the newest tag's place, and more would be dropped.
func (r Rule) spared(tags []Tag) string {
	if r.AllowEmpty || len(tags) == 0 || slices.ContainsFunc(tags, func(t Tag) bool { return !r.inQuestion(t) }) {
		return ""
	}
	return slices.MinFunc(tags, newer).Name
}

// judge decides about a tag by itself.
func (r Rule) judge(t Tag, last map[string]bool, now time.Time) Verdict {
	keep := func(format string, args ...any) Verdict { return Verdict{t, false, fmt.Sprintf(format, args...)} }
	drop := matching(r.Drop, t.Name)
	switch {
	case !r.inQuestion(t):
		return keep("no rule matches")
	case matching(r.Protected, t.Name) != nil:
		return keep("an immutability rule protects it (%s)", matching(r.Protected, t.Name))
	case matching(r.Keep, t.Name) != nil:
		return keep("keep %s", matching(r.Keep, t.Name))
	case last[t.Name]:
		return keep("one of the last %d", r.KeepLast)
	case r.KeepNewerThan > 0 && t.Pushed.IsZero(), r.KeepLast > 0 && !r.SemVer && t.Pushed.IsZero():
		return keep("its push time is not known")
	case r.KeepNewerThan > 0 && now.Sub(t.Pushed) < r.KeepNewerThan:
		return keep("newer than %s", span(r.KeepNewerThan))
	case r.KeepPulledWithin > 0 && t.PullsUnknown:
		return keep("its pull time is not known")
	case r.KeepPulledWithin > 0 && now.Sub(t.Pulled) < r.KeepPulledWithin:
		return keep("pulled within %s", span(r.KeepPulledWithin))
	}
	var why []string
	if drop != nil {
		why = append(why, "drop "+drop.String())
	}
	if r.KeepLast > 0 {
		why = append(why, fmt.Sprintf("not one of the last %d", r.KeepLast))
	}
	if r.KeepNewerThan > 0 {
		why = append(why, "older than "+span(r.KeepNewerThan))
	}
	if r.KeepPulledWithin > 0 {
		why = append(why, "not pulled within "+span(r.KeepPulledWithin))
	}
	return Verdict{t, true, strings.Join(why, ", ")}
}

// last are the newest KeepLast of the tags in question.
func (r Rule) last(tags []Tag) map[string]bool {
	if r.KeepLast == 0 {
		return nil
	}
	var of []*Tag
	for i := range tags {
		if r.inQuestion(tags[i]) {
			of = append(of, &tags[i])
		}
	}
	slices.SortFunc(of, func(a, b *Tag) int {
		if r.SemVer {
			if n := semver.Compare(version(b.Name), version(a.Name)); n != 0 {
				return n
			}
		}
		return newer(*a, *b)
	})
	kept := map[string]bool{}
	for _, t := range of[:min(len(of), r.KeepLast)] {
		kept[t.Name] = true
	}
	return kept
}

// newer orders tags by their push, the newest first, and then by name.
func newer(a, b Tag) int {
	return cmp.Or(b.Pushed.Compare(a.Pushed), strings.Compare(a.Name, b.Name))
}

// guardDigests keeps what has the digest of a kept tag.
func guardDigests(verdicts []Verdict) {
	kept := map[string]string{} // digest to the first name, so that the order does not matter
	for _, v := range verdicts {
		if first, ok := kept[v.Digest]; !v.Drop && v.Digest != "" && (!ok || v.Name < first) {
			kept[v.Digest] = v.Name
		}
	}
	for i, v := range verdicts {
		if name := kept[v.Digest]; v.Drop && name != "" {
			verdicts[i].Drop, verdicts[i].Reason = false, "the same digest as "+name
		}
	}
}

func matching(patterns []*regexp.Regexp, name string) *regexp.Regexp {
	for _, p := range patterns {
		if p.MatchString(name) {
			return p
		}
	}
	return nil
}

// version is a tag as a semantic version, with or without its v; "" = it is
// none.
func version(name string) string {
	if !strings.HasPrefix(name, "v") {
		name = "v" + name
	}
	if !semver.IsValid(name) {
		return ""
	}
	return name
}

// span is a duration in days where it is whole days, as people write them.
func span(d time.Duration) string {
	if days := d / (24 * time.Hour); days > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return d.String()
}

// Freed is how many bytes the dropped tags hold that no kept one does, each
// content counted once. It is an upper bound: layers may be shared.
func Freed(verdicts []Verdict) int64 {
	counted := map[string]bool{}
	for _, v := range verdicts {
		if !v.Drop && v.Digest != "" {
			counted[v.Digest] = true
		}
	}
	var n int64
	for _, v := range verdicts {
		if !v.Drop || counted[v.Digest] {
			continue
		}
		if v.Digest != "" {
			counted[v.Digest] = true
		}
		n += v.Size
	}
	return n
}
