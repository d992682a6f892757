// Package retention decides which tags of a repository to keep and which to
// drop. It makes no requests and changes nothing.
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

// A Tag holds the data that rules depend on.
type Tag struct {
	Name   string
	Digest string    // "" = unknown
	Type   string    // of its content, such as image or helm; "" = unknown
	Pushed time.Time // zero = unknown; such a tag is never too old
	Pulled time.Time // zero = never, unless PullsUnknown
	Size   int64     // in bytes; 0 = unknown
	Images []string  // digests of an index's images

	PullsUnknown bool // the server did not report whether it was ever pulled
}

// A Rule determines which tags to keep and which to drop. It considers the tags that
// match a Drop pattern, or every tag if there is none. Of these, it keeps the tags
// selected by a Keep… field and drops the rest. It keeps all other tags. Companions of
// an image, such as its signatures, are kept and dropped with it.
type Rule struct {
	KeepLast         int           // the newest N considered tags of each content type; 0 = off
	SemVer           bool          // newest by version; other tags are not considered
	KeepNewerThan    time.Duration // by push time; 0 = off
	KeepPulledWithin time.Duration // 0 = off
	Keep             []*regexp.Regexp
	Drop             []*regexp.Regexp

	NoDigestGuard bool // drop a tag even if a kept one has the same digest
	AllowEmpty    bool // drop even the last tag

	Protected []*regexp.Regexp // tags that the repository's immutability rules protect
}

// Check refuses a rule that drops nothing or contradicts itself. Its errors put
// dash before the names of fields, which may be flags.
func (r Rule) Check(dash string) error {
	switch {
	case r.KeepLast < 0:
		return fmt.Errorf("%skeep-last %d: must not be negative", dash, r.KeepLast)
	case r.SemVer && r.KeepLast == 0:
		return fmt.Errorf("%[1]ssemver needs %[1]skeep-last", dash)
	case len(r.Drop) == 0 && r.KeepLast == 0 && r.KeepNewerThan == 0 && r.KeepPulledWithin == 0:
		return fmt.Errorf("nothing to drop: pass %[1]skeep-last, %[1]skeep-newer-than, "+
			"%[1]skeep-pulled-within or %[1]sdrop", dash)
	}
	return nil
}

// A Verdict is the decision to keep or drop a tag, and its reason.
type Verdict struct {
	Tag
	Drop   bool
	Reason string
}

// Decide returns a verdict for each tag, in the order of tags. The order does not
// affect the verdicts. No two tags may have the same name.
func (r Rule) Decide(tags []Tag, now time.Time) []Verdict {
	companions := owners(tags)
	images := slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool { return ImageOf(t.Name) != "" })
	last := r.last(images)
	spared := r.spared(images)
	verdicts := make([]Verdict, len(tags))
	for i, t := range tags {
		verdicts[i] = r.judge(t, last, now)
		if verdicts[i].Drop && t.Name == spared {
			verdicts[i] = Verdict{t, false, "newest tag of the repository"}
		}
	}
	for i, of := range companions {
		if of != nil {
			verdicts[i] = r.judgeCompanion(tags[i], verdicts, of)
		}
	}
	for changed := true; changed; {
		changed = keepCompanions(verdicts, companions)
		if !r.NoDigestGuard && guardDigests(verdicts) {
			changed = true
		}
	}
	return verdicts
}

func (r Rule) considers(t Tag) bool {
	return (len(r.Drop) == 0 || matching(r.Drop, t.Name) != nil) && (!r.SemVer || version(t.Name) != "")
}

// spared returns the newest tag if every tag is considered and one must stay, or
// "". It ignores the tags that the rule keeps: otherwise, a rule that keeps another
// tag would no longer spare the newest one.
func (r Rule) spared(tags []Tag) string {
	if r.AllowEmpty || len(tags) == 0 || slices.ContainsFunc(tags, func(t Tag) bool { return !r.considers(t) }) {
		return ""
	}
	return slices.MinFunc(tags, newer).Name
}

// judge decides about one tag, regardless of the others.
func (r Rule) judge(t Tag, last map[string]bool, now time.Time) Verdict {
	keep := func(format string, args ...any) Verdict { return Verdict{t, false, fmt.Sprintf(format, args...)} }
	drop := matching(r.Drop, t.Name)
	switch {
	case !r.considers(t):
		return keep("no rule matches")
	case matching(r.Protected, t.Name) != nil:
		return keep("immutable (%s)", matching(r.Protected, t.Name))
	case matching(r.Keep, t.Name) != nil:
		return keep("keep %s", matching(r.Keep, t.Name))
	case last[t.Name]:
		return keep("one of the %s", r.newest(t))
	case r.KeepNewerThan > 0 && t.Pushed.IsZero(), r.KeepLast > 0 && !r.SemVer && t.Pushed.IsZero():
		return keep("push time unknown")
	case r.KeepNewerThan > 0 && now.Sub(t.Pushed) < r.KeepNewerThan:
		return keep("newer than %s", span(r.KeepNewerThan))
	case r.KeepPulledWithin > 0 && t.PullsUnknown:
		return keep("pull time unknown")
	case r.KeepPulledWithin > 0 && now.Sub(t.Pulled) < r.KeepPulledWithin:
		return keep("pulled within %s", span(r.KeepPulledWithin))
	}
	var why []string
	if drop != nil {
		why = append(why, "drop "+drop.String())
	}
	if r.KeepLast > 0 {
		why = append(why, "not one of the "+r.newest(t))
	}
	if r.KeepNewerThan > 0 {
		why = append(why, "older than "+span(r.KeepNewerThan))
	}
	if r.KeepPulledWithin > 0 {
		why = append(why, "not pulled within "+span(r.KeepPulledWithin))
	}
	return Verdict{t, true, strings.Join(why, ", ")}
}

// newest describes the tags of the content type of t that KeepLast keeps.
func (r Rule) newest(t Tag) string {
	if kind := contentType(t); kind != image {
		return fmt.Sprintf("last %d (%s)", r.KeepLast, kind)
	}
	return fmt.Sprintf("last %d", r.KeepLast)
}

// image is the content type of most tags, and the default.
const image = "image"

func contentType(t Tag) string { return cmp.Or(t.Type, image) }

// last returns the names of the newest KeepLast considered tags of each content
// type.
func (r Rule) last(tags []Tag) map[string]bool {
	if r.KeepLast == 0 {
		return nil
	}
	var of []*Tag
	for i := range tags {
		if r.considers(tags[i]) {
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
	kept, counts := map[string]bool{}, map[string]int{}
	for _, t := range of {
		kind := contentType(*t)
		counts[kind]++
		kept[t.Name] = counts[kind] <= r.KeepLast
	}
	return kept
}

// newer orders tags by push time, newest first, and then by name.
func newer(a, b Tag) int {
	return cmp.Or(b.Pushed.Compare(a.Pushed), strings.Compare(a.Name, b.Name))
}

// guardDigests keeps the tags that share a digest with a kept one, and reports
// whether it changed anything.
func guardDigests(verdicts []Verdict) (changed bool) {
	kept := map[string]string{} // the first name of each digest, in alphabetical order
	for _, v := range verdicts {
		if first, ok := kept[v.Digest]; !v.Drop && v.Digest != "" && (!ok || v.Name < first) {
			kept[v.Digest] = v.Name
		}
	}
	for i, v := range verdicts {
		if name := kept[v.Digest]; v.Drop && name != "" {
			verdicts[i].Drop, verdicts[i].Reason = false, "same digest as "+name
			changed = true
		}
	}
	return changed
}

func matching(patterns []*regexp.Regexp, name string) *regexp.Regexp {
	for _, p := range patterns {
		if p.MatchString(name) {
			return p
		}
	}
	return nil
}

// version returns a tag as a semantic version with the prefix v, or "".
func version(name string) string {
	if !strings.HasPrefix(name, "v") {
		name = "v" + name
	}
	if !semver.IsValid(name) {
		return ""
	}
	return name
}

// span formats a duration, in days if possible.
func span(d time.Duration) string {
	if days := d / (24 * time.Hour); days > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return d.String()
}

// Freed returns the size of the dropped content that no kept tag shares. It is an
// upper bound, since images may share layers.
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
