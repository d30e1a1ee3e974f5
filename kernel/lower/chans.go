package lower

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// Goroutines, channels and what else waits go through compiled functions: these know who
// waits, so that an interrupt wakes all of them and a deadlock is seen.

// goStmt evaluates the function and its arguments and starts the call.
func (e *writer) goStmt(s *ast.GoStmt) {
	call := ""
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok && len(s.Call.Args) == 0 && e.typ(e.typeOf(lit)) == "func()" {
		call = e.funcLit(lit, false)
	} else {
		call = "func() { " + e.held(s.Call, "") + " }"
	}
	name := e.fresh("call")
	e.printf("%s := func() func() { return %s }()\n%s.Go(%s)\n", name, call, e.pkg(Runtime), name)
}

// chanOf is the channel type of an expression.
func (e *writer) chanOf(x ast.Expr) *types.Chan {
	c, ok := e.typeOf(x).Underlying().(*types.Chan)
	if !ok {
		e.refuse(x, "this channel")
	}
	return c
}

// send writes c <- v.
func (e *writer) send(s *ast.SendStmt) {
	c, v := e.fresh("c"), e.fresh("v")
	e.printf("{\n%s := %s\nvar %s %s = %s\n", c, e.expr(s.Chan), v, e.typ(e.chanOf(s.Chan).Elem()), e.expr(s.Value))
	e.printf("%s.Send(%s, &%s)\n}\n", e.pkg(Runtime), c, v)
}

// receive writes <-c as an expression.
func (e *writer) receive(x *ast.UnaryExpr) string {
	c, v, t := e.fresh("c"), e.fresh("v"), e.typ(e.chanOf(x.X).Elem())
	return "func(" + c + " " + e.typ(e.typeOf(x.X)) + ") " + t + " { var " + v + " " + t + "; " +
		e.pkg(Runtime) + ".Receive(" + c + ", &" + v + "); return " + v + " }(" + e.expr(x.X) + ")"
}

// receiveOK writes v, ok := <-c into two variables.
func (e *writer) receiveOK(x *ast.UnaryExpr, v, ok string) {
	e.printf("var %s %s\n%s := %s.Receive(%s, &%s)\n", v, e.typ(e.chanOf(x.X).Elem()), ok, e.pkg(Runtime), e.expr(x.X), v)
}

// rangeChan writes a loop over a channel.
func (e *writer) rangeChan(s *ast.RangeStmt, label, x string) {
	e.printf("%s := %s\n%sfor {\n", x, e.expr(s.X), label)
	e.stopTest()
	v := e.fresh("v")
	e.printf("var %s %s\nif !%s.Receive(%s, &%s) { break }\n", v, e.typ(e.chanOf(s.X).Elem()), e.pkg(Runtime), x, v)
	e.turnVar(s, s.Key, v)
	e.stmts(s.Body.List)
	e.printf("}\n")
}

// selectStmt writes a select statement: channels and values are evaluated in order, a
// compiled function chooses, and a switch runs what was chosen.
func (e *writer) selectStmt(s *ast.SelectStmt, label string) {
	e.printf("{\n")
	e.mark(s)
	cases, received := []string{}, make([]string, len(s.Body.List))
	fallback := "false"
	for i, c := range s.Body.List {
		clause, ok := c.(*ast.CommClause)
		if !ok {
			e.refuse(c, "this case")
		}
		switch comm := clause.Comm.(type) {
		case nil:
			fallback = "true"
		case *ast.SendStmt:
			e.ordered(comm)
			ch, v := e.fresh("c"), e.fresh("v")
			e.printf("%s := %s\nvar %s %s = %s\n", ch, e.expr(comm.Chan), v, e.typ(e.chanOf(comm.Chan).Elem()), e.expr(comm.Value))
			cases = append(cases, e.pkg(Runtime)+".CaseSend("+ch+", &"+v+")")
		default:
			x := e.received(comm)
			e.ordered(x.X)
			ch := e.fresh("c")
			received[i] = e.fresh("v")
			e.printf("%s := %s\nvar %s %s\n", ch, e.expr(x.X), received[i], e.typ(e.chanOf(x.X).Elem()))
			cases = append(cases, e.pkg(Runtime)+".CaseReceive("+ch+", &"+received[i]+")")
		}
	}
	chosen, ok := e.fresh("chosen"), e.fresh("ok")
	e.printf("%s, %s := %s.Select(%s)\n_ = %s\n%sswitch {\n", chosen, ok, e.pkg(Runtime),
		strings.Join(append([]string{fallback}, cases...), ", "), ok, label)
	e.clauses(s, chosen, ok, received)
	e.printf("}\n}\n")
}

// clauses writes what the cases of a select statement do.
func (e *writer) clauses(s *ast.SelectStmt, chosen, ok string, received []string) {
	n := 0
	for i, c := range s.Body.List {
		clause, _ := c.(*ast.CommClause)
		if clause.Comm == nil {
			e.printf("default:\n")
			e.stmts(clause.Body)
			continue
		}
		e.printf("case (%s == %d):\n", chosen, n)
		n++
		if assign, isAssign := clause.Comm.(*ast.AssignStmt); isAssign {
			if len(assign.Lhs) > 1 && !isBlank(assign.Lhs[1]) {
				e.set(assign, assign.Lhs[1], ok)
			}
			e.set(assign, assign.Lhs[0], received[i])
		}
		e.stmts(clause.Body)
	}
}

// received is the receive operation of a case.
func (e *writer) received(comm ast.Stmt) *ast.UnaryExpr {
	var x ast.Expr
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		x = comm.X
	case *ast.AssignStmt:
		x = comm.Rhs[0]
		for _, lhs := range comm.Lhs {
			if _, ident := lhs.(*ast.Ident); !ident {
				e.refuse(lhs, "a case that assigns to an element")
			}
		}
	}
	u, ok := ast.Unparen(x).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		e.refuse(comm, "this case")
	}
	return u
}

// waits are the methods of package sync that wait, and what is called instead of them.
var waits = map[string]string{
	"WaitGroup.Wait": "Wait", "WaitGroup.Go": "WaitGo", "Mutex.Lock": "Lock", "RWMutex.Lock": "Lock", "RWMutex.RLock": "RLock",
}

// waiting names the compiled function for a method that waits, "" for others.
func waiting(fn *types.Func) string {
	if fn.Pkg() == nil || fn.Pkg().Path() != "sync" {
		return ""
	}
	t := fn.Signature().Recv().Type()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return ""
	}
	return waits[named.Obj().Name()+"."+fn.Name()]
}

// waitingFunc names the compiled function for a function that waits, "" for others.
func waitingFunc(fn *types.Func) string {
	switch fn.Pkg().Path() + "." + fn.Name() {
	case "time.Sleep":
		return "Sleep"
	case "time.After":
		return "After"
	}
	return ""
}
