//go:build unix

package terminal

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// readHidden calls show to prompt and reads a line without an echo.
func (s *Streams) readHidden(ctx context.Context, show func()) (string, error) {
	restore, err := hideInput(int(s.In.Fd()), show)
	if err != nil {
		return "", err
	}
	defer restore()
	return s.ReadLine(ctx)
}

// hideInput turns off the terminal's echo, calls show to prompt, and returns the function that
// turns the echo on again. Ctrl-\ and Ctrl-Z turn it on before they kill or stop the process;
// when it continues, the prompt is shown again.
func hideInput(fd int, show func()) (restore func(), err error) {
	shown, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	hidden := *shown
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	hidden.Iflag |= unix.ICRNL
	received := make(chan os.Signal, 1)
	handled := []os.Signal{syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGCONT}
	signal.Notify(received, slices.DeleteFunc(handled, signal.Ignored)...)
	if err := unix.IoctlSetTermios(fd, setTermios, &hidden); err != nil {
		signal.Stop(received)
		return nil, err
	}
	show()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case sig := <-received:
				if sig == syscall.SIGCONT {
					_ = unix.IoctlSetTermios(fd, setTermios, &hidden)
					show()
					continue
				}
				_ = unix.IoctlSetTermios(fd, setTermios, shown)
				stopBy(sig)
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(received)
		close(done)
		<-ended
		_ = unix.IoctlSetTermios(fd, setTermios, shown)
	}, nil
}

// stopBy does what sig does without a handler: SIGTSTP stops the process, SIGQUIT kills it.
func stopBy(sig os.Signal) {
	if sig == syscall.SIGTSTP {
		_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
		return
	}
	signal.Reset(syscall.SIGQUIT)
	_ = unix.Kill(unix.Getpid(), unix.SIGQUIT)
}
