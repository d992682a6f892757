package terminal

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/term"
)

// readHidden calls show to prompt and reads a line without an echo. ReadPassword turns off the
// console's line mode, which would limit the line to 254 characters.
func (s *Streams) readHidden(ctx context.Context, show func()) (string, error) {
	fd := int(s.In.Fd())
	shown, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	show()
	b, err := Await(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if ctx.Err() != nil {
		_ = term.Restore(fd, shown) // ReadPassword is still waiting
	}
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	return strings.TrimRight(string(b), "\r\n"), err
}
