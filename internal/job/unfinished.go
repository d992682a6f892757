package job

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Leftovers are what earlier runs have left of a command.
type Leftovers[S Step] struct {
	Paths   []string     // of jobs that Resume takes up, the oldest first
	Busy    int          // how many more another process is at
	Damaged []Damaged[S] // files that hold no whole job
}

// Unfinished finds the jobs that were left of want's kind, server and user. A
// file that is damaged is among them unless it says whose it is.
func Unfinished[S Step](o Options, want Plan[S]) (left Leftovers[S], err error) {
	paths, err := filepath.Glob(filepath.Join(o.Dir, prefix(want.Kind)+"*"+suffix))
	if err != nil {
		return left, err
	}
	slices.Sort(paths)
	for _, path := range paths {
		j, err := open[S](o, path)
		damaged, broken := errors.AsType[*damagedError[S]](err)
		switch {
		case errors.Is(err, ErrBusy):
			if p, err := planOf[S](path); err == nil && p.fits(want) == nil {
				left.Busy++
			}
			continue
		case errors.Is(err, fs.ErrNotExist): // another process has just ended it
			continue
		case broken:
			if damaged.Kind == "" || damaged.fits(want) == nil {
				left.Damaged = append(left.Damaged, damaged.Damaged)
			}
			continue
		case err != nil:
			return left, err
		case j.fits(want) == nil:
			left.Paths = append(left.Paths, path)
		}
		if err := j.Close(); err != nil {
			return left, err
		}
	}
	return left, nil
}

// planOf is the plan in a job's file, which another process may be at.
func planOf[S Step](path string) (Plan[S], error) {
	f, err := os.Open(path)
	if err != nil {
		return Plan[S]{}, err
	}
	defer func() { _ = f.Close() }()
	line, err := bufio.NewReader(f).ReadBytes('\n')
	if err != nil {
		return Plan[S]{}, err
	}
	return decode[S](line, "")
}

// Resume takes up a job that Unfinished has found.
func Resume[S Step](o Options, path string) (*Job[S], error) { return open[S](o, path) }

// Others calls do for each other unfinished job of this one's kind, server and
// user that no other process is at.
func (j *Job[S]) Others(do func(*Job[S]) error) error {
	left, err := Unfinished(j.o, j.Plan)
	for _, path := range left.Paths {
		other, openErr := open[S](j.o, path)
		switch {
		case errors.Is(openErr, ErrBusy):
		case openErr != nil:
			err = errors.Join(err, openErr)
		default:
			err = errors.Join(err, do(other), other.Close())
		}
	}
	return err
}

// Damaged is a job whose file cannot be read, or not all of it. It is never
// taken up: a step that it calls unfinished may have been done.
type Damaged[S Step] struct {
	*Job[S] // what can be read of it, closed; its Kind is "" if that is nothing
	Path    string
	Err     error // what is wrong with the file
}

// damagedError is the error of opening such a file.
type damagedError[S Step] struct{ Damaged[S] }

func (e *damagedError[S]) Error() string {
	return fmt.Sprintf("%s is damaged: %v", e.Path, e.Err)
}
func (e *damagedError[S]) Unwrap() error { return e.Err }

// SetAside renames the file, so that no run meets it again, and returns its new
// name. Nothing in it is lost.
func (d Damaged[S]) SetAside() (string, error) {
	aside := d.Path + ".damaged"
	if err := os.Rename(d.Path, aside); err != nil {
		return "", err
	}
	_ = os.Remove(d.Path + ".lock")
	return aside, os.Chmod(aside, 0o600)
}
