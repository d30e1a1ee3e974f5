package check

import (
	"go/ast"
	"go/constant"
	"go/types"
	"math"
	"strings"
)

// last returns the expression whose value the chunk shows, or nil.
func (b *builder) last() ast.Expr {
	list := b.prog.Body.List
	if len(list) == 0 {
		return nil
	}
	s, ok := list[len(list)-1].(*ast.ExprStmt)
	if !ok {
		return nil
	}
	tv := b.u.info.Types[s.X]
	if !tv.IsValue() || b.prints(s.X) {
		return nil
	}
	if t, ok := tv.Type.(*types.Tuple); ok && t.Len() == 0 {
		return nil
	}
	return s.X
}

// prints reports whether an expression is a call whose result no one looks at.
func (b *builder) prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return false
	}
	f, ok := b.u.info.Uses[id].(*types.Func)
	if !ok || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "fmt":
		return strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint")
	case "log":
		return true
	}
	return false
}

// overflow says that an untyped constant is too large for its default type, in
// the compiler's words, "" if it is not.
func (b *builder) overflow(e ast.Expr) string {
	tv := b.u.info.Types[e]
	basic, ok := tv.Type.(*types.Basic)
	if !ok || tv.Value == nil || basic.Info()&types.IsUntyped == 0 {
		return ""
	}
	typ := types.Default(basic).(*types.Basic)
	fits := true
	switch {
	case typ.Info()&types.IsInteger != 0:
		n, exact := constant.Int64Val(constant.ToInt(tv.Value))
		bits := 8 * uint(b.plan.k.sizes.Sizeof(typ))
		fits = exact && n>>(bits-1) == n>>63
	case typ.Info()&types.IsFloat != 0:
		f, _ := constant.Float64Val(tv.Value)
		fits = !math.IsInf(f, 0)
	}
	if fits {
		return ""
	}
	text, value := types.ExprString(e), tv.Value.String()
	if text != value {
		value = " " + value
	} else {
		value = ""
	}
	return "cannot use " + text + " (" + basic.String() + " constant" + value + ") as " + typ.String() + " value in a cell's last expression (overflows)"
}
