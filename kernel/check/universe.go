package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/ledger"
)

// universe is the package main of one check: the session's declarations, one file
// for each chunk that they come from, and the chunk being checked.
type universe struct {
	plan  *plan
	pkg   *types.Package
	files []*ast.File
	info  *types.Info
	// leaves is the package that stands for types in the syntax of variables.
	leaves *types.Package
	vars   []*ast.ValueSpec // variables whose type is written out
	errs   typeErrors
}

// leavesPath is the path of a package that no one can import.
const leavesPath = "gomri/leaves"

// leavesName is its local name: no identifier that a person types.
const leavesName = "ǀ"

// oldPrefix begins the names of old variables of x := x + 1, and of nothing a person types.
const oldPrefix = "ǀold_"

// newPrefix begins the names of variables that the cell calls by a name which means
// something else in it too, as in len := len(s).
const newPrefix = "ǀnew_"

// newUniverse begins the package with what the chunk reaches of the session,
// functions without their bodies if only signatures are wanted.
func (p *plan) newUniverse(signatures bool) *universe {
	u := &universe{
		plan: p, pkg: types.NewPackage("main", "main"),
		leaves: types.NewPackage(leavesPath, leavesName),
	}
	u.leaves.MarkComplete()
	u.errs.fset = p.k.fset
	u.session(signatures)
	return u
}

// chunkKey tells the files of the session apart.
type chunkKey struct {
	cell  string
	chunk int
}

// session adds the live declarations.
func (u *universe) session(signatures bool) {
	files := map[chunkKey]*ast.File{}
	groups := map[*ast.GenDecl]bool{}
	for _, d := range u.plan.decls {
		if d.Kind == ledger.Var || !u.plan.session(d, signatures) {
			continue
		}
		key := chunkKey{d.Cell, d.Chunk}
		f := files[key]
		if f == nil {
			f = newFile(d.Node.Pos())
			files[key] = f
			u.files = append(u.files, f)
		}
		if memo, ok := d.Memo.(constMemo); ok {
			addImports(f, memo.imports)
		} else {
			addImports(f, d.Imports)
		}
		switch n := d.Node.(type) {
		case *ast.FuncDecl:
			if signatures {
				n = bare(n)
			}
			f.Decls = append(f.Decls, n)
		case *ast.TypeSpec:
			f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.TYPE, TokPos: n.Pos(), Specs: []ast.Spec{n}})
		case *ast.ValueSpec:
			if !groups[d.Gen] {
				groups[d.Gen] = true
				f.Decls = append(f.Decls, constants(d.Gen, func(name string) bool {
					live := u.plan.led.Lookup(name)
					return live != nil && live.Gen == d.Gen && u.plan.session(live, signatures)
				}))
			}
		}
	}
}

// newFile returns an empty file of package main whose text is where pos is.
func newFile(pos token.Pos) *ast.File {
	return &ast.File{Package: pos, FileStart: pos, Name: ast.NewIdent("main"), Decls: []ast.Decl{&ast.GenDecl{Tok: token.IMPORT}}}
}

// addImports adds imports that the file has not got.
func addImports(f *ast.File, imports []ledger.Import) {
	g := f.Decls[0].(*ast.GenDecl)
	for _, imp := range imports {
		spec := importSpec(imp)
		had := false
		for _, s := range g.Specs {
			s := s.(*ast.ImportSpec)
			had = had || s.Path.Value == spec.Path.Value && (s.Name == nil) == (spec.Name == nil) &&
				(s.Name == nil || s.Name.Name == spec.Name.Name)
		}
		if !had {
			g.Specs = append(g.Specs, spec)
		}
	}
}

// bare returns a function without its body.
func bare(f *ast.FuncDecl) *ast.FuncDecl {
	b := *f
	b.Body = nil
	return &b
}

// addVar declares a variable of the package under a name. A type that mentions
// types of the session has to be written out, for those are made anew by each
// check; any other is used as it is.
func (u *universe) addVar(name string, s shape, pos token.Pos) {
	if s.leaf != nil {
		u.pkg.Scope().Insert(types.NewVar(pos, u.pkg, name, s.leaf))
		return
	}
	u.vars = append(u.vars, &ast.ValueSpec{Names: []*ast.Ident{{NamePos: pos, Name: name}}, Type: s.syntax(u.leaves)})
}

// run checks the package with the chunk's file in it.
func (u *universe) run(chunk *ast.File, info *types.Info) {
	files := append(u.files, chunk)
	if len(u.vars) > 0 {
		f := newFile(nopos)
		addImports(f, []ledger.Import{{Name: leavesName, Path: leavesPath}})
		for _, spec := range u.vars {
			f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.VAR, Specs: []ast.Spec{spec}})
		}
		files = append(files, f)
	}
	u.info = info
	conf := types.Config{Importer: u, Error: u.errs.add, Sizes: u.plan.k.sizes}
	_ = types.NewChecker(&conf, u.plan.k.fset, u.pkg, info).Files(files) // the errors went to u.errs
}

// owns reports whether an object is the session's own: of this check or, inside the
// types of variables, of an earlier one.
func (u *universe) owns(obj types.Object) bool {
	return obj.Pkg() != nil && obj.Pkg().Path() == u.pkg.Path()
}

// Import is the types.Importer of one universe.
func (u *universe) Import(path string) (*types.Package, error) {
	if path == leavesPath {
		return u.leaves, nil
	}
	return u.plan.k.pkgs.Import(path)
}
