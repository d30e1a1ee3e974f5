package cell

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
	"unicode/utf8"
)

// MaxText is the largest cell that Parse reads, in bytes.
const MaxText = 4 << 20

// Error is a fault in the text of a cell that no Go parser would see: a
// mistyped command line, an unterminated quote, text that is not UTF-8.
type Error struct {
	Cell string
	Line int // 1-based
	Col  int // 1-based, in bytes
	Msg  string
}

// Error returns the place and the message as a compiler prints them.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Cell, e.Line, e.Col, e.Msg)
}

// Parse reads the text of a cell. The rules, in this order:
//
//   - A cell whose first line (blank lines and comments apart) begins with %%
//     is one Magic, with the rest of the cell as its Body.
//   - A cell whose first word is "package" is one Listing.
//   - A cell whose first line is a go command ("go test -bench=.", a "$ " in
//     front allowed) consists of Commands. "go f()" and "go func" are Go: only
//     a word that is a subcommand of go, followed by a space or the line's end
//     and not by a parenthesis, makes a command.
//   - Anything else is Go, between whose statements lines may stand that begin
//     with % (a Magic) or ! (a Shell), or that are go commands. A line is such a line only where a Go
//     statement could begin: outside brackets, raw strings and comments, after
//     a complete statement. So a Go statement can never begin with ! or %,
//     which no useful one does.
//
// A cell of blanks and comments has no parts. The error, if any, is an *Error.
func Parse(name, text string) (*Cell, error) {
	c := &Cell{Name: name, Text: normalise(text)}
	if err := c.checkText(); err != nil {
		return nil, err
	}
	first, line := c.firstLine()
	switch {
	case strings.HasPrefix(first, "%%"):
		return c, c.parseCellMagic(line)
	case isGoCommand(first):
		_, err := c.parseCommands(c.offsetOf(line))
		return c, err
	}
	if pkg, at, ok := packageClause(c.Text); ok {
		c.Parts = []Part{{Line: at, Listing: &Listing{Text: c.Text, Package: pkg}}}
		return c, nil
	}
	return c, c.parseGo()
}

// normalise makes line ends "\n" and drops a byte order mark, as the compiler does.
func normalise(text string) string {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text
}

// checkText refuses what no part of a cell may contain.
func (c *Cell) checkText() error {
	if len(c.Text) > MaxText {
		return &Error{c.Name, 1, 1, fmt.Sprintf("the cell has %d bytes, more than %d; read large data from a file", len(c.Text), MaxText)}
	}
	if i := strings.IndexByte(c.Text, 0); i >= 0 {
		return c.errorAt(i, "invalid NUL character")
	}
	if utf8.ValidString(c.Text) {
		return nil
	}
	for i := 0; i < len(c.Text); {
		r, n := utf8.DecodeRuneInString(c.Text[i:])
		if r == utf8.RuneError && n == 1 {
			return c.errorAt(i, "invalid UTF-8 encoding")
		}
		i += n
	}
	return nil
}

// errorAt returns an error at a byte offset of the cell.
func (c *Cell) errorAt(offset int, format string, args ...any) *Error {
	line := 1 + strings.Count(c.Text[:offset], "\n")
	col := offset - strings.LastIndexByte(c.Text[:offset], '\n')
	return &Error{Cell: c.Name, Line: line, Col: col, Msg: fmt.Sprintf(format, args...)}
}

// firstLine returns the first line that is neither blank nor a // comment,
// without the blanks around it, and its 0-based number.
func (c *Cell) firstLine() (string, int) {
	n := 0
	for l := range strings.Lines(c.Text) {
		l = strings.TrimSpace(l)
		if l != "" && !strings.HasPrefix(l, "//") {
			return l, n
		}
		n++
	}
	return "", n
}

// packageClause reports the package name of text that begins, comments apart,
// with a package clause, and the clause's line.
func packageClause(text string) (name string, line int, ok bool) {
	s, file := newScanner(text)
	pos, tok, _ := s.Scan()
	if tok != token.PACKAGE {
		return "", 0, false
	}
	_, tok, lit := s.Scan()
	if tok != token.IDENT {
		return "", 0, false
	}
	return lit, file.Line(pos), true
}

// newScanner returns a scanner over text that keeps silent about errors: they
// are the parser's to report.
func newScanner(text string) (*scanner.Scanner, *token.File) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	return &s, file
}

// parseGo splits a cell of Go and command lines.
func (c *Cell) parseGo() error {
	start := 0
	for {
		at := commandLine(c.Text, start)
		end := len(c.Text)
		if at >= 0 {
			end = at
		}
		c.addGo(start, end)
		if at < 0 {
			return nil
		}
		if c.Text[at] == 'g' {
			end, err := c.parseCommands(at)
			if err != nil {
				return err
			}
			start = end
			continue
		}
		next := len(c.Text)
		if i := strings.IndexByte(c.Text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		if err := c.parseLine(at, next); err != nil {
			return err
		}
		start = next
	}
}

// addGo adds the Go between two offsets, unless it is only blanks and comments.
func (c *Cell) addGo(start, end int) {
	s, file := newScanner(c.Text[start:end])
	pos, tok, _ := s.Scan()
	if tok == token.EOF {
		return
	}
	line := file.Line(pos) + strings.Count(c.Text[:start], "\n")
	c.Parts = append(c.Parts, Part{Line: line, Go: &Go{Text: Blank(c.Text, start, end)}})
}

// Blank returns text with everything outside [start,end) blanked: spaces for
// every byte but line ends, so that offsets, lines and columns stay.
func Blank(text string, start, end int) string {
	b := []byte(text)
	for i := range b {
		if (i < start || i >= end) && b[i] != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// commandLine returns the offset of the first %, ! or go command line at or after
// start that stands where a Go statement could begin, or -1. What is before start
// is complete Go.
func commandLine(text string, start int) int {
	s, file := newScanner(text[start:])
	depth, fresh := 0, true // fresh: a statement could begin here
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return -1
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.REM, token.REM_ASSIGN, token.NOT, token.NEQ:
			at := start + file.Offset(pos)
			if fresh && depth <= 0 && lineStart(text, at) {
				return at
			}
		case token.GO:
			at := start + file.Offset(pos)
			line, _, _ := strings.Cut(text[at:], "\n")
			if fresh && depth <= 0 && lineStart(text, at) && isGoCommand(strings.TrimSpace(line)) {
				return at
			}
		}
		fresh = tok == token.SEMICOLON
	}
}

// lineStart reports whether only blanks stand between the line's start and at.
func lineStart(text string, at int) bool {
	line := text[strings.LastIndexByte(text[:at], '\n')+1 : at]
	return strings.TrimLeft(line, " \t") == ""
}

// commentScanner is newScanner with comments as tokens, and with the messages
// of the scanner.
func commentScanner(text string, fault func(msg string)) (*scanner.Scanner, *token.File) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(_ token.Position, msg string) { fault(msg) }, scanner.ScanComments)
	return &s, file
}
