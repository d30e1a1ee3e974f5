package check

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/ledger"
)

// fileImports are the imports of a chunk's file.
type fileImports struct {
	specs   []*ast.ImportSpec // as they go into the file
	written []ledger.Import   // explicit ones
	names   []string          // the local names of written
	local   []string          // the local names of all
	// shadowed are packages that the chunk uses in the statement which declares a variable
	// of their name: strings := strings.Fields(s).
	shadowed map[string]bool
}

// resolveImports finds the packages that a chunk uses: those it imports, those
// that the session has imported, and packages of the standard library by name.
func (k *Checker) resolveImports(ctx context.Context, ch *chunk, led *ledger.Ledger, own map[string]bool) (*fileImports, Errors, error) {
	fi := &fileImports{}
	explicit, es := ch.explicit(k.fset)
	paths := []string{}
	for _, imp := range explicit {
		paths = append(paths, imp.path)
	}
	wanted := ch.wanted(explicit, own)
	shadowed := k.shadowed(ch, explicit, led, own)
	for _, name := range wanted {
		paths = append(paths, k.candidates(led, name.name)...)
	}
	for _, name := range shadowed {
		paths = append(paths, k.std[name.name]...)
	}
	for _, imp := range led.FileImports() {
		paths = append(paths, imp.Path)
	}
	paths = append(paths, k.changing(led, ch)...)
	if err := k.pkgs.load(ctx, paths); err != nil {
		return nil, nil, err
	}
	taken := map[string]bool{}
	for _, imp := range explicit {
		pkg := k.pkgs.loaded[imp.path]
		if pkg == nil {
			es = append(es, Error{Msg: k.pkgs.fault(imp.path), Position: k.fset.Position(imp.spec.Path.Pos())})
			continue
		}
		local := cmp.Or(imp.name, pkg.Name())
		taken[local] = true
		fi.specs = append(fi.specs, imp.spec)
		fi.written = append(fi.written, ledger.Import{Name: imp.name, Path: imp.path})
		fi.names = append(fi.names, local)
		fi.local = append(fi.local, local)
	}
	k.carry(fi, led, own)
	fi.shadowed = map[string]bool{}
	for _, w := range shadowed {
		if imp, msg := k.fitting(k.std[w.name], w); msg == "" && imp.Path != "" && exports(k.pkgs.loaded[imp.Path], w.sels) {
			fi.shadowed[w.name] = true
			fi.specs = append(fi.specs, importSpec(imp))
		}
	}
	for _, w := range wanted {
		if taken[w.name] {
			continue
		}
		imp, msg := k.choose(led, w)
		if msg != "" {
			es = append(es, Error{Msg: msg, Position: k.fset.Position(w.pos)})
			continue
		}
		if imp.Path != "" {
			fi.specs = append(fi.specs, importSpec(imp))
		}
	}
	return fi, es, nil
}

// changing lists the packages outside of the standard library that declarations import
// which the chunk names: they may have changed since.
func (k *Checker) changing(led *ledger.Ledger, ch *chunk) (paths []string) {
	seen := map[*ledger.Decl]bool{}
	var visit func(d *ledger.Decl)
	visit = func(d *ledger.Decl) {
		if d == nil || seen[d] {
			return
		}
		seen[d] = true
		for _, imp := range d.Imports {
			if !k.pkgs.std[imp.Path] && imp.Path != "unsafe" && k.pkgs.loaded[imp.Path] != nil {
				paths = append(paths, imp.Path)
			}
		}
		for _, u := range d.Uses {
			visit(u)
		}
	}
	ch.walk(func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			visit(led.Lookup(id.Name))
		}
		return true
	})
	return paths
}

// fault is the message for a path that cannot be imported.
func (p *packages) fault(path string) string {
	return p.faults[path]
}

// importSpec returns the syntax of an import.
func importSpec(imp ledger.Import) *ast.ImportSpec {
	s := &ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(imp.Path)}}
	if imp.Name != "" {
		s.Name = ast.NewIdent(imp.Name)
	}
	return s
}

// carry adds the session's blank imports, and those of its dot imports that do
// not hide a declaration.
func (k *Checker) carry(fi *fileImports, led *ledger.Ledger, own map[string]bool) {
	for _, imp := range led.FileImports() {
		pkg := k.pkgs.loaded[imp.Path]
		if pkg == nil || slices.Contains(fi.written, imp) {
			continue
		}
		hides := func(name string) bool {
			return token.IsExported(name) && (own[name] || led.Lookup(name) != nil)
		}
		if imp.Name == "." && slices.ContainsFunc(pkg.Scope().Names(), hides) {
			continue
		}
		fi.specs = append(fi.specs, importSpec(imp))
	}
}

// explicitImport is an import that the chunk writes out.
type explicitImport struct {
	name, path string
	spec       *ast.ImportSpec
}

func (ch *chunk) explicit(fset *token.FileSet) (list []explicitImport, es Errors) {
	for _, spec := range ch.imports {
		path, err := strconv.Unquote(spec.Path.Value)
		at := fset.Position(spec.Path.Pos())
		switch {
		case err != nil || path == "":
			es = append(es, Error{Msg: fmt.Sprintf("invalid import path (%s)", spec.Path.Value), Position: at})
			continue
		case path == "C":
			es = append(es, Error{Msg: `a cell cannot import "C"; put the file into a module of its own with %%file and build that`, Position: at})
			continue
		}
		imp := explicitImport{path: path, spec: spec}
		if spec.Name != nil {
			imp.name = spec.Name.Name
		}
		list = append(list, imp)
	}
	return list, es
}

// wantedName is a name that stands before a selector and that nothing in the
// chunk declares, with the names selected from it.
type wantedName struct {
	name string
	pos  token.Pos
	sels []string
}

// wanted lists the names that packages have to be found for.
func (ch *chunk) wanted(explicit []explicitImport, own map[string]bool) []wantedName {
	named := map[string]bool{}
	for _, imp := range explicit {
		named[cmp.Or(imp.name, stdName(imp.path))] = true
	}
	index := map[string]int{}
	var list []wantedName
	visit := func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok || !ch.unresolved[id] || own[id.Name] || named[id.Name] {
			return true
		}
		i, had := index[id.Name]
		if !had {
			i = len(list)
			index[id.Name] = i
			list = append(list, wantedName{name: id.Name, pos: id.Pos()})
		}
		list[i].sels = append(list[i].sels, sel.Sel.Name)
		return true
	}
	ch.walk(visit)
	return list
}

// shadowed lists the packages of the standard library that hide behind a variable which the
// chunk declares: what stands before a selector is not declared yet, and a variable of the
// session that has the name has no such field or method.
func (k *Checker) shadowed(ch *chunk, explicit []explicitImport, led *ledger.Ledger, own map[string]bool) []wantedName {
	others := map[string]bool{}
	for name := range own {
		if _, isVar := ch.vars[name]; !isVar || k.std[name] == nil {
			others[name] = true
		}
	}
	return slices.DeleteFunc(ch.wanted(explicit, others), func(w wantedName) bool {
		d := led.Lookup(w.name)
		switch {
		case !own[w.name]:
			return true
		case d == nil:
			return false
		case d.Kind != ledger.Var:
			return true
		}
		t := d.Memo.(shape).leaf
		return t == nil || slices.ContainsFunc(w.sels, func(sel string) bool {
			obj, _, _ := types.LookupFieldOrMethod(t, true, nil, sel)
			return obj != nil
		})
	})
}

// walk visits the whole syntax of the chunk but the imports.
func (ch *chunk) walk(visit func(ast.Node) bool) {
	for _, g := range ch.gens {
		ast.Inspect(g, visit)
	}
	for _, f := range ch.funcs {
		ast.Inspect(f, visit)
	}
	ast.Inspect(ch.body, visit)
}

// candidates are the paths that a name may stand for in the next cell.
func (k *Checker) candidates(led *ledger.Ledger, name string) []string {
	if imp, ok := led.Imported(name); ok {
		return []string{imp.Path}
	}
	if led.Lookup(name) != nil {
		return nil
	}
	return k.std[name]
}

// choose picks the package that a name stands for. Among several of one name it
// is the one that exports all that is selected; math/rand comes before its /v2.
// The message explains a choice that only the user can make.
func (k *Checker) choose(led *ledger.Ledger, w wantedName) (imp ledger.Import, msg string) {
	if imp, ok := led.Imported(w.name); ok {
		if k.pkgs.loaded[imp.Path] == nil {
			return imp, k.pkgs.fault(imp.Path)
		}
		return imp, ""
	}
	return k.fitting(k.candidates(led, w.name), w)
}

// fitting picks one of several paths.
func (k *Checker) fitting(paths []string, w wantedName) (imp ledger.Import, msg string) {
	if len(paths) == 0 {
		return imp, ""
	}
	fit := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !exports(k.pkgs.loaded[p], w.sels) })
	if len(fit) == 0 {
		fit = paths[:1]
	}
	if len(fit) == 2 && strings.HasPrefix(fit[1], fit[0]+"/v") {
		fit = fit[:1]
	}
	if len(fit) == 1 {
		if k.pkgs.loaded[fit[0]] == nil {
			return imp, k.pkgs.fault(fit[0])
		}
		return ledger.Import{Path: fit[0]}, ""
	}
	lines := make([]string, len(fit))
	for i, p := range fit {
		lines[i] = fmt.Sprintf("\n\timport %q", p)
	}
	return imp, fmt.Sprintf("%s may be any of these packages, for each has %s; write the one you mean into the cell:%s",
		w.name, w.name+"."+strings.Join(slices.Compact(slices.Sorted(slices.Values(w.sels))), ", "+w.name+"."), strings.Join(lines, ""))
}

// exports reports whether a package exports all of the names.
func exports(pkg *types.Package, names []string) bool {
	return pkg != nil && !slices.ContainsFunc(names, func(n string) bool {
		return !token.IsExported(n) || pkg.Scope().Lookup(n) == nil
	})
}
