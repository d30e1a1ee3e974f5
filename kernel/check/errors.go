package check

import (
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/display"
)

// Error is one message of the compiler about a cell.
type Error struct {
	// Msg is the compiler's message; further lines of it begin with a tab.
	Msg string
	// Position is the place in a cell: Filename "cell-3", Line, Column (bytes, from 1).
	Position token.Position
	// Line is the source line at Position, "" if it is not known.
	Line string
	// Syntax says that the text is no Go, so that nothing was type-checked.
	Syntax bool
	// Hint is advice of ours, "" for none.
	Hint string
}

// Error returns the message as go build prints it: "cell-3:2:5: undefined: x".
func (e Error) Error() string {
	return fmt.Sprintf("%s: %s", e.Position, e.Msg)
}

// Errors are all messages about one chunk, sorted by place. There is at least one.
type Errors []Error

// Error returns the messages a line each, as go build prints them.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Failure returns the errors as the cell's error: a CompileError, or a SyntaxError
// if the text is no Go. Its value is what go build prints, its traceback shows
// each message with its source line and a caret.
func (es Errors) Failure() *display.Failure {
	f := &display.Failure{Name: "CompileError", Value: es.Error()}
	if es[0].Syntax {
		f.Name = "SyntaxError"
	}
	for _, e := range es {
		f.Traceback = append(f.Traceback, strings.Split(e.Error(), "\n")...)
		if e.Line != "" {
			f.Traceback = append(f.Traceback, "\t"+e.Line, "\t"+caret(e.Line, e.Position.Column))
		}
		if e.Hint != "" {
			f.Traceback = append(f.Traceback, "\t"+e.Hint)
		}
	}
	return f
}

// caret returns the line that points at a column of line: tabs stay tabs, and
// every other character becomes one space.
func caret(line string, column int) string {
	var b strings.Builder
	for i, r := range line {
		if i >= column-1 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String() + "^"
}

// sorted puts errors into the order of their places, and drops those that say the
// same at the same line, as the compiler does.
func sorted(es Errors) Errors {
	slices.SortStableFunc(es, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Position.Filename, b.Position.Filename),
			cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Position.Column, b.Position.Column))
	})
	return slices.CompactFunc(es, func(a, b Error) bool {
		return a.Msg == b.Msg && a.Position.Filename == b.Position.Filename && a.Position.Line == b.Position.Line
	})
}

// typeErrors gathers what go/types reports. The parts of one message come one by
// one, the later ones with a tab in front.
type typeErrors struct {
	fset *token.FileSet
	list []typeError
}

// typeError is one message with where it points.
type typeError struct {
	pos token.Pos
	msg string
}

// add is the types.Config's Error.
func (t *typeErrors) add(err error) {
	e, ok := err.(types.Error)
	if !ok {
		t.list = append(t.list, typeError{msg: err.Error()})
		return
	}
	if n := len(t.list); strings.HasPrefix(e.Msg, "\t") && n > 0 {
		t.list[n-1].msg += fmt.Sprintf("\n\t%s: %s", t.fset.Position(e.Pos), e.Msg[1:])
		return
	}
	t.list = append(t.list, typeError{e.Pos, e.Msg})
}

// syntaxErrors turns what the parser or scanner says into Errors.
func syntaxErrors(err error, src *source) Errors {
	if err == nil {
		return nil
	}
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return Errors{{Msg: "syntax error: " + err.Error(), Position: token.Position{Filename: src.name, Line: 1, Column: 1}, Syntax: true}}
	}
	var es Errors
	for _, e := range list {
		if e.Msg == lateImport {
			continue // in a cell an import may stand anywhere
		}
		es = append(es, asSyntax(Error{Msg: "syntax error: " + e.Msg, Position: src.clamp(e.Pos), Syntax: true}, src))
	}
	return es
}

// lateImport is the parser's complaint about an import behind a declaration, which
// it reads all the same.
const lateImport = "imports must appear before other declarations"

// source is the text of a cell, for the lines that messages show.
type source struct {
	name  string
	lines []string
}

func newSource(name, text string) *source {
	return &source{name, strings.Split(text, "\n")}
}

// line returns a line of the cell, "" if there is none.
func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// clamp moves a position behind the cell's text to its end: the parser sees the
// cell inside a function whose closing brace is not the user's.
func (s *source) clamp(p token.Position) token.Position {
	p.Filename = s.name
	last := len(s.lines)
	for last > 1 && strings.TrimSpace(s.lines[last-1]) == "" {
		last--
	}
	if p.Line > last {
		p.Line, p.Column = last, len(s.lines[last-1])+1
	}
	p.Line = max(p.Line, 1)
	p.Column = min(max(p.Column, 1), len(s.line(p.Line))+1)
	return p
}

// asSyntax gives a message of go/parser the compiler's words, where it is one that
// the compiler's own parser lets pass.
func asSyntax(e Error, src *source) Error {
	msg := strings.TrimPrefix(e.Msg, "syntax error: ")
	switch {
	case msg == "can only use ... with final parameter":
		e.Msg, e.Syntax = msg, false
	case strings.HasPrefix(msg, "expression in ") && strings.HasSuffix(msg, " must be function call"):
		e.Msg, e.Syntax = msg, false
		word := strings.Fields(msg)[2] + " "
		if i := strings.LastIndex(src.line(e.Position.Line)[:e.Position.Column-1], word); i >= 0 {
			e.Position.Column = i + len(word) + 1
		}
	}
	return e
}
