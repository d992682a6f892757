package dockerhub_test

import (
	"go/ast"
	"go/doc"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const path = "github.com/hubctl/hubctl/dockerhub"

// parse returns the files of the package without its tests.
func parse(t *testing.T, fset *token.FileSet) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// exports returns a function that opens the export data of packages and their imports.
func exports(t *testing.T, packages ...string) importer.Lookup {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, packages...)
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		at[name] = file
	}
	return func(name string) (io.ReadCloser, error) { return os.Open(at[name]) }
}

// A walk collects what exported names mention and other packages cannot name.
type walk struct {
	pkg   *types.Package
	found []string
}

// hidden returns what exported names mention and other packages cannot name, each with
// the name that mentions it.
func hidden(t *testing.T, fset *token.FileSet, files []*ast.File) []string {
	t.Helper()
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", exports(t, "."))}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	pkg, err := conf.Check(path, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{pkg: pkg}
	for _, name := range pkg.Scope().Names() {
		if o := pkg.Scope().Lookup(name); o.Exported() {
			w.object(o)
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			// As in "type A b": the type of A does not know b.
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() && !spec.Assign.IsValid() {
				if as, ok := info.TypeOf(spec.Type).(*types.Named); ok {
					w.mention(spec.Name.Name, as)
				}
			}
			return true
		})
	}
	slices.Sort(w.found)
	return slices.Compact(w.found)
}

func (w *walk) object(o types.Object) {
	at := o.Name()
	named, ok := o.Type().(*types.Named)
	if _, isType := o.(*types.TypeName); !ok || !isType {
		w.mention(at, o.Type())
		return
	}
	w.parameters(at, named.TypeParams())
	w.mention(at, named.Underlying())
	for m := range named.Methods() {
		if m.Exported() {
			w.mention(at+"."+m.Name(), m.Type())
		}
	}
}

// mention records the names in t, which is part of the declaration of at.
func (w *walk) mention(at string, t types.Type) {
	switch t := t.(type) {
	case *types.Named:
		w.name(at, t.Obj())
		for arg := range t.TypeArgs().Types() {
			w.mention(at, arg)
		}
	case *types.Alias:
		w.name(at, t.Obj())
		w.mention(at, t.Rhs())
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				w.mention(at+"."+f.Name(), f.Type())
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			w.mention(at+"."+m.Name(), m.Type())
		}
		for e := range t.EmbeddedTypes() {
			w.mention(at, e)
		}
	case *types.Union:
		for term := range t.Terms() {
			w.mention(at, term.Type())
		}
	case *types.Signature:
		w.parameters(at, t.TypeParams())
		for _, vars := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range vars.Variables() {
				w.mention(at, v.Type())
			}
		}
	case *types.Map:
		w.mention(at, t.Key())
		w.mention(at, t.Elem())
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		w.mention(at, t.Elem())
	}
}

func (w *walk) parameters(at string, list *types.TypeParamList) {
	for p := range list.TypeParams() {
		w.mention(at, p.Constraint())
	}
}

func (w *walk) name(at string, o *types.TypeName) {
	switch {
	case o.Pkg() == w.pkg && !o.Exported():
		w.found = append(w.found, at+": "+o.Name())
	case o.Pkg() != nil && o.Pkg() != w.pkg && strings.Contains(o.Pkg().Path(), "."): // not of the standard library
		w.found = append(w.found, at+": "+o.Pkg().Name()+"."+o.Name())
	}
}

// TestAPITypes checks that everything exported names only exported types of this package
// and types of the standard library.
func TestAPITypes(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	if found := hidden(t, fset, parse(t, fset)); len(found) > 0 {
		t.Errorf("not for users of the package:\n%s", strings.Join(found, "\n"))
	}
}

// TestHidden checks the check.
func TestHidden(t *testing.T) {
	t.Parallel()
	const source = `package dockerhub

import "github.com/hubctl/hubctl/internal/hub"

type (
	Alias = hub.Page
	Own = inner
	Fine struct { Exported *Fine; hidden inner }
	Field struct { Inner map[string][]inner }
	Embeds struct { inner }
	Internal struct { Page *hub.Page }
	Anonymous struct { List []struct { Inner inner } }
	Copy inner
	Constraint interface { ~int | inner }
	Method interface { F(inner) }
	inner struct { Hidden hub.Page }
)

func (Fine) Bad() <-chan inner { return nil }
func (Fine) good() inner { return inner{} }
func (inner) M() hub.Page { return hub.Page{} }
func Good(map[string]Fine) (*Fine, error) { return nil, nil }
func Generic[T interface{ F(inner) }](T) {}
func Argument[T any](f func(hub.Page) T) {}
var Variable = inner{}
const Constant number = 1
type number int
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "source.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Alias: hub.Page", "Anonymous.List.Inner: inner", "Argument: hub.Page", "Constant: number", "Constraint: inner",
		"Copy.Hidden: hub.Page", "Copy: inner", "Embeds.inner: inner", "Field.Inner: inner", "Fine.Bad: inner", "Generic.F: inner", "Internal.Page: hub.Page",
		"Method.F: inner", "Own: inner", "Variable: inner",
	}
	if found := hidden(t, fset, []*ast.File{file}); !slices.Equal(found, want) {
		t.Errorf("found\n%s", strings.Join(found, "\n"))
	}
}

// TestAPIDocs checks that everything exported has a comment that begins with its name, and
// that the comments of services name the operations that they call.
func TestAPIDocs(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	pkg, err := doc.NewFromFiles(fset, parse(t, fset), path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, begin, text string) {
		for _, article := range []string{"", "A ", "An "} {
			if strings.HasPrefix(text, article+begin+" ") {
				return
			}
		}
		t.Errorf("%s: comment %.60q", name, text)
	}
	functions := func(of string, list []*doc.Func) {
		for _, f := range list {
			check(of+f.Name, f.Name, f.Doc)
		}
	}
	functions("", pkg.Funcs)
	for _, typ := range pkg.Types {
		check(typ.Name, typ.Name, typ.Doc)
		functions("", typ.Funcs)
		functions(typ.Name+".", typ.Methods)
		for _, f := range typ.Methods {
			if strings.HasSuffix(typ.Name, "Service") && !strings.Contains(f.Doc, "\nOperation: ") {
				t.Errorf("%s.%s: the comment names no operation", typ.Name, f.Name)
			}
		}
		pkg.Consts, pkg.Vars = append(pkg.Consts, typ.Consts...), append(pkg.Vars, typ.Vars...)
	}
	for _, v := range append(pkg.Consts, pkg.Vars...) {
		if v.Doc == "" {
			t.Errorf("%v: no comment", v.Names)
		}
	}
}
