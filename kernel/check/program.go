// Package check type-checks a cell against its session with go/types and is the source of every compile error.
package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// Program is one type-checked cell with the session around it: what gate judges,
// lower rewrites and toolchain compiles.
//
// The cell's chunks become the declarations of one package, with its variables
// hoisted to package level, and one function body of statements. Positions in
// Fset are the cell's own (Filename "cell-3", 1-based line and column).
type Program struct {
	Cell *cell.Cell
	Fset *token.FileSet
	Pkg  *types.Package
	// Info covers the cell's declarations and Body, and the session declarations
	// that the cell reaches, bodies included.
	Info *types.Info
	// Decls are the declarations of this cell in the order of its text.
	Decls []*ledger.Decl
	// Files are the syntax trees of the cell's own declarations, functions included.
	Funcs []*ast.FuncDecl
	// Body holds the statements in order. A := or var that declares a session
	// variable has become an assignment with = (nothing, for a var without a value);
	// what is declared inside blocks stays as it is.
	Body *ast.BlockStmt
	// Last is the cell's last expression if the cell ends in one whose value is to
	// be shown; it is then the X of the last *ast.ExprStmt of Body.
	Last ast.Expr
	// Imports are the imports the cell uses, found ones included.
	Imports []ledger.Import
	// Reach lists every declaration, of this cell or earlier ones, that Body and
	// the cell's declarations reach, dependencies first.
	Reach []*ledger.Decl
	// Objects finds the declaration behind an object of Pkg's scope or a method.
	Objects map[types.Object]*ledger.Decl
}
