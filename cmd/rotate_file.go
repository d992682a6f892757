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
	return lockfile.File{Path: t.s.To.Path, Lock: t.a.lockOf(t.s.To.Path)}
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
			if err := backUp(t.Backup, old); err != nil {
				return nil, err
			}
		}
		return now, nil
	})
	if err != nil {
		return fmt.Errorf("%s could not be written: %w", file.Path, err)
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func backUp(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
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
		return fmt.Errorf("%s still holds the new secret: %w; what it held is in %s", file.Path, err, t.Backup)
	case changed:
		t.a.say("%s was changed by somebody else meanwhile, and is left as it is; what it held before is in %s", file.Path, t.Backup)
		return nil
	}
	return t.forget()
}
