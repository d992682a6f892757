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

// Options configure where jobs are stored and when they stop.
type Options struct {
	Dir string // folder for unfinished jobs
	// MaxFailures returns the number of failures like err in a row after which the job
	// stops and skips the remaining steps; 0 = never. Nil = never.
	MaxFailures func(err error) int
	// Ambiguous reports whether a step that failed with err may have been done
	// anyway; nil = never.
	Ambiguous func(err error) bool
	// Concurrency is the maximum number of steps that run at a time; 0 means 1.
	Concurrency int
	// Failpoint is called at each point where a process may die, for tests; nil = not called.
	Failpoint func(name string)
}

func (o Options) failpoint(name string) {
	if o.Failpoint != nil {
		o.Failpoint(name)
	}
}

// A Job is a plan being run. The first line of its file holds the plan; a line is
// added whenever a step begins or ends. The file is removed when all steps are done.
type Job[S Step] struct {
	Plan[S]
	o     Options
	file  *os.File
	lock  *flock.Flock
	mu    sync.Mutex      // guards size, ended and writing to the file
	size  int64           // size of the valid part of the file
	ended map[string]bool // true = it failed
	past  map[string]Progress
}

// A Progress is the state of an unfinished step, as recorded by earlier runs.
type Progress struct {
	Begun bool            // begun by a run that died: it may be done
	Data  json.RawMessage // last value passed to Keep
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

// ErrBusy means that another process is running the job.
var ErrBusy = errors.New("another process is running it")

// Start begins a job. The caller must close it.
func Start[S Step](o Options, p Plan[S]) (*Job[S], error) {
	p.Version = version
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	line, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	// The name is not a job file's until the first line is complete.
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

// read reads the file. It removes an incomplete last line, which a process was
// writing when it died. If an earlier line is damaged, it reads all valid lines and
// removes nothing.
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
		case refused: // it was not done
			j.past[n.Key] = Progress{false, j.past[n.Key].Data}
		case done, failed:
			j.ended[n.Key] = n.State == failed
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
		_ = j.file.Truncate(j.size) // removes an incomplete line, which would damage the file once another follows
		return fmt.Errorf("cannot write the job file: %w", err)
	}
	j.size += int64(len(b))
	if n.State == done || n.State == failed {
		j.ended[n.Key] = n.State == failed
	}
	return j.file.Sync()
}

// Left returns the unfinished steps.
func (j *Job[S]) Left() []S {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.Steps), func(s S) bool {
		_, ended := j.ended[s.Key()]
		return ended
	})
}

// Failed reports whether a step has ended with a failure, in this run or an earlier one.
func (j *Job[S]) Failed(key string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ended[key]
}

// Past returns what earlier runs recorded about a step.
func (j *Job[S]) Past(s S) Progress { return j.past[s.Key()] }

// Path returns the path of the job's file.
func (j *Job[S]) Path() string { return j.file.Name() }

// Keep records a value for an unfinished step, for a later run in case this one dies.
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

// Discard removes the job. The caller must still close it.
func (j *Job[S]) Discard() error { return j.remove() }

func (j *Job[S]) remove() error {
	path := j.file.Name()
	err := j.file.Close() // Windows cannot remove an open file
	j.file = nil
	return errors.Join(err, os.Remove(path))
}

// Close releases the job. Unfinished steps remain for a later run.
func (j *Job[S]) Close() error {
	var err error
	if j.file != nil {
		err = j.file.Close()
		return errors.Join(err, j.lock.Close())
	}
	path := j.lock.Path()
	err = j.lock.Close()
	_ = os.Remove(path) // no process waits for the lock of a removed job
	return err
}
