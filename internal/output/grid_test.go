package output

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

// odd rows are hard to measure: CJK, emoji, joiners, combining marks.
func odd() []repo {
	about := []string{
		"", "short", "日本語の説明はとても長い", "family 👩‍👩‍👧‍👦 and 🇫🇷 flags ❤️ 1️⃣ keycaps", "e\u0301 combining\u0301",
		"\x1b[31mred\x1b[0m \u202eright", strings.Repeat("word ", 40), "…—“ambiguous”", "-",
	}
	rs := make([]repo, 0, 2*len(about))
	for i, s := range about {
		rs = append(rs,
			repo{ID: fmt.Sprintf("82d03067-%d", i), About: s, Size: int64(i) * 1e9, Tags: []string{s, "b"}, Updated: now.AddDate(0, 0, -i)},
			repo{ID: "日本/" + fmt.Sprint(i), About: "x", Pulls: new(int64(1e12))})
	}
	return rs
}

// TestTableFits prints odd rows on terminals of any width. No line is longer than the
// terminal, no identifier is cut, and a footer names the hidden columns.
func TestTableFits(t *testing.T) {
	t.Parallel()
	for n := 2; n <= len(repos); n++ {
		for _, width := range []int{20, 28, 33, 40, 50, 60, 80, 81, 100, 120, 160, 200} {
			var b strings.Builder
			p, err := repos[:n].Printer(&b, Options{Format: "table", Terminal: true, Now: now, Width: width, Color: width%2 == 0})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Rows(rows(nil, odd()...)); err != nil {
				t.Fatal(err)
			}
			bare := strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(b.String())
			table, footer, dropped := strings.Cut(strings.TrimSuffix(bare, "\n"), "\n\n")
			lines := strings.Split(table, "\n")
			if len(lines) != 1+len(odd()) {
				t.Fatalf("%d lines for %d rows:\n%s", len(lines), len(odd()), table)
			}
			for i, line := range append(lines, strings.Split(footer, "\n")...) {
				if w := runewidth.StringWidth(line); w > width || strings.ContainsRune(line, '\x1b') || strings.HasSuffix(line, " ") {
					t.Errorf("%d columns at %d: %d wide: %q", n, width, w, line)
				}
				if 0 < i && i < len(lines) && !strings.HasPrefix(line+" ", odd()[i-1].ID+" ") {
					t.Errorf("%d columns at %d: identifier cut: %s", n, width, line)
				}
			}
			for _, c := range repos[:n] {
				if strings.Contains(lines[0], c.heading()) == strings.Contains(strings.ReplaceAll(footer, "\n", " "), c.heading()) && !c.Wide {
					t.Errorf("%d columns at %d: %s must be either shown or named as hidden:\n%s", n, width, c.Name, b.String())
				}
			}
			if dropped != (footer != "") {
				t.Errorf("%d columns at %d: %q", n, width, footer)
			}
		}
	}
}

// Each column starts at the same place in every line.
func TestTableAligns(t *testing.T) {
	t.Parallel()
	for _, width := range []int{0, 60} {
		got, err := listing(t, Options{Format: "table", Width: width, Columns: []string{"about", "tags", "id"}}, rows(nil, odd()...))
		if err != nil {
			t.Fatal(err)
		}
		at := -1
		for i, line := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
			key := "ID"
			if i > 0 {
				key = odd()[i-1].ID
			}
			before, ok := strings.CutSuffix(line, "  "+key)
			if w := runewidth.StringWidth(before); !ok || at >= 0 && w != at {
				t.Errorf("at %d, not %d: %s", w, at, line)
			} else {
				at = w
			}
		}
	}
}

// wide prints rows on a terminal of the given width.
func wide(t *testing.T, table Table[repo], width int, columns []string, rs ...repo) string {
	t.Helper()
	var b strings.Builder
	p, err := table.Printer(&b, Options{Format: "table", Terminal: true, Now: now, Width: width, Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Rows(rows(nil, rs...)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTableWidths(t *testing.T) {
	t.Parallel()
	rs := []repo{
		{ID: "acme/checkout-api", About: "The API that every checkout of the shop talks to", Pulls: new(int64(1234567)), Size: 187e6, Updated: now.AddDate(0, 0, -3)},
		{ID: "acme/日本語", About: "支払いのためのサービスです、とても長い説明 👩‍👩‍👧‍👦", Pulls: new(int64(9)), Size: 1e9, Private: true},
	}
	for width, want := range map[int]string{
		160: `
ID                 ABOUT                                             PULL COUNT      SIZE  PRIVATE  UPDATED
acme/checkout-api  The API that every checkout of the shop talks to   1,234,567  187.0 MB  no       3d ago
acme/日本語        支払いのためのサービスです、とても長い説明 👩‍👩‍👧‍👦              9    1.0 GB  yes      -
`,
		100: `
ID                 ABOUT                                      PULL COUNT      SIZE  PRIVATE  UPDATED
acme/checkout-api  The API that every checkout of the shop …   1,234,567  187.0 MB  no       3d ago
acme/日本語        支払いのためのサービスです、とても長い説…           9    1.0 GB  yes      -
`,
		80: `
ID                 ABOUT                  PULL COUNT      SIZE  PRIVATE  UPDATED
acme/checkout-api  The API that every c…   1,234,567  187.0 MB  no       3d ago
acme/日本語        支払いのためのサービ…           9    1.0 GB  yes      -
`,
		60: `
ID                 ABOUT                          PULL COUNT
acme/checkout-api  The API that every checkout …   1,234,567
acme/日本語        支払いのためのサービスです、…           9

Hidden: SIZE, PRIVATE, UPDATED (show with --columns)
`,
		40: `
ID                 ABOUT
acme/checkout-api  The API that every c…
acme/日本語        支払いのためのサービ…

Hidden: PULL COUNT, SIZE, PRIVATE,
UPDATED (show with --columns)
`,
	} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			same(t, wide(t, repos, width, nil, rs...), want)
		})
	}
}

// TestTableDropsSpareFirst: spare columns are dropped first, wherever they are.
func TestTableDropsSpareFirst(t *testing.T) {
	t.Parallel()
	table := slices.Clone(repos)
	for i, c := range table {
		table[i].Spare = c.Name == "pull_count" || c.Name == "private"
	}
	r := repo{ID: "0123456789", About: "a long enough description", Pulls: new(int64(1)), Size: 999, Updated: now.AddDate(0, 0, -3)}
	for width, want := range map[int]string{
		80: "ID,ABOUT,PULL COUNT,SIZE,PRIVATE,UPDATED,",
		69: "ID,ABOUT,PULL COUNT,SIZE,PRIVATE,UPDATED,",
		68: "ID,ABOUT,PULL COUNT,SIZE,UPDATED,",
		59: "ID,ABOUT,SIZE,UPDATED,",
		45: "ID,ABOUT,SIZE,",
		31: "ID,",
	} {
		heads, got := strings.Split(wide(t, table, width, nil, r), "\n")[0], ""
		for _, c := range table {
			if strings.Contains(heads, c.heading()) {
				got += c.heading() + ","
			}
		}
		if got != want {
			t.Errorf("%d: %s, want %s", width, got, want)
		}
	}
}

// TestTableKeepsChosen: a column that --columns names is never dropped, and
// numbers in it are never cut.
func TestTableKeepsChosen(t *testing.T) {
	t.Parallel()
	r := repo{ID: "0123456789", About: "a long description", Pulls: new(int64(123456789))}
	columns := []string{"id", "about", "pull_count"}
	for width, want := range map[int]string{
		50: "0123456789  a long description  123,456,789\n",
		40: "0123456789  a long descrip…  123,456,789\n",
		30: "0123456789  a long …  123,456,789\n",
		9:  "0123456789  a long …  123,456,789\n",
	} {
		if _, got, _ := strings.Cut(wide(t, repos, width, columns, r), "\n"); got != want {
			t.Errorf("%d: got\n%swant\n%s", width, got, want)
		}
	}
}

// TestTableTellsRowsApart: a cut never makes different rows look the same.
func TestTableTellsRowsApart(t *testing.T) {
	t.Parallel()
	table := Table[repo]{
		{Name: "about", Cell: func(r repo) Value { return Text(r.About) }},
		{Name: "size", Cell: func(r repo) Value { return Bytes(r.Size) }},
	}
	for _, test := range []struct {
		about []string
		want  string
	}{
		{[]string{"gitlab-runner-production-eu", "gitlab-runner-production-us"}, "gitlab-ru…duction-eu,gitlab-ru…duction-us"},
		{[]string{"gitlab-runner-in-production", "jenkins-agent-in-production"}, "gitlab-runner-in-pr…,jenkins-agent-in-pr…"},
		{[]string{"gitlab-runner-region-1-for-production", "gitlab-runner-region-2-for-production"}, "gitlab-runner-region-1-for-production,gitlab-runner-region-2-for-production"},
		{[]string{"gitlab-runner-in-production", "gitlab-runner-in-production"}, "gitlab-runner-in-pr…,gitlab-runner-in-pr…"},
	} {
		var got []string
		for _, line := range strings.Split(wide(t, table, 20+2+4, nil, repo{About: test.about[0]}, repo{About: test.about[1]}), "\n")[1:3] {
			got = append(got, strings.Fields(line)[0])
		}
		if strings.Join(got, ",") != test.want {
			t.Errorf("got %v, want %s", got, test.want)
		}
	}
}

func TestTableDigests(t *testing.T) {
	t.Parallel()
	table := Table[repo]{{Name: "digest", Key: true, Cell: func(r repo) Value { return Digest(r.ID) }}}
	a, b := "sha256:"+strings.Repeat("0123456789abcdef", 4), "sha256:0123456789ab"+strings.Repeat("0", 52)
	printed := func(o Options, ids ...string) string {
		var out strings.Builder
		o.Format, o.NoHeaders = "table", !o.Quiet
		p, err := table.Printer(&out, o)
		if err != nil {
			t.Fatal(err)
		}
		var rs []repo
		for _, id := range ids {
			rs = append(rs, repo{ID: id})
		}
		if err := p.Rows(rows(nil, rs...)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, test := range []struct{ got, want string }{
		{printed(Options{Terminal: true, Width: 80}, a, a), strings.Repeat("sha256:0123456789ab\n", 2)},
		{printed(Options{Terminal: true, Width: 80}, a, b), "sha256:0123456789abcdef\nsha256:0123456789ab0000\n"},
		{printed(Options{Terminal: true, Width: 20, NoTrunc: true}, a), a + "\n"},
		{printed(Options{}, a), a + "\n"},
		{printed(Options{Terminal: true, Quiet: true}, a), a + "\n"},
		{printed(Options{Terminal: true}, "sha256:not a digest at all", ""), "sha256:not a digest at all\n-\n"},
	} {
		if test.got != test.want {
			t.Errorf("got\n%swant\n%s", test.got, test.want)
		}
	}
}

// Blocks of rows are drawn separately and must be aligned with each other.
func TestTableBlocks(t *testing.T) {
	t.Parallel()
	got, err := listing(t, Options{Format: "table", Columns: []string{"about", "id"}}, func(yield func(repo, error) bool) {
		for i := range 2000 {
			about := ""
			if i == 1500 {
				about = "the only one"
			}
			if !yield(repo{ID: fmt.Sprintf("%04d", i), About: about}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	for i, line := range lines[1:2001] {
		if len(line) != 18 || line[14:] != fmt.Sprintf("%04d", i) {
			t.Fatalf("row %d: %q", i, line)
		}
	}
	if lines[0] != "ABOUT         ID" || lines[2001] != "" || len(lines) != 2002 {
		t.Errorf("%q, %d lines", lines[0], len(lines))
	}
}

func BenchmarkRows(b *testing.B) {
	raw := json.RawMessage(`{"id":"82d03067-0000-4000-8000-000000000000","about":"a description of some length","size":187234567,"tags":["a","b"]}`)
	for _, n := range []int{10_000, 100_000} {
		for _, format := range Formats {
			b.Run(fmt.Sprintf("%s/%d", format, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p, err := repos.Printer(&pipe{room: 1 << 40}, Options{Format: format, Terminal: true, Now: now, Width: 120})
					if err != nil {
						b.Fatal(err)
					}
					err = p.Rows(func(yield func(repo, error) bool) {
						for i := range n {
							if !yield(repo{ID: fmt.Sprintf("82d03067-0000-4000-8000-%012d", i), About: fmt.Sprintf("a description %d", i), Size: int64(i), Updated: now, raw: raw}, nil) {
								return
							}
						}
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
