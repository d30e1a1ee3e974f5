package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// A function with defer statements runs its body inside a compiled function, which
// keeps the calls that are deferred, runs them at the end and knows of a panic. The
// interpreter's own defer loses panics of deferred calls.

// defers is true if a function body defers something itself.
func defers(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			found = true
		}
		return !found
	})
	return found
}

// openScope begins the part of a function in which calls are deferred. Its results
// are variables from then on.
func (e *writer) openScope() {
	e.fn.scope = e.fresh("scope")
	if e.fn.sig != nil && e.fn.named == nil {
		for r := range e.fn.sig.Results().Variables() {
			name := e.fresh("r")
			e.fn.named = append(e.fn.named, name)
			e.printf("var %s %s\n", name, e.typ(r.Type()))
		}
	}
	e.printf("%s := %s.Scope()\n%s.Within(%s, func() {\n", e.fn.scope, Alias(Runtime), Alias(Runtime), e.fn.scope)
}

// closeScope ends it and the function.
func (e *writer) closeScope() {
	e.printf("})\n")
	if e.fn.saved != "" {
		e.printf("%s = %s\n", LineVar, e.fn.saved)
	}
	if len(e.fn.named) > 0 {
		e.printf("return %s\n", strings.Join(e.fn.named, ", "))
	}
}

// deferStmt evaluates the function and its arguments and keeps the call. The literal is
// put into a variable first: only so it keeps the variables as they are now.
func (e *writer) deferStmt(s *ast.DeferStmt) {
	call := ""
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok && len(s.Call.Args) == 0 && e.typ(e.typeOf(lit)) == "func()" {
		e.recovers = e.fn.scope
		call = e.expr(lit)
	} else {
		call = "func() { " + e.held(s.Call, e.fn.scope) + " }"
	}
	name := e.fresh("call")
	how := "Defer"
	if sel, ok := ast.Unparen(s.Call.Fun).(*ast.SelectorExpr); ok {
		if fn, ok := e.l.p.Info.Uses[sel.Sel].(*types.Func); ok && fn.Pkg() != nil && fn.Pkg().Path() == "sync" {
			how = "DeferAlways" // an interrupt leaves no lock behind
		}
	}
	e.printf("%s := %s\n%s.%s(%s, %s)\n", name, call, e.pkg(Runtime), how, e.fn.scope, name)
}

// held writes a call whose function, receiver and arguments are evaluated now, into
// variables. A function literal may recover the panic of the scope.
func (e *writer) held(x *ast.CallExpr, scope string) string {
	e.spread = x
	fun := ast.Unparen(x.Fun)
	if tv := e.l.p.Info.Types[fun]; tv.IsBuiltin() {
		if id, ok := fun.(*ast.Ident); !ok || id.Name == "recover" {
			e.refuse(x, "recover that is deferred itself")
		}
	} else if e.isValue(fun) {
		name := e.fresh("f")
		e.recovers = scope
		e.temp(name, fun)
		e.hold(fun, name)
	}
	for _, arg := range x.Args {
		tv := e.l.p.Info.Types[arg]
		if _, multi := tv.Type.(*types.Tuple); multi || tv.Value != nil || tv.IsNil() || tv.IsType() ||
			takesSigned(tv.Type) && e.l.foreign(x) {
			continue
		}
		name := e.fresh("t")
		e.temp(name, arg)
		e.hold(arg, name)
	}
	e.holding = true
	text := e.expr(x)
	e.holding = false
	return text
}

// hold makes an expression stand for a variable from now on.
func (e *writer) hold(x ast.Expr, name string) {
	if e.stands == nil {
		e.stands = map[ast.Expr]string{}
	}
	e.stands[ast.Unparen(x)] = name
	e.stands[x] = name
}

// isValue is true if what is called is a variable, a field or any other value, and no
// declared function or method.
func (e *writer) isValue(fun ast.Expr) bool {
	switch fun := fun.(type) {
	case *ast.Ident:
		_, declared := e.l.p.Info.Uses[fun].(*types.Func)
		return !declared
	case *ast.SelectorExpr:
		_, declared := e.l.p.Info.Uses[fun.Sel].(*types.Func)
		return !declared
	}
	return true
}
