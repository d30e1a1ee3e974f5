package gate

import (
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Holds says why the interpreter cannot hold a variable of the program without losing
// something of its type; "" if it can.
func Holds(p *check.Program, d *ledger.Decl) (why string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			why = r.reason
		default:
			panic(r)
		}
	}()
	j := &judge{p: p, info: p.Info, types: map[types.Type]bool{}, called: map[ast.Expr]bool{}}
	for obj, decl := range p.Objects {
		if decl == d {
			j.typ(token.NoPos, obj.Type())
			return ""
		}
	}
	return "a variable that is not known"
}
