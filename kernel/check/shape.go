package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// shape is the type of a session variable in a form that outlives the check that
// found it. Every check makes the session's own types anew, so a type that
// mentions one is kept as syntax; a type without any is kept as it is.
type shape struct {
	leaf  types.Type // the whole type, if it mentions no type of the session
	build func(leaf func(types.Type) ast.Expr) ast.Expr
	// names are the types of the session that the type mentions.
	names []string
}

// syntax returns the type as syntax whose leaves are exported names of a package.
func (s shape) syntax(leaves *types.Package) ast.Expr {
	return s.build(func(t types.Type) ast.Expr {
		name := fmt.Sprintf("T%d", leaves.Scope().Len())
		leaves.Scope().Insert(types.NewTypeName(nopos, leaves, name, t))
		return &ast.SelectorExpr{X: ast.NewIdent(leavesName), Sel: ast.NewIdent(name)}
	})
}

// shapeOf returns the shape of a type of the given session package.
func shapeOf(t types.Type, pkg *types.Package) shape {
	sh := &shaper{pkg: pkg, seen: map[string]bool{}}
	sh.find(t, map[types.Type]bool{})
	if len(sh.names) == 0 {
		return shape{leaf: t}
	}
	return shape{names: sh.names, build: func(leaf func(types.Type) ast.Expr) ast.Expr {
		s := *sh
		s.leaf = leaf
		return s.expr(t)
	}}
}

// shaper writes types as syntax.
type shaper struct {
	pkg   *types.Package
	leaf  func(types.Type) ast.Expr
	seen  map[string]bool
	names []string
}

// own returns the name of a type that the session declares.
func (s *shaper) own(t types.Type) *types.TypeName {
	var obj *types.TypeName
	switch t := t.(type) {
	case *types.Named:
		obj = t.Obj()
	case *types.Alias:
		obj = t.Obj()
	}
	if obj == nil || obj.Pkg() != s.pkg || obj.Parent() != s.pkg.Scope() {
		return nil
	}
	return obj
}

// args returns the type arguments of a named type.
func args(t types.Type) *types.TypeList {
	switch t := t.(type) {
	case *types.Named:
		return t.TypeArgs()
	case *types.Alias:
		return t.TypeArgs()
	}
	return nil
}

// find collects the names of the session's types in t.
func (s *shaper) find(t types.Type, on map[types.Type]bool) {
	if t == nil || on[t] {
		return
	}
	on[t] = true
	if obj := s.own(t); obj != nil && !s.seen[obj.Name()] {
		s.seen[obj.Name()] = true
		s.names = append(s.names, obj.Name())
	}
	for _, part := range parts(t) {
		s.find(part, on)
	}
}

// parts returns the types that a type is written with.
func parts(t types.Type) (list []types.Type) {
	switch t := t.(type) {
	case *types.Named, *types.Alias:
		for a := range args(t).Types() {
			list = append(list, a)
		}
	case *types.Pointer:
		list = append(list, t.Elem())
	case *types.Slice:
		list = append(list, t.Elem())
	case *types.Array:
		list = append(list, t.Elem())
	case *types.Chan:
		list = append(list, t.Elem())
	case *types.Map:
		list = append(list, t.Key(), t.Elem())
	case *types.Tuple:
		for v := range t.Variables() {
			list = append(list, v.Type())
		}
	case *types.Signature:
		list = append(list, t.Params(), t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			list = append(list, f.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			list = append(list, m.Type())
		}
		for e := range t.EmbeddedTypes() {
			list = append(list, e)
		}
	}
	return list
}

// expr writes a type. What mentions no type of the session is one leaf.
func (s *shaper) expr(t types.Type) ast.Expr {
	inner := &shaper{pkg: s.pkg, seen: map[string]bool{}}
	if inner.find(t, map[types.Type]bool{}); len(inner.names) == 0 {
		return s.leaf(t)
	}
	switch t := t.(type) {
	case *types.Named:
		return s.named(t, t.Origin())
	case *types.Alias:
		return s.named(t, t.Origin())
	case *types.Pointer:
		return &ast.StarExpr{X: s.expr(t.Elem())}
	case *types.Slice:
		return &ast.ArrayType{Elt: s.expr(t.Elem())}
	case *types.Array:
		return &ast.ArrayType{Len: &ast.BasicLit{Kind: token.INT, Value: strconv.FormatInt(t.Len(), 10)}, Elt: s.expr(t.Elem())}
	case *types.Chan:
		dir := [...]ast.ChanDir{types.SendRecv: ast.SEND | ast.RECV, types.SendOnly: ast.SEND, types.RecvOnly: ast.RECV}
		return &ast.ChanType{Dir: dir[t.Dir()], Value: &ast.ParenExpr{X: s.expr(t.Elem())}}
	case *types.Map:
		return &ast.MapType{Key: s.expr(t.Key()), Value: s.expr(t.Elem())}
	case *types.Signature:
		return s.signature(t)
	case *types.Struct:
		return s.structure(t)
	case *types.Interface:
		return s.iface(t)
	}
	return s.leaf(t)
}

// named writes a declared type with its type arguments.
func (s *shaper) named(t, origin types.Type) ast.Expr {
	var x ast.Expr
	if obj := s.own(t); obj != nil {
		x = ast.NewIdent(obj.Name())
	} else {
		x = s.leaf(origin)
	}
	var list []ast.Expr
	for a := range args(t).Types() {
		list = append(list, s.expr(a))
	}
	if len(list) == 0 {
		return x
	}
	return &ast.IndexListExpr{X: x, Indices: list}
}

// signature writes the type of a function.
func (s *shaper) signature(t *types.Signature) *ast.FuncType {
	params := s.tuple(t.Params())
	if t.Variadic() {
		last := params.List[len(params.List)-1]
		last.Type = &ast.Ellipsis{Elt: s.expr(t.Params().At(t.Params().Len() - 1).Type().(*types.Slice).Elem())}
	}
	return &ast.FuncType{Params: params, Results: s.tuple(t.Results())}
}

func (s *shaper) tuple(t *types.Tuple) *ast.FieldList {
	list := &ast.FieldList{}
	for v := range t.Variables() {
		list.List = append(list.List, &ast.Field{Type: s.expr(v.Type())})
	}
	return list
}

// structure writes a struct type.
func (s *shaper) structure(t *types.Struct) ast.Expr {
	list := &ast.FieldList{}
	for i := range t.NumFields() {
		f := &ast.Field{Type: s.expr(t.Field(i).Type())}
		if !t.Field(i).Embedded() {
			f.Names = []*ast.Ident{ast.NewIdent(t.Field(i).Name())}
		}
		if tag := t.Tag(i); tag != "" {
			f.Tag = &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(tag)}
		}
		list.List = append(list.List, f)
	}
	return &ast.StructType{Fields: list}
}

// iface writes an interface type.
func (s *shaper) iface(t *types.Interface) ast.Expr {
	list := &ast.FieldList{}
	for m := range t.ExplicitMethods() {
		list.List = append(list.List, &ast.Field{Names: []*ast.Ident{ast.NewIdent(m.Name())}, Type: s.signature(m.Signature())})
	}
	for e := range t.EmbeddedTypes() {
		list.List = append(list.List, &ast.Field{Type: s.expr(e)})
	}
	return &ast.InterfaceType{Methods: list}
}
