package dockerhub_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestGuide compiles every Go block of docs/go-package.md: a program, or the statements of
// a function that has a context and a client.
func TestGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/go-package.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)\n```go\n(.*?)\n```\n").FindAllSubmatch(text, -1)
	if len(blocks) < 8 {
		t.Errorf("found %d blocks", len(blocks))
	}
	lookup := exports(t, ".", "log")
	name := regexp.MustCompile(`\b(context|errors|fmt|json|http|os|time)\.`)
	for i, block := range blocks {
		source := string(block[1])
		if !strings.HasPrefix(source, "package ") {
			var imports strings.Builder
			used := map[string]bool{"context": true}
			for _, m := range name.FindAllStringSubmatch(source, -1) {
				used[m[1]] = true
			}
			for _, path := range []string{"context", "errors", "fmt", "encoding/json", "net/http", "os", "time"} {
				if used[path[strings.LastIndex(path, "/")+1:]] {
					fmt.Fprintf(&imports, "import %q\n", path)
				}
			}
			source = "package guide\n" + imports.String() + "import \"github.com/hubctl/hubctl/dockerhub\"\n" +
				"func _(ctx context.Context, c *dockerhub.Client) error {\n{\n" + source + "\n}\nreturn nil\n}\n"
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, fmt.Sprintf("block %d", i+1), source, 0)
		if err != nil {
			t.Errorf("%v\n%s", err, source)
			continue
		}
		conf := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
		if _, err := conf.Check("guide", fset, []*ast.File{file}, nil); err != nil {
			t.Errorf("%v\n%s", err, source)
		}
	}
}
