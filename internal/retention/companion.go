package retention

import (
	"regexp"
	"slices"
	"strings"
)

// companion matches the names of tags that belong to the image whose digest they
// contain: cosign's signatures, attestations and SBOMs, and indexes of referrers.
var companion = regexp.MustCompile(`^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$`)

// ImageOf returns the digest of the image that a tag belongs to, or "" for a tag
// that stands on its own.
func ImageOf(name string) string {
	if !strings.HasPrefix(name, "sha256-") {
		return "" // quickly
	}
	m := companion.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	return "sha256:" + m[1]
}

// owners returns the indexes of the tags of each companion's image. They are nil for
// tags that are not companions, and empty if the image has no tag. The owners of a
// companion of a companion, such as the signature of an SBOM, are those of its image.
func owners(tags []Tag) [][]int {
	of := map[string][]int{} // by digest
	for i, t := range tags {
		for _, digest := range append([]string{t.Digest}, t.Images...) {
			if with := of[digest]; digest != "" && !slices.Contains(with, i) {
				of[digest] = append(with, i)
			}
		}
	}
	all := make([][]int, len(tags))
	for i, t := range tags {
		if digest := ImageOf(t.Name); digest != "" {
			all[i] = roots(tags, of, digest)
		}
	}
	return all
}

// roots returns the tags with a digest, with companions replaced by their owners.
func roots(tags []Tag, of map[string][]int, digest string) []int {
	found, seen := []int{}, map[int]bool{}
	for next := slices.Clone(of[digest]); len(next) > 0; next = next[1:] {
		i := next[0]
		further := ImageOf(tags[i].Name)
		switch {
		case seen[i]:
		case further != "":
			next = append(next, of[further]...)
		default:
			found = append(found, i)
		}
		seen[i] = true
	}
	return found
}

// judgeCompanion decides about a companion as if all tags of its image, those at
// owners, were dropped.
func (r Rule) judgeCompanion(t Tag, verdicts []Verdict, owners []int) Verdict {
	switch protected, keep := matching(r.Protected, t.Name), matching(r.Keep, t.Name); {
	case protected != nil:
		return Verdict{t, false, "immutable (" + protected.String() + ")"}
	case keep != nil:
		return Verdict{t, false, "keep " + keep.String()}
	case len(owners) == 0:
		return Verdict{t, false, "its image has no tag"}
	}
	return Verdict{t, true, "belongs to " + verdicts[owners[0]].Name}
}

// keepCompanions keeps the companions of kept images, and reports whether it changed
// anything.
func keepCompanions(verdicts []Verdict, owners [][]int) (changed bool) {
	for i, of := range owners {
		for _, owner := range of {
			if verdicts[i].Drop && !verdicts[owner].Drop {
				verdicts[i].Drop, verdicts[i].Reason = false, "belongs to "+verdicts[owner].Name
				changed = true
			}
		}
	}
	return changed
}
