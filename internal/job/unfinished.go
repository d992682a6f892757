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

// Leftovers are the unfinished jobs of a command.
type Leftovers[S Step] struct {
	Paths   []string     // jobs that Resume continues, oldest first
	Busy    int          // number of jobs that other processes are running
	Damaged []Damaged[S] // damaged job files
}

// Unfinished finds unfinished jobs of want's kind, server and user. It includes a
// damaged file unless the file says that it belongs to another.
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
		case errors.Is(err, fs.ErrNotExist): // another process has just finished it
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

// planOf reads the plan in a job's file, which another process may be using.
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

// Resume opens a job that Unfinished has found.
func Resume[S Step](o Options, path string) (*Job[S], error) { return open[S](o, path) }

// Others calls do for each other unfinished job of the same kind, server and user
// that no process is running.
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

// Damaged is a job whose file cannot be read completely. It is never resumed: a
// step recorded as unfinished may have been done.
type Damaged[S Step] struct {
	*Job[S] // the readable part, closed; its Kind is "" if nothing is readable
	Path    string
	Err     error // the reason
}

// damagedError is the error of opening a damaged file.
type damagedError[S Step] struct{ Damaged[S] }

func (e *damagedError[S]) Error() string {
	return fmt.Sprintf("%s is damaged: %v", e.Path, e.Err)
}
func (e *damagedError[S]) Unwrap() error { return e.Err }

// SetAside renames the file, so that it is no longer found, and returns the new
// name. It keeps the content.
func (d Damaged[S]) SetAside() (string, error) {
	aside := d.Path + ".damaged"
	if err := os.Rename(d.Path, aside); err != nil {
		return "", err
	}
	_ = os.Remove(d.Path + ".lock")
	return aside, os.Chmod(aside, 0o600)
}
