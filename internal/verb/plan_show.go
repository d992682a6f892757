package verb

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/output"
	"github.com/hubctl/hubctl/internal/seq"
	"github.com/hubctl/hubctl/internal/terminal"
)

// owner returns the owner of the things that all steps act on, or "" if there are
// several or the titles include it.
func (e planRun[S]) owner(steps []S) string {
	owner := organization(steps[0])
	for _, s := range steps {
		if organization(s) != owner || strings.HasPrefix(title(s), owner+"/") {
			return ""
		}
	}
	if _, ok := any(steps[0]).(fmt.Stringer); ok && owner == "" { // an identifier and a name
		return e.a.User()
	}
	return owner
}

// organization returns the organization of a step, or "".
func organization[S PlanStep](s S) string {
	if in, ok := any(s).(interface{ Organization() string }); ok {
		return in.Organization()
	}
	return ""
}

// title returns the name of a step for display.
func title[S PlanStep](s S) string {
	if named, ok := any(s).(fmt.Stringer); ok {
		return named.String()
	}
	return s.Key()
}

// named returns the title of a step, with its noun.
func (e planRun[S]) named(s S) string {
	if e.phrased {
		return title(s)
	}
	return cli.Title(e.cmd, title(s))
}

func Acting[S PlanStep](steps []S) []S {
	var all []S
	for _, s := range steps {
		if s.Acts() {
			all = append(all, s)
		}
	}
	return all
}

// gerund returns a form such as "Deleting" for "Delete".
func gerund(verb string) string {
	first, rest, _ := strings.Cut(verb, " ")
	return strings.TrimSpace(strings.TrimSuffix(first, "e") + "ing " + rest)
}

// summary returns a text such as "delete 3 of 46 tags".
func (e planRun[S]) summary(steps []S) string {
	n := len(Acting(steps))
	text := strings.ToLower(e.p.Verb) + " "
	if n < len(steps) {
		text += fmt.Sprintf("%d of ", n)
	}
	text += cli.Amount(len(steps), e.p.Things)
	if e.p.About != nil {
		if about := e.p.About(Acting(steps)); about != "" {
			text += ", " + about
		}
	}
	return text
}

// rows returns the rows of a printed plan. With -q, they are only the things that
// would change, without duplicates.
func (e planRun[S]) rows(steps []S) iter.Seq2[S, error] {
	if e.a.Flags.Quiet {
		steps = Acting(steps)
		if e.p.Whose != nil {
			steps = firsts(steps, e.p.Whose)
		}
	}
	return seq.Of(steps)
}

// firsts returns the first value of each key.
func firsts[T any](all []T, key func(T) string) []T {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool {
		before := seen[key(v)]
		seen[key(v)] = true
		return before
	})
}

// shown is the number of steps shown before a question.
const shown = 20

// agree shows steps on a terminal and asks whether to go ahead.
func (e planRun[S]) agree(ctx context.Context, what, verb string, steps []S) error {
	if !e.a.Flags.Yes && terminal.IsTerminal(e.a.IO.In) {
		if err := e.show(what, steps); err != nil {
			return err
		}
	}
	o := cli.Operation{Verb: verb, Noun: e.p.Things, Owner: e.owner(steps), Items: make([]string, len(steps))}
	for i, s := range steps {
		o.Items[i] = title(s)
	}
	return e.a.Confirm(ctx, e.a.Question(o))
}

// show prints steps before a question.
func (e planRun[S]) show(what string, steps []S) error {
	o := e.a.Options()
	o = output.Options{
		Format: "table", Terminal: terminal.IsTerminal(e.a.IO.Err), Width: o.Width,
		Color: e.a.Color(e.a.IO.Err), Now: o.Now,
	}
	printer, err := e.p.Table.Printer(e.a.IO.Err, o)
	if err != nil {
		return err
	}
	if err := printer.Rows(seq.Of(steps[:min(len(steps), shown)])); err != nil {
		return err
	}
	if more := len(steps) - shown; more > 0 {
		e.a.Warn("and %d more; --dry-run shows all", more)
	}
	e.a.Warn("%s: %s", what, e.summary(steps))
	return nil
}
