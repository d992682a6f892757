//go:build !unix

package cmd

// setUmask has nothing to do without modes.
func setUmask() {}
