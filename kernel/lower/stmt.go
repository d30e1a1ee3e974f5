package lower

import (
	"go/ast"
	"go/types"
	"strings"
)

func (e *writer) stmts(list []ast.Stmt) {
	for _, s := range list {
		e.stmt(s)
	}
}

// stmt writes one statement, after the line marker if it can panic.
func (e *writer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.BlockStmt:
		e.printf("{\n")
		e.stmts(s.List)
		e.printf("}\n")
	case *ast.LabeledStmt:
		e.labeled(s)
	case *ast.ForStmt:
		e.forLoop(s, "")
	case *ast.RangeStmt:
		e.rangeLoop(s, "")
	case *ast.SwitchStmt:
		e.switchStmt(s, "")
	case *ast.SelectStmt:
		e.selectStmt(s, "")
	case *ast.IfStmt:
		e.ifStmt(s)
	case *ast.BranchStmt:
		e.branch(s)
	case *ast.DeclStmt:
		e.decl(s)
	default:
		e.simple(s)
	}
}

// simple writes a statement that contains no others.
func (e *writer) simple(s ast.Stmt) {
	if e.canPanic(s) {
		e.mark(s)
	}
	e.ordered(s)
	switch s := s.(type) {
	case *ast.ExprStmt:
		e.spread, _ = ast.Unparen(s.X).(*ast.CallExpr)
		e.printf("%s\n", e.expr(s.X))
	case *ast.IncDecStmt:
		e.printf("%s%s\n", e.target(s.X), s.Tok)
	case *ast.AssignStmt:
		e.assign(s)
	case *ast.ReturnStmt:
		e.returnStmt(s)
	case *ast.DeferStmt:
		e.deferStmt(s)
	case *ast.GoStmt:
		e.goStmt(s)
	case *ast.SendStmt:
		e.send(s)
	case nil:
	default:
		e.refuse(s, "%s", describeStmt(s))
	}
	e.spread = nil
}

func describeStmt(s ast.Stmt) string {
	switch s.(type) {
	case *ast.TypeSwitchStmt:
		return "type switch"
	}
	return "this statement"
}

// returnStmt evaluates the results, puts the caller's line marker back and returns.
func (e *writer) returnStmt(s *ast.ReturnStmt) {
	var results []string
	switch {
	case e.fn.sig == nil: // the cell's own function
	case len(s.Results) == 0:
		results = e.fn.named
	case len(s.Results) == 1 && e.fn.sig.Results().Len() > 1:
		results = e.spill(s.Results[0], e.fn.sig.Results().Len())
	default:
		for i, x := range s.Results {
			results = append(results, e.result(x, e.fn.sig.Results().At(i).Type(), len(s.Results)))
		}
	}
	if e.fn.scope != "" {
		for i, text := range results {
			if text != e.fn.named[i] {
				e.printf("%s = %s\n", e.fn.named[i], text)
			}
		}
		e.printf("return\n")
		return
	}
	if e.fn.saved != "" {
		e.printf("%s = %s\n", LineVar, e.fn.saved)
	}
	e.printf("return %s\n", strings.Join(results, ", "))
}

// result evaluates one result of a return statement into a variable, unless it is a constant.
func (e *writer) result(x ast.Expr, t types.Type, n int) string {
	if tv := e.l.p.Info.Types[x]; tv.Value != nil || tv.IsNil() {
		return e.expr(x)
	}
	if n == 1 {
		e.spread, _ = ast.Unparen(x).(*ast.CallExpr)
	}
	name := e.fresh("t")
	if types.IsInterface(t) {
		e.printf("var %s %s = %s\n", name, e.typ(t), e.expr(x))
	} else {
		e.printf("%s := %s\n", name, e.expr(x))
	}
	return name
}
