package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// LockOf returns the path of the lock for a file outside of hubctl's folders; ""
// means next to the file.
func (a *App) LockOf(path string) string {
	jobs := a.Settings.ActivePaths().Jobs
	whole, err := filepath.Abs(path)
	if path == "" || jobs == "" || err != nil || os.MkdirAll(jobs, 0o700) != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(whole))
	return filepath.Join(jobs, hex.EncodeToString(sum[:16])+".lock")
}
