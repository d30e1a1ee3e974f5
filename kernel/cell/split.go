package cell

import (
	"go/token"
	"strings"
)

// Chunk is Go without a package clause, taken apart at its top level.
type Chunk struct {
	// Decls are the byte ranges of the imports, functions and methods that stand
	// at the top level, comments right above them included, in order.
	Decls []Span
	// Depth is the number of brackets left open at the end, and Closed the offset
	// of the first bracket that closes none, or -1.
	Depth  int
	Closed int
	// End is the last token, token.EOF if there is none. A semicolon that the
	// line's end stands for is left out; Semi says that one was written.
	End  token.Token
	Semi bool
	// Open says that a raw string or a comment is not closed.
	Open bool
}

// Span is a range of bytes of a cell, End not included. Start is where the
// comment above a declaration begins, Keyword where the declaration itself does.
type Span struct{ Start, Keyword, End int }

// Split takes Go apart at its top level. Everything that is not in Decls is
// statements, and constants, types and variables, for which a statement may stand.
func Split(text string) Chunk {
	sp := splitter{text: text, chunk: Chunk{Closed: -1, End: token.EOF}, start: -1, comment: -1}
	toks, open := tokens(text)
	sp.toks, sp.chunk.Open = toks, open
	fresh := true
	for i, t := range toks {
		sp.step(i, t, fresh)
		fresh = t.tok == token.SEMICOLON || t.tok == token.COMMENT && fresh
	}
	if sp.start >= 0 {
		sp.chunk.Decls = append(sp.chunk.Decls, Span{sp.start, sp.keyword, len(text)})
	}
	return sp.chunk
}

// lexeme is one token: its offset, its end, and whether it was written, as a
// semicolon at a line's end is not.
type lexeme struct {
	at, end int
	tok     token.Token
	implied bool
}

// tokens scans text, comments included, and reports whether a raw string or a
// comment at its end is open.
func tokens(text string) (list []lexeme, open bool) {
	s, file := commentScanner(text, func(msg string) {
		open = open || msg == "raw string literal not terminated" || msg == "comment not terminated"
	})
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return list, open
		}
		at := file.Offset(pos)
		end := at + len(lit)
		if lit == "" {
			end = at + len(tok.String())
		}
		implied := tok == token.SEMICOLON && lit == "\n"
		if implied {
			end = at
		}
		list = append(list, lexeme{at, min(end, len(text)), tok, implied})
	}
}

// splitter is the state of Split.
type splitter struct {
	text           string
	toks           []lexeme
	chunk          Chunk
	start, keyword int // of the declaration being read; start is -1 outside of one
	comment        int // where the comment lines right above begin, or -1
}

// step takes in the token number i; fresh says that a statement could begin with it.
func (sp *splitter) step(i int, t lexeme, fresh bool) {
	c := &sp.chunk
	switch t.tok {
	case token.COMMENT:
		if fresh && c.Depth == 0 && sp.start < 0 {
			sp.above(i)
		}
		return
	case token.LPAREN, token.LBRACK, token.LBRACE:
		c.Depth++
	case token.RPAREN, token.RBRACK, token.RBRACE:
		if c.Depth--; c.Depth < 0 {
			if c.Closed < 0 {
				c.Closed = t.at
			}
			c.Depth = 0
		}
	case token.SEMICOLON:
		if sp.start >= 0 && c.Depth == 0 {
			c.Decls = append(c.Decls, Span{sp.start, sp.keyword, t.end})
			sp.start = -1
		}
	case token.IMPORT, token.FUNC:
		if fresh && c.Depth == 0 && sp.start < 0 && (t.tok == token.IMPORT || sp.declares(i+1)) {
			sp.start, sp.keyword = t.at, t.at
			if sp.comment >= 0 {
				sp.start = sp.comment
			}
		}
	}
	c.Semi = t.tok == token.SEMICOLON && !t.implied
	if t.tok != token.SEMICOLON {
		c.End = t.tok
	}
	sp.comment = -1
}

// above notes a comment that may belong to the declaration below it: it begins
// a line, and nothing but its own line end parts it from what follows.
func (sp *splitter) above(i int) {
	t := sp.toks[i]
	if !lineStart(sp.text, t.at) {
		return
	}
	if sp.comment < 0 {
		sp.comment = t.at
	}
	next := len(sp.text)
	if i+1 < len(sp.toks) {
		next = sp.toks[i+1].at
	}
	if strings.Count(sp.text[t.end:next], "\n") > 1 {
		sp.comment = -1
	}
}

// declares reports whether the tokens from i on, which follow "func", declare a
// function or a method rather than begin a function literal.
func (sp *splitter) declares(i int) bool {
	i = sp.code(i)
	if i == len(sp.toks) || sp.toks[i].tok != token.LPAREN {
		return true // a name, or a mistake that is best reported as a declaration's
	}
	depth := 0
	for ; i < len(sp.toks); i++ {
		switch sp.toks[i].tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		if depth == 0 {
			break
		}
	}
	name := sp.code(i + 1)
	paren := sp.code(name + 1)
	return paren < len(sp.toks) && sp.toks[name].tok == token.IDENT && sp.toks[paren].tok == token.LPAREN
}

// code returns the number of the first token from i on that is no comment.
func (sp *splitter) code(i int) int {
	for i < len(sp.toks) && sp.toks[i].tok == token.COMMENT {
		i++
	}
	return min(i, len(sp.toks))
}

// Brackets returns the brackets of Go text in order, those in strings and comments
// left out.
func Brackets(text string) string {
	var b strings.Builder
	list, _ := tokens(text)
	for _, t := range list {
		switch t.tok {
		case token.LPAREN, token.LBRACK, token.LBRACE, token.RPAREN, token.RBRACK, token.RBRACE:
			b.WriteString(t.tok.String())
		}
	}
	return b.String()
}
