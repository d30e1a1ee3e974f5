package lower

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
)

// typ writes a type. Named types of the session that are no structs are written
// out: without methods they are what they stand for.
func (e *writer) typ(t types.Type) string {
	for _, outer := range e.stack {
		if outer == t {
			e.refuseType(t, "a type that contains itself otherwise than through a named struct")
		}
	}
	e.stack = append(e.stack, t)
	defer func() { e.stack = e.stack[:len(e.stack)-1] }()
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return e.basic(t)
	case *types.Named:
		return e.named(t)
	case *types.Pointer:
		return "*" + e.typ(t.Elem())
	case *types.Slice:
		return "[]" + e.typ(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), e.typ(t.Elem()))
	case *types.Map:
		return "map[" + e.typ(t.Key()) + "]" + e.typ(t.Elem())
	case *types.Chan:
		return map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()] +
			"(" + e.typ(t.Elem()) + ")"
	case *types.Struct:
		return e.structType(t)
	case *types.Signature:
		return "func" + e.signature(t)
	case *types.Interface:
		if t.Empty() {
			return "interface{}"
		}
	}
	e.refuseType(t, "the type "+t.String())
	return ""
}

func (e *writer) refuseType(_ types.Type, reason string) { panic(&Unsupported{Reason: reason}) }

func (e *writer) basic(t *types.Basic) string {
	if d, ok := types.Default(t).(*types.Basic); ok {
		t = d
	}
	if t.Info()&(types.IsBoolean|types.IsInteger|types.IsFloat|types.IsString) == 0 {
		e.refuseType(t, "the type "+t.Name())
	}
	switch t.Kind() {
	case types.Byte:
		return "uint8"
	case types.Rune:
		return "int32"
	}
	return t.Name()
}

// named writes a named type: a struct of the session by its name, another type of
// the session by what it stands for, a type of a package by the package's name.
func (e *writer) named(t *types.Named) string {
	obj := t.Obj()
	switch {
	case obj.Pkg() == nil:
		return obj.Name() // error
	case t.TypeArgs().Len() > 0:
		e.refuseType(t, "the generic type "+obj.Name())
	case obj.Pkg() != e.l.p.Pkg:
		if takesSigned(t) {
			e.refuseType(t, "the type "+t.String())
		}
		return e.pkg(obj.Pkg().Path()) + "." + obj.Name()
	}
	if st, ok := t.Underlying().(*types.Struct); ok {
		if d := e.l.p.Objects[obj]; d != nil {
			return unitName(d)
		}
		return e.structType(st)
	}
	return e.typ(t.Underlying())
}

// structType writes a struct; an embedded field is an ordinary one here.
func (e *writer) structType(st *types.Struct) string {
	fields := make([]string, st.NumFields())
	for i := range fields {
		fields[i] = fieldName(st, i) + " " + e.typ(st.Field(i).Type())
	}
	return "struct { " + strings.Join(fields, "; ") + " }"
}

// fieldName is a field's name in the interpreter, which exports every field by
// writing an X before its name.
func fieldName(st *types.Struct, i int) string {
	name := st.Field(i).Name()
	if token.IsExported(name) {
		return name
	}
	return fmt.Sprintf("F%d_%s", i, strings.TrimLeft(name, "_"))
}

// signature writes parameters and results without names.
func (e *writer) signature(s *types.Signature) string {
	return "(" + e.params(s) + ")" + e.results(s)
}

func (e *writer) params(s *types.Signature) string {
	list := make([]string, s.Params().Len())
	for i := range list {
		list[i] = e.param(s, i)
	}
	return strings.Join(list, ", ")
}

// param writes the type of one parameter.
func (e *writer) param(s *types.Signature, i int) string {
	t := s.Params().At(i).Type()
	if s.Variadic() && i == s.Params().Len()-1 {
		if slice, ok := t.Underlying().(*types.Slice); ok {
			return "..." + e.typ(slice.Elem())
		}
	} else if signed(t) && !e.native {
		e.typ(t) // a type that cannot be written is not interpreted
		return "interface{}"
	}
	return e.typ(t)
}

// signed is true for a value that may be or contain a floating-point -0. The interpreter
// does not pass an argument that reflect says is zero, and a -0 is, so a parameter of
// such a type is written as an interface, for which it makes an exception.
func signed(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Array:
		return signed(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if signed(f.Type()) {
				return true
			}
		}
	}
	return false
}

// takesSigned is true for a function with a parameter that is written as an interface.
func takesSigned(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return false
	}
	for p := range sig.Params().Variables() {
		if signed(p.Type()) {
			return true
		}
	}
	return false
}

func (e *writer) results(s *types.Signature) string {
	if s.Results().Len() == 0 {
		return ""
	}
	list := make([]string, s.Results().Len())
	for i := range list {
		list[i] = e.typ(s.Results().At(i).Type())
	}
	return " (" + strings.Join(list, ", ") + ")"
}
