//go:build !linux

package terminal

// ReplaceClosedOutput does nothing: only Linux distinguishes a closed standard output
// from the null device.
func (*Streams) ReplaceClosedOutput() {}
