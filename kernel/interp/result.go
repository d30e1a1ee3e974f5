package interp

import (
	"fmt"
	"go/token"

	"gomri/kernel/bridge/process"
	"gomri/kernel/display"
	"gomri/kernel/value"
)

// Result is how a cell ended.
type Result struct {
	// Value is the text of the last expression's value and Model all that is shown
	// of it, if HasValue.
	Value    string
	Model    value.Model
	HasValue bool
	// Refused is why the interpreter would not load the cell, or "". Nothing of the
	// cell has run then, and it can be compiled instead.
	Refused string
	// Failure is how the cell failed, nil if it did not.
	Failure *Failure
	// Lost is true if the worker had to be replaced: the values of all session
	// variables that lived in it are gone.
	Lost bool
	// State is the state of the process as the cell has left it, nil if it has not changed it.
	State *process.State
}

// Kind is a way for a cell to fail.
type Kind string

// The kinds of failure; each is the name of a display.Failure.
const (
	Panic       Kind = "Panic"
	Exit        Kind = "Exit"
	Interrupted Kind = "Interrupted"
	Fatal       Kind = "FatalError"
	Died        Kind = "Died"
	LostValue   Kind = "LostVariable"
)

// Failure is how a cell failed.
type Failure struct {
	Kind Kind
	// Value is the panic's text as the runtime prints it, or the words about what happened.
	Value string
	// Pos is the line that was running, of this or of an earlier cell whose function
	// was called; it has no column and is the zero Position where it is not known.
	Pos token.Position
	// Code is the status of an Exit.
	Code int
	// Lost is Result.Lost.
	Lost bool
}

// Error returns the kind and the words.
func (f *Failure) Error() string { return string(f.Kind) + ": " + f.Value }

// Display returns the failure as a cell shows it.
func (f *Failure) Display() *display.Failure {
	d := display.Failf(string(f.Kind), "%s", f.Value)
	switch f.Kind {
	case Panic:
		d.Traceback = []string{"panic: " + f.Value}
	case Fatal:
		d.Traceback = []string{"fatal error: " + f.Value}
	}
	if f.Pos.IsValid() {
		d.Traceback = append(d.Traceback, fmt.Sprintf("    at %s, line %d", f.Pos.Filename, f.Pos.Line))
	}
	if f.Lost {
		d.Traceback = append(d.Traceback, "The interpreter was started again: functions, types and constants are kept, "+
			"the values of variables are lost. Run the cells that set them again.")
	}
	return d
}
