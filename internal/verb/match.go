package verb

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/retention"
)

// A pattern is the value of a flag that takes a regular expression. It refuses
// expressions that match everything because something is missing.
type pattern struct {
	text string
	re   *regexp.Regexp
}

func (p *pattern) String() string { return p.text }

func (*pattern) Type() string { return "regexp" }

func (p *pattern) Set(s string) (err error) {
	p.text = s
	p.re, err = retention.Pattern(s)
	return err
}

// PatternFlag declares a flag for a regular expression, and returns a function for its
// value: nil = not given.
func PatternFlag(cmd *cobra.Command, name, usage string) func() *regexp.Regexp {
	f := cli.VarFlag[pattern](cmd, name, usage)
	return func() *regexp.Regexp { return f.Value.re }
}

// MatchFlag declares --match, which keeps the rows whose name matches. Names are the
// columns of t marked Match, or else the Key columns.
func MatchFlag[T output.Row](a *cli.App, cmd *cobra.Command, t output.Table[T]) *cli.Filter[T] {
	columns := marked(t, func(c output.Column[T]) bool { return c.Match })
	if len(columns) == 0 {
		columns = marked(t, func(c output.Column[T]) bool { return c.Key })
	}
	if len(columns) == 0 {
		columns = t[:1]
	}
	names := strings.ReplaceAll(strings.Join(columns.Names(), " or "), "_", " ")
	match := cli.VarFlag[pattern](cmd, "match", "only rows whose "+names+" matches this `regexp`")
	keep := &cli.Filter[T]{A: a, Cmd: cmd, Things: "rows"}
	keep.By(match, "names", func(row T) cli.Ruling {
		ruling := cli.CannotTell
		for _, c := range columns {
			switch text := c.Cell(row).String(); {
			case text == "":
			case match.Value.re.MatchString(text):
				return cli.KeepRow
			default:
				ruling = cli.DropRow
			}
		}
		return ruling
	})
	return keep
}

// marked returns the columns for which is holds.
func marked[T output.Row](t output.Table[T], is func(output.Column[T]) bool) output.Table[T] {
	return slices.DeleteFunc(slices.Clone(t), func(c output.Column[T]) bool { return !is(c) })
}
