package verb

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/records"
)

// Targets describes how a command's arguments name the things that it acts on: the
// fixed arguments come first, then the things, where - stands for the lines of
// standard input.
type Targets[K comparable] struct {
	Fixed int // number of arguments before the things
	// Org puts the organization before the fixed arguments.
	Org bool
	// Check completes or refuses the fixed arguments before anything is sent; may be nil.
	Check func(fixed []string) error
	// Columns are the columns of the records that - reads. The first one names the
	// thing; nil = lines.
	Columns []records.Column
	Parse   func(string) (K, error)
	// Resolve replaces names with identifiers; nil = there are no names. See Names.
	Resolve Resolver[K]
}

// A Resolver fills in the identifier or error of each item.
type Resolver[K comparable] func(ctx context.Context, c *dockerhub.Client, fixed []string, items []Named[K]) error

// Segments returns targets named by a path segment, such as a user name.
func Segments() Targets[string] { return Targets[string]{Parse: hub.Segment} }

func (t Targets[K]) declare(cmd *cobra.Command) {
	if cmd.Args == nil {
		cmd.Args = cli.MinimumNArgs(t.Fixed + 1)
	}
}

// read parses the arguments. It sends nothing.
func (t Targets[K]) read(ctx context.Context, a *cli.App, args []string) (fixed []string, items []Named[K], err error) {
	fixed = slices.Clone(args[:t.Fixed])
	if t.Org {
		org, err := a.Org()
		if err != nil {
			return nil, nil, err
		}
		fixed = slices.Insert(fixed, 0, org)
	}
	if t.Check != nil {
		if err := t.Check(fixed); err != nil {
			return nil, nil, err
		}
	}
	items, err = identified(args[t.Fixed:],
		func() ([]string, error) { return readIdentifiers(ctx, a, t.Columns) }, t.Parse)
	return fixed, items, err
}

// ResolveAll replaces names with identifiers, and removes duplicates.
func (t Targets[K]) ResolveAll(
	ctx context.Context, c *dockerhub.Client, fixed []string, items []Named[K],
) ([]Named[K], error) {
	if t.Resolve == nil {
		return items, nil
	}
	if err := t.Resolve(ctx, c, fixed, items); err != nil {
		return nil, err
	}
	seen := map[K]bool{}
	return slices.DeleteFunc(items, func(item Named[K]) bool {
		twice := seen[item.Value]
		seen[item.Value] = item.Err == nil
		return twice && item.Err == nil
	}), nil
}
