// Package escape reads what the compiler says with -gcflags=-m into notes by line.
//
// The text is the compiler's own (cmd/compile, flags -m and -m=2): one line a
// decision, "file:line:column: text". It honours //line directives, so the file is
// the name of a cell.
package escape

import (
	"regexp"
	"strconv"
	"strings"
)

// maxText bounds the compiler text that Parse reads, in bytes; the rest is left out.
const maxText = 32 << 20

// Kind is what a note says.
type Kind int

// The kinds of notes.
const (
	// Other is a message that has no kind of its own.
	Other Kind = iota
	// MovedToHeap: a variable lives on the heap ("moved to heap: x").
	MovedToHeap
	// Escapes: a value is allocated on the heap ("&T{} escapes to heap").
	Escapes
	// DoesNotEscape: a value or what a parameter points to stays off the heap
	// as far as this function is concerned.
	DoesNotEscape
	// LeakingParam: what a parameter points to leaves the function ("leaking param: p to result ~r0 level=0").
	LeakingParam
	// CanInline: calls of the function can be replaced by its body.
	CanInline
	// InlinedCall: this call was replaced by the body of what it calls.
	InlinedCall
	// CannotInline: the function is never inlined, with the reason (-m=2).
	CannotInline
	// Devirtualized: a call through an interface became a direct one.
	Devirtualized
)

// String returns the kind in a word or two.
func (k Kind) String() string {
	switch k {
	case MovedToHeap:
		return "moved to heap"
	case Escapes:
		return "escapes to heap"
	case DoesNotEscape:
		return "does not escape"
	case LeakingParam:
		return "leaking param"
	case CanInline:
		return "can inline"
	case InlinedCall:
		return "inlining call"
	case CannotInline:
		return "cannot inline"
	case Devirtualized:
		return "devirtualizing"
	default:
		return "other"
	}
}

// Heap is true for a decision that puts something on the heap.
func (k Kind) Heap() bool { return k == MovedToHeap || k == Escapes }

// Note is one decision of the compiler.
type Note struct {
	// File is the file as the compiler names it: "cell-3", or "main.go" for a file
	// that is no cell.
	File string
	// Line and Col are 1-based; Col counts bytes and is 0 if the compiler gave none.
	Line, Col int
	Kind      Kind
	// Text is the message in the compiler's words, without the position.
	Text string
	// Subject is what the message is about: the variable, expression or function.
	// It may be empty.
	Subject string
	// Flow is the compiler's reason for an escape, one step an element (-m=2 only).
	Flow []string
}

// position splits a line of the compiler into file, line, column and message. The
// file is taken as short as possible and may have a drive letter.
var position = regexp.MustCompile(`^((?:[A-Za-z]:[\\/])?[^:\t]+):([0-9]{1,9})(?::([0-9]{1,9}))?: (.*)$`)

// Parse reads the compiler's notes in the order of the text. Lines that are none are
// passed over; a note that repeats an earlier one is left out, and so is what the
// compiler says about code that it or go test generated.
func Parse(compilerText string) []Note {
	if len(compilerText) > maxText {
		compilerText = compilerText[:maxText]
	}
	p := parser{at: map[place]int{}, headed: map[place]int{}, open: -1}
	for line := range strings.Lines(compilerText) {
		p.line(strings.TrimRight(line, "\r\n"))
	}
	return p.notes
}

// place is what makes two notes the same.
type place struct {
	file      string
	line, col int
	text      string
}

// parser holds the notes read so far.
type parser struct {
	notes []Note
	at    map[place]int // by text: index into notes
	// headed finds the reasons that wait for their note: by subject, index into notes.
	headed map[place]int
	// open is the note that flow lines belong to, -1 for none, and where it is.
	open   int
	opened place
}

// line reads one line of the compiler's text.
func (p *parser) line(s string) {
	m := position.FindStringSubmatch(s)
	if m == nil {
		return
	}
	file := strings.TrimPrefix(m[1], "./")
	if generated(file) {
		return
	}
	row, _ := strconv.Atoi(m[2]) // at most nine digits
	col, _ := strconv.Atoi(m[3])
	where := place{file: file, line: row, col: col}
	if step, ok := strings.CutPrefix(m[4], "  "); ok {
		if p.open >= 0 && where == p.opened {
			p.notes[p.open].Flow = append(p.notes[p.open].Flow, step)
		}
		return
	}
	p.add(where, m[4])
}

// add keeps a message if it is new. With -m=2 the compiler gives the reason first, under
// a heading ("x escapes to heap in f:"), and says later what -m says ("moved to heap:
// x"): heading and message become one note.
func (p *parser) add(where place, text string) {
	p.open = -1
	full := where
	full.text = text
	if _, again := p.at[full]; again {
		return // also the reason of an inlined copy
	}
	kind, subject := classify(text)
	topic := where
	topic.text = subject
	heading := strings.HasSuffix(text, ":") && (kind == Escapes || kind == LeakingParam)
	if i, ok := p.headed[topic]; ok && !heading {
		p.notes[i].Kind, p.notes[i].Text = kind, text
		p.at[full] = i
		delete(p.headed, topic)
		return
	}
	p.at[full] = len(p.notes)
	if heading {
		p.headed[topic] = len(p.notes)
		p.open, p.opened = len(p.notes), where
	}
	p.notes = append(p.notes, Note{
		File: where.file, Line: where.line, Col: where.col,
		Kind: kind, Text: text, Subject: subject,
	})
}

// generated is true for code that nobody wrote.
func generated(file string) bool {
	return file == "<autogenerated>" || strings.HasSuffix(file, "_testmain.go") || strings.HasSuffix(file, "_cgo_gotypes.go")
}
