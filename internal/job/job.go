package job

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"
)

// Options say how jobs are kept and when they stop.
type Options struct {
	Dir string // the folder of unfinished jobs
	// Stop says after how many failures like err in a row the job stops, with
	// what is left not tried; 0 = it goes on. Nil = it always goes on.
	MaxFailures func(err error) int
	// Unsure reports whether a step that failed with err may be done all the same;
	// nil = it never is.
	Ambiguous func(err error) bool
	// Concurrency is the maximum number of steps that run at a time; 0 means 1.
	Concurrency int
	// Point is called at each point where a process may die, for tests; nil = nothing.
	Failpoint func(name string)
}

func (o Options) failpoint(name string) {
	if o.Failpoint != nil {
		o.Failpoint(name)
	}
}

// A Job is a plan that is being carried out. Its file holds the plan in the
// first line, and then a line for each step that was begun or has ended; it is
// gone when all is done.
type Job[S Step] struct {
	Plan[S]
	o     Options
	file  *os.File
	lock  *flock.Flock
	mu    sync.Mutex // guards size, ended and writing to the file
	size  int64      // of what is whole in the file
	ended map[string]bool
	past  map[string]Progress
}

// A Progress is what earlier runs tell of a step that has not ended.
type Progress struct {
	Begun bool            // by a run that did not live to tell how it ended: it may be done
	Data  json.RawMessage // what Keep kept last
}

// A record is a line of a job's file.
type record struct {
	Key   string          `json:"key"`
	State string          `json:"state"`
	Error string          `json:"error,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// The values of record.State.
const (
	begun   = "begun"
	kept    = "kept"
	refused = "refused"
	done    = "done"
	failed  = "failed"
)

// ErrBusy is a job that another process is at.
var ErrBusy = errors.New("another process is at it")

// Start begins a job. Close it in the end.
func Start[S Step](o Options, p Plan[S]) (*Job[S], error) {
	p.Version = version
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	line, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	// The name holds no plan until the first line is whole.
	path := filepath.Join(o.Dir,
		prefix(p.Kind)+p.Made.UTC().Format("20060102T150405")+"-"+strings.ToLower(rand.Text()[:8])+suffix)
	tmp, err := os.OpenFile(path+".new", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = tmp.Write(append(line, '\n'))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		_ = os.Remove(path + ".new")
		return nil, err
	}
	o.failpoint("started")
	return open[S](o, path)
}

const suffix = ".job"

func prefix(kind string) string { return strings.ReplaceAll(kind, " ", "-") + "-" }

func open[S Step](o Options, path string) (*Job[S], error) {
	j := &Job[S]{o: o, ended: map[string]bool{}, past: map[string]Progress{}, lock: flock.New(path + ".lock")}
	held, err := j.lock.TryLock()
	if err == nil && !held {
		err = ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if j.file, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0); err == nil {
		err = j.read()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_ = j.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	case err != nil:
		_ = j.Close()
		return nil, &damagedError[S]{Damaged[S]{j, path, err}}
	}
	return j, nil
}

// read takes in the file. A last line that is not whole is what a process died
// at, and is cut off. Of a file that is damaged further up, all that can be read
// is taken in, and nothing is cut off.
func (j *Job[S]) read() error {
	r := bufio.NewReader(j.file)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return errors.New("unexpected end of the first line")
	}
	if j.Plan, err = decode[S](line, ""); err != nil {
		return err
	}
	j.size = int64(len(line))
	var damage error
	for at := 2; ; at++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if damage == nil {
				damage = j.file.Truncate(j.size)
			}
			return damage
		}
		if err != nil {
			return err
		}
		j.size += int64(len(line))
		var n record
		if err := json.Unmarshal(bytes.TrimSpace(line), &n); err != nil {
			damage = cmp.Or(damage, fmt.Errorf("line %d: %w", at, err))
			continue
		}
		switch n.State {
		case begun:
			j.past[n.Key] = Progress{true, j.past[n.Key].Data}
		case kept:
			j.past[n.Key] = Progress{true, n.Data}
		case refused: // it did not happen
			j.past[n.Key] = Progress{false, j.past[n.Key].Data}
		case done, failed:
			j.ended[n.Key] = true
		}
	}
}

func (j *Job[S]) write(n record) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err = j.file.Write(b); err != nil {
		_ = j.file.Truncate(j.size) // of half a line, which the next one would make a damaged one
		return fmt.Errorf("cannot write the job file: %w", err)
	}
	j.size += int64(len(b))
	if n.State == done || n.State == failed {
		j.ended[n.Key] = true
	}
	return j.file.Sync()
}

// Left are the steps that have not ended.
func (j *Job[S]) Left() []S {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.Steps), func(s S) bool { return j.ended[s.Key()] })
}

// Past is what earlier runs tell of a step.
func (j *Job[S]) Past(s S) Progress { return j.past[s.Key()] }

// Path is the job's file.
func (j *Job[S]) Path() string { return j.file.Name() }

// Keep notes something of a step under way, for the run that goes on if this
// one dies.
func (j *Job[S]) Keep(s S, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if err := j.write(record{Key: s.Key(), State: kept, Data: b}); err != nil {
		return err
	}
	j.o.failpoint("kept " + s.Key() + " " + string(b))
	return nil
}

// Discard forgets what is left of the job. Close it all the same.
func (j *Job[S]) Discard() error { return j.remove() }

func (j *Job[S]) remove() error {
	path := j.file.Name()
	err := j.file.Close() // Windows removes no open file
	j.file = nil
	return errors.Join(err, os.Remove(path))
}

// Close lets go of the job. What is left of it stays for a later run.
func (j *Job[S]) Close() error {
	var err error
	if j.file != nil {
		err = j.file.Close()
		return errors.Join(err, j.lock.Close())
	}
	path := j.lock.Path()
	err = j.lock.Close()
	_ = os.Remove(path) // nobody waits for the lock of a job that is gone
	return err
}
