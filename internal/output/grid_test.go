package output

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

// odd rows have what makes widths hard: CJK, emoji, joiners, combining marks.
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

func TestTableFits(t *testing.T) {
	t.Parallel()
	columns := []string{"id", "about", "tags", "pull_count", "size", "private", "updated"}
	for n := 2; n <= len(columns); n++ {
		for width := 28; width <= 200; width += 1 + width/20 {
			o := Options{Format: "table", Terminal: true, Now: now, Width: width, Columns: columns[:n], Color: width%2 == 0}
			got, err := listing(t, o, rows(nil, odd()...))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
			if len(lines) != 1+len(odd()) {
				t.Fatalf("%d lines for %d rows:\n%s", len(lines), len(odd()), got)
			}
			for i, line := range lines {
				bare := strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(line)
				if w := runewidth.StringWidth(bare); w > width || w <= 0 {
					t.Errorf("%d columns at %d: %d wide: %s", n, width, w, line)
				}
				if strings.ContainsRune(bare, '\x1b') || strings.HasSuffix(bare, " ") {
					t.Errorf("%d columns at %d: %q", n, width, line)
				}
				if i > 0 && !strings.HasPrefix(bare+" ", odd()[i-1].ID+" ") {
					t.Errorf("%d columns at %d: identifier cut: %s", n, width, line)
				}
			}
		}
	}
}

// Each column starts at the same place in all lines, whatever is before it.
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

func TestTableShrinksTextFirst(t *testing.T) {
	t.Parallel()
	r := repo{ID: "0123456789", About: "a long description", Pulls: new(int64(123456789)), Tags: []string{"some", "tags"}, Updated: now.AddDate(0, 0, -3)}
	for width, want := range map[int]string{
		58: "0123456789  a long descr…  123,456,789  some, tags  3d ago",
		63: "0123456789  a long description  123,456,789  some, tags  3d ago",
		62: "0123456789  a long descripti…  123,456,789  some, tags  3d ago",
		54: "0123456789  a long d…  123,456,789  some, tags  3d ago",
		50: "0123456789  a long …  123,456,7…  some, t…  3d ago",
		30: "0123456789  a …  12…  so…  3d…",
		15: "0123456789  a long …  123,456…  some, t…  3d ago",
		5:  "0123456789  a long …  123,456…  some, t…  3d ago",
	} {
		got, err := listing(t, Options{Format: "table", Terminal: true, Now: now, Width: width, NoHeaders: true, Columns: []string{"id", "about", "pull_count", "tags", "updated"}}, rows(nil, r))
		if got != want+"\n" || err != nil {
			t.Errorf("%d: got\n%swant\n%s\n%v", width, got, want, err)
		}
	}
}

// TestTableLeavesOut: on a narrow terminal spare columns are left out, the widest
// first, before another is cut; but not if they were asked for.
func TestTableLeavesOut(t *testing.T) {
	t.Parallel()
	spare := slices.Clone(repos)
	for i, c := range spare {
		spare[i].Spare = c.Name == "pull_count" || c.Name == "private"
	}
	printed := func(o Options) string {
		var b strings.Builder
		o.Format, o.Terminal, o.Now, o.NoHeaders = "table", true, now, true
		p, err := spare.Printer(&b, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Rows(rows(nil, repo{ID: "0123456789", About: "a long description", Pulls: new(int64(123456789)), Size: 999, Updated: now.AddDate(0, 0, -3)})); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for width, want := range map[int]string{
		0:  "0123456789  a long description  123,456,789  999 B  no  3d ago\n",
		62: "0123456789  a long description  123,456,789  999 B  no  3d ago\n",
		61: "0123456789  a long descripti…  123,456,789  999 B  no  3d ago\n",
		56: "0123456789  a long desc…  123,456,789  999 B  no  3d ago\n",
		55: "0123456789  a long description  999 B  no  3d ago\n",
		43: "0123456789  a long desc…  999 B  no  3d ago\n",
		42: "0123456789  a long descrip…  999 B  3d ago\n",
	} {
		if got := printed(Options{Width: width}); got != want {
			t.Errorf("%d: got\n%swant\n%s", width, got, want)
		}
	}
	if got, want := printed(Options{Width: 40, Columns: []string{"id", "about", "pull_count"}}), "0123456789  a long descrip…  123,456,789\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A block of rows is drawn by itself; the blocks must agree.
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
