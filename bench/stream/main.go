//go:build unix

// Command stream measures how much memory "hubctl raw" takes for a large
// answer, against a small one. Run it at the top of the repository:
//
//	go run ./bench/stream
//
// It prints the peak of the resident memory for 5 MB and for 500 MB, and their
// ratio, and judges nothing: the goal is a ratio of about 1.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

func main() {
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "stream:", err)
		os.Exit(1)
	}
}

func measure() error {
	dir, err := os.MkdirTemp("", "hubctl-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "hubctl")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		megabytes, _ := strconv.Atoi(r.URL.Query().Get("mb")) // sent by peak
		block := make([]byte, 1<<20)
		for range megabytes {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	small, err := peak(program, srv.URL, 5)
	if err != nil {
		return err
	}
	large, err := peak(program, srv.URL, 500)
	if err != nil {
		return err
	}
	fmt.Printf("resident at the most   5 MB answer %5.1f MB   500 MB answer %5.1f MB   ratio %.2f\n", small, large, large/small)
	return nil
}

// peak is the most memory that a run took, in MB.
func peak(program, url string, megabytes int) (float64, error) {
	cmd := exec.Command(program, "raw", fmt.Sprintf("/v2/x?mb=%d", megabytes), "-u", url, "-t", "a.b.c")
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, errors.New("this system does not tell")
	}
	most := float64(usage.Maxrss) / 1024 // kB, but on macOS bytes
	if runtime.GOOS == "darwin" {
		most /= 1024
	}
	return most, nil
}
