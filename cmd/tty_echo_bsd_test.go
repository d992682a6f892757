//go:build unix && !linux

package cmd

import "golang.org/x/sys/unix"

// echoes reports whether the terminal echoes input.
func (c *console) echoes() bool {
	termios, err := unix.IoctlGetTermios(int(c.tty.Fd()), unix.TIOCGETA)
	return err != nil || termios.Lflag&unix.ECHO != 0
}

// unread is the request for the number of unread bytes in a pipe.
const unread = 0x4004667f // FIONREAD
