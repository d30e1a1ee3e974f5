package lower

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/ledger"
)

// Unsupported says that a cell contains something that is not rewritten. Such a
// cell is compiled.
type Unsupported struct {
	Pos    token.Position
	Reason string // "select statement"
}

// Error returns the place and the reason.
func (u *Unsupported) Error() string { return u.Pos.String() + ": " + u.Reason + " is not interpreted" }

// Lower rewrites a cell. The error is an *Unsupported.
//
// Nothing of the text is kept: the source is written anew from the typed tree,
// construct by construct, so what is not known here cannot slip through. Constants are
// folded; named types that are no structs become what they stand for; a method becomes
// a function whose first parameter is the receiver; embedded fields become ordinary
// ones; every name gets a number, so that nothing shadows anything.
func Lower(p *check.Program) (code Code, err error) {
	defer func() {
		r := recover()
		u, ok := r.(*Unsupported)
		if r != nil && !ok {
			panic(r)
		}
		if ok {
			code, err = Code{}, u
		}
	}()
	l := &lowerer{p: p, cells: map[uint32]string{}, objects: map[*ledger.Decl]types.Object{}}
	for obj, d := range p.Objects {
		l.objects[d] = obj
	}
	l.findShared()
	fresh := map[*ledger.Decl]bool{}
	for _, d := range p.Decls {
		fresh[d] = true
	}
	for _, d := range p.Reach {
		if u, ok := l.unit(d); ok {
			u.Fresh = u.Var && fresh[d]
			code.Units = append(code.Units, u)
		}
	}
	l.cell(&code)
	code.Cells = l.cells
	return code, nil
}

// lowerer is the rewriting of one cell.
type lowerer struct {
	p       *check.Program
	objects map[*ledger.Decl]types.Object
	cells   map[uint32]string // by the upper half of a line marker
	shared  effects
}

// unit rewrites one declaration; constants vanish, and a type that is no struct is
// written out wherever it is used.
func (l *lowerer) unit(d *ledger.Decl) (Unit, bool) {
	e := l.writer()
	u := Unit{Key: d.Key, Name: d.Name}
	switch d.Kind {
	case ledger.Const:
		return u, false
	case ledger.Var:
		u.Var = true
		obj := l.objects[d]
		if obj == nil {
			e.refuse(nil, "a variable that is not known")
		}
		e.printf("var %s %s\n", unitName(d), e.typ(obj.Type()))
	case ledger.Type:
		spec, ok := d.Node.(*ast.TypeSpec)
		obj := l.objects[d]
		if !ok || obj == nil {
			e.refuse(d.Node, "a type that is not known")
		}
		st, ok := obj.Type().Underlying().(*types.Struct)
		if named, isNamed := types.Unalias(obj.Type()).(*types.Named); !ok || !isNamed || spec.Assign.IsValid() {
			return u, false
		} else if named.TypeParams().Len() > 0 {
			e.refuse(spec, "generic type")
		}
		e.printf("type %s %s\n", unitName(d), e.structType(st))
	default:
		fn, ok := d.Node.(*ast.FuncDecl)
		if !ok {
			e.refuse(nil, "a function that is not known")
		}
		e.funcDecl(unitName(d), fn)
	}
	u.Source, u.Imports = e.String(), e.imported()
	return u, true
}

// cell rewrites the statements of the cell into a function without parameters.
func (l *lowerer) cell(code *Code) {
	e := l.writer()
	code.Call = "gomri_cell_" + strings.Map(identRune, l.p.Cell.Name)
	e.printf("func %s() {\n", code.Call)
	body := l.p.Body.List
	if l.p.Last != nil {
		body = body[:len(body)-1]
	}
	e.fn = &function{}
	scoped := defers(l.p.Body)
	if scoped {
		e.openScope()
	}
	e.stmts(body)
	if l.p.Last != nil {
		e.last(code)
	}
	if scoped {
		e.closeScope()
	}
	e.printf("}\n")
	code.Source, code.Imports = e.String(), e.imported()
}

// last rewrites the cell's last expression into a call of Result.
func (e *writer) last(code *Code) {
	x := e.l.p.Last
	e.mark(x)
	t := e.typeOf(x)
	tuple, ok := t.(*types.Tuple)
	if !ok {
		tuple = types.NewTuple(types.NewVar(token.NoPos, nil, "", t))
	}
	for i := range tuple.Len() {
		code.Shapes = append(code.Shapes, shapeOf(tuple.At(i).Type()))
	}
	code.Shows = true
	if tuple.Len() != 1 {
		temps := e.spill(x, tuple.Len())
		e.printf("%s.Result(%s)\n", Alias(Runtime), strings.Join(temps, ", "))
		return
	}
	e.order(x)
	e.printf("%s.Result(%s)\n", Alias(Runtime), e.expr(x))
}

// unitName is the name of a declaration in the interpreter.
func unitName(d *ledger.Decl) string { return strings.Map(identRune, d.Key) }

// identRune turns what cannot stand in an identifier ("T.M_v1", "cell-3") into _.
func identRune(r rune) rune {
	if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 {
		return r
	}
	return '_'
}

// writer is the text of one unit.
type writer struct {
	strings.Builder
	l       *lowerer
	locals  map[types.Object]string
	count   int // of numbered names
	imports map[string]bool
	fn      *function                     // the function being written
	stack   []types.Type                  // the types being written out
	raw     bool                          // indices have been looked at
	aim     ast.Expr                      // what is being assigned to
	within  map[types.Object]types.Object // variables and what they are always an index of
	stands  map[ast.Expr]string           // expressions that have been evaluated into a variable
	// holding is true while a call is written whose receiver is evaluated now, and
	// recovers is the scope whose panic the next function literal recovers.
	holding  bool
	recovers string
	native   bool          // the function being written is called by compiled code alone
	spread   *ast.CallExpr // the call whose argument list may be written before its statement
}

// function is what a return statement has to know.
type function struct {
	sig   *types.Signature
	saved string   // the variable that holds the caller's line marker, "" if none
	named []string // the variables of the results, if they have names or calls are deferred
	scope string   // the variable that keeps deferred calls, "" if there are none
	loops int      // how many loops of this function are around what is being written
	panic string   // the scope whose panic this function recovers, "" if none
}

func (l *lowerer) writer() *writer {
	return &writer{l: l, locals: map[types.Object]string{}, imports: map[string]bool{}}
}

func (e *writer) printf(format string, args ...any) { fmt.Fprintf(e, format, args...) }

// imported lists the imports of the text.
func (e *writer) imported() []string {
	var paths []string
	for path := range e.imports {
		paths = append(paths, path)
	}
	return paths
}

// pkg returns the name under which a package is imported.
func (e *writer) pkg(path string) string {
	e.imports[path] = true
	return Alias(path)
}

// refuse ends the rewriting.
func (e *writer) refuse(at ast.Node, reason string, args ...any) {
	u := &Unsupported{Reason: fmt.Sprintf(reason, args...)}
	if at != nil {
		u.Pos = e.l.p.Fset.Position(at.Pos())
	}
	panic(u)
}

// fresh makes a name that no user name can be equal to.
func (e *writer) fresh(base string) string {
	e.count++
	return base + "_l" + strconv.Itoa(e.count)
}

// local is the name of a local variable.
func (e *writer) local(obj types.Object) string {
	name, ok := e.locals[obj]
	if !ok {
		name = e.fresh(obj.Name())
		e.locals[obj] = name
	}
	return name
}

// typeOf is the type of an expression.
func (e *writer) typeOf(x ast.Expr) types.Type {
	if t := e.l.p.Info.TypeOf(x); t != nil {
		return t
	}
	e.refuse(x, "an expression without a type")
	return nil
}

// mark writes the line marker of a node.
func (e *writer) mark(n ast.Node) {
	pos := e.l.p.Fset.Position(n.Pos())
	if !pos.IsValid() {
		return
	}
	id := Mark(pos)
	e.l.cells[id>>16] = pos.Filename
	e.printf("%s = %d\n", LineVar, id)
}
