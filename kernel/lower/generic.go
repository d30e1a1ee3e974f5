package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

// given are the generic functions that return something of a type parameter: the compiled
// function for them returns it as an interface.
var given = map[string]bool{
	"slices.Max": true, "slices.Min": true, "slices.Compact": true, "slices.Clone": true, "slices.Insert": true,
	"slices.Delete": true, "slices.MaxFunc": true, "slices.MinFunc": true, "slices.DeleteFunc": true,
	"slices.Sorted": true, "slices.Collect": true, "maps.Clone": true,
}

// stdGeneric writes a call of a generic function of the standard library, as a call of the
// compiled function that does the same for every type.
func (e *writer) stdGeneric(x *ast.CallExpr, sel *ast.SelectorExpr) string {
	fn, ok := e.l.p.Info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg() == e.l.p.Pkg {
		e.refuse(x, "generic function")
	}
	name := fn.Pkg().Path() + "." + fn.Name()
	var args []string
	switch name {
	case "slices.Sorted", "slices.Collect":
		args = []string{e.collected(x)}
	case "maps.Keys", "maps.Values":
		e.refuse(x, "an iterator")
	default:
		args = e.packed(x)
	}
	path := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], ".", "_")
	text := e.pkg(Runtime) + "." + path + "(" + strings.Join(args, ", ") + ")"
	if given[name] {
		text += ".(" + e.typ(e.typeOf(x)) + ")"
	}
	return text
}

// collected writes maps.Keys(m) or maps.Values(m), the argument of x.
func (e *writer) collected(x *ast.CallExpr) string {
	inner, ok := ast.Unparen(x.Args[0]).(*ast.CallExpr)
	if !ok {
		e.refuse(x, "an iterator")
	}
	sel, ok := ast.Unparen(inner.Fun).(*ast.SelectorExpr)
	if !ok {
		e.refuse(x, "an iterator")
	}
	fn, ok := e.l.p.Info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "maps" || fn.Name() != "Keys" && fn.Name() != "Values" {
		e.refuse(x, "an iterator")
	}
	return e.pkg(Runtime) + ".Maps_" + fn.Name() + "(" + e.expr(inner.Args[0]) + ")"
}

// packed writes the arguments of a generic call, those of a variadic parameter as one slice.
func (e *writer) packed(x *ast.CallExpr) []string {
	sig, ok := e.typeOf(x.Fun).Underlying().(*types.Signature)
	if !ok || len(x.Args) == 1 && x.Args[0] == nil {
		e.refuse(x, "this call")
	}
	args := make([]string, 0, len(x.Args))
	last := sig.Params().Len() - 1
	var rest []string
	for i, arg := range x.Args {
		if _, multi := e.typeOf(arg).(*types.Tuple); multi {
			e.refuse(arg, "a call that is the argument list of another")
		}
		text := e.expr(arg)
		if e.l.p.Info.Types[arg].IsNil() {
			text = "(" + e.typ(sig.Params().At(min(i, last)).Type()) + ")(nil)"
		}
		if sig.Variadic() && i >= last && !x.Ellipsis.IsValid() {
			rest = append(rest, text)
			continue
		}
		args = append(args, text)
	}
	if sig.Variadic() && !x.Ellipsis.IsValid() {
		args = append(args, e.typ(sig.Params().At(last).Type())+"{"+strings.Join(rest, ", ")+"}")
	}
	return args
}
