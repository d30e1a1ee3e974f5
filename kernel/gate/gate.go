// Package gate judges from the typed tree whether a cell is interpreted or compiled, and says why.
//
// The rule is a list of what is known to run right; what is not on it is compiled. The
// interpreter keeps a value of the user's own type without its name and its methods, so
// the heart of the list is where such a value meets an interface.
package gate

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Verdict says which engine runs a cell.
type Verdict struct {
	// Interpret is true if the interpreter is known to run the cell right.
	Interpret bool
	// Reason is the first construct that sends the cell to the compiler, in a few
	// words: "go statement". It is "" if Interpret.
	Reason string
	// Pos is where that construct stands, in this cell or in an earlier one whose
	// function is reached.
	Pos token.Position
}

// Judge reads the cell's statements and every declaration that they reach.
func Judge(p *check.Program) (v Verdict) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			v = Verdict{Reason: r.reason}
			if r.pos.IsValid() {
				v.Pos = p.Fset.Position(r.pos)
			}
		default:
			panic(r)
		}
	}()
	j := newJudge(p)
	fresh := map[*ledger.Decl]bool{}
	for _, d := range p.Decls {
		fresh[d] = true
	}
	for _, d := range p.Reach {
		if d.Kind == ledger.Var && d.Home != ledger.InWorker && !fresh[d] {
			j.refuse(token.NoPos, "the value of %s is not in the interpreter", d.Name)
		}
		j.decl(d)
	}
	for obj, d := range p.Objects {
		if fresh[d] && d.Kind == ledger.Var {
			j.typ(obj.Pos(), obj.Type())
		}
	}
	for _, fn := range p.Funcs {
		j.function(fn)
	}
	j.body(p.Body, nil)
	if p.Last != nil {
		j.shown(p.Last)
	}
	return Verdict{Interpret: true}
}

// refusal ends a judgement.
type refusal struct {
	pos    token.Pos
	reason string
}

// judge is one judgement.
type judge struct {
	p     *check.Program
	info  *types.Info
	types map[types.Type]bool // those found to be allowed
	// called are the names and selectors that stand for a function that is called, and so
	// are no values.
	called map[ast.Expr]bool
	// grown are the calls of append whose result replaces the slice that it is given.
	grown map[ast.Expr]bool
}

// newJudge makes the judge of a program.
func newJudge(p *check.Program) *judge {
	return &judge{p: p, info: p.Info, types: map[types.Type]bool{}, called: map[ast.Expr]bool{}, grown: map[ast.Expr]bool{}}
}

func (j *judge) refuse(at token.Pos, reason string, args ...any) {
	panic(refusal{at, fmt.Sprintf(reason, args...)})
}

// decl judges a declaration that the cell reaches.
func (j *judge) decl(d *ledger.Decl) {
	switch n := d.Node.(type) {
	case *ast.FuncDecl:
		j.function(n)
	case *ast.TypeSpec:
		if n.TypeParams != nil {
			j.refuse(n.Pos(), "generic type")
		}
		if obj := j.info.Defs[n.Name]; obj != nil {
			j.typ(n.Pos(), obj.Type())
		}
	}
}

func (j *judge) function(fn *ast.FuncDecl) {
	obj, ok := j.info.Defs[fn.Name].(*types.Func)
	if !ok {
		j.refuse(fn.Pos(), "a function that is not known")
	}
	sig := obj.Signature()
	if sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0 {
		j.refuse(fn.Pos(), "generic function")
	}
	if fn.Body == nil {
		j.refuse(fn.Pos(), "function without a body")
	}
	j.typ(fn.Pos(), sig)
	j.body(fn.Body, sig)
}

// shown judges the expression whose value the cell shows.
func (j *judge) shown(x ast.Expr) {
	t := j.info.TypeOf(x)
	tuple, ok := t.(*types.Tuple)
	if !ok {
		tuple = types.NewTuple(types.NewVar(x.Pos(), nil, "", t))
	}
	for v := range tuple.Variables() {
		if why := j.printable(v.Type(), showing, nil); why != "" {
			j.refuse(x.Pos(), "the value of %s", why)
		}
	}
}
