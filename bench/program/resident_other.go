//go:build !unix

package program

import (
	"errors"
	"os"
)

// Resident is the most memory that a program took, which only Unix tells.
func Resident(*os.ProcessState) (float64, error) {
	return 0, errors.New("this system does not tell how much memory a program took")
}
