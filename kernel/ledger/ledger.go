// Package ledger records what a session has declared, cell by cell, and what reaches what.
package ledger

import (
	"go/ast"
	"go/token"
)

// Kind is the kind of a declaration.
type Kind int

// The kinds of declarations. A Method's Name is "T.M".
const (
	Const Kind = iota
	Type
	Func
	Method
	Var
)

// String returns the kind as the Go keyword, "method" for a Method.
func (k Kind) String() string {
	return [...]string{"const", "type", "func", "method", "var"}[k]
}

// Home says where the value of a session variable lives.
type Home int

// The homes of a variable.
const (
	// InWorker: the interpreter holds the value.
	InWorker Home = iota
	// Lost: the value went with the program that held it, or is of a kind that
	// cannot be kept; only its type is known.
	Lost
	// InSnapshot: the kernel keeps the value in a file, for compiled cells.
	InSnapshot
)

// Decl is one declaration of one cell. For a const, var or type group each
// name has a Decl of its own. Once committed a Decl changes only in Home, Gone, Fault
// and, when its cell is run again without a change to it, its place; whatever else
// changes makes a new Decl with a new Key.
type Decl struct {
	// Name is the declared name; "T.M" for a method. Functions init and main of
	// a cell get names of their own, see check.Program.
	Name string
	Kind Kind
	// Cell is the name of the declaring cell, Line and Column the 1-based place
	// there at which Source begins; a Source that is no copy of the cell's text
	// (a Var, a Const of a group) has the place of its name.
	Cell   string
	Line   int
	Column int
	// NameLine and NameColumn are the place of the declared name (of a method: of M).
	NameLine, NameColumn int
	// Chunk is the line on which the chunk of Go begins that the declaration
	// stands in. Declarations of one Cell and Chunk share one set of imports.
	Chunk int
	// Key is the Decl's identity, unique in the session: a redefinition of the
	// same name gets a new one. It is Name plus a version, a valid Go identifier
	// for all kinds but Method: "x_v3", "T.M_v1".
	Key string
	// Node is the declaration's syntax: *ast.FuncDecl, *ast.TypeSpec, or for a
	// Const the *ast.ValueSpec. A Var has none: its type is all there is to it.
	Node ast.Node
	// Gen is the whole group that a Const stands in, for its iota.
	Gen *ast.GenDecl
	// Pos and End delimit the declaration's text in the cell, as byte offsets; the
	// comment right above a function is part of it. For a Var it is its name.
	Pos, End int
	// Source is the declaration as a top-level Go declaration that compiles in a
	// file with the given Imports, without a //line directive: "func f() {…}",
	// "type T struct{…}", "const c T = 3" (a constant of a group is written with its
	// value), "var x int" (without a value). It is "" for a Var whose type cannot
	// be written. Its first byte stands at Line and Column of the cell. A Var has
	// another name in it where the cell uses its name for something else too
	// (len := len(s)); it is the name that Program.Body uses.
	Source string
	// Uses are the session declarations that this one refers to directly. A
	// type does not use its methods, but whoever reaches the type reaches them.
	Uses []*Decl
	// Imports are the packages that Source needs, under the names it uses.
	Imports []Import
	// Home is where a Var's value lives. Gone says why it is Lost, in words that
	// can follow the variable's name, "" if nothing is known of that.
	Home Home
	Gone string
	// TypeText is a Var's type as Go source in the session package, "" if it
	// cannot be written there (a type of another package that is not exported).
	TypeText string
	// Fault says why the declaration cannot be used any more, "" if it can: a
	// function that no longer compiles since something it uses was declared
	// anew, a variable that holds a value of a type that was.
	Fault string
	// Memo is check's own: what it has to know of the declaration at the next cell.
	Memo any

	seq int // when it was committed
}

// Import is one import of a file.
type Import struct {
	Name string // the local name, "" if it is the package's own; "_" and "." as in Go
	Path string
}

// Position locates the declared name for a message.
func (d *Decl) Position() token.Position {
	return token.Position{Filename: d.Cell, Line: d.NameLine, Column: d.NameColumn}
}
