package cmd

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
	"strings"

	"github.com/hubctl/hubctl/internal/lockfile"
)

// file is the file that the secret is written to. Its lock lies elsewhere: the
// folder is not hubctl's.
func (t *turn) file() lockfile.File {
	return lockfile.File{Path: t.s.To.Path, Lock: t.a.LockOf(t.s.To.Path)}
}

// write writes the secret into its file, and keeps what was there.
func (t *turn) write(ctx context.Context, secret string) error {
	file := t.file()
	err := file.Update(ctx, func(old []byte) ([]byte, error) {
		now := t.s.To.content(old, secret)
		t.Wrote = digest(now)
		if old != nil {
			t.Backup = file.Path + ".before-" + strings.ToLower(rand.Text()[:8])
		}
		if err := t.reach(atHanding); err != nil {
			return nil, err
		}
		if old != nil {
			if err := lockfile.Write(t.Backup, old); err != nil {
				return nil, err
			}
		}
		return now, nil
	})
	if err != nil {
		return fmt.Errorf("cannot hand the secret over: %w", err)
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// putBack makes the file what it was, unless it was not written, or somebody
// else has changed it since.
func (t *turn) putBack(ctx context.Context) error {
	if t.Wrote == "" {
		return nil
	}
	file, changed := t.file(), false
	err := file.Update(ctx, func(now []byte) ([]byte, error) {
		var before []byte
		if t.Backup != "" {
			b, err := os.ReadFile(t.Backup)
			if err != nil && (digest(now) == t.Wrote || !errors.Is(err, fs.ErrNotExist)) {
				return nil, err
			}
			before = b
		}
		if digest(now) == t.Wrote {
			return before, nil
		}
		changed = before != nil && !bytes.Equal(now, before)
		return now, nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s still holds the new secret: %w; its earlier content is in %s", file.Path, err, t.Backup)
	case changed:
		t.a.Warn("another process has changed %s, so it was not restored; its earlier content is in %s", file.Path, t.Backup)
		return nil
	}
	return t.forget()
}
