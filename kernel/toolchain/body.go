package toolchain

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"gomri/kernel/check"
)

// bodyWriter turns the statements of a program back into text. Wherever it can it
// copies the text of the cell, so that lines and columns, also inside function
// literals, are those of the cell; go/printer would lay the code out anew.
type bodyWriter struct {
	prog  *check.Program
	lines []int // offsets at which the lines of the cell begin
}

// newBodyWriter returns a writer for the program's body.
func newBodyWriter(p *check.Program) *bodyWriter {
	b := &bodyWriter{prog: p, lines: []int{0}}
	for i := range len(p.Cell.Text) {
		if p.Cell.Text[i] == '\n' {
			b.lines = append(b.lines, i+1)
		}
	}
	return b
}

// statements returns the program's statements, each under a //line directive. The
// last expression is put through show, if there is one.
func (b *bodyWriter) statements(show func(expr string) string) string {
	var out strings.Builder
	if b.prog.Body == nil {
		return ""
	}
	for _, s := range b.prog.Body.List {
		out.WriteString(b.directive(s.Pos()))
		if e, ok := s.(*ast.ExprStmt); ok && b.prog.Last != nil && e.X == b.prog.Last {
			out.WriteString(show(b.node(e.X)))
		} else {
			out.WriteString(b.statement(s))
		}
		out.WriteString("\n")
	}
	return out.String()
}

// statement returns one statement. An assignment with = may have been := or var in
// the cell, so it is put together from its parts.
func (b *bodyWriter) statement(s ast.Stmt) string {
	a, ok := s.(*ast.AssignStmt)
	if !ok || a.Tok != token.ASSIGN {
		return b.node(s)
	}
	list := func(exprs []ast.Expr) string {
		var parts []string
		for _, e := range exprs {
			parts = append(parts, b.inline(e.Pos())+b.node(e))
		}
		return strings.Join(parts, ", ")
	}
	return list(a.Lhs) + " = " + list(a.Rhs)
}

// node returns the text of a statement or expression: the cell's own, or, where
// check has made up the node, one that the printer makes.
func (b *bodyWriter) node(n ast.Node) string {
	from, to := b.offset(n.Pos()), b.offset(n.End())
	if from >= 0 && to > from {
		if text := b.patched(n, from, to); means(n, text) {
			return text
		}
	}
	var out strings.Builder
	if err := format.Node(&out, b.prog.Fset, n); err != nil {
		return fmt.Sprintf("/* %v */", err) // the compiler refuses what is left
	}
	return out.String()
}

// patched is the cell's text between two offsets, with the names that check has
// changed in the tree changed in the text too.
func (b *bodyWriter) patched(n ast.Node, from, to int) string {
	type change struct {
		at, end int
		name    string
		next    token.Pos
	}
	text := b.prog.Cell.Text
	var changes []change
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		at := b.offset(id.Pos())
		if at < from || at >= to {
			return true
		}
		end := at + identLen(text[at:to])
		if end > at && text[at:end] != id.Name {
			changes = append(changes, change{at, end, id.Name, id.Pos() + token.Pos(end-at)})
		}
		return true
	})
	slices.SortFunc(changes, func(a, b change) int { return a.at - b.at })
	var out strings.Builder
	for _, c := range changes {
		out.WriteString(text[from:c.at] + c.name + b.inline(c.next))
		from = c.end
	}
	out.WriteString(text[from:to])
	return out.String()
}

// identLen is the length in bytes of the identifier that s begins with.
func identLen(s string) int {
	for i, r := range s {
		if r != '_' && !isLetter(r) && (i == 0 || !isDigit(r)) {
			return i
		}
	}
	return len(s)
}

// means is true if text, read by itself, is the statement or expression n. It is not
// where check has put a node together of parts with and without a place.
func means(n ast.Node, text string) bool {
	var read ast.Node
	if _, ok := n.(ast.Expr); ok {
		e, err := parser.ParseExpr(text)
		if err != nil {
			return false
		}
		read = e
	} else {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+text+"\n}", parser.SkipObjectResolution)
		if err != nil {
			return false
		}
		fn, ok := f.Decls[0].(*ast.FuncDecl)
		if !ok || len(fn.Body.List) != 1 {
			return false
		}
		read = fn.Body.List[0]
	}
	return skeleton(read) == skeleton(n)
}

// skeleton is a node as text without what the layout decides.
func skeleton(n ast.Node) string {
	var b strings.Builder
	if err := format.Node(&b, token.NewFileSet(), n); err != nil {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', ',', ';':
			return -1
		}
		return r
	}, b.String())
}

// offset returns where a position is in the cell's text, or -1.
func (b *bodyWriter) offset(pos token.Pos) int {
	if !pos.IsValid() {
		return -1
	}
	p := b.prog.Fset.Position(pos)
	if p.Filename != b.prog.Cell.Name || p.Line < 1 || p.Line > len(b.lines) {
		return -1
	}
	at := b.lines[p.Line-1] + p.Column - 1
	if at < 0 || at > len(b.prog.Cell.Text) {
		return -1
	}
	return at
}

// directive is the //line directive for text that begins at pos.
func (b *bodyWriter) directive(pos token.Pos) string {
	if b.offset(pos) < 0 {
		return nowhere
	}
	p := b.prog.Fset.Position(pos)
	return lineDirective(p.Filename, p.Line, p.Column)
}

// inline is the /*line*/ directive for text that begins at pos, "" for none.
func (b *bodyWriter) inline(pos token.Pos) string {
	if b.offset(pos) < 0 {
		return ""
	}
	p := b.prog.Fset.Position(pos)
	return fmt.Sprintf("/*line %s:%d:%d*/", p.Filename, p.Line, p.Column)
}
