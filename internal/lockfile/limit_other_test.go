//go:build !unix

package lockfile

func limitFileSize() {}
