//go:build !unix

package lockfile

import "io/fs"

// Without owners and modes, what protects a file is the folder it lies in.
const noFollow = 0

func ownAlone(string, fs.FileInfo) error  { return nil }
func ownFolder(string, fs.FileInfo) error { return nil }
func checkLink(string, fs.FileInfo) error { return nil }
