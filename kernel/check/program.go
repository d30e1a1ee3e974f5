// Package check type-checks a cell against its session with go/types and is the source of every compile error.
package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// Program is one type-checked chunk of Go with the session around it: what gate
// judges, lower rewrites and toolchain compiles.
//
// The chunk's declarations and variables belong to one package, main, that the
// session is; its statements are one function body. Positions in Fset are the
// cell's own (Filename "cell-3", 1-based line and column); what check has made
// itself has no position. Who reads the trees goes by objects, never by names:
// Info tells the object of an identifier, Objects its declaration, and where a
// chunk declares a variable anew (x := x + 1) two variables of one name are
// about, the old one under an identifier of another spelling.
type Program struct {
	Cell *cell.Cell
	Fset *token.FileSet
	Pkg  *types.Package
	// Info covers the chunk's declarations and Body, and the session declarations
	// in Reach and Reissued, bodies included.
	Info *types.Info
	// Decls are the declarations of this chunk in the order of its text. A type or
	// constant that the session has already, word for word and with nothing it
	// uses changed, is the session's Decl with the Key it had: it is no new
	// declaration, values of the type stay what they are.
	//
	// A func init is an ordinary function of another name (also in Source and in
	// the tree) that Body calls where it stands, or at its end in a chunk without
	// statements; a func main is one that Body calls at its end. Both are in
	// Decls, but Commit does not make them part of the session.
	Decls []*ledger.Decl
	// Reissued are session declarations of earlier cells that use, directly or
	// not, something that this chunk declares anew: the same text under a new Key,
	// with Uses that lead to what is new. Callers see the new one through them.
	// In them Info and Objects are valid. Commit puts them in the place of the old.
	Reissued []*ledger.Decl
	// Broken are session declarations of earlier cells that this chunk's
	// declarations make useless and that the chunk does not reach (if it did,
	// there would be an error and no Program). They are to be shown as a warning.
	Broken []Breakage
	// Funcs are the functions and methods of this chunk.
	Funcs []*ast.FuncDecl
	// Body holds the statements in order. A := or var that declares a session
	// variable has become an assignment with = (nothing, for a var without a
	// value; var _ T = x stays a declaration); what is declared inside blocks
	// stays as it is. Identifiers that declare or assign a session variable are
	// in Info.Uses. It may begin with x = oldx for a variable that is declared
	// anew with the type it had, if a function of an earlier cell that the chunk
	// calls reads it, so that the function does not see it empty.
	Body *ast.BlockStmt
	// Last is the chunk's last expression if the chunk ends in one whose value is
	// to be shown: an expression that has a value (or several: a *types.Tuple),
	// but not a call of fmt.Print… or Fprint… or of package log, nor print or
	// println. It is the X of the last *ast.ExprStmt of Body. An untyped constant
	// is worth its default type.
	Last ast.Expr
	// Imports are the imports the chunk uses, found ones included, and the blank
	// ones of the session; sorted by path.
	Imports []ledger.Import
	// Reach lists every declaration, of this chunk or earlier ones, that Body and
	// the chunk's declarations reach, dependencies first. Who reaches a type reaches
	// its methods. The old variable of x := x + 1 is among them.
	Reach []*ledger.Decl
	// Objects finds the declaration behind an object of Pkg's scope or a method
	// (of a generic type: its Origin).
	Objects map[types.Object]*ledger.Decl

	written []ledger.Import // explicit imports, for Commit
	names   []string        // their local names
	stale   map[*ledger.Decl]string
	moved   map[*ledger.Decl]*ledger.Decl // kept declarations and their new places
}

// Breakage is a declaration of an earlier cell that is of no use any more.
type Breakage struct {
	Decl *ledger.Decl
	// Why is one sentence with the compiler's message and its place.
	Why string
}

// Commit makes the chunk part of the session: its declarations, those reissued
// and its imports, and notes what has become useless. The caller does it when
// the chunk begins to run, for what a cell declares stays when it panics.
func (p *Program) Commit(led *ledger.Ledger) {
	for old, place := range p.moved {
		old.Cell, old.Chunk, old.Line, old.Column = place.Cell, place.Chunk, place.Line, place.Column
		old.NameLine, old.NameColumn = place.NameLine, place.NameColumn
		old.Pos, old.End, old.Node, old.Gen = place.Pos, place.End, place.Node, place.Gen
		old.Source, old.Imports, old.Memo = place.Source, place.Imports, place.Memo
	}
	for d, why := range p.stale {
		d.Fault = why
	}
	led.Commit(p.Reissued)
	keep := make([]*ledger.Decl, 0, len(p.Decls))
	for _, d := range p.Decls {
		if !special(d) {
			keep = append(keep, d)
		}
	}
	led.Commit(keep)
	led.CommitImports(p.written, p.names)
}

// special reports whether d is the init or main function of its cell alone.
func special(d *ledger.Decl) bool {
	return d.Kind == ledger.Func && (d.Name == "init" || d.Name == "main")
}
