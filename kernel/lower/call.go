package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// call writes a call, a conversion or a builtin.
func (e *writer) call(x *ast.CallExpr) string {
	fun := ast.Unparen(x.Fun)
	if tv := e.l.p.Info.Types[fun]; tv.IsType() {
		return e.conversion(x, tv.Type)
	} else if tv.IsBuiltin() {
		return e.builtin(x, fun)
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if s := e.l.p.Info.Selections[sel]; s != nil && s.Kind() != types.FieldVal {
			return e.method(x, sel, s)
		}
		if _, generic := e.l.p.Info.Instances[sel.Sel]; generic {
			return e.stdGeneric(x, sel)
		}
	}
	if e.spreads(x) && e.isValue(fun) && e.calls(fun) { // it comes before its arguments
		name := e.fresh("f")
		e.temp(name, fun)
		e.hold(fun, name)
	}
	return e.callee(fun) + "(" + strings.Join(e.args(x), ", ") + ")"
}

// spreads is true for a call whose argument list is another call, which is written before
// the statement.
func (e *writer) spreads(x *ast.CallExpr) bool {
	if len(x.Args) != 1 || x != e.spread {
		return false
	}
	_, multi := e.typeOf(x.Args[0]).(*types.Tuple)
	return multi
}

// callee writes what is called: a declared function by its name.
func (e *writer) callee(fun ast.Expr) string {
	if id, ok := fun.(*ast.Ident); ok {
		fn, ok := e.l.p.Info.Uses[id].(*types.Func)
		if d := e.l.p.Objects[fn]; ok && d != nil && fn.Signature().TypeParams().Len() == 0 {
			return unitName(d)
		}
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok && e.l.p.Info.Selections[sel] == nil {
		if fn, ok := e.l.p.Info.Uses[sel.Sel].(*types.Func); ok && fn.Pkg() != nil {
			if name := waitingFunc(fn); name != "" {
				return e.pkg(Runtime) + "." + name
			}
			return e.pkg(fn.Pkg().Path()) + "." + fn.Name()
		}
	}
	return e.expr(fun)
}

// args writes the arguments of a call.
func (e *writer) args(x *ast.CallExpr) []string {
	if e.spreads(x) {
		tuple, _ := e.typeOf(x.Args[0]).(*types.Tuple)
		return e.spill(x.Args[0], tuple.Len())
	}
	args := make([]string, len(x.Args))
	for i, arg := range x.Args {
		if _, multi := e.typeOf(arg).(*types.Tuple); multi {
			e.refuse(arg, "a call that is the argument list of another")
		}
		args[i] = e.arg(x, arg)
	}
	if x.Ellipsis.IsValid() {
		args[len(args)-1] += "..."
	}
	return args
}

// arg writes one argument. A function that compiled code will call has no parameter
// written as an interface.
func (e *writer) arg(call *ast.CallExpr, x ast.Expr) string {
	if e.l.p.Info.Types[x].IsNil() || !takesSigned(e.typeOf(x)) || !e.l.foreign(call) {
		return e.expr(x)
	}
	lit, ok := ast.Unparen(x).(*ast.FuncLit)
	if !ok {
		e.refuse(x, "a function of floating-point numbers that is handed to a package")
	}
	return e.funcLit(lit, true)
}

// foreign is true for a call of a function of a package.
func (l *lowerer) foreign(x *ast.CallExpr) bool {
	var fn types.Object
	switch fun := ast.Unparen(x.Fun).(type) {
	case *ast.Ident:
		fn = l.p.Info.Uses[fun]
	case *ast.SelectorExpr:
		fn = l.p.Info.Uses[fun.Sel]
	}
	_, ok := fn.(*types.Func)
	return ok && fn.Pkg() != nil && fn.Pkg() != l.p.Pkg
}

// method writes a method call: of a type of the session as a call of a function
// that takes the receiver first, of a type of a package as it is.
func (e *writer) method(x *ast.CallExpr, sel *ast.SelectorExpr, s *types.Selection) string {
	if s.Kind() != types.MethodVal {
		e.refuse(sel, "method expression")
	}
	fn, ok := s.Obj().(*types.Func)
	if !ok {
		e.refuse(sel, "this method")
	}
	holding := e.holding || e.spreads(x) && e.calls(sel.X)
	recv, t := e.path(sel.X, s.Recv(), s.Index()[:len(s.Index())-1])
	_, wants := fn.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, has := t.Underlying().(*types.Pointer)
	if wants && !has {
		e.addressable(sel.X)
	}
	if name := waiting(fn); name != "" {
		if !has {
			recv = "(&" + recv + ")"
		}
		if holding {
			recv = e.keep(recv)
		}
		return e.pkg(Runtime) + "." + name + "(" + strings.Join(append([]string{recv}, e.args(x)...), ", ") + ")"
	}
	if fn.Pkg() != e.l.p.Pkg {
		if holding && !types.IsInterface(t) {
			if wants && !has {
				recv = "(&" + recv + ")"
			}
			recv = e.keep(recv)
		}
		return recv + "." + fn.Name() + "(" + strings.Join(e.args(x), ", ") + ")"
	}
	d := e.l.p.Objects[fn.Origin()]
	if d == nil || types.IsInterface(t) {
		e.refuse(sel, "a call through an interface")
	}
	switch {
	case wants && !has:
		recv = "(&" + recv + ")"
	case has && !wants:
		recv = "(*" + recv + ")"
	}
	if holding {
		recv = e.keep(recv)
	}
	return unitName(d) + "(" + strings.Join(append([]string{recv}, e.args(x)...), ", ") + ")"
}

// keep evaluates a receiver into a variable.
func (e *writer) keep(recv string) string {
	name := e.fresh("recv")
	e.printf("%s := %s\n", name, recv)
	return name
}

func (e *writer) conversion(x *ast.CallExpr, t types.Type) string {
	text := e.typ(t)
	if strings.HasPrefix(text, "*") || strings.HasPrefix(text, "func") {
		text = "(" + text + ")"
	}
	return text + "(" + e.expr(x.Args[0]) + ")"
}

// builtin writes a call of a predeclared function.
func (e *writer) builtin(x *ast.CallExpr, fun ast.Expr) string {
	id, ok := fun.(*ast.Ident)
	if !ok {
		e.refuse(x, "package unsafe")
	}
	switch id.Name {
	case "recover":
		if e.fn.panic == "" {
			e.refuse(x, "recover elsewhere than in a deferred function literal")
		}
		return e.pkg(Runtime) + ".Recover(" + e.fn.panic + ")"
	case "panic":
		return e.pkg(Runtime) + ".Panic(" + strings.Join(e.args(x), ", ") + ")"
	case "close":
		return e.pkg(Runtime) + ".Close(" + strings.Join(e.args(x), ", ") + ")"
	case "len", "cap", "delete":
		if _, ok := e.typeOf(x.Args[0]).Underlying().(*types.Chan); ok {
			return e.pkg(Runtime) + ".Chan" + strings.ToUpper(id.Name[:1]) + id.Name[1:] + "(" + e.expr(x.Args[0]) + ")"
		}
		if p, ok := e.typeOf(x.Args[0]).Underlying().(*types.Pointer); ok { // it may be nil
			if array, ok := p.Elem().Underlying().(*types.Array); ok {
				return fmt.Sprintf("func(%s %s) int { return %d }(%s)", e.fresh("p"), e.typ(p), array.Len(), e.expr(x.Args[0]))
			}
		}
		return id.Name + "(" + strings.Join(e.args(x), ", ") + ")"
	case "append", "copy":
		return e.appendOrCopy(x, id.Name)
	case "make":
		args := []string{e.typ(e.typeOf(x.Args[0]))}
		for _, arg := range x.Args[1:] {
			args = append(args, "int("+e.expr(arg)+")")
		}
		return "make(" + strings.Join(args, ", ") + ")"
	case "new":
		return e.newCall(x)
	case "min", "max":
		return e.minMax(x, id.Name)
	case "print", "println", "clear":
		name := strings.ToUpper(id.Name[:1]) + id.Name[1:]
		return e.pkg(Runtime) + "." + name + "(" + strings.Join(e.args(x), ", ") + ")"
	}
	e.refuse(x, "%s", id.Name)
	return ""
}

// appendOrCopy writes append and copy; a string as their last argument is made bytes.
func (e *writer) appendOrCopy(x *ast.CallExpr, name string) string {
	args := e.args(x)
	last := len(args) - 1
	if b, ok := e.typeOf(x.Args[last]).Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
		if name == "copy" {
			args[last] = "[]uint8(" + args[last] + ")"
		} else if text, ok := strings.CutSuffix(args[last], "..."); ok {
			args[last] = "[]uint8(" + text + ")..."
		}
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// newCall writes new(T), and new(x) as a function that makes the variable.
func (e *writer) newCall(x *ast.CallExpr) string {
	if e.l.p.Info.Types[x.Args[0]].IsType() {
		return "new(" + e.typ(e.typeOf(x.Args[0])) + ")"
	}
	p, ok := e.typeOf(x).Underlying().(*types.Pointer)
	if !ok {
		e.refuse(x, "this call of new")
	}
	t, name := e.typ(p.Elem()), e.fresh("new")
	if signed(p.Elem()) {
		as := e.fresh("new")
		return "func(" + as + " interface{}) *" + t + " { " + name + " := " + as + ".(" + t + "); return &" + name + " }(" + e.expr(x.Args[0]) + ")"
	}
	return "func(" + name + " " + t + ") *" + t + " { return &" + name + " }(" + e.expr(x.Args[0]) + ")"
}

// minMax writes min and max as a call of a compiled function for the type.
func (e *writer) minMax(x *ast.CallExpr, name string) string {
	basic, ok := e.typeOf(x).Underlying().(*types.Basic)
	if !ok || basic.Kind() == types.Uintptr {
		e.refuse(x, "%s of this type", name)
	}
	return e.pkg(Runtime) + "." + strings.ToUpper(name[:1]) + name[1:] + "_" + e.basic(basic) +
		"(" + strings.Join(e.args(x), ", ") + ")"
}
