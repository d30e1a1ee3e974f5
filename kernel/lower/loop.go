package lower

import (
	"go/ast"
	"go/token"
	"go/types"
)

// forLoop writes a loop with three clauses. Its variables are new ones in each turn,
// which matters only where the body keeps them: then the body has a copy, which is
// right as long as the body does not change them.
func (e *writer) forLoop(s *ast.ForStmt, label string) {
	e.fn.loops++
	defer func() { e.fn.loops-- }()
	e.printf("{\n")
	if s.Init != nil {
		e.stmt(s.Init)
	}
	kept := e.keptVars(s)
	first := ""
	if step, ok := s.Post.(*ast.AssignStmt); ok && len(step.Lhs) > 1 || s.Post != nil && e.canPanic(s.Post) {
		first = e.fresh("first")
		e.printf("%s := true\n", first)
	}
	e.printf("%s", label)
	slowCond := s.Cond != nil && e.canPanic(s.Cond)
	switch {
	case first != "" || s.Cond != nil && slowCond:
		e.longLoop(s, first)
	case s.Cond == nil:
		e.printf("for ; ; %s {\n", e.post(s.Post))
	default:
		e.ordered(s.Cond)
		e.printf("for ; %s; %s {\n", e.expr(s.Cond), e.post(s.Post))
	}
	e.stopTest()
	for _, obj := range kept {
		outer := e.local(obj)
		e.locals[obj] = e.fresh(obj.Name())
		e.printf("%s := %s\n", e.locals[obj], outer)
	}
	key, list := e.counts(s)
	forget := e.knows(key, list, s.Body)
	e.stmts(s.Body.List)
	forget()
	e.printf("}\n}\n")
}

// longLoop writes the head of a loop whose condition or step can panic, so that
// the line marker is right when it does.
func (e *writer) longLoop(s *ast.ForStmt, first string) {
	if first == "" {
		e.printf("for ; ; %s {\n", e.post(s.Post))
	} else {
		e.printf("for {\nif %s { %s = false } else {\n", first, first)
		e.stmt(s.Post)
		e.printf("}\n")
	}
	if s.Cond != nil {
		if e.canPanic(s.Cond) {
			e.mark(s.Cond)
		}
		e.ordered(s.Cond)
		e.printf("if !(%s) { break }\n", e.expr(s.Cond))
	}
}

// post writes a step that cannot panic.
func (e *writer) post(s ast.Stmt) string {
	if s == nil {
		return ""
	}
	inner := &writer{l: e.l, locals: e.locals, count: e.count, imports: e.imports, fn: e.fn}
	inner.stmt(s)
	e.count = inner.count
	text := inner.String()
	text = text[:len(text)-1]
	for _, c := range text {
		if c == '\n' {
			e.refuse(s, "a loop step of several assignments")
		}
	}
	return text
}

// keptVars are the variables of a loop that outlive a turn: a function literal or a
// pointer keeps them.
func (e *writer) keptVars(s *ast.ForStmt) []types.Object {
	init, ok := s.Init.(*ast.AssignStmt)
	if !ok || init.Tok != token.DEFINE {
		return nil
	}
	var kept []types.Object
	for _, lhs := range init.Lhs {
		id, ok := lhs.(*ast.Ident)
		obj := e.l.p.Info.Defs[id]
		if !ok || obj == nil {
			continue
		}
		use := e.usage(obj, s.Body)
		outside := usage{}
		for _, n := range []ast.Node{s.Init, s.Cond, s.Post} {
			if !isNil(n) {
				outside = outside.or(e.usage(obj, n))
			}
		}
		if outside.kept {
			e.refuse(s, "a loop variable that is kept by its own loop clause")
		}
		if use.kept {
			if use.changed {
				e.refuse(s, "a loop variable that is both kept and changed in the body")
			}
			kept = append(kept, obj)
		}
	}
	return kept
}

func isNil(n ast.Node) bool {
	switch n := n.(type) {
	case nil:
		return true
	case ast.Expr:
		return n == nil
	case ast.Stmt:
		return n == nil
	}
	return false
}

// usage is what a piece of code does with a variable.
type usage struct {
	kept    bool // a function literal mentions it, or its address is taken
	changed bool // it or a part of it is assigned to
	whole   bool // it is assigned to itself
	address bool // its address is taken
}

func (u usage) or(v usage) usage {
	return usage{u.kept || v.kept, u.changed || v.changed, u.whole || v.whole, u.address || v.address}
}

func (e *writer) usage(obj types.Object, in ast.Node) usage {
	var u usage
	depth := 0
	var stack []ast.Node
	ast.Inspect(in, func(n ast.Node) bool {
		if n == nil {
			if _, ok := stack[len(stack)-1].(*ast.FuncLit); ok {
				depth--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		switch n := n.(type) {
		case *ast.FuncLit:
			depth++
		case *ast.Ident:
			u.kept = u.kept || depth > 0 && e.l.p.Info.ObjectOf(n) == obj
		case *ast.UnaryExpr:
			u.kept = u.kept || n.Op == token.AND && e.rooted(n.X, obj)
			u.address = u.address || n.Op == token.AND && e.rooted(n.X, obj)
		case *ast.SelectorExpr: // a method with a pointer receiver takes the address
			if s := e.l.p.Info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
				u.kept = u.kept || e.rooted(n.X, obj)
				u.address = u.address || e.rooted(n.X, obj)
			}
		case *ast.SliceExpr: // of an array
			u.kept = u.kept || e.rooted(n.X, obj)
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				u.changed = u.changed || e.rooted(lhs, obj)
				u.whole = u.whole || e.is(lhs, obj)
			}
		case *ast.IncDecStmt:
			u.changed = u.changed || e.rooted(n.X, obj)
		case *ast.RangeStmt:
			u.changed = u.changed || n.Tok == token.ASSIGN && (e.rooted(n.Key, obj) || e.rooted(n.Value, obj))
			u.whole = u.whole || n.Tok == token.ASSIGN && (e.is(n.Key, obj) || e.is(n.Value, obj))
		}
		return true
	})
	return u
}

// rooted is true if x is obj or a part of it.
func (e *writer) rooted(x ast.Expr, obj types.Object) bool { return e.l.root(x) == obj && obj != nil }

// is tells whether x is obj itself.
func (e *writer) is(x ast.Expr, obj types.Object) bool {
	id, ok := x.(*ast.Ident)
	return ok && e.l.p.Info.ObjectOf(id) == obj
}

// root is the variable that an expression is, or is a part of; nil for others.
func (l *lowerer) root(x ast.Expr) types.Object {
	for {
		switch y := x.(type) {
		case *ast.Ident:
			return l.p.Info.ObjectOf(y)
		case *ast.ParenExpr:
			x = y.X
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		default:
			return nil
		}
	}
}

// rangeLoop writes a range clause. What is ranged over is evaluated once, into a
// variable, and the clause itself is one that has no effects.
func (e *writer) rangeLoop(s *ast.RangeStmt, label string) {
	e.fn.loops++
	defer func() { e.fn.loops-- }()
	e.printf("{\n")
	e.mark(s)
	e.ordered(s.X)
	x := e.fresh("range")
	switch t := e.typeOf(s.X).Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map:
		if _, array := t.(*types.Array); array && !named(s.Value) && e.canPanic(s.X) {
			e.refuse(s, "range over an array of which only the length is wanted")
		}
		e.temp(x, s.X)
		e.turns(s, label, x, "")
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			offsets := e.fresh("offsets")
			e.printf("%s, %s := %s.Runes(%s)\n", offsets, x, Alias(Runtime), e.expr(s.X))
			e.turns(s, label, x, offsets)
			break
		}
		e.countLoop(s, label, x)
	case *types.Chan:
		e.rangeChan(s, label, x)
	default:
		e.refuse(s, "range over this type")
	}
	e.printf("}\n")
}

// turns writes the loop and its body. With offsets the key is the element of it at
// the index.
func (e *writer) turns(s *ast.RangeStmt, label, x, offsets string) {
	key, value := "_", "_"
	if named(s.Key) {
		key = e.fresh("k")
	}
	if named(s.Value) {
		value = e.fresh("v")
	}
	e.printf("%s", label)
	switch {
	case value == "_" && key != "_":
		e.printf("for %s := range %s {\n", key, x)
	case value == "_":
		e.printf("for range %s {\n", x)
	default:
		e.printf("for %s, %s := range %s {\n", key, value, x)
	}
	e.stopTest()
	keyText := key
	if offsets != "" {
		keyText = offsets + "[" + key + "]"
	}
	e.turnVar(s, s.Key, keyText)
	e.turnVar(s, s.Value, value)
	forget := e.knows(s.Key, s.X, s.Body)
	e.stmts(s.Body.List)
	forget()
	e.printf("}\n")
}

// named is true for a range variable that is there and not blank.
func named(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return x != nil && (!ok || id.Name != "_")
}

// turnVar gives a range variable its value for one turn.
func (e *writer) turnVar(s *ast.RangeStmt, x ast.Expr, text string) {
	if !named(x) {
		return
	}
	id, ok := x.(*ast.Ident)
	if !ok {
		e.refuse(x, "a range clause that assigns to an element")
	}
	if s.Tok == token.DEFINE {
		e.define(e.l.p.Info.Defs[id], text)
		e.printf("_ = %s\n", e.local(e.l.p.Info.Defs[id]))
		return
	}
	e.printf("%s = %s\n", e.expr(id), text)
}

// countLoop writes for i := range n as a loop with three clauses.
func (e *writer) countLoop(s *ast.RangeStmt, label, n string) {
	t := e.typ(e.typeOf(s.X))
	if named(s.Key) {
		t = e.typ(e.typeOf(s.Key))
	}
	i := e.fresh("i")
	e.printf("%s := %s(%s)\n", n, t, e.expr(s.X))
	e.printf("%sfor %s := %s(0); %s < %s; %s++ {\n", label, i, t, i, n, i)
	e.stopTest()
	e.turnVar(s, s.Key, i)
	forget := e.knows(s.Key, e.lengthOf(s.X), s.Body)
	e.stmts(s.Body.List)
	forget()
	e.printf("}\n")
}
