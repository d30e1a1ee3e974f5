package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// expr writes an expression. Every operation stands in parentheses.
func (e *writer) expr(x ast.Expr) string {
	if name, ok := e.stands[x]; ok {
		return name
	}
	if tv, ok := e.l.p.Info.Types[x]; ok && tv.Value != nil {
		return e.constant(x, tv)
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return e.expr(x.X)
	case *ast.Ident:
		return e.ident(x)
	case *ast.SelectorExpr:
		return e.selector(x)
	case *ast.IndexExpr:
		return e.index(x)
	case *ast.SliceExpr:
		return e.slice(x)
	case *ast.StarExpr:
		return "(*" + e.expr(x.X) + ")"
	case *ast.UnaryExpr:
		return e.unary(x)
	case *ast.BinaryExpr:
		return "(" + e.expr(x.X) + " " + x.Op.String() + " " + e.operand(x.Op, x.Y) + ")"
	case *ast.CallExpr:
		return e.call(x)
	case *ast.CompositeLit:
		return e.composite(x)
	case *ast.FuncLit:
		return e.funcLit(x, false)
	}
	e.refuse(x, "%s", describe(x))
	return ""
}

// operand writes the right operand; a shift count that may be negative is looked at first.
func (e *writer) operand(op token.Token, y ast.Expr) string {
	switch op {
	case token.SHL, token.SHR, token.SHL_ASSIGN, token.SHR_ASSIGN:
	default:
		return e.expr(y)
	}
	b, ok := e.typeOf(y).Underlying().(*types.Basic)
	if !ok || e.l.p.Info.Types[y].Value != nil || b.Info()&types.IsUnsigned != 0 {
		return e.expr(y)
	}
	return e.pkg(Runtime) + ".Shift_" + e.basic(b) + "(" + e.expr(y) + ")"
}

// describe names a kind of expression.
func describe(x ast.Expr) string {
	switch x.(type) {
	case *ast.TypeAssertExpr:
		return "type assertion"
	case *ast.IndexListExpr:
		return "generic instantiation"
	}
	return "this expression"
}

// constant writes a constant with its type, so that the interpreter has nothing to
// compute or to guess.
func (e *writer) constant(x ast.Expr, tv types.TypeAndValue) string {
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok { // a constant where an interface is wanted
		basic, ok = types.Default(constantType(tv.Value)).(*types.Basic)
		if !ok {
			e.refuse(x, "this constant")
		}
		return e.literal(x, tv.Value, basic, e.basic(basic))
	}
	if basic.Info()&types.IsUntyped != 0 {
		basic, _ = types.Default(basic).(*types.Basic)
		return e.literal(x, tv.Value, basic, e.basic(basic))
	}
	return e.literal(x, tv.Value, basic, e.typ(tv.Type))
}

// constantType is the untyped type of a value.
func constantType(v constant.Value) types.Type {
	switch v.Kind() {
	case constant.Bool:
		return types.Typ[types.UntypedBool]
	case constant.String:
		return types.Typ[types.UntypedString]
	case constant.Int:
		return types.Typ[types.UntypedInt]
	default:
		return types.Typ[types.UntypedFloat]
	}
}

// literal writes a value of a basic type, converted to the type of the given name.
func (e *writer) literal(x ast.Expr, v constant.Value, basic *types.Basic, name string) string {
	var text string
	switch info := basic.Info(); {
	case info&types.IsBoolean != 0:
		text = strconv.FormatBool(constant.BoolVal(v))
	case info&types.IsString != 0:
		text = strconv.Quote(constant.StringVal(v))
	case info&types.IsInteger != 0:
		text = constant.ToInt(v).ExactString()
	case info&types.IsFloat != 0:
		text = floatText(v, basic)
	default:
		e.refuse(x, "complex number")
	}
	if name == "int" || name == "string" || name == "bool" {
		if strings.HasPrefix(text, "-") {
			return "(" + text + ")"
		}
		return text
	}
	return name + "(" + text + ")"
}

// floatText writes the number that the compiler would round the constant to.
func floatText(v constant.Value, basic *types.Basic) string {
	var text string
	if basic.Kind() == types.Float32 {
		f, _ := constant.Float32Val(v)
		text = strconv.FormatFloat(float64(f), 'g', -1, 32)
	} else {
		f, _ := constant.Float64Val(v)
		text = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func (e *writer) ident(x *ast.Ident) string {
	if x.Name == "_" {
		return "_"
	}
	obj := e.l.p.Info.ObjectOf(x)
	switch obj := obj.(type) {
	case *types.Nil:
		return "nil"
	case *types.Var:
		if d := e.l.p.Objects[obj]; d != nil {
			return unitName(d)
		}
		if obj.Pkg() != nil && obj.Pkg() != e.l.p.Pkg {
			return e.pkg(obj.Pkg().Path()) + "." + obj.Name() // by a dot import
		}
		return e.local(obj)
	case *types.Func:
		if d := e.l.p.Objects[obj]; d != nil {
			if obj.Signature().TypeParams().Len() > 0 {
				e.refuse(x, "generic function")
			}
			return e.funcValue(unitName(d), obj.Signature(), false)
		}
		if obj.Pkg() != nil && obj.Pkg() != e.l.p.Pkg {
			return e.foreignValue(obj)
		}
	}
	e.refuse(x, "the name %s", x.Name)
	return ""
}

// foreignValue writes a function or variable of a package that is used as a value.
func (e *writer) foreignValue(obj types.Object) string {
	name := e.pkg(obj.Pkg().Path()) + "." + obj.Name()
	if !takesSigned(obj.Type()) {
		return name
	}
	fn, ok := obj.(*types.Func)
	if !ok {
		e.refuse(nil, "the function %s.%s", obj.Pkg().Name(), obj.Name())
	}
	return e.funcValue(name, fn.Signature(), true)
}

// funcValue writes a declared function that is used as a value, as a literal that calls
// it: the interpreter keeps a declared function as something else than a func. One of a
// package gets no parameter as an interface.
func (e *writer) funcValue(name string, sig *types.Signature, foreign bool) string {
	params, args := make([]string, sig.Params().Len()), make([]string, sig.Params().Len())
	for i := range params {
		args[i] = e.fresh("a")
		params[i] = args[i] + " " + e.param(sig, i)
		if t := sig.Params().At(i).Type(); foreign && signed(t) {
			args[i] += ".(" + e.typ(t) + ")"
		}
	}
	call := name + "(" + strings.Join(args, ", ")
	if sig.Variadic() {
		call += "..."
	}
	if sig.Results().Len() > 0 {
		call = "return " + call
	}
	return "func(" + strings.Join(params, ", ") + ")" + e.results(sig) + " { " + call + ") }"
}

// selector writes a field, or a variable or function of a package. Methods are
// written by call.
func (e *writer) selector(x *ast.SelectorExpr) string {
	sel, ok := e.l.p.Info.Selections[x]
	if !ok {
		obj := e.l.p.Info.Uses[x.Sel]
		if obj == nil || obj.Pkg() == nil {
			e.refuse(x, "the name %s", x.Sel.Name)
		}
		return e.foreignValue(obj)
	}
	if sel.Kind() != types.FieldVal {
		e.refuse(x, "method value")
	}
	text, _ := e.path(x.X, sel.Recv(), sel.Index())
	return text
}

// path writes the fields on the way from x, embedded ones included, and returns
// the type that the last one has.
func (e *writer) path(x ast.Expr, t types.Type, index []int) (string, types.Type) {
	text := e.expr(x)
	for _, i := range index {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			e.refuse(x, "this selector")
		}
		if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != e.l.p.Pkg {
			text += "." + st.Field(i).Name()
		} else {
			text += "." + fieldName(st, i)
		}
		t = st.Field(i).Type()
	}
	return text, t
}

func (e *writer) unary(x *ast.UnaryExpr) string {
	switch x.Op {
	case token.SUB, token.NOT, token.XOR, token.ADD:
		return "(" + x.Op.String() + e.expr(x.X) + ")"
	case token.AND:
		e.addressable(x.X)
		return "(&" + e.expr(ast.Unparen(x.X)) + ")"
	}
	return e.receive(x)
}

// composite writes a composite literal with all its types and keys.
func (e *writer) composite(x *ast.CompositeLit) string {
	t := e.typeOf(x)
	if p, ok := t.Underlying().(*types.Pointer); ok { // an element &T{…} written as {…}
		return "(&" + e.compositeOf(x, p.Elem()) + ")"
	}
	return e.compositeOf(x, t)
}

func (e *writer) compositeOf(x *ast.CompositeLit, t types.Type) string {
	elts := make([]string, len(x.Elts))
	st, isStruct := t.Underlying().(*types.Struct)
	for i, elt := range x.Elts {
		kv, keyed := elt.(*ast.KeyValueExpr)
		switch {
		case isStruct && keyed:
			elts[i] = e.fieldKey(kv, t, st) + ": " + e.expr(kv.Value)
		case isStruct:
			elts[i] = e.foreignField(t, st, i) + ": " + e.expr(elt)
		case keyed:
			elts[i] = e.expr(kv.Key) + ": " + e.expr(kv.Value)
		default:
			elts[i] = e.expr(elt)
		}
	}
	return e.typ(t) + "{" + strings.Join(elts, ", ") + "}"
}

func (e *writer) fieldKey(kv *ast.KeyValueExpr, t types.Type, st *types.Struct) string {
	id, ok := kv.Key.(*ast.Ident)
	if ok {
		for i := range st.NumFields() {
			if st.Field(i).Name() == id.Name {
				return e.foreignField(t, st, i)
			}
		}
	}
	e.refuse(kv, "this field")
	return ""
}

// foreignField is a field's name: types of packages keep theirs.
func (e *writer) foreignField(t types.Type, st *types.Struct, i int) string {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != e.l.p.Pkg {
		return st.Field(i).Name()
	}
	return fieldName(st, i)
}
