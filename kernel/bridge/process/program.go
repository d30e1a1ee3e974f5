package process

import (
	"os"
	"strings"
)

// Program is the part of a compiled cell that begins with the state of the session and
// leaves its own.
type Program struct {
	out    string
	limits []string
	begun  State
	gone   []string
}

// Begin sets what the kernel could not give the process when it started it, from the text
// of a State. The Program leaves its state in a file, if that is not "", with the limits.
func Begin(text, out string, limits ...string) *Program {
	p := &Program{out: out, limits: limits}
	if s, err := Parse(text); err == nil { // the kernel has written it
		_ = s.Enter() // a folder that is not there is said before
		p.begun = s
	}
	return p
}

// Gone notes that something of the process cannot be carried to the next cell, because
// this one has changed it.
func (p *Program) Gone(name string, changed bool) {
	if changed {
		p.gone = append(p.gone, name)
	}
}

// End writes the state. It is deferred and does not recover, so that a panic of the cell
// goes on as if it were not there.
func (p *Program) End() {
	if p.out == "" {
		return
	}
	s := Now(p.limits...)
	if p.begun.LogOutput == Own && s.LogOutput == Stderr {
		s.LogOutput = "" // the cell has left it as it was
	}
	_ = os.WriteFile(p.out, []byte(s.Text()+goneHead+strings.Join(p.gone, "\n")), 0o600) // without it nothing has changed
}

// goneHead stands between a state and the names of what is gone.
const goneHead = "gone\n"

// Read reads what a Program has left, and what of it is gone.
func Read(text string) (s State, gone []string, err error) {
	head, tail, _ := strings.Cut(text, goneHead)
	s, err = Parse(head)
	if tail != "" {
		gone = strings.Split(tail, "\n")
	}
	return s, gone, err
}
