//go:build !unix

package program

import (
	"errors"
	"os"
)

// Resident returns the peak memory of a program, which is only known on Unix.
func Resident(*os.ProcessState) (float64, error) {
	return 0, errors.New("this system does not report a program's memory")
}
