package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// The interpreter's own words for an index out of range lack the index and the length, so
// an index that is not known to be right is looked at by a compiled function, which
// panics as the element itself would.

// index writes an element.
func (e *writer) index(x *ast.IndexExpr) string {
	switch u := e.typeOf(x.X).Underlying().(type) {
	case *types.Map:
		return e.expr(x.X) + "[" + e.expr(x.Index) + "]"
	case *types.Basic:
		if u.Info()&types.IsString == 0 {
			e.refuse(x, "this index")
		}
		if e.raw || e.proven(x) {
			return e.expr(x.X) + "[" + e.expr(x.Index) + "]"
		}
		at, unsigned := e.indexText(x.Index)
		return e.pkg(Runtime) + ".At" + unsigned + "(" + e.expr(x.X) + ", " + at + ")"
	case *types.Slice, *types.Array, *types.Pointer:
		return e.element(x)
	}
	e.refuse(x, "generic instantiation")
	return ""
}

// element writes an element of a slice, an array or what a pointer leads to.
func (e *writer) element(x *ast.IndexExpr) string {
	if e.raw || e.proven(x) {
		return e.container(x.X) + "[" + e.expr(x.Index) + "]"
	}
	at, unsigned := e.indexText(x.Index)
	check := e.pkg(Runtime) + ".Index" + unsigned + "("
	if e.pure(x.X) {
		return e.container(x.X) + "[" + check + at + ", len(" + e.unchecked(x.X) + "))]"
	}
	slice, ok := e.typeOf(x.X).Underlying().(*types.Slice)
	if !ok || e.aim == x {
		e.refuse(x, "an element of something that is not a variable")
	}
	list, n := e.fresh("list"), e.fresh("n")
	return "func(" + list + " " + e.typ(slice) + ", " + n + " " + strings.TrimPrefix(unsigned+"int", "U") + ") " + e.typ(slice.Elem()) +
		" { return " + list + "[" + check + n + ", len(" + list + "))] }(" + e.expr(x.X) + ", " + at + ")"
}

// loose is true for an element, or a part of one, of something that is not a variable: as a
// value it is a copy, which has no use as a target and no address of use.
func (e *writer) loose(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.IndexExpr:
		switch e.typeOf(x.X).Underlying().(type) {
		case *types.Slice, *types.Pointer:
			return !e.pure(x.X)
		case *types.Array:
			return e.loose(x.X)
		}
	case *ast.SelectorExpr:
		if s := e.l.p.Info.Selections[x]; s != nil {
			return e.loose(x.X)
		}
	}
	return false
}

// addressable refuses an operand of which no address can be taken.
func (e *writer) addressable(x ast.Expr) {
	if e.loose(x) {
		e.refuse(x, "the address of an element of something that is not a variable")
	}
}

// container writes what an index or a slice expression is about.
func (e *writer) container(x ast.Expr) string {
	if _, ok := e.typeOf(x).Underlying().(*types.Pointer); ok {
		return "(*" + e.expr(x) + ")"
	}
	return e.expr(x)
}

// unchecked is container without looking at any index again.
func (e *writer) unchecked(x ast.Expr) string {
	raw := e.raw
	e.raw = true
	defer func() { e.raw = raw }()
	return e.container(x)
}

// indexText writes an index as an int, or as a uint64 with "U" for one that may be too large.
func (e *writer) indexText(x ast.Expr) (text, unsigned string) {
	b, ok := e.typeOf(x).Underlying().(*types.Basic)
	if !ok {
		e.refuse(x, "this index")
	}
	switch b.Kind() {
	case types.Int, types.UntypedInt, types.UntypedRune, types.UntypedFloat:
		if v := e.l.p.Info.Types[x].Value; v != nil {
			return constant.ToInt(v).ExactString(), ""
		}
		return e.expr(x), ""
	case types.Uint, types.Uint64, types.Uintptr:
		return "uint64(" + e.expr(x) + ")", "U"
	}
	return "int(" + e.expr(x) + ")", ""
}

// pure is true for an expression that may be evaluated twice: variables, their fields
// and elements.
func (e *writer) pure(x ast.Expr) bool {
	if _, held := e.stands[ast.Unparen(x)]; held || e.l.p.Info.Types[x].Value != nil {
		return true
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		s := e.l.p.Info.Selections[x]
		return s == nil || s.Kind() == types.FieldVal && e.pure(x.X)
	case *ast.IndexExpr:
		return e.pure(x.X) && e.pure(x.Index)
	case *ast.StarExpr:
		return e.pure(x.X)
	case *ast.UnaryExpr:
		return x.Op != token.ARROW && e.pure(x.X)
	case *ast.BinaryExpr:
		return e.pure(x.X) && e.pure(x.Y)
	case *ast.CallExpr:
		id, ok := ast.Unparen(x.Fun).(*ast.Ident)
		return ok && e.l.p.Info.Types[x.Fun].IsBuiltin() && (id.Name == "len" || id.Name == "cap") && e.pure(x.Args[0])
	}
	return false
}

// slice writes a slice expression.
func (e *writer) slice(x *ast.SliceExpr) string {
	if b, ok := e.typeOf(x.X).Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
		return e.substring(x)
	}
	if _, array := e.typeOf(x.X).Underlying().(*types.Array); array {
		e.addressable(x.X)
	}
	if x.Low == nil && x.High == nil {
		return e.container(x.X) + "[:]"
	}
	for _, bound := range []ast.Expr{x.X, x.Low, x.High, x.Max} {
		if bound != nil && !e.pure(bound) {
			return e.sliceCall(x)
		}
	}
	bounds, kind := e.bounds(x)
	of := e.unchecked(x.X)
	sizes := []string{"len(" + of + ")", "cap(" + of + ")"}
	low := e.pkg(Runtime) + ".Low" + kind + "(" + strings.Join(append(sizes, bounds...), ", ") + ")"
	text := e.container(x.X) + "[" + low + ":"
	if x.High != nil {
		text += bounds[1]
	}
	if x.Slice3 {
		text += ":" + bounds[2]
	}
	return text + "]"
}

// bounds writes the bounds of a slice expression as ints, and what is checked of them.
// Of an array, the length is what the runtime tells.
func (e *writer) bounds(x *ast.SliceExpr) (list []string, kind string) {
	for _, bound := range []ast.Expr{x.Low, x.High, x.Max} {
		switch {
		case bound != nil:
			text, unsigned := e.indexText(bound)
			if unsigned != "" {
				e.refuse(bound, "a bound of an unsigned type")
			}
			list = append(list, text)
		case len(list) == 0:
			list = append(list, "0")
		}
	}
	kind = string([]byte{byte('0' + len(list))})
	if _, ok := e.typeOf(x.X).Underlying().(*types.Slice); !ok {
		kind += "Array"
	}
	return list, kind
}

// sliceCall writes a slice expression whose operands may be evaluated only once.
func (e *writer) sliceCall(x *ast.SliceExpr) string {
	if _, ok := e.typeOf(x.X).Underlying().(*types.Slice); !ok {
		e.refuse(x, "a slice of an array with bounds that are computed by calls")
	}
	t, of := e.typ(e.typeOf(x.X).Underlying()), e.fresh("list")
	args, kind := e.bounds(x)
	params, names := []string{of + " " + t}, []string{}
	for range args {
		names = append(names, e.fresh("n"))
		params = append(params, names[len(names)-1]+" int")
	}
	text := of + "[" + e.pkg(Runtime) + ".Low" + kind + "(len(" + of + "), cap(" + of + "), " + strings.Join(names, ", ") + "):"
	if x.High != nil {
		text += names[1]
	}
	if x.Slice3 {
		text += ":" + names[2]
	}
	return "func(" + strings.Join(params, ", ") + ") " + t + " { return " + text + "] }(" +
		strings.Join(append([]string{e.expr(x.X)}, args...), ", ") + ")"
}

// substring writes a slice of a string.
func (e *writer) substring(x *ast.SliceExpr) string {
	text := e.expr(x.X)
	if x.Low == nil && x.High == nil {
		return text
	}
	bounds, _ := e.bounds(x)
	name := ".Cut"
	if x.High == nil {
		name = ".CutFrom"
	}
	return e.pkg(Runtime) + name + "(" + strings.Join(append([]string{text}, bounds...), ", ") + ")"
}

// proven is true for an index that cannot be out of range: a constant one of an array, and
// the variable of a loop over exactly what it is an index of.
func (e *writer) proven(x *ast.IndexExpr) bool {
	t := e.typeOf(x.X).Underlying()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem().Underlying()
	}
	if _, array := t.(*types.Array); array && e.l.p.Info.Types[x.Index].Value != nil {
		return true
	}
	index, ok := ast.Unparen(x.Index).(*ast.Ident)
	list, ok2 := ast.Unparen(x.X).(*ast.Ident)
	if !ok || !ok2 {
		return false
	}
	of := e.within[e.l.p.Info.ObjectOf(index)]
	return of != nil && of == e.l.p.Info.ObjectOf(list)
}

// knows notes that in a loop's body an index stays within a variable, if neither is changed
// there, and returns what forgets it.
func (e *writer) knows(key, list ast.Expr, body *ast.BlockStmt) func() {
	index, ok := key.(*ast.Ident)
	of, ok2 := list.(*ast.Ident)
	if !ok || !ok2 {
		return func() {}
	}
	i, x := e.l.p.Info.Defs[index], e.l.p.Info.ObjectOf(of)
	if i == nil || x == nil || e.l.shared.vars[x] || e.l.shared.vars[i] {
		return func() {}
	}
	if _, array := x.Type().Underlying().(*types.Array); !array {
		if u := e.usage(x, body); u.whole || u.address {
			return func() {}
		}
	}
	if u := e.usage(i, body); u.changed || u.kept {
		return func() {}
	}
	if e.within == nil {
		e.within = map[types.Object]types.Object{}
	}
	e.within[i] = x
	return func() { delete(e.within, i) }
}

// counts finds the variable of which a loop's index takes the indices: x in
// for i := 0; i < len(x); i++.
func (e *writer) counts(s *ast.ForStmt) (key, list ast.Expr) {
	init, ok := s.Init.(*ast.AssignStmt)
	cond, ok2 := s.Cond.(*ast.BinaryExpr)
	post, ok3 := s.Post.(*ast.IncDecStmt)
	if !ok || !ok2 || !ok3 || init.Tok != token.DEFINE || len(init.Lhs) != 1 || cond.Op != token.LSS || post.Tok != token.INC {
		return nil, nil
	}
	key, _ = init.Lhs[0].(*ast.Ident)
	v := e.l.p.Info.Types[init.Rhs[0]].Value
	if v == nil || constant.Sign(v) < 0 || !e.same(key, cond.X) || !e.same(key, post.X) {
		return nil, nil
	}
	return key, e.lengthOf(cond.Y)
}

// lengthOf is x if an expression is len(x), or nil.
func (e *writer) lengthOf(x ast.Expr) ast.Expr {
	call, ok := x.(*ast.CallExpr)
	if !ok || !e.l.p.Info.Types[call.Fun].IsBuiltin() || len(call.Args) != 1 {
		return nil
	}
	if id, ok := call.Fun.(*ast.Ident); !ok || id.Name != "len" {
		return nil
	}
	return call.Args[0]
}

// same is true if two expressions are one variable.
func (e *writer) same(a, b ast.Expr) bool {
	x, ok := a.(*ast.Ident)
	y, ok2 := b.(*ast.Ident)
	return ok && ok2 && e.l.p.Info.ObjectOf(x) == e.l.p.Info.ObjectOf(y)
}
