package gate

import (
	"go/ast"
	"go/token"
	"go/types"
)

// body judges the statements of a function; sig is nil for the cell itself.
func (j *judge) body(n ast.Node, sig *types.Signature) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			inner, _ := j.info.TypeOf(n).Underlying().(*types.Signature)
			j.typ(n.Pos(), inner)
			j.body(n.Body, inner)
			return false
		case ast.Stmt:
			j.stmt(n, sig)
		case ast.Expr:
			return j.expr(n)
		case *ast.ValueSpec:
			j.valueSpec(n)
		case *ast.TypeSpec:
			if obj := j.info.Defs[n.Name]; obj != nil {
				j.typ(n.Pos(), obj.Type())
			}
			return false
		}
		return true
	})
}

// stmt judges a statement; its parts are judged after it.
func (j *judge) stmt(s ast.Stmt, sig *types.Signature) {
	switch s := s.(type) {
	case *ast.SendStmt:
		if c, ok := j.info.TypeOf(s.Chan).Underlying().(*types.Chan); ok {
			j.flow(s.Value, c.Elem(), meets)
		}
	case *ast.TypeSwitchStmt:
		j.refuse(s.Pos(), "type switch")
	case *ast.BranchStmt:
		if s.Tok == token.GOTO {
			j.refuse(s.Pos(), "goto statement")
		}
	case *ast.AssignStmt:
		j.assign(s)
	case *ast.ReturnStmt:
		j.returns(s, sig)
	case *ast.RangeStmt:
		j.rangeStmt(s)
	case *ast.SwitchStmt:
		j.switchStmt(s)
	case *ast.IncDecStmt:
		j.changes(s.X)
	case *ast.GoStmt, *ast.SelectStmt, *ast.CommClause:
	case *ast.BlockStmt, *ast.ExprStmt, *ast.DeferStmt, *ast.IfStmt, *ast.ForStmt, *ast.CaseClause,
		*ast.DeclStmt, *ast.EmptyStmt, *ast.LabeledStmt:
	default:
		j.refuse(s.Pos(), "this statement")
	}
}

func (j *judge) assign(s *ast.AssignStmt) {
	for _, lhs := range s.Lhs {
		j.changes(lhs)
	}
	if len(s.Lhs) == len(s.Rhs) {
		for i, lhs := range s.Lhs {
			j.flow(s.Rhs[i], j.info.TypeOf(lhs), meets)
			j.grows(lhs, s.Rhs[i])
		}
		return
	}
	tuple, ok := j.info.TypeOf(s.Rhs[0]).(*types.Tuple)
	for i, lhs := range s.Lhs {
		if ok && i < tuple.Len() {
			j.flowType(s.Rhs[0].Pos(), tuple.At(i).Type(), j.info.TypeOf(lhs), meets)
		}
	}
}

func (j *judge) valueSpec(s *ast.ValueSpec) {
	for i, name := range s.Names {
		if len(s.Values) == len(s.Names) {
			if obj := j.info.Defs[name]; obj != nil {
				j.flow(s.Values[i], obj.Type(), meets)
			}
		}
	}
}

func (j *judge) returns(s *ast.ReturnStmt, sig *types.Signature) {
	if sig == nil || len(s.Results) != sig.Results().Len() {
		return
	}
	for i, x := range s.Results {
		j.flow(x, sig.Results().At(i).Type(), meets)
	}
}

func (j *judge) rangeStmt(s *ast.RangeStmt) {
	switch t := j.info.TypeOf(s.X).Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map, *types.Basic, *types.Chan:
	case *types.Signature:
		j.refuse(s.Pos(), "range over a function")
	default:
		j.refuse(s.Pos(), "range over %s", t)
	}
	for _, x := range []ast.Expr{s.Key, s.Value} {
		if _, ok := x.(*ast.Ident); x != nil && !ok {
			j.refuse(x.Pos(), "range clause that assigns to an element")
		}
	}
}

func (j *judge) switchStmt(s *ast.SwitchStmt) {
	if s.Tag == nil {
		return
	}
	tag := j.info.TypeOf(s.Tag)
	if types.IsInterface(tag) {
		j.refuse(s.Tag.Pos(), "switch on an interface")
	}
	for _, c := range s.Body.List {
		if clause, ok := c.(*ast.CaseClause); ok {
			for _, x := range clause.List {
				if types.IsInterface(j.info.TypeOf(x)) {
					j.refuse(x.Pos(), "comparison with an interface")
				}
			}
		}
	}
}

// expr judges an expression, and is false if its parts need no judgement of their own.
func (j *judge) expr(x ast.Expr) bool {
	tv, known := j.info.Types[x]
	if known && tv.Value != nil {
		j.typ(x.Pos(), constantType(tv))
		return false // constants are folded
	}
	if known && tv.IsType() {
		j.typ(x.Pos(), tv.Type)
		return false
	}
	if call, ok := x.(*ast.CallExpr); ok {
		j.callExpr(call)
	}
	if known && tv.IsValue() && !tv.IsNil() && !j.called[x] {
		if _, tuple := tv.Type.(*types.Tuple); !tuple {
			j.typ(x.Pos(), tv.Type)
		}
	}
	switch x := x.(type) {
	case *ast.Ident:
		j.ident(x)
	case *ast.SelectorExpr:
		return j.selector(x)
	case *ast.TypeAssertExpr:
		j.refuse(x.Pos(), "type assertion")
	case *ast.IndexListExpr:
		j.refuse(x.Pos(), "generic instantiation")
	case *ast.IndexExpr:
		if m, ok := j.info.TypeOf(x.X).Underlying().(*types.Map); ok {
			j.flow(x.Index, m.Key(), meets)
		}
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			j.changes(x.X)
		}
	case *ast.BinaryExpr:
		j.binary(x)
	case *ast.CompositeLit:
		j.composite(x)
	}
	return true
}

// callExpr judges a call before the type of its result.
func (j *judge) callExpr(x *ast.CallExpr) {
	j.call(x)
	switch fun := ast.Unparen(x.Fun).(type) {
	case *ast.Ident:
		_, j.called[fun] = j.info.Uses[fun].(*types.Func)
	case *ast.SelectorExpr:
		_, j.called[fun] = j.info.Uses[fun.Sel].(*types.Func)
		j.method(fun)
	}
}

// constantType is the type that a constant has, its default one if it has none.
func constantType(tv types.TypeAndValue) types.Type {
	if types.IsInterface(tv.Type) {
		return types.Typ[types.Int]
	}
	return types.Default(tv.Type)
}

func (j *judge) ident(x *ast.Ident) {
	if _, ok := j.info.Instances[x]; ok {
		j.refuse(x.Pos(), "generic instantiation")
	}
	switch obj := j.info.ObjectOf(x).(type) {
	case *types.Func, *types.Var:
		if obj.Pkg() != nil && obj.Pkg() != j.p.Pkg {
			j.symbol(x.Pos(), obj) // by a dot import, or the name in a selector
		}
	}
}

// selector judges what is selected; the operand of a package is no expression.
func (j *judge) selector(x *ast.SelectorExpr) bool {
	s, ok := j.info.Selections[x]
	if !ok {
		if _, generic := j.info.Instances[x.Sel]; generic {
			j.generic(x)
			return false
		}
		j.symbol(x.Pos(), j.info.Uses[x.Sel])
		return false
	}
	if s.Kind() == types.MethodExpr {
		j.refuse(x.Pos(), "method expression")
	}
	if s.Kind() == types.MethodVal && !j.called[x] {
		j.refuse(x.Pos(), "method value")
	}
	j.body(x.X, nil)
	return false
}

// binary judges comparisons: with an interface only nil or another interface.
func (j *judge) binary(x *ast.BinaryExpr) {
	if x.Op != token.EQL && x.Op != token.NEQ {
		return
	}
	a, b := j.info.Types[x.X], j.info.Types[x.Y]
	if a.IsNil() || b.IsNil() {
		return
	}
	if types.IsInterface(a.Type) != types.IsInterface(b.Type) || isAny(a.Type) || isAny(b.Type) {
		j.refuse(x.Pos(), "comparison with an interface")
	}
}

func (j *judge) composite(x *ast.CompositeLit) {
	t := j.info.TypeOf(x).Underlying()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem().Underlying()
	}
	for i, elt := range x.Elts {
		kv, keyed := elt.(*ast.KeyValueExpr)
		value := elt
		if keyed {
			value = kv.Value
		}
		switch t := t.(type) {
		case *types.Struct:
			j.field(t, i, kv, value)
		case *types.Map:
			j.flow(kv.Key, t.Key(), meets)
			j.flow(value, t.Elem(), meets)
		case *types.Slice:
			j.flow(value, t.Elem(), meets)
		case *types.Array:
			j.flow(value, t.Elem(), meets)
		default:
			j.refuse(x.Pos(), "this composite literal")
		}
	}
}

// field judges one field of a struct literal.
func (j *judge) field(t *types.Struct, i int, kv *ast.KeyValueExpr, value ast.Expr) {
	if kv == nil {
		if t.Field(i).Name() == "_" { // the compiler leaves the field zero, and prints it so
			j.refuse(value.Pos(), "a value for a blank field")
		}
		j.flow(value, t.Field(i).Type(), meets)
		return
	}
	id, _ := kv.Key.(*ast.Ident)
	for f := range t.Fields() {
		if id != nil && f.Name() == id.Name {
			j.flow(value, f.Type(), meets)
		}
	}
}
