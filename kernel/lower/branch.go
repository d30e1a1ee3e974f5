package lower

import (
	"go/ast"
	"go/token"
	"strings"
)

func (e *writer) branch(s *ast.BranchStmt) {
	switch {
	case s.Tok == token.GOTO:
		e.refuse(s, "goto statement")
	case s.Label != nil:
		e.printf("%s %s\n", s.Tok, labelName(s.Label))
	default:
		e.printf("%s\n", s.Tok)
	}
}

func labelName(id *ast.Ident) string { return id.Name + "_lb" }

func (e *writer) labeled(s *ast.LabeledStmt) {
	label := labelName(s.Label) + ":\n"
	switch inner := s.Stmt.(type) {
	case *ast.ForStmt:
		e.forLoop(inner, label)
	case *ast.RangeStmt:
		e.rangeLoop(inner, label)
	case *ast.SwitchStmt:
		e.switchStmt(inner, label)
	case *ast.SelectStmt:
		e.selectStmt(inner, label)
	default:
		e.refuse(s, "label before something that is no loop")
	}
}

func (e *writer) ifStmt(s *ast.IfStmt) {
	e.printf("{\n")
	if s.Init != nil {
		e.stmt(s.Init)
	}
	if e.canPanic(s.Cond) {
		e.mark(s.Cond)
	}
	e.ordered(s.Cond)
	e.printf("if %s {\n", e.expr(s.Cond))
	e.stmts(s.Body.List)
	if s.Else != nil {
		e.printf("} else {\n")
		e.stmt(s.Else)
	}
	e.printf("}\n}\n")
}

func (e *writer) switchStmt(s *ast.SwitchStmt, label string) {
	e.printf("{\n")
	if s.Init != nil {
		e.stmt(s.Init)
	}
	e.mark(s)
	tag := ""
	if s.Tag != nil {
		e.ordered(s.Tag)
		tag = e.fresh("tag")
		e.temp(tag, s.Tag)
	}
	clauses := make([]*ast.CaseClause, len(s.Body.List))
	for i, c := range s.Body.List {
		clause, ok := c.(*ast.CaseClause)
		if !ok {
			e.refuse(c, "this case")
		}
		clauses[i] = clause
	}
	if fallsAmid(clauses) {
		e.chosenSwitch(clauses, tag, label)
		return
	}
	e.printf("%sswitch {\n", label)
	for _, c := range clauses {
		e.caseHead(c, tag)
		e.stmts(c.Body)
	}
	e.printf("}\n}\n")
}

// fallsAmid is true for cases of which one falls through to the next, and the default is
// not the last: the interpreter puts that behind all others.
func fallsAmid(clauses []*ast.CaseClause) bool {
	amid, falls := false, false
	for i, c := range clauses {
		amid = amid || c.List == nil && i < len(clauses)-1
		if n := len(c.Body); n > 0 {
			b, ok := c.Body[n-1].(*ast.BranchStmt)
			falls = falls || ok && b.Tok == token.FALLTHROUGH
		}
	}
	return amid && falls
}

// chosenSwitch writes a switch that finds the number of the case, and one without a default
// that runs it.
func (e *writer) chosenSwitch(clauses []*ast.CaseClause, tag, label string) {
	chosen := e.fresh("chosen")
	e.printf("%s := -1\nswitch {\n", chosen)
	for i, c := range clauses {
		e.caseHead(c, tag)
		e.printf("%s = %d\n", chosen, i)
	}
	e.printf("}\n%sswitch {\n", label)
	for i, c := range clauses {
		e.printf("case (%s == %d):\n", chosen, i)
		e.stmts(c.Body)
	}
	e.printf("}\n}\n")
}

// caseHead writes one case as one condition: the interpreter loses all but the first
// of several conditions where they are made of && and ||.
func (e *writer) caseHead(c *ast.CaseClause, tag string) {
	if c.List == nil {
		e.printf("default:\n")
		return
	}
	conds := make([]string, len(c.List))
	for i, x := range c.List {
		e.ordered(x)
		conds[i] = e.expr(x)
		if tag != "" {
			conds[i] = "(" + tag + " == " + conds[i] + ")"
		}
	}
	e.printf("case %s:\n", strings.Join(conds, " || "))
}
