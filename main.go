// Command hubctl is the command line for Docker Hub.
package main

import (
	"os"

	"github.com/hubctl/hubctl/cmd"
)

func main() { os.Exit(cmd.Main()) }
