package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// target writes what is assigned to.
func (e *writer) target(x ast.Expr) string {
	if e.loose(x) {
		e.settleParts(x, func(part ast.Expr) bool { return e.calls(part) || !e.pure(part) })
	}
	e.aim = ast.Unparen(x)
	text := e.expr(x)
	e.aim = nil
	if strings.HasPrefix(text, "(*") && strings.HasSuffix(text, ")") && !strings.Contains(text[1:len(text)-1], ")") {
		return text[1 : len(text)-1] // (*p) = v
	}
	return text
}

func (e *writer) assign(s *ast.AssignStmt) {
	switch {
	case s.Tok != token.ASSIGN && s.Tok != token.DEFINE:
		e.update(s)
	case len(s.Lhs) == 1 && isBlank(s.Lhs[0]):
		e.spread, _ = ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
		e.drop(s.Rhs[0])
	case len(s.Lhs) == 1:
		e.spread, _ = ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
		e.set(s, s.Lhs[0], e.late(s.Lhs[0], s.Rhs[0]))
	case len(s.Rhs) == 1:
		e.settleAll(s.Lhs)
		temps := e.spill(s.Rhs[0], len(s.Lhs))
		for i, lhs := range s.Lhs {
			e.set(s, lhs, temps[i])
		}
	default:
		e.parallel(s)
	}
}

// isBlank is true for the blank identifier.
func isBlank(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "_"
}

// drop evaluates an expression for nothing. It goes into a variable, since the
// interpreter does not evaluate what is assigned to the blank identifier.
func (e *writer) drop(x ast.Expr) {
	if !e.canPanic(x) {
		e.printf("_ = %s\n", e.expr(x))
		return
	}
	name := e.fresh("t")
	e.temp(name, x)
	e.printf("_ = %s\n", name)
}

// late writes the value of an assignment to an element, into a variable if it can panic: the
// element's index is looked at after that.
func (e *writer) late(lhs, rhs ast.Expr) string {
	if _, ident := lhs.(*ast.Ident); ident || !e.canPanic(rhs) || !e.canPanic(lhs) {
		return e.expr(rhs)
	}
	e.settle(lhs)
	name := e.fresh("t")
	e.temp(name, rhs)
	return name
}

// settle evaluates the calls in a target: they come before those of the value.
func (e *writer) settle(lhs ast.Expr) { e.settleParts(lhs, e.calls) }

// settleAll evaluates the operands of the targets of one assignment, in their order: its
// values and what it assigns do not change which element a target is.
func (e *writer) settleAll(targets []ast.Expr) {
	assigned := map[types.Object]bool{}
	for _, lhs := range targets {
		if id, ok := ast.Unparen(lhs).(*ast.Ident); ok {
			assigned[e.l.p.Info.ObjectOf(id)] = true
		}
	}
	for _, lhs := range targets {
		if sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr); ok && e.viaPointer(sel) {
			e.refuse(lhs, "an assignment through an embedded pointer beside others")
		}
		e.settleParts(lhs, func(part ast.Expr) bool { return !e.steady(part, assigned) })
	}
}

// viaPointer is true for a field of what an embedded pointer leads to.
func (e *writer) viaPointer(sel *ast.SelectorExpr) bool {
	s := e.l.p.Info.Selections[sel]
	if s == nil {
		return false
	}
	t := s.Recv()
	for n, i := range s.Index() {
		p, pointer := t.Underlying().(*types.Pointer)
		if pointer && n > 0 {
			return true
		} else if pointer {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return true
		}
		t = st.Field(i).Type()
	}
	return false
}

// steady is true for an operand that an assignment cannot change: a constant, or a variable
// that is not assigned.
func (e *writer) steady(part ast.Expr, assigned map[types.Object]bool) bool {
	if e.l.p.Info.Types[part].Value != nil {
		return true
	}
	id, ok := ast.Unparen(part).(*ast.Ident)
	return ok && !assigned[e.l.p.Info.ObjectOf(id)]
}

// settleParts evaluates those operands of a target into variables for which early is true:
// what is a part of an array or a struct stays where it is.
func (e *writer) settleParts(lhs ast.Expr, early func(ast.Expr) bool) {
	var of, index ast.Expr
	switch x := ast.Unparen(lhs).(type) {
	case *ast.Ident:
		return
	case *ast.IndexExpr:
		of, index = x.X, x.Index
	case *ast.SelectorExpr:
		if e.l.p.Info.Selections[x] == nil {
			return // a variable of a package
		}
		of = x.X
	case *ast.StarExpr:
		of = x.X
	default:
		e.refuse(lhs, "a call in the target of an assignment")
	}
	switch e.typeOf(of).Underlying().(type) {
	case *types.Array, *types.Struct:
		e.settleParts(of, early)
		of = nil
	}
	for _, part := range []ast.Expr{of, index} {
		if part != nil && early(part) {
			name := e.fresh("t")
			e.temp(name, part)
			e.hold(part, name)
		}
	}
}

// update writes x += y and the like.
func (e *writer) update(s *ast.AssignStmt) {
	value := ""
	if _, ident := s.Lhs[0].(*ast.Ident); !ident && e.calls(s.Rhs[0]) {
		e.settle(s.Lhs[0])
		e.spread, _ = ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
		value = e.fresh("t")
		e.temp(value, s.Rhs[0])
	}
	target := e.target(s.Lhs[0])
	if value == "" {
		value = e.operand(s.Tok, s.Rhs[0])
	} else if op := e.operand(s.Tok, s.Rhs[0]); strings.HasPrefix(op, Alias(Runtime)+".Shift_") {
		value = op[:strings.IndexByte(op, '(')] + "(" + value + ")"
	}
	e.printf("%s %s %s\n", target, s.Tok, value)
}

// calls is true if an expression has a call that is more than a conversion or a length, or
// receives from a channel.
func (e *writer) calls(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.CallExpr:
			tv := e.l.p.Info.Types[ast.Unparen(n.Fun)]
			found = found || !tv.IsType() && !tv.IsBuiltin()
		}
		return !found
	})
	return found
}

// set assigns a text to one target, or declares it.
func (e *writer) set(s *ast.AssignStmt, lhs ast.Expr, text string) {
	id, ok := lhs.(*ast.Ident)
	if ok && id.Name == "_" {
		e.printf("_ = %s\n", text)
		return
	}
	if ok && s.Tok == token.DEFINE {
		if obj := e.l.p.Info.Defs[id]; obj != nil {
			e.define(obj, text)
			return
		}
	}
	e.printf("%s = %s\n", e.target(lhs), text)
}

// define declares a local variable.
func (e *writer) define(obj types.Object, text string) {
	if types.IsInterface(obj.Type()) {
		e.printf("var %s %s = %s\n", e.local(obj), e.typ(obj.Type()), text)
		return
	}
	e.typ(obj.Type()) // a type that cannot be written is not interpreted
	e.printf("%s := %s\n", e.local(obj), text)
}

// parallel writes a, b = x, y: the operands of the targets and all values first, then the
// assignments.
func (e *writer) parallel(s *ast.AssignStmt) {
	e.settleAll(s.Lhs)
	temps := make([]string, len(s.Rhs))
	for i, rhs := range s.Rhs {
		if id, ok := rhs.(*ast.Ident); ok && id.Name == "nil" {
			temps[i] = "nil"
			continue
		}
		temps[i] = e.fresh("t")
		e.temp(temps[i], rhs)
	}
	for i, lhs := range s.Lhs {
		e.set(s, lhs, temps[i])
	}
}

// temp declares a variable for the value of an expression.
func (e *writer) temp(name string, x ast.Expr) {
	t := e.typeOf(x)
	if types.IsInterface(t) {
		e.printf("var %s %s = %s\n", name, e.typ(t), e.expr(x))
		return
	}
	e.printf("%s := %s\n", name, e.expr(x))
}

// spill puts the results of a call, or of a map lookup with a second result, into
// variables.
func (e *writer) spill(x ast.Expr, n int) []string {
	temps := make([]string, n)
	for i := range temps {
		temps[i] = e.fresh("t")
	}
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr, *ast.IndexExpr:
		if call, ok := x.(*ast.CallExpr); ok && e.spread == nil {
			e.spread = call
		}
		e.printf("%s := %s\n", strings.Join(temps, ", "), e.expr(x))
	case *ast.UnaryExpr:
		if x.Op != token.ARROW || n != 2 {
			e.refuse(x, "%s", describe(x))
		}
		e.receiveOK(x, temps[0], temps[1])
	default:
		e.refuse(x, "%s", describe(x))
	}
	return temps
}

// decl writes a declaration inside a function: constants are folded and types written
// out where they are used.
func (e *writer) decl(s *ast.DeclStmt) {
	gen, ok := s.Decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return
	}
	for _, spec := range gen.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		if e.canPanic(v) {
			e.mark(v)
		}
		e.ordered(v)
		e.varSpec(v)
	}
}

func (e *writer) varSpec(v *ast.ValueSpec) {
	var texts []string
	switch {
	case len(v.Values) == 1 && len(v.Names) == 1 && v.Names[0].Name == "_":
		e.spread, _ = ast.Unparen(v.Values[0]).(*ast.CallExpr)
		e.drop(v.Values[0])
		e.spread = nil
		return
	case len(v.Values) == 1 && len(v.Names) > 1:
		texts = e.spill(v.Values[0], len(v.Names))
	case len(v.Names) == 1 && len(v.Values) == 1:
		e.spread, _ = ast.Unparen(v.Values[0]).(*ast.CallExpr)
		texts = []string{e.expr(v.Values[0])}
	default:
		for _, x := range v.Values {
			name := "nil"
			if !e.l.p.Info.Types[x].IsNil() {
				name = e.fresh("t")
				e.temp(name, x)
			}
			texts = append(texts, name)
		}
	}
	for i, name := range v.Names {
		obj := e.l.p.Info.Defs[name]
		switch {
		case name.Name == "_" || obj == nil:
			if len(texts) > 0 {
				e.printf("_ = %s\n", texts[i])
			}
		case len(texts) == 0:
			e.printf("var %s %s\n", e.local(obj), e.typ(obj.Type()))
		default:
			e.printf("var %s %s = %s\n", e.local(obj), e.typ(obj.Type()), texts[i])
		}
	}
	e.spread = nil
}
