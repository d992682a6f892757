//go:build !unix

package lockfile

import "io/fs"

// Without owners and modes, a file is protected by its folder.
const noFollow = 0

func ownAlone(string, fs.FileInfo) error  { return nil }
func ownFolder(string, fs.FileInfo) error { return nil }
func checkLink(string, fs.FileInfo) error { return nil }
