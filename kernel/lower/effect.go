package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/ledger"
)

// effects is what functions change outside of themselves. Go leaves open whether a
// variable is read before or after a call that stands in the same expression; the
// compiler reads late, the interpreter early. Where the call can change what is read,
// the cell is compiled.
type effects struct {
	vars      map[types.Object]bool // assigned in a function that did not declare them
	elements  bool                  // elements, fields behind pointers or maps are assigned in a function
	addressed map[types.Object]bool // something may point to them
	stores
}

// findShared collects the effects of all functions that the cell reaches.
func (l *lowerer) findShared() {
	l.shared.vars, l.shared.addressed = map[types.Object]bool{}, map[types.Object]bool{}
	for _, d := range l.p.Reach {
		if fn, ok := d.Node.(*ast.FuncDecl); ok && d.Kind != ledger.Type && fn.Body != nil {
			l.effectsOf(fn, fn.Pos(), fn.End())
			l.addresses(fn)
		}
	}
	for _, fn := range l.p.Funcs {
		l.effectsOf(fn, fn.Pos(), fn.End())
		l.addresses(fn)
	}
	l.addresses(l.p.Body)
	ast.Inspect(l.p.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			l.effectsOf(lit, lit.Pos(), lit.End())
		}
		return true
	})
}

// effectsOf adds what the function between two positions changes.
func (l *lowerer) effectsOf(fn ast.Node, from, to token.Pos) {
	change := func(x ast.Expr) {
		obj := l.root(x)
		if _, ident := ast.Unparen(x).(*ast.Ident); !ident {
			l.shared.elements = true
		}
		if obj != nil && (obj.Pos() < from || obj.Pos() >= to || l.p.Objects[obj] != nil) {
			l.shared.vars[obj] = true
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if n != fn {
				l.effectsOf(n, n.Pos(), n.End())
			}
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				change(lhs)
				l.shared.into(l, lhs)
			}
		case *ast.IncDecStmt:
			change(n.X)
			l.shared.into(l, n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				change(n.Key)
				if n.Value != nil {
					change(n.Value)
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				change(n.X)
			}
		case *ast.CallExpr:
			l.shared.elements = l.shared.elements || l.mutates(n)
			if l.writes(n) {
				l.shared.by(l, n)
			}
		}
		return true
	})
}

// mutates is true for a call of something that is not the user's and may change
// what its arguments refer to.
func (l *lowerer) mutates(x *ast.CallExpr) bool {
	switch fun := ast.Unparen(x.Fun).(type) {
	case *ast.Ident:
		_, builtin := l.p.Info.Uses[fun].(*types.Builtin)
		return builtin && (fun.Name == "copy" || fun.Name == "delete" || fun.Name == "clear" || fun.Name == "append")
	case *ast.SelectorExpr:
		obj := l.p.Info.Uses[fun.Sel]
		return obj == nil || obj.Pkg() != l.p.Pkg && !pure[pkgPath(obj)]
	}
	return false
}

func pkgPath(obj types.Object) string {
	if obj.Pkg() == nil {
		return ""
	}
	return obj.Pkg().Path()
}

// pure are packages whose functions change nothing that is passed to them.
var pure = map[string]bool{"fmt": true, "strings": true, "strconv": true, "math": true, "errors": true, "unicode": true}

// ordered refuses a statement or expression in which a variable is read before a
// call that may change it.
func (e *writer) ordered(n ast.Node) {
	o := orderer{e: e}
	o.prepare(n)
	o.walk(n, false)
	for _, read := range o.reads {
		calls := o.calls
		if read.native {
			calls = o.natives
		}
		for _, call := range calls {
			if call.Pos() > read.node.Pos() && call.Pos() >= read.from && call.End() <= read.to &&
				!(call.Pos() <= read.node.Pos() && read.node.End() <= call.End()) {
				e.refuse(read.node, "a variable read beside a call that may change it")
			}
		}
	}
}

// order is ordered for an expression.
func (e *writer) order(x ast.Expr) { e.ordered(x) }

// orderer finds the calls and the reads of one statement.
type orderer struct {
	e       *writer
	calls   []*ast.CallExpr // of the user's functions
	natives []*ast.CallExpr // of builtins and packages, which store something
	reads   []read
	outer   []*ast.CallExpr // the user's calls around where we are
	own     stores          // of the natives
}

// read is a read of something shared; the call that wants it, or the whole
// statement, stands between from and to.
type read struct {
	node     ast.Node
	from, to token.Pos
	native   bool // what natives store may be read, not what the user's functions change
}

func (o *orderer) walk(n ast.Node, target bool) {
	switch n := n.(type) {
	case nil, *ast.FuncLit:
	case *ast.AssignStmt:
		for _, lhs := range n.Lhs {
			o.walk(lhs, n.Tok == token.ASSIGN || n.Tok == token.DEFINE)
		}
		for _, rhs := range n.Rhs {
			o.walk(rhs, false)
		}
	case *ast.Ident:
		obj, ok := o.e.l.p.Info.ObjectOf(n).(*types.Var)
		if ok && !target {
			pointed := o.pointed(obj)
			o.read(n, o.e.l.shared.vars[obj] || pointed && o.e.l.shared.change(obj.Type()), pointed && o.own.change(obj.Type()))
		}
	case *ast.CallExpr:
		o.call(n)
	case *ast.IndexExpr:
		o.element(n, target)
		o.walk(n.X, target && o.inPlace(n.X))
		o.walk(n.Index, false)
	case *ast.StarExpr:
		o.element(n, target)
		o.walk(n.X, false)
	case *ast.SelectorExpr:
		if _, ok := o.e.l.p.Info.Selections[n]; ok {
			o.element(n, target)
			o.walk(n.X, target && o.inPlace(n.X))
		}
	default:
		o.children(n)
	}
}

// children walks the direct children of a node.
func (o *orderer) children(n ast.Node) {
	ast.Inspect(n, func(c ast.Node) bool {
		if c == n {
			return true
		}
		if c != nil {
			o.walk(c, false)
		}
		return false
	})
}

// inPlace is true for an array or a struct: a target in it does not read it.
func (o *orderer) inPlace(x ast.Expr) bool {
	switch o.e.typeOf(x).Underlying().(type) {
	case *types.Array, *types.Struct:
		return true
	}
	return false
}

// element notes the read of an element, if any function assigns elements or a call of the
// statement may store into it.
func (o *orderer) element(x ast.Expr, target bool) {
	if !target {
		o.read(x, o.e.l.shared.elements, o.own.meet(o.e.typeOf(x)))
	}
}

// read notes a read of what the user's functions, or what natives may change.
func (o *orderer) read(n ast.Node, users, natives bool) {
	r := read{node: n, from: 0, to: 1 << 62, native: true}
	if natives {
		o.reads = append(o.reads, r)
	}
	if !users {
		return
	}
	r.native = false
	if len(o.outer) > 0 {
		call := o.outer[len(o.outer)-1]
		r.from, r.to = call.Pos(), call.End()
	}
	o.reads = append(o.reads, r)
}

// call walks a call: one of a function of the user's can change anything, one of a package
// what its arguments lead to.
func (o *orderer) call(x *ast.CallExpr) {
	users := o.e.l.usersCall(x)
	if users {
		o.calls = append(o.calls, x)
		o.outer = append(o.outer, x)
	} else if o.e.l.writes(x) {
		o.natives = append(o.natives, x)
	}
	fun := ast.Unparen(x.Fun)
	if tv := o.e.l.p.Info.Types[fun]; tv.IsType() { // string(bytes) reads elements
		if s, ok := o.e.typeOf(x.Args[0]).Underlying().(*types.Slice); ok {
			o.read(x, o.e.l.shared.elements, o.own.meet(s.Elem()))
		}
	}
	if tv := o.e.l.p.Info.Types[fun]; !tv.IsType() && !tv.IsBuiltin() {
		o.walk(fun, false)
	}
	for _, arg := range x.Args {
		if !o.e.l.p.Info.Types[arg].IsType() {
			o.walk(arg, false)
		}
	}
	if users {
		o.outer = o.outer[:len(o.outer)-1]
	}
}

// usersCall is true unless the call is a conversion, a builtin or a function of a package.
func (l *lowerer) usersCall(x *ast.CallExpr) bool {
	fun := ast.Unparen(x.Fun)
	if tv := l.p.Info.Types[fun]; tv.IsType() || tv.IsBuiltin() {
		return false
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return true
	}
	fn, ok := l.p.Info.Uses[sel.Sel].(*types.Func)
	return !ok || fn.Pkg() == l.p.Pkg || passesFunc(fn)
}

// passesFunc is true for a function of a package that may call one of the user's.
func passesFunc(fn *types.Func) bool {
	for p := range fn.Signature().Params().Variables() {
		if _, ok := p.Type().Underlying().(*types.Signature); ok {
			return true
		}
	}
	return false
}

// canPanic is true if a statement or expression can panic by itself or in what it calls.
func (e *writer) canPanic(n ast.Node) bool {
	can := false
	ast.Inspect(n, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && e.l.p.Info.Types[x].Value != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.SelectorExpr, *ast.TypeAssertExpr:
			can = true
		case *ast.SendStmt, *ast.SelectStmt:
			can = true
		case *ast.UnaryExpr:
			can = can || n.Op == token.ARROW
		case *ast.CallExpr:
			tv := e.l.p.Info.Types[ast.Unparen(n.Fun)]
			id, _ := ast.Unparen(n.Fun).(*ast.Ident)
			can = can || !tv.IsType() && !(tv.IsBuiltin() && id != nil && (id.Name == "len" || id.Name == "cap" || id.Name == "append"))
		case *ast.BinaryExpr:
			can = can || risky(n.Op)
		case *ast.AssignStmt:
			can = can || risky(n.Tok)
		}
		return !can
	})
	return can
}

// risky is true for operators that can panic.
func risky(op token.Token) bool {
	switch op {
	case token.QUO, token.REM, token.SHL, token.SHR,
		token.QUO_ASSIGN, token.REM_ASSIGN, token.SHL_ASSIGN, token.SHR_ASSIGN:
		return true
	}
	return false
}
