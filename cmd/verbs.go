package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/output"
)

// The functions here finish a command: the caller declares what is particular
// to it (use, help, example, arguments, flags) and these add what every command
// of the kind has.

// verbAliases are other names that a verb may be called by.
var verbAliases = map[string][]string{
	"list": {"ls"}, "get": {"show", "inspect"}, "patch": {"update", "edit"}, "delete": {"remove", "rm"}, "remove": {"delete", "rm"},
}

// group is a noun: a command that only holds its verbs. Its singular is an
// alias. Verbs that the command line cannot mean are not made.
func group(a *app, use, short string, verbs ...func(*app) *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 { // left alone, cobra would print help and succeed
			return unknownCommand(cmd, args[0])
		}
		return cmd.Help()
	}}
	if singular, ok := strings.CutSuffix(use, "s"); ok {
		cmd.Aliases = []string{singular}
	}
	cmd.SuggestionsMinimumDistance = 2
	if !a.mayMean(cmd) {
		return cmd
	}
	for _, verb := range verbs {
		v := verb(a)
		v.Aliases = append(v.Aliases, verbAliases[v.Name()]...)
		cmd.AddCommand(v)
	}
	return cmd
}

// mayMean reports whether the command line may name a noun, wherever in it.
func (a *app) mayMean(noun *cobra.Command) bool {
	return a.words == nil || slices.ContainsFunc(a.words, func(word string) bool {
		return word == noun.Name() || noun.HasAlias(word)
	})
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return errors.New(text)
}

// local gives cmd its action. It is the one RunE of every command, so an error
// from before a.started is the command line's fault.
func (a *app) local(cmd *cobra.Command, action func(context.Context, []string) error) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.NoArgs // cobra's own default is to take anything
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.begin(cmd); err != nil {
			return err
		}
		a.started = true
		if cmd.Annotations[offlineKey] == "" {
			a.listen()
		}
		if cmd.Annotations[columnsKey] == "" && (len(a.flags.columns) > 0 || a.flags.sort != "" || a.flags.noHeaders) {
			return usageError{fmt.Errorf("%q prints no columns", cmd.CommandPath())}
		}
		return action(cmd.Context(), args)
	}
	return cmd
}

// run is local for a command that calls the API.
func (a *app) run(cmd *cobra.Command, action func(context.Context, *dockerhub.Client, []string) error) *cobra.Command {
	return a.local(cmd, func(ctx context.Context, args []string) error {
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		return action(ctx, c, args)
	})
}

// offline marks a command that calls nobody: it gets a nil client.
func offline(cmd *cobra.Command) *cobra.Command {
	annotate(cmd, offlineKey, "yes")
	return cmd
}

const offlineKey = "offline"

func annotate(cmd *cobra.Command, key, value string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[key] = value
}

func (a *app) client(ctx context.Context, cmd *cobra.Command) (*dockerhub.Client, error) {
	if cmd.Annotations[offlineKey] != "" {
		return nil, nil
	}
	o, err := a.openFor(ctx, cmd)
	if err != nil {
		return nil, err
	}
	return o.client, nil
}

// openFor is open, or openSCIM for a command that is SCIM's.
func (a *app) openFor(ctx context.Context, cmd *cobra.Command) (*opened, error) {
	if cmd.Annotations[scimKey] != "" {
		return a.openSCIM()
	}
	return a.open(ctx)
}

// columnsKey is the annotation that holds a command's columns, for completion,
// help and the check that it has any.
const columnsKey = "columns"

func printing(cmd *cobra.Command, columns []string) {
	annotate(cmd, columnsKey, strings.Join(columns, ", "))
}

// limited marks a listing that is long by nature: unless --limit says otherwise
// it stops after n rows, and says so.
func limited(cmd *cobra.Command, n int) *cobra.Command {
	annotate(cmd, limitKey, strconv.Itoa(n))
	cmd.Long = fmt.Sprintf("%s\nIt stops after %d rows. --limit sets another number, and 0 is all.", cmp.Or(cmd.Long, cmd.Short+"."), n)
	return cmd
}

const limitKey = "limit"

// standardLimit is where cmd stops because nobody said where; 0 = nowhere.
func standardLimit(cmd *cobra.Command) int {
	if cmd.Flags().Changed("limit") {
		return 0
	}
	n, _ := strconv.Atoi(cmd.Annotations[limitKey]) // "" = 0
	return n
}

// list finishes a command that prints rows.
func list[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error]) *cobra.Command {
	return report(a, cmd, t, rows, func(int) error { return nil })
}

// report finishes a command that prints rows and is a check as well: found says
// what it means that there are n of them.
func report[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client, []string) iter.Seq2[T, error], found func(n int) error) *cobra.Command {
	printing(cmd, t.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		o, standard := a.options(), standardLimit(cmd)
		o.Limit = cmp.Or(standard, o.Limit)
		p, err := t.Printer(a.out, o)
		if err != nil {
			return usageError{err} // before the API is asked for anything
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		if o.Sort == "" { // a sort needs all rows
			ctx = dockerhub.AtMost(ctx, o.Limit)
		}
		n := 0
		err = p.Rows(only(func(T) bool { n++; return true }, rows(ctx, c, args)))
		if err == nil && standard > 0 && n >= standard {
			a.notice("stopped after %d rows: there may be more, which --limit N shows, or --limit 0 for all", standard)
		}
		if errors.Is(err, dockerhub.ErrDryRun) {
			return nil // a listing that has to be asked for with a POST
		}
		return cmp.Or(err, found(n))
	})
}

// one finishes a command that prints the single value it gets, makes or
// changes. A value that comes with a checkError is printed, too.
func one[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error)) *cobra.Command {
	return oneThen(a, cmd, t, get, func(T) error { return nil })
}

// whole is one for a value that has parts: below its own lines the table has a
// row for each of them, unless columns were chosen.
func whole[T, P output.Row](a *app, cmd *cobra.Command, t output.Table[T], parts output.Table[P], of func(T) []P, get func(context.Context, *dockerhub.Client, []string) (T, error)) *cobra.Command {
	return oneThen(a, cmd, t, get, func(v T) error {
		o, rows := a.options(), of(v)
		if !o.IsTable() || len(o.Columns) > 0 || len(rows) == 0 {
			return nil
		}
		o.Sort, o.Limit, o.Width = "", 0, 0 // those of listings; nothing of a single value is cut
		p, err := parts.Printer(a.out, o)
		if err != nil {
			return err
		}
		if err := a.print("\n"); err != nil {
			return err
		}
		return p.Rows(values(rows))
	})
}

func oneThen[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], get func(context.Context, *dockerhub.Client, []string) (T, error), then func(T) error) *cobra.Command {
	printing(cmd, t.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := t.Printer(a.out, a.options())
		if err != nil {
			return usageError{err}
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		v, err := get(ctx, c, args)
		if errors.Is(err, dockerhub.ErrDryRun) || err == nil && v.JSON() == nil {
			return nil // nothing was sent, or nothing came back
		}
		if _, found := errors.AsType[checkError](err); err != nil && !found {
			return err
		}
		if err := p.One(v); err != nil {
			return err
		}
		return cmp.Or(then(v), err)
	})
}

// listOrOne finishes a command that prints all rows, or the one that its
// argument names.
func listOrOne[T output.Row](a *app, cmd *cobra.Command, t output.Table[T], rows func(context.Context, *dockerhub.Client) iter.Seq2[T, error], get func(context.Context, *dockerhub.Client, string) (T, error)) *cobra.Command {
	cmd.Args = cobra.MaximumNArgs(1)
	printing(cmd, t.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := t.Printer(a.out, a.options())
		if err != nil {
			return usageError{err}
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		if len(args) == 0 {
			return p.Rows(rows(ctx, c))
		}
		v, err := get(ctx, c, args[0])
		if err != nil {
			return err
		}
		return p.One(v)
	})
}

// An errand is the same thing done to several things, one after the other.
type errand[K comparable] struct {
	verb, done string                                          // of the question and of the notices, such as "Delete" and "deleted"
	ask        bool                                            // before it begins; for what destroys something
	question   func(ctx context.Context, items []string) error // asks instead of the usual question; nil = that one
	fixed      int                                             // how many arguments come before those that name the things
	org        bool                                            // the things are an organization's, whose name comes before the fixed arguments
	check      func(fixed []string) error                      // refuses those before anything is asked or sent, or makes them whole; nil = any will do
	parse      func(string) (K, error)
	do         func(ctx context.Context, c *dockerhub.Client, fixed []string, item K) error
}

// remove finishes a command that deletes what its arguments name, each on its
// own, after asking. It refuses a bad argument before it sends anything, goes
// on past a failure, and reports them all.
func remove[K comparable](a *app, cmd *cobra.Command, parse func(string) (K, error), del func(context.Context, *dockerhub.Client, K) error) *cobra.Command {
	return bulk(a, cmd, errand[K]{verb: "Delete", done: "deleted", ask: true, parse: parse, do: func(ctx context.Context, c *dockerhub.Client, _ []string, item K) error {
		return del(ctx, c, item)
	}})
}

// An outcome is what became of one of several things.
type outcome struct {
	id, done string
	err      error
}

// JSON has the field done, such as "deleted", and an error if there was one.
func (o outcome) JSON() json.RawMessage {
	text := fmt.Sprintf(`{"id":%s,%s:%t`, mustJSON(o.id), mustJSON(o.done), o.err == nil)
	if o.err != nil {
		text += `,"error":` + string(mustJSON(o.err.Error()))
	}
	return json.RawMessage(text + "}")
}

func outcomeTable(done string) output.Table[outcome] {
	return output.Table[outcome]{
		{Name: "id", Key: true, Cell: func(o outcome) output.Value { return output.Text(o.id) }},
		{Name: done, Cell: func(o outcome) output.Value { return output.Bool(o.err == nil) }},
		{Name: "error", Cell: func(o outcome) output.Value {
			if o.err == nil {
				return output.Unknown()
			}
			return output.Text(o.err.Error())
		}},
	}
}

// bulk finishes a command that runs an errand. Its arguments are those that are
// fixed, and then the things, where - stands for the lines of standard input.
func bulk[K comparable](a *app, cmd *cobra.Command, e errand[K]) *cobra.Command {
	if cmd.Args == nil {
		cmd.Args = cobra.MinimumNArgs(e.fixed + 1)
	}
	table := outcomeTable(e.done)
	printing(cmd, table.Names())
	return a.local(cmd, func(ctx context.Context, args []string) error {
		p, err := table.Printer(a.out, a.options())
		if err != nil {
			return usageError{err}
		}
		c, err := a.client(ctx, cmd)
		if err != nil {
			return err
		}
		fixed := slices.Clone(args[:e.fixed])
		if e.org {
			org, err := a.org()
			if err != nil {
				return err
			}
			fixed = slices.Insert(fixed, 0, org)
		}
		if e.check != nil {
			if err := e.check(fixed); err != nil {
				return err
			}
		}
		items, err := identifiers(ctx, a, args[e.fixed:], e.parse)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			a.notice("nothing to do: no %s", cmd.Parent().Name())
			return p.Rows(values([]outcome(nil)))
		}
		if err := e.confirm(ctx, a, cmd, fixed, items); err != nil {
			return err
		}
		results, err := each(ctx, a, e.done, items, func(item K) error { return e.do(ctx, c, fixed, item) })
		if a.flags.dryRun || a.options().IsTable() {
			return err
		}
		if printErr := p.Rows(values(results)); printErr != nil && err == nil {
			return printErr
		}
		return err
	})
}

// confirm asks before an errand that destroys something.
func (e errand[K]) confirm(ctx context.Context, a *app, cmd *cobra.Command, fixed []string, items []named[K]) error {
	if !e.ask {
		return nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.id
	}
	if e.question != nil && !a.flags.yes && !a.flags.dryRun && isTerminal(a.in) {
		return e.question(ctx, ids)
	}
	return a.confirm(ctx, a.question(e.verb, cmd.Parent().Name(), fixed, ids))
}

// question names what is to be done, the number of things and the first of
// them, the account and the host.
func (a *app) question(verb, noun string, fixed, ids []string) string {
	first := strings.Join(ids[:min(3, len(ids))], ", ")
	if len(ids) > 3 {
		first += ", …"
	}
	if len(ids) == 1 {
		noun = strings.TrimSuffix(noun, "s")
	}
	what := fmt.Sprintf("%s %d %s", verb, len(ids), noun)
	switch {
	case a.opened == nil:
		return fmt.Sprintf("%s (%s)?", what, first)
	case len(fixed) > 0:
		return fmt.Sprintf("%s of %s, as %s on %s (%s)?", what, strings.Join(fixed, " "), a.who(), a.host(), first)
	}
	return fmt.Sprintf("%s of %s on %s (%s)?", what, a.who(), a.host(), first)
}

// each does something to every item, until the context ends.
func each[K comparable](ctx context.Context, a *app, done string, items []named[K], do func(K) error) ([]outcome, error) {
	var results []outcome
	var bulk bulkError
	for _, item := range items {
		err := ctx.Err()
		if err == nil {
			err = do(item.value)
		} else {
			err = fmt.Errorf("not tried: %w", err)
		}
		switch {
		case errors.Is(err, dockerhub.ErrDryRun):
		case err != nil:
			bulk.failed = append(bulk.failed, itemError{item.id, err})
			results = append(results, outcome{item.id, done, err})
		default:
			bulk.done++
			results = append(results, outcome{id: item.id, done: done})
			a.notice("%s %s", done, item.id)
		}
	}
	if len(bulk.failed) > 0 {
		return results, &bulk
	}
	return results, nil
}

func values[T any](vs []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range vs {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// failure is a listing that has no rows, for a reason.
func failure[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) { yield(*new(T), err) }
}

// listed are the rows of a listing that comes in one piece.
func listed[T any](vs []T, err error) iter.Seq2[T, error] {
	if err != nil {
		return failure[T](err)
	}
	return values(vs)
}

// A named is a value and what the user called it.
type named[K any] struct {
	id    string
	value K
}

// identifiers are args, with "-" standing for the lines of standard input,
// each parsed, and each value once.
func identifiers[K comparable](ctx context.Context, a *app, args []string, parse func(string) (K, error)) ([]named[K], error) {
	var items []named[K]
	seen := map[K]bool{}
	for _, arg := range args {
		lines := []string{arg}
		if arg == "-" {
			var err error
			if lines, err = a.readLines(ctx); err != nil {
				return nil, err
			}
		}
		for _, id := range lines {
			value, err := parse(id)
			if err != nil {
				return nil, err
			}
			if !seen[value] {
				seen[value] = true
				items = append(items, named[K]{id, value})
			}
		}
	}
	return items, nil
}

// ifMissing is create, or what get finds if create is refused because the thing
// exists already and that is all right.
func ifMissing[T any](a *app, wanted bool, create, get func() (T, error)) (T, error) {
	v, err := create()
	if !wanted || !errors.Is(err, dockerhub.ErrConflict) && !errors.Is(err, dockerhub.ErrInvalid) {
		return v, err
	}
	if found, getErr := get(); getErr == nil {
		a.notice("it exists already, and was left as it is")
		return found, nil
	}
	return v, err // the refusal had another reason
}

// changed is a pointer to v if the user gave the flag, and nil otherwise: what
// a PATCH field wants.
func changed[T any](cmd *cobra.Command, flag string, v *T) *T {
	if !cmd.Flags().Changed(flag) {
		return nil
	}
	return v
}

func mustJSON(v any) json.RawMessage {
	b, err := hub.Encode(v)
	must(err)
	return b
}
