package verb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/hubctl/hubctl/dockerhub"
	"github.com/hubctl/hubctl/internal/cli"
	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/job"
)

// Names looks up things with a generated identifier by their names.
type Names[T any] struct {
	Kind string // noun, such as "token"
	Noun string // as in Things
	In   Place  // as in Things
	List func(ctx context.Context, c *dockerhub.Client, fixed []string) iter.Seq2[T, error]
	ID   func(T) string
	Name func(T) string
	// IsID reports whether a word has the form of an identifier; nil = IsUUID. Such a
	// word is never treated as a name.
	IsID func(string) bool
	// Prefer chooses between things with the same name, if it holds for only one of
	// them; may be nil.
	Prefer func(T) bool
}

// Things returns the things, completed with their names.
func (n Names[T]) Things() Things[T] {
	return Things[T]{Noun: n.Noun, In: n.In, List: n.List, Candidate: func(v T) (value, about string) {
		return n.Name(v), n.ID(v)
	}}
}

// Targets returns targets that are named by identifier or name.
func (n Names[T]) Targets() Targets[string] {
	return Targets[string]{Parse: ParseName, Resolve: n.Resolve}
}

// Resolve is a Resolver. It lists things only if an item does not look like an
// identifier. An ambiguous name is a usage error; a name without a match is an
// error of its item.
func (n Names[T]) Resolve(ctx context.Context, c *dockerhub.Client, fixed []string, items []Named[string]) error {
	isID := n.IsID
	if isID == nil {
		isID = IsUUID
	}
	if !slices.ContainsFunc(items, func(item Named[string]) bool { return !isID(item.Value) }) {
		return nil
	}
	wanted := map[string]bool{}
	for _, item := range items {
		wanted[item.Value] = true
	}
	byName, names := map[string][]T{}, map[string]string{}
	for v, err := range n.List(ctx, c, fixed) {
		if err != nil {
			return err
		}
		id, name := n.ID(v), n.Name(v)
		if wanted[id] {
			names[id] = name
		}
		if wanted[name] {
			byName[name] = append(byName[name], v)
		}
	}
	var ambiguous []error
	for i, item := range items {
		name, exact := names[item.Value]
		if exact || isID(item.Value) {
			items[i].Name = name
			continue
		}
		switch found := n.preferred(byName[item.Value]); len(found) {
		case 0:
			items[i].Err = missingError(n.Kind)
		case 1:
			id := n.ID(found[0])
			items[i] = Named[string]{ID: id, Value: id, Name: item.Value}
		default:
			ambiguous = append(ambiguous, n.ambiguous(item.Value, found))
		}
	}
	if len(ambiguous) > 0 {
		return cli.NewUsageError(errors.Join(ambiguous...))
	}
	return nil
}

// One resolves a single word.
func (n Names[T]) One(ctx context.Context, c *dockerhub.Client, fixed []string, word string) (id string, err error) {
	if _, err := ParseName(word); err != nil {
		return "", err
	}
	items := []Named[string]{{ID: word, Value: word}}
	if err := n.Resolve(ctx, c, fixed, items); err != nil {
		return "", err
	}
	if err := items[0].Err; err != nil {
		return "", job.ItemError{ID: word, Err: err}
	}
	return items[0].Value, nil
}

// preferred returns the values in found for which Prefer holds.
func (n Names[T]) preferred(found []T) []T {
	if len(found) < 2 || n.Prefer == nil {
		return found
	}
	best := slices.DeleteFunc(slices.Clone(found), func(v T) bool { return !n.Prefer(v) })
	if len(best) != 1 {
		return found
	}
	return best
}

func (n Names[T]) ambiguous(name string, found []T) error {
	ids := make([]string, len(found))
	for i, v := range found {
		ids[i] = n.ID(v)
	}
	return fmt.Errorf("%d %ss are named %q: use an identifier: %s", len(found), n.Kind, name, strings.Join(ids, ", "))
}

// A missingError is the noun of a thing that does not exist.
type missingError string

func (e missingError) Error() string { return "no such " + string(e) }

func (missingError) Unwrap() error { return dockerhub.ErrNotFound }

// ParseName accepts a name or an identifier. Unlike a path segment, a name may
// contain a slash.
func ParseName(s string) (string, error) {
	if s == "." || s == ".." || strings.ContainsFunc(s, unicode.IsControl) {
		return hub.Segment(s)
	}
	return s, nil
}

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
})

// IsUUID reports whether s has the form of a UUID.
func IsUUID(s string) bool { return uuid().MatchString(s) }
