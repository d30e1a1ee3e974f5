// Package lower rewrites a type-checked cell into Go that the interpreter runs faithfully.
package lower

import (
	"go/token"

	"gomri/kernel/value"
)

// Runtime is the import path of the package of native helpers that lowered code calls.
const Runtime = "gomri/rt"

// Code is one cell, ready for the interpreter.
type Code struct {
	// Units are the declarations that the cell reaches, dependencies first. A worker
	// loads each of them once in its life.
	Units []Unit
	// Source is the cell itself: one function, called Call, that has no parameters.
	Source string
	Call   string
	// Imports are the packages that Source needs.
	Imports []string
	// Shows is true if the cell ends in an expression; its values are then handed to
	// the runtime's Result function, and Shapes names the parts of their types.
	Shows  bool
	Shapes []*value.Shape
	// Cells tells the cell from the upper half of a line marker; the lower 16 bits
	// are the line.
	Cells map[uint32]string
}

// Unit is one declaration, or several that refer to each other.
type Unit struct {
	// Key tells this unit and everything it refers to from all others of the session:
	// a function whose callee is redefined becomes another unit.
	Key string
	// Name is the name that the user gave it.
	Name string
	// Source is the declaration; it has no package clause and no imports.
	Source string
	// Imports are the packages that Source needs, each under the name Alias gives.
	Imports []string
	// Var is true for a session variable, whose value is lost when the worker that
	// loaded it dies; Fresh is true if the cell itself declares it.
	Var, Fresh bool
}

// Mark is the line marker of a place: what Code.Cells and Position read.
func Mark(pos token.Position) uint32 { return cellID(pos.Filename)<<16 | uint32(pos.Line)&0xffff }

// Position reads a line marker; a marker of no known cell gives the zero Position.
func (c Code) Position(mark uint32) token.Position {
	name, ok := c.Cells[mark>>16]
	if !ok {
		return token.Position{}
	}
	return token.Position{Filename: name, Line: int(mark & 0xffff)}
}

// cellID is a number of 15 bits for a cell: its own if its name ends in one.
func cellID(name string) uint32 {
	var n uint32
	for _, c := range []byte(name) {
		if c >= '0' && c <= '9' {
			n = n*10 + uint32(c-'0')
		} else {
			n = n*31 + uint32(c)
		}
	}
	return n & 0x7fff
}

// The names that lowered code uses and the worker defines. No name of the user's has
// this form: each of those gets a number at its end.
const (
	StopVar = "gomri_stop" // a bool: the cell is to stop
	LineVar = "gomri_line" // an int: the line marker
)

// Alias is the name under which lowered code imports a package.
func Alias(path string) string {
	out := []byte("gomri_p_")
	for _, c := range []byte(path) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			out = append(out, c)
		case c == '/':
			out = append(out, '_')
		default:
			out = append(out, '_', '_', c%26+'a')
		}
	}
	return string(out)
}
