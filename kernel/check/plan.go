package check

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/token"
	"maps"
	"slices"

	"gomri/kernel/ledger"
)

// plan says what a chunk does to the session, before any type is checked.
type plan struct {
	k     *Checker
	led   *ledger.Ledger
	ch    *chunk
	decls []*ledger.Decl // the live ones, in order
	// own are the names of the chunk's top level, methods as "T.M".
	own map[string]bool
	// kept are types and constants of the session that the chunk repeats word for
	// word, while nothing that they use changes.
	kept map[string]*ledger.Decl
	// replaced are the session's declarations that the chunk takes the place of,
	// methods that go with their type included.
	replaced map[*ledger.Decl]bool
	// affected are the functions, types and constants of the session that use what
	// is replaced, directly or not, or that had a fault and may have none now.
	affected map[*ledger.Decl]bool
	// stale says of the session's variables that cannot be used why not.
	stale map[*ledger.Decl]string
	// named are the session's declarations that the chunk may use, by the names
	// in it, and reached these and the affected ones: only they are checked, so
	// that a long session costs no more than what a cell uses of it.
	named, reached map[*ledger.Decl]bool
	// visible are replaced functions, types and constants that the chunk uses
	// above the variable that replaces them.
	visible map[*ledger.Decl]bool
	imports *fileImports
}

// newPlan compares a chunk with the session.
func (k *Checker) newPlan(ch *chunk, led *ledger.Ledger) *plan {
	p := &plan{
		k: k, led: led, ch: ch, decls: led.Decls(), own: map[string]bool{}, kept: map[string]*ledger.Decl{},
		replaced: map[*ledger.Decl]bool{}, affected: map[*ledger.Decl]bool{},
		stale: map[*ledger.Decl]string{}, reached: map[*ledger.Decl]bool{}, visible: map[*ledger.Decl]bool{},
	}
	p.note()
	for p.spread() {
	}
	p.reach()
	return p
}

// note records what the chunk declares, and which of it the session has already.
func (p *plan) note() {
	for _, g := range p.ch.gens {
		for _, s := range g.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				p.declare(s.Name.Name, ledger.Type, s, g)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					p.declare(id.Name, ledger.Const, s, g)
				}
			}
		}
	}
	for _, f := range p.ch.funcs {
		p.own[funcName(f)] = true
	}
	for name := range p.ch.vars {
		p.own[name] = true
	}
	delete(p.own, "_")
}

// declare notes a type or constant.
func (p *plan) declare(name string, kind ledger.Kind, spec ast.Node, gen *ast.GenDecl) {
	p.own[name] = true
	old := p.led.Lookup(name)
	if old == nil || old.Kind != kind || old.Fault != "" {
		return
	}
	was, is := old.Node, spec
	if kind == ledger.Const {
		was, is = old.Gen, gen
	}
	if p.k.text(was) == p.k.text(is) {
		p.kept[name] = old
	}
}

// text returns a syntax tree as gofmt prints it, for comparisons.
func (k *Checker) text(n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, k.fset, n); err != nil {
		return "" // cannot happen with a tree that was parsed
	}
	return b.String()
}

// funcName returns the name of a function in the ledger, "T.M" for a method.
func funcName(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	if id := receiverType(f.Recv.List[0].Type); id != nil {
		return id.Name + "." + f.Name.Name
	}
	return "_." + f.Name.Name
}

// receiverType returns the name in the type of a receiver: T in *T[P].
func receiverType(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// spread computes what the changes reach. It returns true if a declaration that
// was to be kept turned out to change, so that it has to be done again.
func (p *plan) spread() bool {
	clear(p.replaced)
	clear(p.affected)
	clear(p.stale)
	var roots []*ledger.Decl
	for _, d := range p.decls {
		recv := ledger.Receiver(d.Name)
		switch {
		case p.own[d.Name] && p.kept[d.Name] == nil, recv != "" && p.own[recv] && p.kept[recv] == nil:
			p.replaced[d] = true
			roots = append(roots, d)
		case d.Fault != "" && d.Kind != ledger.Var && p.kept[d.Name] == nil:
			p.affected[d] = true
			roots = append(roots, d)
		case d.Fault != "":
			p.stale[d] = d.Fault
			roots = append(roots, d)
		}
	}
	if len(roots) == 0 {
		return false
	}
	for _, d := range p.led.Dependants(roots...) {
		switch {
		case p.kept[d.Name] == d:
			delete(p.kept, d.Name)
			return true
		case p.own[d.Name]:
		case d.Kind == ledger.Var:
			p.stale[d] = p.staleness(d, roots)
		default:
			p.affected[d] = true
		}
	}
	for d := range p.replaced { // an old x whose type goes too cannot be read in x := x + 1
		if d.Kind == ledger.Var && slices.ContainsFunc(d.Uses, func(u *ledger.Decl) bool { return p.replaced[u] || p.affected[u] }) {
			p.stale[d] = p.staleness(d, roots)
		}
	}
	return false
}

// staleness explains why the value of a variable is of no use: its type is not
// the type of that name any more.
func (p *plan) staleness(d *ledger.Decl, roots []*ledger.Decl) string {
	typ := d.Uses[0]
	for _, u := range d.Uses {
		if p.replaced[u] || p.affected[u] {
			typ = u
		}
	}
	way := "run " + d.Cell + " again, which declares " + d.Name
	if d.Cell == typ.Cell { // which would bring the old type back
		way = "declare " + d.Name + " again with a value of the new type"
	}
	return d.Name + " holds a value of the type " + typ.Name + " as " + typ.Cell + " declared it, and " +
		p.ch.cell.Name + " changes that type; " + way
}

// reach collects the session's declarations that the chunk may use, by the names
// it contains, and everything that those use.
func (p *plan) reach() {
	names := map[string]bool{}
	p.ch.walk(func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	for name := range names {
		if d := p.led.Lookup(name); d != nil {
			p.visit(d)
		}
		for _, m := range p.led.Methods(name) {
			p.visit(m)
		}
	}
	p.named = maps.Clone(p.reached)
	for d := range p.affected {
		p.visit(d)
	}
}

// reachAll makes the whole session take part in the check.
func (p *plan) reachAll() {
	for _, d := range p.decls {
		p.reached[d] = true
	}
}

// visit marks d and what it uses as reached.
func (p *plan) visit(d *ledger.Decl) {
	if p.reached[d] {
		return
	}
	p.reached[d] = true
	for _, u := range d.Uses {
		if live := p.led.Lookup(u.Name); live != nil {
			p.visit(live)
		}
	}
	if d.Kind == ledger.Type {
		for _, m := range p.led.Methods(d.Name) {
			p.visit(m)
		}
	}
}

// hoisted reports whether the chunk declares name as a function, type or constant,
// and isVar whether it declares it as a variable.
func (p *plan) hoisted(name string) bool { return p.own[name] && !p.isVar(name) }

func (p *plan) isVar(name string) bool { _, ok := p.ch.vars[name]; return ok }

// session reports whether d takes part in a check as it stands in the session. In
// the first check (signatures) what a variable of the chunk replaces is still there.
func (p *plan) session(d *ledger.Decl, signatures bool) bool {
	if p.stale[d] != "" || p.kept[d.Name] == d || !p.reached[d] {
		return false
	}
	return !p.replaced[d] || p.visible[d] || signatures && p.isVar(d.Name)
}

// constants returns a group of constants in which those not wanted are blank.
func constants(g *ast.GenDecl, wanted func(name string) bool) *ast.GenDecl {
	group := *g
	group.Specs = slices.Clone(g.Specs)
	for i, s := range group.Specs {
		spec := *s.(*ast.ValueSpec)
		spec.Names = slices.Clone(spec.Names)
		for j, id := range spec.Names {
			if !wanted(id.Name) {
				spec.Names[j] = &ast.Ident{NamePos: id.NamePos, Name: "_"}
			}
		}
		group.Specs[i] = &spec
	}
	return &group
}

// nopos is no position.
const nopos = token.NoPos
