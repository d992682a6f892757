package verb

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/retention"
)

// A pattern is the value of a flag that takes a regular expression. One that
// matches everything because something is missing is refused.
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

// matchFilter declares --match, which keeps the rows whose name matches: the
// columns of t that are marked Match, or else the Key columns.
func matchFilter(a *cli.App, cmd *cobra.Command, t output.Table[output.Row]) *cli.Filter[output.Row] {
	columns := marked(t, func(c output.Column[output.Row]) bool { return c.Match })
	if len(columns) == 0 {
		columns = marked(t, func(c output.Column[output.Row]) bool { return c.Key })
	}
	if len(columns) == 0 {
		columns = t[:1]
	}
	names := strings.ReplaceAll(strings.Join(columns.Names(), " or "), "_", " ")
	var p pattern
	cmd.Flags().Var(&p, "match", fmt.Sprintf("only rows whose %s matches this `regexp`", names))
	cli.CompleteFlag(cmd, "match")
	keep := &cli.Filter[output.Row]{A: a, Cmd: cmd, Things: "rows"}
	keep.By("match", "names", func(row output.Row) cli.Ruling {
		ruling := cli.CannotTell
		for _, c := range columns {
			switch text := c.Cell(row).String(); {
			case text == "":
			case p.re.MatchString(text):
				return cli.KeepRow
			default:
				ruling = cli.DropRow
			}
		}
		return ruling
	})
	return keep
}

func marked(t output.Table[output.Row], is func(output.Column[output.Row]) bool) output.Table[output.Row] {
	return slices.DeleteFunc(slices.Clone(t), func(c output.Column[output.Row]) bool { return !is(c) })
}
