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

// Home says where the value of a session variable lives.
type Home int

// The homes of a variable.
const (
	// InWorker: the interpreter holds the value.
	InWorker Home = iota
	// Lost: the variable was set by a compiled cell whose program has ended, or
	// by a worker that has died; only its type is known.
	Lost
)

// Decl is one declaration of one cell. For a const, var or type group each
// name has a Decl of its own; names declared together by one multi-value
// assignment share Group.
type Decl struct {
	Name string
	Kind Kind
	// Cell is the name of the declaring cell, Line the 1-based line there.
	Cell string
	Line int
	// Key is the Decl's identity, unique in the session: a redefinition of the
	// same name gets a new one. It is Name plus a version, a valid Go identifier
	// for all kinds but Method: "x_v3".
	Key string
	// Node is the declaration's syntax: *ast.FuncDecl, *ast.TypeSpec, or
	// *ast.ValueSpec (for a Const of a group: a spec with its iota expressions
	// kept, see Iota). For a Var declared by := Node is nil.
	Node ast.Node
	// Pos and End delimit the declaration's text in the cell, as byte offsets.
	Pos, End int
	// Source is the declaration as a compilable top-level Go declaration, without
	// a //line directive: "func f() {…}", "type T struct{…}", "var x int" (a
	// Var has its type and no initial value here). Lines are those of the cell
	// where it is copied text, beginning at Line, Column.
	Source string
	Column int
	// Group is the other declarations that Source contains (a const group with
	// iota is carried whole); it includes the Decl itself, and is nil for one alone.
	Group []*Decl
	// Uses are the session declarations that this one refers to directly.
	Uses []*Decl
	// Imports are the packages that Source needs.
	Imports []Import
	// Home is where a Var's value lives.
	Home Home
	// TypeText is a Var's type as Go source in the session package, "" if it
	// cannot be written there (a type of another package that is not exported).
	TypeText string
}

// Import is one import of a file.
type Import struct {
	Name string // the local name, "" if it is the package's own
	Path string
}

// Position locates a place in a cell for a message.
func (d *Decl) Position() token.Position {
	return token.Position{Filename: d.Cell, Line: d.Line, Column: d.Column}
}
