package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"gomri/kernel/ledger"
)

// onlyDeclares reports whether the body has no statements but var declarations.
func (ch *chunk) onlyDeclares() bool {
	for _, s := range ch.body.Body.List {
		d, ok := s.(*ast.DeclStmt)
		if !ok || d.Decl.(*ast.GenDecl).Tok != token.VAR {
			return false
		}
	}
	return true
}

// asPackage makes the first check of a chunk that only declares, by the rules of
// a package: its names are known everywhere, and its variables get their values
// in the order in which they depend on each other. It is tried where the rules of
// a function find faults, and its faults are the ones to report.
func (r *rewriter) asPackage() (*universe, *types.Info) {
	p := r.plan
	u := p.newUniverse(true)
	for _, d := range p.decls {
		if d.Kind == ledger.Var && p.reached[d] && p.stale[d] == "" && !p.own[d.Name] {
			u.addVar(d.Name, d.Memo.(shape), nopos)
		}
	}
	body := p.ch.body
	p.ch.body = &ast.FuncDecl{Name: body.Name, Type: body.Type, Body: &ast.BlockStmt{Lbrace: body.Body.Lbrace, Rbrace: body.Body.Rbrace}}
	f := p.file(false)
	for _, s := range body.Body.List {
		if d, ok := s.(*ast.DeclStmt); ok {
			f.Decls = append(f.Decls, d.Decl)
		}
	}
	p.ch.body = body
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	u.run(f, info)
	r.errs, r.failed = nil, false
	for _, e := range u.errs.list {
		if !p.ignored(e) && p.ch.contains(e.pos) && !p.inFunc(e.pos) {
			r.failed = true
			r.errs = append(r.errs, p.message(e))
		}
	}
	return u, info
}

// mayDepend reports whether variables of a chunk that only declares could depend on each
// other through its functions. They do not where one is set to what the session's
// variable of another's name holds: that says that the text goes from top to bottom.
func (r *rewriter) mayDepend() bool {
	ch := r.plan.ch
	if len(ch.funcs) == 0 || len(ch.body.Body.List) < 2 {
		return false
	}
	earlier := false
	ast.Inspect(ch.body, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, x := range spec.Values {
			ast.Inspect(x, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && r.plan.own[id.Name] {
					d := r.plan.led.Lookup(id.Name)
					earlier = earlier || d != nil && d.Kind == ledger.Var
				}
				return !earlier
			})
		}
		return false
	})
	return !earlier
}

// reordered reports whether the variables of a package get their values in another
// order than that of the text.
func reordered(info *types.Info) bool {
	return !slices.IsSortedFunc(info.InitOrder, func(a, b *types.Initializer) int {
		return int(a.Lhs[0].Pos() - b.Lhs[0].Pos())
	})
}

// initialised returns the body of a chunk checked as a package: its variables get
// their values, then the calls of init and main follow.
func (r *rewriter) initialised(info *types.Info) (list []ast.Stmt) {
	byPos := map[token.Pos]*ast.ValueSpec{}
	rest := map[token.Pos]ast.Stmt{} // blank declarations, kept for their types
	for _, s := range r.plan.ch.body.Body.List {
		d, ok := s.(*ast.DeclStmt)
		if !ok {
			continue
		}
		for _, s := range d.Decl.(*ast.GenDecl).Specs {
			spec := s.(*ast.ValueSpec)
			for _, id := range spec.Names {
				byPos[id.Pos()] = spec
			}
		}
	}
	for _, in := range info.InitOrder {
		spec := byPos[in.Lhs[0].Pos()]
		if blank(spec) {
			if rest[spec.Pos()] == nil {
				rest[spec.Pos()] = r.spec(spec)[0]
				list = append(list, rest[spec.Pos()])
			}
			continue
		}
		lhs := make([]ast.Expr, len(in.Lhs))
		for i, v := range in.Lhs {
			lhs[i] = spec.Names[slices.IndexFunc(spec.Names, func(id *ast.Ident) bool { return id.Pos() == v.Pos() })]
		}
		list = append(list, &ast.AssignStmt{Lhs: lhs, TokPos: lhs[0].Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{in.Rhs}})
	}
	for _, s := range r.plan.ch.body.Body.List {
		if _, ok := s.(*ast.DeclStmt); !ok {
			list = append(list, s)
		}
	}
	return list
}

// blank reports whether all names of a declaration are blank.
func blank(spec *ast.ValueSpec) bool {
	return !slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name != "_" })
}

// topLevel returns the variables that the first check found at the chunk's top level.
func (ch *chunk) topLevel(info *types.Info) map[*ast.Ident]*types.Var {
	top := map[*ast.Ident]*types.Var{}
	for _, id := range ch.declared() {
		if obj, ok := info.Defs[id].(*types.Var); ok && id.Name != "_" {
			top[id] = obj
		}
	}
	return top
}

// inOrder returns the identifiers of a map in the order of the text.
func inOrder(top map[*ast.Ident]*types.Var) []*ast.Ident {
	return slices.SortedFunc(maps.Keys(top), func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
}
