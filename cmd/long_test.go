package cmd

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestLongIsRaw checks that the long help texts are raw strings, which show their lines
// as users see them.
func TestLongIsRaw(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	n := 0
	check := func(value ast.Expr) {
		n++
		ast.Inspect(value, func(node ast.Node) bool {
			if _, call := node.(*ast.CallExpr); call {
				return false // its arguments are not lines of the text
			}
			if text, ok := node.(*ast.BasicLit); ok && !strings.Contains(text.Value, "`") {
				t.Errorf("%s: write this as a raw string: %s", fset.Position(text.Pos()), text.Value)
			}
			return true
		})
	}
	for _, name := range files {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.KeyValueExpr:
				if key, ok := node.Key.(*ast.Ident); ok && key.Name == "Long" {
					check(node.Value)
				}
			case *ast.AssignStmt:
				if field, ok := node.Lhs[0].(*ast.SelectorExpr); ok && field.Sel.Name == "Long" {
					check(node.Rhs[0])
				}
			}
			return true
		})
	}
	if n == 0 {
		t.Error("found no long texts")
	}
}
