package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// stores are the types of what is stored into through pointers and slices: a variable of
// such a type, or with a part of it, may be what the pointer leads to.
type stores struct {
	pointees []types.Type
	elements []types.Type // of slices, which may be slices of an array variable
}

// into adds what an assignment to x stores into.
func (s *stores) into(l *lowerer, x ast.Expr) {
	switch x := ast.Unparen(x).(type) {
	case *ast.StarExpr:
		s.pointees = append(s.pointees, l.p.Info.TypeOf(x))
	case *ast.SelectorExpr:
		if sel := l.p.Info.Selections[x]; sel != nil {
			s.fields(sel)
			s.into(l, x.X)
		}
	case *ast.IndexExpr:
		switch t := l.p.Info.TypeOf(x.X).Underlying().(type) {
		case *types.Slice:
			s.elements = append(s.elements, t.Elem())
		case *types.Pointer:
			s.pointees = append(s.pointees, t.Elem())
		case *types.Array:
			s.into(l, x.X)
		}
	}
}

// fields adds the structs behind pointers on the way to a field.
func (s *stores) fields(sel *types.Selection) {
	t := sel.Recv()
	for _, i := range sel.Index() {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
			s.pointees = append(s.pointees, t)
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok || i >= st.NumFields() {
			return
		}
		t = st.Field(i).Type()
	}
}

// by adds what a call that is not the user's may store into: what its arguments lead to.
func (s *stores) by(l *lowerer, x *ast.CallExpr) {
	for _, arg := range x.Args {
		switch t := l.p.Info.TypeOf(arg).Underlying().(type) {
		case *types.Pointer:
			s.pointees = append(s.pointees, t.Elem())
		case *types.Slice:
			s.elements = append(s.elements, t.Elem())
		}
	}
}

// change is true if a variable of a type may be changed by the stores.
func (s *stores) change(t types.Type) bool {
	for _, p := range s.pointees {
		if partOf(p, t, false) {
			return true
		}
	}
	for _, e := range s.elements {
		if partOf(e, t, true) {
			return true
		}
	}
	return false
}

// meet is true if an element or a field of a type may be what is stored, or a part of it, or
// contain it.
func (s *stores) meet(t types.Type) bool {
	for _, list := range [][]types.Type{s.pointees, s.elements} {
		for _, stored := range list {
			if partOf(stored, t, false) || partOf(t, stored, false) {
				return true
			}
		}
	}
	return false
}

// partOf is true if a value of type t is, or contains, one of the type part; with inArray
// only as an element of an array.
func partOf(part, t types.Type, inArray bool) bool {
	if !inArray && types.Identical(part, t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			if partOf(part, f.Type(), inArray) {
				return true
			}
		}
	case *types.Array:
		return partOf(part, u.Elem(), false) || partOf(part, u.Elem(), inArray)
	}
	return false
}

// addresses notes the variables whose address is taken.
func (l *lowerer) addresses(n ast.Node) {
	note := func(x ast.Expr) {
		if obj := l.root(x); obj != nil {
			l.shared.addressed[obj] = true
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				note(n.X)
			}
		case *ast.SliceExpr:
			note(n.X)
		case *ast.SelectorExpr:
			if s := l.p.Info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
				note(n.X)
			}
		}
		return true
	})
}

// pointed is true for a variable that something may point to; of a variable of the session
// that is not known.
func (o *orderer) pointed(obj *types.Var) bool {
	return o.e.l.shared.addressed[obj] || o.e.l.p.Objects[obj] != nil
}

// prepare finds the calls of a statement that are not the user's and store something.
func (o *orderer) prepare(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if o.e.l.writes(n) {
				o.own.by(o.e.l, n)
			}
		}
		return true
	})
}

// writes is true for a call of a builtin or of a package that may store into what its
// arguments lead to.
func (l *lowerer) writes(x *ast.CallExpr) bool {
	switch fun := ast.Unparen(x.Fun).(type) {
	case *ast.Ident:
		_, builtin := l.p.Info.Uses[fun].(*types.Builtin)
		return builtin && (fun.Name == "copy" || fun.Name == "append")
	case *ast.SelectorExpr:
		fn, ok := l.p.Info.Uses[fun.Sel].(*types.Func)
		if !ok || fn.Pkg() == nil || fn.Pkg() == l.p.Pkg || reading(fn) {
			return false
		}
	default:
		return false
	}
	for _, arg := range x.Args {
		switch l.p.Info.TypeOf(arg).Underlying().(type) {
		case *types.Pointer, *types.Slice, *types.Map:
			return true
		}
	}
	return false
}

// reading is true for functions that change nothing their arguments lead to.
func reading(fn *types.Func) bool {
	if fn.Signature().Recv() != nil {
		return false
	}
	name := fn.Name()
	switch fn.Pkg().Path() {
	case "fmt":
		return !strings.Contains(name, "scan")
	case "slices":
		return !strings.HasPrefix(name, "Delete") && !strings.HasPrefix(name, "Compact") && !strings.HasPrefix(name, "Sort") &&
			name != "Insert" && name != "Replace" && name != "Reverse"
	case "sort":
		return strings.HasPrefix(name, "Search") || strings.HasSuffix(name, "AreSorted")
	case "bytes", "maps", "unicode/utf8", "unicode/utf16", "os", "time", "regexp", "log":
		return true
	}
	return pure[fn.Pkg().Path()]
}
