package gate

import (
	"go/ast"
	"go/types"
)

// The capacity that append gives to a slice depends on what the compiler finds out about
// it: one that starts empty and does not leave its function begins in 32 bytes of the
// stack, and one that is returned is cut to what it needs. The interpreter grows every
// slice as one on the heap, which is what a variable of the session is. So a cell is
// compiled in which the capacity of another slice shows: by cap, or where append may or
// may not write into an array that something else still looks at.

// capacity refuses cap of a slice that is not a variable of the session.
func (j *judge) capacity(x *ast.CallExpr) {
	if _, ok := j.info.TypeOf(x.Args[0]).Underlying().(*types.Slice); ok && !j.ofSession(x.Args[0]) {
		j.refuse(x.Pos(), "cap of a slice, which the compiler may keep on the stack")
	}
}

// room refuses append to a local slice whose result does not replace it.
func (j *judge) room(x *ast.CallExpr) {
	base := sliced(x.Args[0])
	if id, ok := base.(*ast.Ident); !ok || j.grown[x] || j.info.Types[id].IsNil() || j.ofSession(base) {
		return
	}
	j.refuse(x.Pos(), "append to a slice that is kept beside the result")
}

// grows notes the append of an assignment such as s = append(s, …).
func (j *judge) grows(to, value ast.Expr) {
	call, ok := ast.Unparen(value).(*ast.CallExpr)
	if ok && len(call.Args) > 0 && types.ExprString(ast.Unparen(to)) == types.ExprString(sliced(call.Args[0])) {
		j.grown[call] = true
	}
}

// sliced is what s[i:j] is a part of.
func sliced(x ast.Expr) ast.Expr {
	x = ast.Unparen(x)
	for {
		s, ok := x.(*ast.SliceExpr)
		if !ok {
			return x
		}
		x = ast.Unparen(s.X)
	}
}

// ofSession tells whether an expression is a variable of the session, or a part of one.
func (j *judge) ofSession(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, ok := j.info.ObjectOf(x).(*types.Var)
		return ok && v.Parent() == j.p.Pkg.Scope()
	case *ast.SelectorExpr:
		return j.ofSession(x.X)
	case *ast.IndexExpr:
		return j.ofSession(x.X)
	case *ast.SliceExpr:
		return j.ofSession(x.X)
	case *ast.StarExpr:
		return j.ofSession(x.X)
	}
	return false
}
