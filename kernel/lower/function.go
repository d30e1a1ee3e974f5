package lower

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// funcLit writes a function literal, native if only compiled code calls it. The
// interpreter writes into the frame that made a function when that function returns,
// so one made in a loop, which another goroutine may be running by then, gets a frame
// of its own.
func (e *writer) funcLit(x *ast.FuncLit, native bool) string {
	sig, ok := e.typeOf(x).Underlying().(*types.Signature)
	if !ok {
		e.refuse(x, "this function")
	}
	inner := &writer{l: e.l, locals: e.locals, count: e.count, imports: e.imports, native: native, recovers: e.recovers}
	e.recovers = ""
	inner.function("func", nil, x.Type, sig, x.Body)
	e.count = inner.count
	text := strings.TrimSuffix(inner.String(), "\n")
	if e.fn != nil && e.fn.loops > 0 && !native {
		return "func() " + e.typ(sig) + " { return " + text + " }()"
	}
	return text
}

// funcDecl writes a function or a method.
func (e *writer) funcDecl(name string, fn *ast.FuncDecl) {
	obj, ok := e.l.p.Info.Defs[fn.Name].(*types.Func)
	if !ok || fn.Body == nil {
		e.refuse(fn, "a function without a body")
	}
	sig := obj.Signature()
	if sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0 {
		e.refuse(fn, "generic function")
	}
	e.function("func "+name, fn.Recv, fn.Type, sig, fn.Body)
}

// function writes a function from its name on. It looks at the stop flag first, so
// that a recursion ends, and puts the line marker back before it returns.
func (e *writer) function(head string, recv *ast.FieldList, ft *ast.FuncType, sig *types.Signature, body *ast.BlockStmt) {
	outer := e.fn
	e.fn = &function{sig: sig, saved: e.fresh("line"), panic: e.recovers}
	e.recovers = ""
	defer func() { e.fn = outer }()

	var params []string
	var unpack strings.Builder
	if recv != nil {
		params = append(params, e.parameter(&unpack, e.paramName(recv), sig.Recv().Type(), signed(sig.Recv().Type())))
	}
	for i := range sig.Params().Len() {
		p := sig.Params().At(i)
		name := e.fresh("p")
		if p.Name() != "" && p.Name() != "_" {
			name = e.local(p)
		}
		if text := e.param(sig, i); text != "interface{}" || !signed(p.Type()) {
			params = append(params, name+" "+text)
		} else {
			params = append(params, e.parameter(&unpack, name, p.Type(), true))
		}
	}
	e.native = false // what stands inside is interpreted
	e.printf("%s(%s)%s {\n", head, strings.Join(params, ", "), e.results(sig))
	e.stopTest()
	e.WriteString(unpack.String())
	e.printf("%s := %s\n", e.fn.saved, LineVar)
	if ft.Results != nil && sig.Results().At(0).Name() != "" {
		for r := range sig.Results().Variables() {
			name := e.fresh("r")
			if r.Name() != "_" {
				name = e.local(r)
			}
			e.fn.named = append(e.fn.named, name)
			e.printf("var %s %s\n", name, e.typ(r.Type()))
		}
	}
	if defers(body) {
		e.openScope()
		e.stmts(body.List)
		e.closeScope()
		e.printf("}\n")
		return
	}
	e.stmts(body.List)
	if sig.Results().Len() == 0 {
		e.printf("%s = %s\n", LineVar, e.fn.saved)
	}
	e.printf("}\n")
}

// parameter writes one parameter; one that is passed as an interface gets its type in
// the body, where its name is declared.
func (e *writer) parameter(unpack *strings.Builder, name string, t types.Type, boxed bool) string {
	text := e.typ(t)
	if !boxed {
		return name + " " + text
	}
	box := e.fresh("p")
	fmt.Fprintf(unpack, "%s := %s.(%s)\n_ = %s\n", name, box, text, name)
	return box + " interface{}"
}

// paramName is the name of a receiver.
func (e *writer) paramName(recv *ast.FieldList) string {
	if len(recv.List) == 1 && len(recv.List[0].Names) == 1 {
		if obj := e.l.p.Info.Defs[recv.List[0].Names[0]]; obj != nil && obj.Name() != "_" {
			return e.local(obj)
		}
	}
	return e.fresh("p")
}

// stopTest writes the test of the flag by which a cell is stopped.
func (e *writer) stopTest() {
	e.printf("if %s { %s.Interrupt() }\n", StopVar, Alias(Runtime))
}
