package cell

import (
	"go/parser"
	"go/token"
	"strings"
)

// Status says whether a cell could run as it stands.
type Status string

// The three states, in the words of the Jupyter protocol.
const (
	Complete   Status = "complete"
	Incomplete Status = "incomplete"
	Invalid    Status = "invalid"
)

// IsComplete reports whether text is a whole cell, or one that a console should
// wait for more of: an open bracket, raw string or comment, an operator or a
// keyword at the end that wants more. A %% cell is complete when it ends with a
// blank line. The indent is what the next line of an incomplete cell begins with.
func IsComplete(text string) (status Status, indent string) {
	text = normalise(text)
	c := &Cell{Text: text}
	if first, _ := c.firstLine(); strings.HasPrefix(first, "%%") {
		if strings.TrimSpace(text[strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n')+1:]) == "" {
			return Complete, ""
		}
		return Incomplete, ""
	}
	c, err := Parse("cell", text)
	if err != nil {
		return Invalid, ""
	}
	if len(c.Parts) == 0 {
		return goComplete(text, false) // a comment, perhaps one that is open
	}
	for _, p := range c.Parts {
		switch {
		case p.Listing != nil:
			status, indent = goComplete(p.Listing.Text, true)
		case p.Go != nil:
			status, indent = goComplete(p.Go.Text, false)
		default:
			continue
		}
		if status != Complete {
			return status, indent
		}
	}
	return Complete, ""
}

// goComplete is IsComplete for Go, a file with a package clause or a chunk without.
func goComplete(text string, file bool) (Status, string) {
	ch := Split(text)
	switch {
	case ch.Closed >= 0:
		return Invalid, ""
	case ch.Depth > 0:
		return Incomplete, strings.Repeat("\t", ch.Depth)
	case ch.Open:
		return Incomplete, ""
	case wantsMore(ch.End) && !ch.Semi:
		return Incomplete, "\t"
	}
	if file {
		return validity(text)
	}
	decls, body := ch.Parts(text)
	if s, in := validity("package p;" + decls); s != Complete {
		return s, in
	}
	return validity("package p;func _(){\n" + body + "\n}")
}

// validity says whether a Go file can be parsed.
func validity(src string) (Status, string) {
	_, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if err != nil {
		return Invalid, ""
	}
	return Complete, ""
}

// wantsMore reports whether a line that ends in tok goes on on the next one.
func wantsMore(tok token.Token) bool {
	switch tok {
	case token.BREAK, token.CONTINUE, token.FALLTHROUGH, token.RETURN, token.INC, token.DEC, token.SEMICOLON,
		token.RPAREN, token.RBRACK, token.RBRACE, token.EOF, token.ILLEGAL:
		return false
	}
	return tok.IsOperator() || tok.IsKeyword()
}

// Parts returns text twice: once with all but the declarations blanked, once
// with all but the statements. Lines and columns stay in both.
func (ch Chunk) Parts(text string) (decls, body string) {
	d, b := []byte(text), []byte(text)
	at := 0
	clear := func(s []byte) {
		for i := range s {
			if s[i] != '\n' {
				s[i] = ' '
			}
		}
	}
	for _, span := range ch.Decls {
		clear(d[at:span.Start])
		clear(b[span.Start:span.End])
		at = span.End
	}
	clear(d[at:])
	return string(d), string(b)
}
