// Program strings writes the texts in Go code to files that a prose linter can read:
//
//	go run .ci/strings.go FOLDER FILE...
//
// For each FILE it writes FOLDER/FILE.txt, with every string literal that has a space
// in it, on the line that it has in FILE.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	for _, name := range os.Args[2:] {
		if err := extract(name, filepath.Join(os.Args[1], name+".txt")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func extract(name, target string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	var text strings.Builder
	line := 1
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Tag != nil {
			f.Tag = nil
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		s, _ := strconv.Unquote(lit.Value)
		if !strings.Contains(strings.TrimSpace(s), " ") {
			return true
		}
		if lit.Value[0] == '"' { // it is on one line
			s = strings.ReplaceAll(s, "\n", " ")
		}
		at := files.Position(lit.Pos()).Line
		text.WriteString(strings.Repeat("\n", max(at-line, 0)))
		text.WriteString(s + " | ") // separates it from the next
		line = max(at, line) + strings.Count(s, "\n")
		return true
	})
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	return os.WriteFile(target, []byte(text.String()+"\n"), 0o600)
}
