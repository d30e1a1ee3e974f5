package gate

import (
	"go/ast"
	"go/constant"
	"go/types"
	"log"
	"strings"
)

// call judges a call: where its arguments go.
func (j *judge) call(x *ast.CallExpr) {
	fun := ast.Unparen(x.Fun)
	tv := j.info.Types[fun]
	switch {
	case tv.IsType():
		j.conversion(x, tv.Type)
		return
	case tv.IsBuiltin():
		j.builtin(x, fun)
		return
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	if !ok {
		j.refuse(x.Pos(), "this call")
	}
	j.logFlags(x, fun)
	way := j.way(x, fun)
	if tuple, ok := j.info.TypeOf(firstArg(x)).(*types.Tuple); ok {
		for i := range tuple.Len() {
			j.flowType(x.Pos(), tuple.At(i).Type(), paramType(sig, i, false), way)
		}
		return
	}
	for i, arg := range x.Args {
		j.flow(arg, paramType(sig, i, x.Ellipsis.IsValid()), way)
	}
}

// firstArg is the first argument, or the call itself if it has none.
func firstArg(x *ast.CallExpr) ast.Expr {
	if len(x.Args) == 1 {
		return x.Args[0]
	}
	return x.Fun
}

// paramType is the type that argument i becomes.
func paramType(sig *types.Signature, i int, spread bool) types.Type {
	last := sig.Params().Len() - 1
	if !sig.Variadic() || i < last || spread {
		return sig.Params().At(min(i, last)).Type()
	}
	if s, ok := sig.Params().At(last).Type().Underlying().(*types.Slice); ok {
		return s.Elem()
	}
	return sig.Params().At(last).Type()
}

func (j *judge) conversion(x *ast.CallExpr, t types.Type) {
	j.flow(x.Args[0], t, meets)
	from := j.info.TypeOf(x.Args[0]).Underlying()
	_, array := t.Underlying().(*types.Array)
	pointer, _ := t.Underlying().(*types.Pointer)
	if _, slice := from.(*types.Slice); slice && (array || pointer != nil) {
		j.refuse(x.Pos(), "conversion of a slice to an array")
	}
}

// logFlags refuses flags of package log that show where the program is, and a fatal end by
// a logger of the user's own, which would be the interpreter's.
func (j *judge) logFlags(x *ast.CallExpr, fun ast.Expr) {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	fn, ok := j.info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != "log" {
		return
	}
	switch {
	case fn.Name() == "SetFlags", fn.Name() == "New":
		v := j.info.Types[x.Args[len(x.Args)-1]].Value
		if v == nil {
			j.refuse(x.Pos(), "flags of package log that are not constant")
		}
		if flags, _ := constant.Int64Val(v); flags&(log.Lshortfile|log.Llongfile) != 0 {
			j.refuse(x.Pos(), "log lines with the name of a file")
		}
	case fn.Signature().Recv() != nil && (strings.HasPrefix(fn.Name(), "Fatal") || fn.Name() == "Output"):
		j.refuse(x.Pos(), "%s of a logger", fn.Name())
	}
}

// way tells what a function does with the values that its interface parameters get.
func (j *judge) way(x *ast.CallExpr, fun ast.Expr) way {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return meets
	}
	fn, ok := j.info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return meets
	}
	if fn.Pkg().Path() == "log" && fn.Signature().Recv() != nil {
		switch fn.Name() {
		case "Print", "Println", "Panic", "Panicln":
			return printing
		case "Printf", "Panicf":
			return j.format(x, 0)
		}
	}
	switch name := fn.Pkg().Path() + "." + fn.Name(); name {
	case "fmt.Print", "fmt.Println", "fmt.Sprint", "fmt.Sprintln", "fmt.Fprint", "fmt.Fprintln",
		"log.Print", "log.Println", "log.Fatal", "log.Fatalln":
		return printing
	case "fmt.Printf", "fmt.Sprintf", "fmt.Errorf", "log.Printf", "log.Fatalf":
		return j.format(x, 0)
	case "fmt.Fprintf":
		return j.format(x, 1)
	case "sort.Slice", "sort.SliceStable", "sort.SliceIsSorted":
		return swapping
	}
	return meets
}

// format is printing if the format is known and has no verb that shows a type.
func (j *judge) format(x *ast.CallExpr, at int) way {
	if at >= len(x.Args) {
		return meets
	}
	v := j.info.Types[x.Args[at]].Value
	if v == nil || v.Kind() != constant.String {
		return meets
	}
	verbs := strings.Split(strings.ReplaceAll(constant.StringVal(v), "%%", ""), "%")
	how := printing
	for _, verb := range verbs[1:] {
		end := strings.IndexFunc(verb, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
		if end < 0 || !strings.ContainsRune("vdsqxXtfgGeEcbo", rune(verb[end])) || strings.Contains(verb[:end], "#") {
			return meets
		}
		if strings.Contains(verb[:end], "+") {
			how = naming
		}
	}
	return how
}

func (j *judge) builtin(x *ast.CallExpr, fun ast.Expr) {
	id, ok := fun.(*ast.Ident)
	if !ok {
		j.refuse(x.Pos(), "package unsafe")
	}
	switch id.Name {
	case "recover", "close":
	case "len", "cap", "copy", "make", "new", "min", "max", "clear":
		for _, arg := range x.Args {
			if _, ok := j.info.TypeOf(arg).(*types.Tuple); ok {
				j.refuse(arg.Pos(), "call spread into the arguments of a builtin")
			}
		}
		if id.Name == "cap" {
			j.capacity(x)
		}
	case "delete":
		j.delete(x)
	case "append":
		j.room(x)
		s, ok := j.info.TypeOf(x).Underlying().(*types.Slice)
		if !ok || x.Ellipsis.IsValid() {
			return
		}
		for _, arg := range x.Args[1:] {
			j.flow(arg, s.Elem(), meets)
		}
	case "panic":
		if why := j.panics(j.info.TypeOf(x.Args[0])); why != "" {
			j.refuse(x.Pos(), "panic with %s", why)
		}
	case "print", "println":
		for _, arg := range x.Args {
			if b, ok := types.Default(j.info.TypeOf(arg)).Underlying().(*types.Basic); !ok || b.Kind() == types.UntypedNil {
				j.refuse(arg.Pos(), "%s of an address", id.Name)
			}
		}
	default:
		j.refuse(x.Pos(), "%s", id.Name)
	}
}

func (j *judge) delete(x *ast.CallExpr) {
	m, ok := j.info.TypeOf(x.Args[0]).Underlying().(*types.Map)
	if !ok || len(x.Args) != 2 {
		j.refuse(x.Pos(), "this call of delete")
	}
	j.flow(x.Args[1], m.Key(), meets)
}

// panics says what keeps a value from being a panic's, "" if nothing does.
func (j *judge) panics(t types.Type) string {
	t = types.Default(t)
	if b, ok := t.(*types.Basic); ok && b.Info()&(types.IsString|types.IsBoolean|types.IsInteger|types.IsFloat) != 0 {
		return ""
	}
	if t.String() == "error" || isAny(t) { // no value of a type of the session is in it
		return ""
	}
	return "a value of type " + j.name(t)
}

// method refuses a method as a value; a method that is called is no value.
func (j *judge) method(sel *ast.SelectorExpr) {
	s := j.info.Selections[sel]
	if s == nil || s.Kind() == types.FieldVal {
		return
	}
	fn, ok := s.Obj().(*types.Func)
	if !ok {
		j.refuse(sel.Pos(), "this method")
	}
	if types.IsInterface(s.Recv()) && s.Recv().String() != "error" && fn.Pkg() == j.p.Pkg {
		j.refuse(sel.Pos(), "a call through an interface")
	}
	if fn.Pkg() != nil && fn.Pkg() != j.p.Pkg {
		j.pkg(sel.Pos(), fn.Pkg())
	}
}
