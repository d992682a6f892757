package retention

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const day = 24 * time.Hour

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func tag(name string, days, pulled int, digest string) Tag {
	t := Tag{Name: name, Digest: digest, Pushed: now.Add(-time.Duration(days) * day), Size: 100}
	if pulled >= 0 {
		t.Pulled = now.Add(-time.Duration(pulled) * day)
	}
	return t
}

func re(texts ...string) []*regexp.Regexp {
	all, err := Patterns(texts)
	if err != nil {
		panic(err)
	}
	return all
}

func TestDecide(t *testing.T) {
	t.Parallel()
	tags := []Tag{
		tag("latest", 1, 0, "d1"), tag("v1.10.0", 1, 0, "d1"), tag("v1.9.0", 10, 200, "d2"), tag("v1.2.0", 3, -1, "d3"),
		tag("pr-1", 200, 100, "d4"), tag("pr-2", 100, 5, "d5"), tag("pr-3", 50, -1, "d6"),
		{Name: "old", Digest: "d7"},
	}
	for name, c := range map[string]struct {
		rule    Rule
		dropped string
		reasons map[string]string
	}{
		"drop": {Rule{Drop: re("^pr-")}, "pr-1 pr-2 pr-3", map[string]string{"pr-1": "drop ^pr-", "latest": "no rule matches"}},
		"drop, keep": {
			Rule{Drop: re("^pr-"), Keep: re("2$")}, "pr-1 pr-3", map[string]string{"pr-2": "keep 2$"},
		},
		"drop, keep last": {
			Rule{Drop: re("^pr-"), KeepLast: 1}, "pr-1 pr-2", map[string]string{"pr-3": "one of the last 1", "pr-1": "drop ^pr-, not one of the last 1"},
		},
		"newer": {
			Rule{KeepNewerThan: 60 * day},
			"pr-1 pr-2",
			map[string]string{"old": "push time unknown", "v1.9.0": "newer than 60d", "pr-1": "older than 60d"},
		},
		"newer or pulled": {
			Rule{KeepNewerThan: 60 * day, KeepPulledWithin: 30 * day},
			"pr-1",
			map[string]string{"pr-2": "pulled within 30d", "pr-1": "older than 60d, not pulled within 30d"},
		},
		"pulled": {Rule{KeepPulledWithin: 30 * day}, "v1.9.0 v1.2.0 pr-1 pr-3 old", nil},
		"last by push": {
			Rule{KeepLast: 2}, "v1.9.0 v1.2.0 pr-1 pr-2 pr-3", map[string]string{"old": "push time unknown"},
		},
		"last by version": {
			Rule{KeepLast: 2, SemVer: true}, "v1.2.0", map[string]string{"latest": "no rule matches", "v1.9.0": "one of the last 2"},
		},
		"digests":        {Rule{Drop: re("^v1.10")}, "", map[string]string{"v1.10.0": "same digest as latest"}},
		"no digests":     {Rule{Drop: re("^v1.10"), NoDigestGuard: true}, "v1.10.0", nil},
		"immutable":      {Rule{Drop: re("^pr-"), Protected: re("1$")}, "pr-2 pr-3", map[string]string{"pr-1": "immutable (1$)"}},
		"all but one":    {Rule{Drop: re(".")}, "v1.9.0 v1.2.0 pr-1 pr-2 pr-3 old", map[string]string{"latest": "newest tag of the repository", "v1.10.0": "same digest as latest"}},
		"all":            {Rule{Drop: re("."), AllowEmpty: true}, "latest v1.10.0 v1.9.0 v1.2.0 pr-1 pr-2 pr-3 old", nil},
		"all is unknown": {Rule{Drop: re("nothing")}, "", nil},
	} {
		var dropped []string
		for _, v := range c.rule.Decide(tags, now) {
			if v.Drop {
				dropped = append(dropped, v.Name)
			}
			if v.Reason == "" {
				t.Errorf("%s: no reason for %s", name, v.Name)
			}
			if want := c.reasons[v.Name]; want != "" && v.Reason != want {
				t.Errorf("%s: %s because %q, want %q", name, v.Name, v.Reason, want)
			}
		}
		if got := strings.Join(dropped, " "); got != c.dropped {
			t.Errorf("%s: dropped %q, want %q", name, got, c.dropped)
		}
	}
}

// arbitrary generates a repository and a rule from a seed.
func arbitrary(r *rand.Rand) ([]Tag, Rule) {
	var tags []Tag
	for i := range r.IntN(30) {
		names := []string{"v1.%d.0", "pr-%d", "sha-%d", "%d.0"}
		t := tag(fmt.Sprintf(names[r.IntN(len(names))], i), r.IntN(200), r.IntN(220)-20, fmt.Sprintf("sha256:%064d", r.IntN(12)))
		switch r.IntN(10) {
		case 0:
			t.Digest = ""
		case 1:
			t.Pushed = time.Time{}
		case 2:
			t.Type = "helm"
		case 3, 4:
			t.Name = fmt.Sprintf("sha256-%064d.%s", i%12, []string{"sig", "att", "sbom"}[i/12])
		case 5:
			t.Images = []string{fmt.Sprintf("sha256:%064d", r.IntN(12))}
		}
		tags = append(tags, t)
	}
	rule := Rule{NoDigestGuard: r.IntN(4) == 0, AllowEmpty: r.IntN(4) == 0}
	for rule.Check("") != nil {
		if r.IntN(2) == 0 {
			rule.KeepLast = r.IntN(10)
			rule.SemVer = rule.KeepLast > 0 && r.IntN(2) == 0
		}
		if r.IntN(2) == 0 {
			rule.KeepNewerThan = time.Duration(r.IntN(200)) * day
		}
		if r.IntN(2) == 0 {
			rule.KeepPulledWithin = time.Duration(r.IntN(200)) * day
		}
		if r.IntN(2) == 0 {
			rule.Drop = re([]string{"^pr-", "^v", ".", "1"}[r.IntN(4)])
		}
		if r.IntN(3) == 0 {
			rule.Keep = re([]string{"2", "^sha", "0$"}[r.IntN(3)])
		}
		if r.IntN(4) == 0 {
			rule.Protected = re([]string{"3", "^v"}[r.IntN(2)])
		}
	}
	return tags, rule
}

func dropped(verdicts []Verdict) []string {
	var names []string
	for _, v := range verdicts {
		if v.Drop {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}

// TestProperties checks thousands of repositories and rules: a tag that a rule
// keeps is not dropped, keeping more never drops more, the order of the tags does
// not matter, and only AllowEmpty empties a repository.
func TestProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5000) {
		r := rand.New(rand.NewPCG(seed, 0))
		tags, rule := arbitrary(r)
		verdicts := rule.Decide(tags, now)
		gone := dropped(verdicts)
		fail := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d: %s\nrule %+v\nverdicts %+v", seed, fmt.Sprintf(format, args...), rule, verdicts)
		}
		kept, images := map[string]bool{}, map[string]bool{}
		for i, v := range verdicts {
			if v.Name != tags[i].Name {
				fail("the verdicts are not in the order of the tags")
			}
			if !v.Drop {
				kept[v.Digest] = v.Digest != ""
				for _, digest := range append(v.Images, v.Digest) {
					images[digest] = images[digest] || digest != "" && ImageOf(v.Name) == ""
				}
			}
		}
		for _, v := range verdicts {
			if !v.Drop {
				continue
			}
			switch {
			case matching(rule.Keep, v.Name) != nil, matching(rule.Protected, v.Name) != nil:
				fail("%s was dropped, but matches a keep pattern", v.Name)
			case ImageOf(v.Name) != "":
			case len(rule.Drop) > 0 && matching(rule.Drop, v.Name) == nil:
				fail("%s was dropped, but matches no rule", v.Name)
			case rule.KeepNewerThan > 0 && v.Pushed.After(now.Add(-rule.KeepNewerThan)):
				fail("%s was dropped, but is new", v.Name)
			case rule.KeepPulledWithin > 0 && v.Pulled.After(now.Add(-rule.KeepPulledWithin)):
				fail("%s was dropped, but was pulled recently", v.Name)
			}
			if !rule.NoDigestGuard && kept[v.Digest] {
				fail("%s was dropped, but shares a digest with a kept tag", v.Name)
			}
			if images[ImageOf(v.Name)] {
				fail("%s was dropped, but its image was kept", v.Name)
			}
		}
		if len(tags) > 0 && len(gone) == len(tags) && !rule.AllowEmpty {
			fail("all tags were dropped")
		}
		mixed := slices.Clone(tags)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if again := dropped(rule.Decide(mixed, now)); !slices.Equal(again, gone) {
			fail("dropped %q in another order", again)
		}
		more := rule
		switch r.IntN(5) {
		case 0:
			more.Keep = append(slices.Clone(rule.Keep), re("5")...)
		case 1:
			more.KeepNewerThan = max(rule.KeepNewerThan, 30*day)
		case 2:
			more.KeepPulledWithin = max(rule.KeepPulledWithin, 30*day)
		case 3:
			more.KeepLast++
		case 4:
			more.Protected = append(slices.Clone(rule.Protected), re("^sha")...)
		}
		for _, name := range dropped(more.Decide(tags, now)) {
			if _, was := slices.BinarySearch(gone, name); !was {
				fail("%s is dropped by a rule that keeps more: %+v", name, more)
			}
		}
		if Freed(verdicts) < 0 || Freed(verdicts) > int64(100*len(gone)) {
			fail("%d bytes freed", Freed(verdicts))
		}
	}
}

// TestCompanions: signatures, attestations and SBOMs are kept and dropped with their
// image, and rules do not count them.
func TestCompanions(t *testing.T) {
	t.Parallel()
	hex := func(n int) string { return fmt.Sprintf("%064x", n) }
	tags := []Tag{
		tag("v3", 1, 0, "sha256:"+hex(3)), tag("v2", 20, 0, "sha256:"+hex(2)), tag("v1", 30, 0, "sha256:"+hex(1)),
		tag("sha256-"+hex(3)+".sig", 40, -1, "s3"), tag("sha256-"+hex(2)+".sig", 0, -1, "s2"),
		tag("sha256-"+hex(1)+".att", 0, -1, "s1"), tag("sha256-"+hex(1)+".sbom", 0, -1, "s0"),
		tag("sha256-"+hex(20), 0, -1, "sha256:"+hex(99)), tag("sha256-"+hex(99)+".sig", 0, -1, "s99"),
		tag("sha256-"+hex(9)+".sig", 50, -1, "s9"),
	}
	tags[1].Images = []string{"sha256:" + hex(20)}
	for name, c := range map[string]struct {
		rule    Rule
		dropped []int
	}{
		"last":            {Rule{KeepLast: 1}, []int{1, 2, 4, 5, 6, 7, 8}},
		"last two":        {Rule{KeepLast: 2}, []int{2, 5, 6}},
		"newer":           {Rule{KeepNewerThan: 25 * day}, []int{2, 5, 6}},
		"dropped by name": {Rule{Drop: re("^v2$")}, []int{1, 4, 7, 8}},
		"by its own name": {Rule{Drop: re("^sha256-")}, nil},
		"kept by name":    {Rule{KeepLast: 2, Keep: re(`\.att$`)}, []int{2, 6}},
		"immutable":       {Rule{KeepLast: 2, Protected: re(`\.sbom$`)}, []int{2, 5}},
		"never the last":  {Rule{Drop: re("^v")}, []int{1, 2, 4, 5, 6, 7, 8}},
		"all":             {Rule{Drop: re("^v"), AllowEmpty: true}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
	} {
		var got []int
		verdicts := c.rule.Decide(tags, now)
		for i, v := range verdicts {
			if v.Drop {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.dropped) {
			t.Errorf("%s: dropped %v, want %v: %+v", name, got, c.dropped, verdicts)
		}
	}
	verdicts := Rule{KeepLast: 1}.Decide(tags, now)
	for i, want := range map[int]string{3: "belongs to v3", 5: "belongs to v1", 7: "belongs to v2", 8: "belongs to v2", 9: "its image has no tag"} {
		if verdicts[i].Reason != want {
			t.Errorf("%s: %q, want %q", verdicts[i].Name, verdicts[i].Reason, want)
		}
	}
	tags[5].Digest = "sha256:" + hex(1) // shares it with the image, which is dropped
	tags[6].Digest = "s3"               // shares it with a kept companion
	if got := dropped(Rule{KeepLast: 1}.Decide(tags, now)); slices.Contains(got, tags[6].Name) || len(got) != 6 {
		t.Errorf("dropped %q", got)
	}
}

func parseDays(s string) (time.Duration, error) {
	var n int
	if _, err := fmt.Sscanf(s, "%dd", &n); err != nil {
		return 0, fmt.Errorf("expected a number with a unit")
	}
	return time.Duration(n) * day, nil
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	tags := []Tag{tag("v2", 1, 0, "d1"), tag("v1", 2, 0, "d2"), tag("c2", 3, 0, "d3"), tag("c1", 4, 0, "d4")}
	tags[0].Type, tags[2].Type, tags[3].Type = "image", "helm", "helm"
	verdicts := Rule{KeepLast: 1}.Decide(tags, now)
	if got := strings.Join(dropped(verdicts), " "); got != "c1 v1" {
		t.Errorf("dropped %q, want one of each type", got)
	}
	if got := verdicts[2].Reason; got != "one of the last 1 (helm)" {
		t.Errorf("kept c2 because %q", got)
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy([]byte(`
rules:
  - match: ^acme/tests$
    drop: [.]
    allow-empty: true
    digest-guard: false
  - match: ^acme/
    keep-last: 10
    keep-newer-than: 90d
    keep-pulled-within: 30d
    keep: ['^v\d', latest]
`), parseDays)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := p.For("acme/tests")
	if !ok || !r.AllowEmpty || !r.NoDigestGuard || r.KeepLast != 0 {
		t.Errorf("%+v", r)
	}
	r, ok = p.For("acme/api")
	if !ok || r.AllowEmpty || r.NoDigestGuard || r.KeepLast != 10 || r.KeepNewerThan != 90*day || r.KeepPulledWithin != 30*day || len(r.Keep) != 2 {
		t.Errorf("%+v", r)
	}
	if _, ok := p.For("demo/api"); ok {
		t.Error("got a rule for a repository without a match")
	}
	for text, says := range map[string]string{
		"":                                               "no rules",
		"rules: []":                                      "no rules",
		"rules: [{match: x, keep-lats: 1}]":              "rule 1: line 1: unknown field \"keep-lats\": must be one of match, keep-last",
		"rules: [{keep-last: 1}]":                        "match is missing",
		"rules: [{match: x}]":                            "nothing to drop",
		"rules: [{match: x, keep: [y]}]":                 "nothing to drop",
		"rules: [{match: '(', keep-last: 1}]":            "match:",
		"rules: [{match: x, drop: ['(']}]":               "drop:",
		"rules: [{match: x, keep-newer-than: 30}]":       "keep-newer-than \"30\"",
		"rules: [{match: x, keep-last: -1}]":             "negative",
		"rules: [{match: x, drop: [y], semver: true}]":   "semver",
		"rules: {match: x}":                              "cannot unmarshal",
		"rules: [{match: x, keep-last: ten}]":            "line 1: cannot unmarshal",
		"rule: [{match: x, keep-last: 1}]":               "line 1: unknown field \"rule\": must be one of rules",
		"rules: [&a {match: x, keep-last: 1}, {<<: *a}]": "unknown field \"<<\"",

		// An empty value would mean every tag, or keep nothing.
		"rules: [{match: x, drop: ['']}]":                                     "drop is empty",
		"rules: [{match: x, drop: [y, ' ']}]":                                 "drop is empty",
		"rules: [{match: x, drop: [y, ]}, {match: z, drop: [y, ~]}]":          "rule 2: line 1: drop is empty",
		"rules: [{match: x, keep-last: 1, drop: []}]":                         "drop is empty",
		"rules: [{match: x, keep-last: 1, drop: }]":                           "drop is empty",
		"rules: [{match: x, drop: [y], keep: ['']}]":                          "keep is empty",
		"rules: [{match: x, drop: [y], keep-newer-than: ''}]":                 "keep-newer-than is empty",
		"rules: [{match: x, drop: [y], keep-last: null}]":                     "keep-last is empty",
		"rules: [{match: ' ', drop: [y]}]":                                    "match is empty",
		"rules: [{match: 'x|', drop: [y]}]":                                   "match: pattern \"x|\" matches everything",
		"rules: [{match: x, drop: ['y|']}]":                                   "drop: pattern \"y|\" matches everything",
		"e: &e ['']\nrules: [{match: x, drop: *e}]":                           "unknown field \"e\"",
		"rules: [{match: x, drop: [y], keep: &e ['']}, {match: z, drop: *e}]": "keep is empty",
	} {
		if _, err := ParsePolicy([]byte(text), parseDays); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: an error of several lines: %v", text, err)
		}
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, texts := range [][]string{{""}, {" "}, {"x", ""}, {"("}, {"^pr-|"}, {"|^pr-"}, {"(a||b)"}, {"()"}} {
		if p, err := Patterns(texts); err == nil {
			t.Errorf("%q: got %v", texts, p)
		}
	}
	if p, err := Patterns([]string{"^a", "b$", "^v1(-rc|)$", ".*"}); err != nil || len(p) != 4 {
		t.Error(p, err)
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add("rules: [{match: x, keep-last: 1}]")
	f.Add("rules:\n- match: ^a\n  drop: [b]\n  keep-newer-than: 3d\n")
	f.Add("rules: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePolicy([]byte(text), parseDays)
		if err != nil {
			return
		}
		for _, e := range p {
			if e.Match == nil || e.Rule.Check("") != nil {
				t.Errorf("%q: %+v", text, e)
			}
		}
	})
}
