package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// asCompiler turns a message of go/types into the words and the place of the
// compiler's own type checker, where the two differ.
func (p *plan) asCompiler(e typeError) typeError {
	switch {
	case strings.HasPrefix(e.msg, "not enough arguments in call to"), strings.Contains(e.msg, ": not enough arguments for "):
		e.pos = p.lastArgument(e)
	case strings.Contains(e.msg, ": too many arguments for "), strings.Contains(e.msg, " does not satisfy "),
		strings.Contains(e.msg, ", cannot infer "):
		e.pos = p.calling(e)
	case strings.HasPrefix(e.msg, "invalid operation: cannot send to"):
		p.find(e.pos, func(n ast.Node, _ []ast.Node) {
			if s, ok := n.(*ast.SendStmt); ok && s.Arrow == e.pos {
				e.pos = s.Pos()
			}
		})
	case strings.HasPrefix(e.msg, "could not import "):
		if _, why, ok := strings.Cut(e.msg, " ("); ok {
			e.msg = strings.TrimSuffix(why, ")")
		}
	}
	return p.branch(e)
}

// find calls f for every node of the chunk that pos is in or ends, with the nodes
// around it, the outermost first.
func (p *plan) find(pos token.Pos, f func(n ast.Node, around []ast.Node)) {
	var around []ast.Node
	p.ch.walk(func(n ast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		if pos < n.Pos() || pos > n.End() {
			return false
		}
		f(n, around)
		around = append(around, n)
		return true
	})
}

// lastArgument is where the compiler sees that arguments are missing: go/types
// points to the closing parenthesis.
func (p *plan) lastArgument(e typeError) token.Pos {
	pos := e.pos
	p.find(e.pos, func(n ast.Node, _ []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || call.Rparen != e.pos {
			return
		}
		pos = call.Pos()
		if n := len(call.Args); n > 0 && !strings.Contains(e.msg, ": not enough arguments for ") {
			pos = call.Args[n-1].Pos()
		}
	})
	return pos
}

// calling is where the compiler sees that a call as a whole is wrong.
func (p *plan) calling(e typeError) token.Pos {
	pos := e.pos
	p.find(e.pos, func(n ast.Node, _ []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		_, list := call.Fun.(*ast.IndexListExpr)
		_, index := call.Fun.(*ast.IndexExpr)
		switch {
		case strings.Contains(e.msg, "too many arguments for") && call.Pos() <= e.pos && e.pos <= call.End():
			pos = call.Pos()
		case strings.Contains(e.msg, ", cannot infer ") && call.Pos() == e.pos:
			pos = call.Lparen
		case strings.Contains(e.msg, "does not satisfy") && call.Pos() == e.pos && !list && !index:
			pos = call.Lparen
		}
	})
	return pos
}

// The words of go/types about labels; the compiler finds these faults in its
// parser and says them otherwise.
var (
	wrongLabel = regexp.MustCompile(`^invalid (break|continue) label (\w+)$`)
	jumpsOver  = regexp.MustCompile(`^goto (\w+) jumps over variable declaration at line (\d+)$`)
	jumpsInto  = regexp.MustCompile(`^goto (\w+) jumps into block$`)
	unusedMark = regexp.MustCompile(`^label (\w+) declared and not used$`)
	noMark     = regexp.MustCompile(`^label (\w+) not declared$`)
	twoMarks   = regexp.MustCompile(`(?s)^label (\w+) already declared\n\t(\S+): other declaration of \w+$`)
)

// branch says what is wrong with a label, break, continue or goto.
func (p *plan) branch(e typeError) typeError {
	switch {
	case e.msg == "break not in for, switch, or select statement":
		e.msg = "break is not in a loop, switch, or select"
	case e.msg == "continue not in for statement":
		e.msg = "continue is not in a loop"
	case unusedMark.MatchString(e.msg):
		e.msg = unusedMark.ReplaceAllString(e.msg, "label $1 defined and not used")
	case noMark.MatchString(e.msg):
		e.msg = noMark.ReplaceAllString(e.msg, "label $1 not defined")
	case twoMarks.MatchString(e.msg):
		e.msg = twoMarks.ReplaceAllString(e.msg, "label $1 already defined at $2")
	case wrongLabel.MatchString(e.msg):
		m := wrongLabel.FindStringSubmatch(e.msg)
		if !p.labelled(e.pos, m[2]) {
			e.msg = m[1] + " label not defined: " + m[2]
		}
	case jumpsInto.MatchString(e.msg):
		m := jumpsInto.FindStringSubmatch(e.msg)
		if start := p.blockOf(e.pos, m[1]); start.IsValid() {
			e.msg += " starting at " + p.k.fset.Position(start).String()
		}
	case jumpsOver.MatchString(e.msg):
		m := jumpsOver.FindStringSubmatch(e.msg)
		if name, pos := p.declaredAt(e.pos, m[2]); name != "" {
			e.msg = fmt.Sprintf("goto %s jumps over declaration of %s at %s", m[1], name, p.k.fset.Position(pos))
		}
	}
	return e
}

// labelled reports whether the statement at pos stands in one with a label.
func (p *plan) labelled(pos token.Pos, label string) bool {
	found := false
	p.find(pos, func(n ast.Node, around []ast.Node) {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = false
		case *ast.LabeledStmt:
			found = found || n.Label.Name == label
		}
	})
	return found
}

// declaredAt returns the first variable that a statement on a line below pos
// declares, and the place that the compiler gives to that statement.
func (p *plan) declaredAt(pos token.Pos, line string) (name string, at token.Pos) {
	p.ch.walk(func(n ast.Node) bool {
		s, ok := n.(ast.Stmt)
		if !ok || name != "" || s.Pos() < pos || itoa(p.k.fset.Position(s.Pos()).Line) != line {
			return true
		}
		ids := declaredBy(s)
		if len(ids) == 0 {
			return true
		}
		name, at = ids[0].Name, ids[0].Pos()
		if a, ok := s.(*ast.AssignStmt); ok {
			at = a.TokPos
		}
		return true
	})
	return name, at
}

// blockOf returns where the block begins in which a label stands, in the function
// that pos is in.
func (p *plan) blockOf(pos token.Pos, label string) (start token.Pos) {
	var within []token.Pos // the blocks around the node that is visited
	var nodes []ast.Node
	p.ch.walk(func(n ast.Node) bool {
		if n == nil {
			if _, ok := nodes[len(nodes)-1].(*ast.BlockStmt); ok {
				within = within[:len(within)-1]
			}
			nodes = nodes[:len(nodes)-1]
			return true
		}
		nodes = append(nodes, n)
		switch n := n.(type) {
		case *ast.BlockStmt:
			within = append(within, n.Lbrace)
		case *ast.LabeledStmt:
			if n.Label.Name == label && len(within) > 0 {
				start = within[len(within)-1]
			}
		}
		return true
	})
	return start
}

// misused reports whether a label that go/types takes for unused is used where it
// cannot be: the compiler counts that as a use.
func (p *plan) misused(e typeError) bool {
	m := unusedMark.FindStringSubmatch(e.msg)
	if m == nil {
		return false
	}
	used := false
	p.ch.walk(func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Label != nil && b.Label.Name == m[1] && b.Label.Pos() > e.pos {
			used = used || p.labelled(b.Pos(), m[1])
		}
		return true
	})
	return used
}
