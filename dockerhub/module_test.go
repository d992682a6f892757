package dockerhub_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSeparateModule builds and runs a program in another module, which only uses
// what this package promises and requires no other module.
func TestSeparateModule(t *testing.T) {
	t.Parallel()
	server := hub()
	t.Cleanup(server.Close)
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/other\n\ngo 1.26\n\nrequire github.com/hubctl/hubctl v0.0.0\n\nreplace github.com/hubctl/hubctl => " + filepath.ToSlash(root) + "\n",
		"main.go": `package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/hubctl/hubctl/dockerhub"
)

func main() {
	ctx := context.Background()
	c, err := dockerhub.New(dockerhub.Options{URL: os.Args[1], User: "ada", Secret: "dckr_pat_x"})
	if err != nil {
		panic(err)
	}
	for t, err := range c.Tokens.List(ctx) {
		if err != nil {
			panic(err)
		}
		fmt.Println(t.UUID, t.Label)
	}
	_, err = c.Tokens.Get(ctx, "zz")
	answer, ok := errors.AsType[*dockerhub.Error](err)
	if !ok || !errors.Is(err, dockerhub.ErrNotFound) {
		panic(err)
	}
	*answer = dockerhub.Error{Method: answer.Method, Path: answer.Path, Status: answer.Status, Message: answer.Message}
	fmt.Println(answer)
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "-mod=mod", ".", server.URL)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != "a1 ci\nb2 laptop\nobject not found (GET /v2/access-tokens/zz: 404)" {
		t.Errorf("%v\n%s", err, got)
	}
}
