package terminal

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/term"
)

// readHidden calls show to prompt, and reads a line without an echo. A console
// takes more than 254 characters only without its line mode, which ReadPassword
// sees to.
func (s *Streams) readHidden(ctx context.Context, show func()) (string, error) {
	fd := int(s.In.Fd())
	shown, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	show()
	b, err := Await(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if ctx.Err() != nil {
		_ = term.Restore(fd, shown) // ReadPassword still waits
	}
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	return strings.TrimRight(string(b), "\r\n"), err
}
