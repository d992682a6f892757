package rotation

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"github.com/hubctl/hubctl/internal/hub"
	"github.com/hubctl/hubctl/internal/lockfile"
)

// deliver delivers the new secret.
func (r *run) deliver(ctx context.Context, made Token) error {
	var err error
	if r.step.To.Path != "" {
		err = r.writeFile(ctx, made.Secret)
	} else if err = r.reach(stageDelivering); err == nil && r.step.To.By == ToStdout {
		s := r.step
		s.New = made
		err = r.env.Print(s)
	} else if err == nil {
		err = r.step.exec(ctx, r.env, made.Secret)
	}
	if err != nil {
		return err
	}
	r.Off = true
	return r.reach(stageDelivered)
}

// exec passes the secret to a user program on its standard input.
func (s Step) exec(ctx context.Context, env Env, secret string) error {
	cmd := shellCommand(ctx, s.To.Command)
	if s.To.By == ToDocker {
		//nolint:gosec // the user asked for it, and the name is a separate argument
		cmd = exec.CommandContext(ctx, "docker", "login", "--username", s.User, "--password-stdin")
	}
	cmd.Stdin = strings.NewReader(secret)
	cmd.Env = []string{"TOKEN_LABEL=" + s.Label, "TOKEN_ID=" + s.ID, "TOKEN_USER=" + s.User}
	if err := env.Exec(cmd); err != nil {
		return fmt.Errorf("%s failed: %w", s.To, err)
	}
	return nil
}

// file returns the file that the secret is written to.
func (r *run) file() lockfile.File {
	return lockfile.File{Path: r.step.To.Path, Lock: r.env.Lock(r.step.To.Path)}
}

// writeFile writes the secret to its file, and keeps a backup of the previous
// content.
func (r *run) writeFile(ctx context.Context, secret string) error {
	file := r.file()
	err := file.Update(ctx, func(old []byte) ([]byte, error) {
		content := []byte(secret)
		if r.step.To.By == ToEnv {
			content = setVariable(old, r.step.To.Name, secret)
		}
		r.Wrote = digest(content)
		if old != nil {
			r.Backup = file.Path + ".before-" + strings.ToLower(rand.Text()[:8])
		}
		if err := r.reach(stageDelivering); err != nil {
			return nil, err
		}
		if old != nil {
			if err := lockfile.Write(r.Backup, old); err != nil {
				return nil, err
			}
		}
		return content, nil
	})
	if err != nil {
		return fmt.Errorf("cannot write the secret: %w", err)
	}
	return nil
}

// restoreFile restores the previous content of the file, unless the secret was not
// written or another process has changed the file since.
func (r *run) restoreFile(ctx context.Context) error {
	if r.Wrote == "" {
		return nil
	}
	file, changed := r.file(), false
	err := file.Update(ctx, func(now []byte) ([]byte, error) {
		var before []byte
		if r.Backup != "" {
			b, err := os.ReadFile(r.Backup)
			if err != nil && (digest(now) == r.Wrote || !errors.Is(err, fs.ErrNotExist)) {
				return nil, err
			}
			before = b
		}
		if digest(now) == r.Wrote {
			return before, nil
		}
		changed = before != nil && !bytes.Equal(now, before)
		return now, nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s still holds the new secret: %w; its previous content is in %s", file.Path, err, r.Backup)
	case changed:
		r.env.Warn("%s was changed by another process, so it was not restored; its previous content is in %s",
			file.Path, r.Backup)
		return nil
	}
	return r.removeBackup()
}

// removeBackup deletes the backup, which holds the old secret.
func (r *run) removeBackup() error {
	if r.Backup == "" {
		return nil
	}
	if err := os.Remove(r.Backup); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// setVariable sets a variable in a file of NAME=VALUE lines, which may begin with
// export. Other lines are unchanged.
func setVariable(old []byte, name, value string) []byte {
	line := regexp.MustCompile(`^(\s*(?:export\s+)?` + regexp.QuoteMeta(name) + `=)[^\r\n]*`)
	var all []byte
	found := false
	for l := range bytes.Lines(old) {
		if m := line.FindSubmatchIndex(l); m != nil {
			found = true
			l = append(append(bytes.Clone(l[:m[3]]), value...), l[m[1]:]...)
		}
		all = append(all, l...)
	}
	if found {
		return all
	}
	if len(all) > 0 && !bytes.HasSuffix(all, []byte("\n")) {
		all = append(all, '\n')
	}
	return append(all, name+"="+value+"\n"...)
}

// Deliver delivers the secret of a token that did not exist before: s.New.Secret, to s.To,
// with the user, label and ID of s. It does not print it.
func Deliver(ctx context.Context, env Env, s Step) error {
	if s.To.Path == "" {
		return s.exec(ctx, env, s.New.Secret)
	}
	file := lockfile.File{Path: s.To.Path, Lock: env.Lock(s.To.Path)}
	err := file.Update(ctx, func(old []byte) ([]byte, error) {
		if s.To.By == ToEnv {
			return setVariable(old, s.To.Name, s.New.Secret), nil
		}
		return []byte(s.New.Secret), nil
	})
	if err != nil {
		return fmt.Errorf("cannot write the secret: %w", err)
	}
	return nil
}

// ForNew returns the destinations of the secrets of new tokens with these labels. It
// refuses destinations where one secret would replace another, or a file that exists.
func (d Delivery) ForNew(labels []string) (map[string]Delivery, error) {
	all, used := map[string]Delivery{}, map[string]string{}
	for _, label := range labels {
		to, err := d.expand(label, "")
		if err != nil {
			return nil, err
		}
		place := to.String()
		if other, twice := used[place]; twice && to.exclusive() {
			return nil, hub.InputError(fmt.Sprintf("the secrets of %s and %s would both go to %s: use {label}",
				other, label, place))
		}
		if _, err := os.Lstat(to.Path); err == nil && to.By == ToFile {
			return nil, hub.InputError(to.Path + " exists: it would be replaced by the secret of " + label)
		}
		used[place], all[label] = label, to
	}
	return all, nil
}
