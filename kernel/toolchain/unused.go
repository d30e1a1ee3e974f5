package toolchain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// dropUnusedImports blanks the imports that a file does not use, so that every line
// and column stays where it is, and returns their paths. A book's listing that
// imports more than it uses runs in this way, as it would after goimports.
//
// Only imports whose name is certain are dropped: those with a name of their own and
// those of the standard library.
func dropUnusedImports(name, text string) (string, []string) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
	if err != nil {
		return text, nil
	}
	used := usedNames(file)
	out := []byte(text)
	blank := func(from, to token.Pos) {
		for i := fset.PositionFor(from, false).Offset; i < fset.PositionFor(to, false).Offset; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	var dropped []string
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		for _, s := range gen.Specs {
			spec, ok := s.(*ast.ImportSpec)
			path, certain := unusedImport(spec, used)
			if !ok || !certain {
				continue
			}
			dropped = append(dropped, path)
			if gen.Lparen.IsValid() {
				blank(spec.Pos(), spec.End())
			} else {
				blank(gen.Pos(), gen.End())
			}
		}
	}
	return string(out), dropped
}

// unusedImport returns the path of an import that is certainly not used.
func unusedImport(spec *ast.ImportSpec, used map[string]bool) (string, bool) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil || path == "C" || path == "unsafe" {
		return "", false
	}
	if spec.Name != nil {
		name := spec.Name.Name
		return path, name != "_" && name != "." && !used[name]
	}
	first, _, _ := strings.Cut(path, "/")
	std := !strings.Contains(first, ".") && first != "cell"
	return path, std && !used[baseName(path)]
}

// usedNames are the names that stand before a dot anywhere in a file. A local
// variable of a package's name counts as a use of it: then the compiler decides.
func usedNames(file *ast.File) map[string]bool {
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	return used
}
