package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"gomri/kernel/ledger"
)

// rewriter turns the top-level variables of a chunk into variables of the package.
//
// Go checks a := in the body of a function by rules (a new name on the left, no
// use before the declaration, the old x on the right of x := x + 1) that package
// variables have not. So the chunk is checked twice: first with its variables as
// locals of the function that its statements are, which gives the messages and
// the types; then with package variables of these types, and every := an =.
type rewriter struct {
	plan *plan
	errs Errors
	// failed says that the first check had errors.
	failed bool
	vars   []*newVar
	old    map[*ledger.Decl]bool // replaced variables that the body reads
}

// newVar is a variable that the chunk declares at its top level.
type newVar struct {
	id    *ast.Ident
	name  string // in the final package; another than id.Name where an import hides that
	shape shape
	was   *ledger.Decl // the variable it replaces, nil if none
	obj   *types.Var   // in the first check
	seed  types.Type   // the type of was, if it is the same
}

// inferVars makes the first check and rewrites the body.
func (r *rewriter) inferVars() {
	p := r.plan
	r.old = map[*ledger.Decl]bool{}
	u, info := r.asFunction()
	pkg := r.failed && p.ch.only
	switch {
	case pkg:
		u, info = r.asPackage()
	case p.ch.only && r.mayDepend():
		// A function's rules find no fault in var a = f() above the b that f reads, but
		// in a package b gets its value first.
		if up, ip := r.asPackage(); !r.failed && reordered(ip) {
			u, info, pkg = up, ip, true
		}
		r.errs, r.failed = nil, false // the function's rules had found none
	}
	top := p.ch.topLevel(info)
	for _, id := range inOrder(top) {
		r.addVar(id, top[id], u)
	}
	r.rename(u, info)
	if pkg {
		p.ch.body.Body.List = r.initialised(info)
	} else {
		p.ch.body.Body.List = r.statements(p.ch.body.Body.List)
	}
	r.addSeeds()
}

// asFunction makes the first check by the rules of a function's body.
func (r *rewriter) asFunction() (*universe, *types.Info) {
	p := r.plan
	u := p.newUniverse(true)
	for _, d := range p.decls {
		if d.Kind == ledger.Var && p.reached[d] && p.stale[d] == "" && !p.hoisted(d.Name) && !p.imports.shadowed[d.Name] {
			u.addVar(d.Name, d.Memo.(shape), nopos)
		}
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	u.run(p.file(true), info)
	top := map[token.Pos]bool{}
	for id := range p.ch.topLevel(info) {
		top[id.Pos()] = true
	}
	for _, e := range u.errs.list {
		if p.ignored(e) || !p.ch.contains(e.pos) || top[e.pos] && strings.HasPrefix(e.msg, "declared and not used") {
			continue
		}
		r.failed = true
		r.errs = append(r.errs, p.message(e))
	}
	return u, info
}

// statements rewrites a list of top-level statements.
func (r *rewriter) statements(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		out = append(out, r.statement(s)...)
	}
	return out
}

// statement rewrites a top-level statement into none or several.
func (r *rewriter) statement(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			s.Tok = token.ASSIGN
		}
	case *ast.LabeledStmt:
		inner := r.statement(s.Stmt)
		if len(inner) == 0 {
			inner = []ast.Stmt{&ast.EmptyStmt{Semicolon: s.Stmt.Pos(), Implicit: true}}
		}
		s.Stmt = inner[0]
		return append([]ast.Stmt{s}, inner[1:]...)
	case *ast.DeclStmt:
		var out []ast.Stmt
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				out = append(out, r.spec(spec)...)
			}
		}
		return out
	}
	return []ast.Stmt{s}
}

// spec rewrites one var: to an assignment, to nothing if it has no value, or to
// itself if all it declares is blank, for then it may be there for its type.
func (r *rewriter) spec(spec *ast.ValueSpec) []ast.Stmt {
	lhs := make([]ast.Expr, len(spec.Names))
	for i, id := range spec.Names {
		lhs[i] = id
	}
	switch {
	case blank(spec):
		return []ast.Stmt{&ast.DeclStmt{Decl: &ast.GenDecl{Tok: token.VAR, TokPos: spec.Pos(), Specs: []ast.Spec{spec}}}}
	case len(spec.Values) == 0:
		return r.zero(spec)
	case spec.Type != nil && len(spec.Names) > 1:
		return r.typed(spec, lhs)
	}
	return []ast.Stmt{&ast.AssignStmt{Lhs: lhs, TokPos: spec.Pos(), Tok: token.ASSIGN, Rhs: spec.Values}}
}

// typed rewrites var a, _ T = x, y: a blank among the names keeps its type.
func (r *rewriter) typed(spec *ast.ValueSpec, lhs []ast.Expr) []ast.Stmt {
	for i, id := range spec.Names {
		if id.Name == "_" && i < len(spec.Values) && len(spec.Values) == len(spec.Names) {
			spec.Values[i] = &ast.CallExpr{Fun: &ast.ParenExpr{X: spec.Type}, Lparen: spec.Values[i].Pos(), Args: []ast.Expr{spec.Values[i]}, Rparen: spec.Values[i].Pos()}
		}
	}
	return []ast.Stmt{&ast.AssignStmt{Lhs: lhs, TokPos: spec.Pos(), Tok: token.ASSIGN, Rhs: spec.Values}}
}

// zero empties variables that a var without a value declares, where they are not
// empty at the chunk's start.
func (r *rewriter) zero(spec *ast.ValueSpec) []ast.Stmt {
	var out []ast.Stmt
	for _, id := range spec.Names {
		for _, v := range r.vars {
			if v.id == id && r.seeded(v) {
				call := &ast.CallExpr{Fun: &ast.Ident{NamePos: id.Pos(), Name: "new"}, Lparen: id.Pos(), Args: []ast.Expr{spec.Type}, Rparen: id.Pos()}
				out = append(out, &ast.AssignStmt{Lhs: []ast.Expr{id}, TokPos: id.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.StarExpr{Star: id.Pos(), X: call}}})
			}
		}
	}
	return out
}

// seeded reports whether the variable has to begin with the value of the one it
// replaces: it has the same type, and a function of the session that the chunk may
// call reads it, perhaps before the chunk assigns to it.
func (r *rewriter) seeded(v *newVar) bool {
	if v.seed == nil {
		return false
	}
	for d := range r.plan.affected {
		for _, u := range d.Uses {
			if u == v.was && r.plan.named[d] {
				return true
			}
		}
	}
	return false
}

// addSeeds puts x = oldx at the start of the body where that is needed.
func (r *rewriter) addSeeds() {
	var seeds []ast.Stmt
	for _, v := range r.vars {
		if !r.seeded(v) {
			continue
		}
		r.old[v.was] = true
		pos := v.id.Pos()
		seeds = append(seeds, &ast.AssignStmt{
			Lhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: v.name}}, TokPos: pos, Tok: token.ASSIGN,
			Rhs: []ast.Expr{&ast.Ident{NamePos: pos, Name: oldPrefix + v.was.Name}},
		})
	}
	r.plan.ch.body.Body.List = append(seeds, r.plan.ch.body.Body.List...)
}

// final makes the check that the Program is built from.
func (r *rewriter) final() *universe {
	p := r.plan
	u := p.newUniverse(false)
	for _, d := range p.decls {
		if d.Kind == ledger.Var && p.reached[d] && p.stale[d] == "" && !p.own[d.Name] {
			u.addVar(d.Name, d.Memo.(shape), nopos)
		}
		if r.old[d] {
			u.addVar(oldPrefix+d.Name, d.Memo.(shape), nopos)
		}
	}
	for _, v := range r.vars {
		u.addVar(v.name, v.shape, v.id.Pos())
	}
	u.run(p.file(false), &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{},
	})
	return u
}
