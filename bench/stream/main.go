// Command stream measures the memory that "hubctl raw" takes for a large answer,
// compared with a small one. Run it at the top of the repository:
//
//	go run ./bench/stream
//
// It prints the peak resident memory for 5 MB and for 500 MB, and their ratio, but
// does not judge them: the goal is a ratio of about 1.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"

	"github.com/hubctl/hubctl/bench/program"
)

func main() {
	if err := program.Measure(measure); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(dir string, hubctl program.Program) error {
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
	small, err := peak(hubctl, dir, srv.URL, 5)
	if err != nil {
		return err
	}
	large, err := peak(hubctl, dir, srv.URL, 500)
	if err != nil {
		return err
	}
	fmt.Printf("peak resident memory   5 MB answer %5.1f MB   500 MB answer %5.1f MB   ratio %.2f\n",
		small, large, large/small)
	return nil
}

// peak returns the peak memory of a run, in MB.
func peak(hubctl program.Program, home, url string, megabytes int) (float64, error) {
	cmd := hubctl.Command(home, nil, "raw", fmt.Sprintf("/v2/x?mb=%d", megabytes), "-u", url, "-t", "a.b.c")
	if _, err := program.Run(cmd); err != nil {
		return 0, err
	}
	return program.Resident(cmd.ProcessState)
}
