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
	e.printf("%sswitch {\n", label)
	for _, c := range s.Body.List {
		clause, ok := c.(*ast.CaseClause)
		if !ok {
			e.refuse(c, "this case")
		}
		e.caseClause(clause, tag)
	}
	e.printf("}\n}\n")
}

// caseClause writes one case as one condition: the interpreter loses all but the first
// of several conditions where they are made of && and ||.
func (e *writer) caseClause(c *ast.CaseClause, tag string) {
	if c.List == nil {
		e.printf("default:\n")
	} else {
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
	e.stmts(c.Body)
}
