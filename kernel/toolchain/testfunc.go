package toolchain

import (
	"go/ast"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Tests names the functions that go test would run.
type Tests struct {
	Benchmarks, Tests, Examples, Fuzz []string
}

// Any is true if there is at least one.
func (t Tests) Any() bool {
	return len(t.Benchmarks)+len(t.Tests)+len(t.Examples)+len(t.Fuzz) > 0
}

// TestsOf returns the functions of a cell without a package clause that go test
// would run.
func TestsOf(p *check.Program) Tests {
	var t Tests
	for _, d := range p.Decls {
		if f, ok := d.Node.(*ast.FuncDecl); ok && d.Kind == ledger.Func {
			t.add(f)
		}
	}
	return t
}

// testsIn returns the functions of a file that go test would run.
func testsIn(f *ast.File) Tests {
	var t Tests
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			t.add(fn)
		}
	}
	return t
}

// add takes a function if its name and parameters are those of a test.
func (t *Tests) add(f *ast.FuncDecl) {
	name := f.Name.Name
	switch testKind(f) {
	case "B":
		t.Benchmarks = append(t.Benchmarks, name)
	case "T":
		t.Tests = append(t.Tests, name)
	case "F":
		t.Fuzz = append(t.Fuzz, name)
	case "E":
		t.Examples = append(t.Examples, name)
	}
}

// testKind is "B", "T", "F" or "E" for a benchmark, test, fuzz test or example, "M"
// for TestMain, and "" for any other function. The rules are the go command's.
func testKind(f *ast.FuncDecl) string {
	if f.Recv != nil || f.Type.TypeParams != nil || f.Type.Results != nil {
		return ""
	}
	name, param := f.Name.Name, testingParam(f)
	switch {
	case name == "TestMain" && param == "M":
		return "M"
	case testName(name, "Benchmark") && param == "B", testName(name, "Test") && param == "T", testName(name, "Fuzz") && param == "F":
		return param
	case testName(name, "Example") && f.Type.Params.NumFields() == 0:
		return "E"
	}
	return ""
}

// testName is true for a prefix alone or with what does not begin in lower case.
func testName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(r))
}

// testingParam is the X of a function's one parameter of type *testing.X, or of a
// *X where testing is dot-imported; else "".
func testingParam(f *ast.FuncDecl) string {
	if f.Type.Params.NumFields() != 1 {
		return ""
	}
	star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	switch x := star.X.(type) {
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}

// splitTests parts declarations into those of ordinary files and those of test
// files: tests, and what refers to them.
func splitTests(decls []*ledger.Decl) (code, tests []*ledger.Decl) {
	inTest := map[*ledger.Decl]bool{}
	for _, d := range decls {
		f, ok := d.Node.(*ast.FuncDecl)
		inTest[d] = ok && d.Kind == ledger.Func && testKind(f) != ""
	}
	for grown := true; grown; {
		grown = false
		for _, d := range decls {
			if !inTest[d] && slices.ContainsFunc(d.Uses, func(u *ledger.Decl) bool { return inTest[u] }) {
				inTest[d], grown = true, true
			}
		}
	}
	for _, d := range decls {
		if inTest[d] {
			tests = append(tests, d)
		} else {
			code = append(code, d)
		}
	}
	return code, tests
}
