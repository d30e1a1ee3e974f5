package check

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"testing"

	"gomri/kernel/ledger"
)

// compileSources type-checks the sources of all that a program reaches, each in a
// file of its own, and compares what they declare with what check has found.
func compileSources(t *testing.T, k *Checker, p *Program) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, d := range p.Reach {
		if d.Source == "" {
			continue
		}
		src := "package main\n"
		for _, imp := range d.Imports {
			src += "import " + imp.Name + " " + strconv.Quote(imp.Path) + "\n"
		}
		f, err := parser.ParseFile(fset, d.Key, src+d.Source, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("source of %s: %v\n%s", d.Key, err, d.Source)
			return
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: k.pkgs, Sizes: k.sizes, Error: func(err error) {
		if !strings.Contains(err.Error(), "already declared through import") {
			t.Error(err)
		}
	}}
	pkg, _ := conf.Check("main", fset, files, nil) // conf.Error has them
	for obj, d := range p.Objects {
		c, ok := obj.(*types.Const)
		if !ok || d.Kind != ledger.Const {
			continue
		}
		again, ok := pkg.Scope().Lookup(d.Name).(*types.Const)
		if !ok {
			continue // not reached
		}
		if again.Type().String() != c.Type().String() || !constant.Compare(again.Val(), token.EQL, c.Val()) {
			t.Errorf("%s: %s %s, want %s %s", d.Source, again.Type(), again.Val(), c.Type(), c.Val())
		}
	}
}
