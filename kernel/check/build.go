package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/ledger"
)

// builder makes a Program of a chunk that has no errors.
type builder struct {
	plan   *plan
	u      *universe
	r      *rewriter
	prog   *Program
	view   map[string]*ledger.Decl // by name, as it will be after the chunk
	broken map[*ledger.Decl]*Error
	fresh  map[*ledger.Decl]bool // declarations of this check, whose uses are to be found
}

func newBuilder(p *plan, u *universe, r *rewriter) *builder {
	return &builder{
		plan: p, u: u, r: r, view: map[string]*ledger.Decl{}, fresh: map[*ledger.Decl]bool{},
		prog: &Program{
			Cell: p.ch.cell, Fset: p.k.fset, Pkg: u.pkg, Info: u.info, Funcs: p.ch.funcs, Body: p.ch.body.Body,
			Objects: map[types.Object]*ledger.Decl{}, written: p.imports.written, names: p.imports.names,
			stale: map[*ledger.Decl]string{}, moved: map[*ledger.Decl]*ledger.Decl{},
		},
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// program builds it. There are errors if the chunk reaches what it has broken.
func (b *builder) program() (*Program, Errors) {
	p := b.plan
	b.findBroken()
	b.sessionDecls()
	b.chunkDecls()
	for d := range b.fresh {
		b.uses(d)
	}
	b.prog.Imports = b.imports()
	b.reach()
	if es := b.reachedBroken(); len(es) > 0 {
		return nil, es
	}
	if b.prog.Last = b.last(); b.prog.Last != nil {
		if msg := b.overflow(b.prog.Last); msg != "" {
			return nil, Errors{{Msg: msg, Position: p.ch.src.clamp(p.k.fset.Position(b.prog.Last.Pos()))}}
		}
	}
	for d, why := range p.stale {
		if !p.own[d.Name] {
			b.prog.stale[d] = why
			if d.Fault == "" {
				b.prog.Broken = append(b.prog.Broken, Breakage{d, why})
			}
		}
	}
	for d, e := range b.broken {
		why := e.Error() + "\n\t" + e.Hint
		b.prog.stale[d] = why
		if d.Fault == "" {
			b.prog.Broken = append(b.prog.Broken, Breakage{d, why})
		}
	}
	slices.SortFunc(b.prog.Broken, func(x, y Breakage) int { return strings.Compare(x.Decl.Name, y.Decl.Name) })
	return b.prog, nil
}

// sessionDecls enters the session's declarations, the affected ones as new ones.
func (b *builder) sessionDecls() {
	p := b.plan
	for _, d := range p.decls {
		if b.r.old[d] {
			b.enter(oldPrefix+d.Name, d)
		}
		if p.visible[d] {
			b.enter(d.Name, d)
		}
		if p.replaced[d] || p.stale[d] != "" || p.kept[d.Name] == d {
			continue
		}
		if p.affected[d] && b.broken[d] == nil {
			again := *d
			again.Key, again.Fault = p.led.NewKey(d.Name), ""
			d = &again
			b.prog.Reissued = append(b.prog.Reissued, d)
			b.fresh[d] = true
		}
		b.view[d.Name] = d
		b.enter(d.Name, d)
	}
}

// enter finds the object of a declaration by its name in the package.
func (b *builder) enter(name string, d *ledger.Decl) {
	if d.Kind == ledger.Method {
		typ, method, _ := strings.Cut(name, ".")
		obj, _ := b.u.pkg.Scope().Lookup(typ).(*types.TypeName)
		if obj == nil {
			return
		}
		named, _ := types.Unalias(obj.Type()).(*types.Named)
		if named == nil {
			return
		}
		for m := range named.Methods() {
			if m.Name() == method {
				b.prog.Objects[m] = d
			}
		}
		return
	}
	if obj := b.u.pkg.Scope().Lookup(name); obj != nil {
		b.prog.Objects[obj] = d
	}
}

// chunkDecls makes the declarations of the chunk.
func (b *builder) chunkDecls() {
	ch := b.plan.ch
	for _, g := range ch.gens {
		for _, s := range g.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				b.add(b.typeDecl(g, s))
			case *ast.ValueSpec:
				for _, id := range s.Names {
					b.add(b.constDecl(g, s, id))
				}
			}
		}
	}
	for _, f := range ch.funcs {
		b.add(b.funcDecl(f))
	}
	for _, v := range b.r.vars {
		b.add(b.varDecl(v))
	}
	slices.SortStableFunc(b.prog.Decls, func(x, y *ledger.Decl) int {
		return cmp.Or(cmp.Compare(x.NameLine, y.NameLine), cmp.Compare(x.NameColumn, y.NameColumn))
	})
	for _, d := range b.prog.Decls {
		if b.fresh[d] {
			d.Key = b.plan.led.NewKey(d.Name)
		}
	}
}

// add enters a declaration of the chunk, or the one of the session that it repeats.
func (b *builder) add(d *ledger.Decl) {
	if d == nil {
		return
	}
	if old := b.plan.kept[d.Name]; old != nil && (d.Kind == ledger.Type || d.Kind == ledger.Const) {
		b.prog.moved[old] = d
		if d.Kind == ledger.Const {
			b.finishConst(d)
		} else {
			d.Imports = b.importsOf(d.Node)
		}
		d = old
	} else {
		b.fresh[d] = true
	}
	b.prog.Decls = append(b.prog.Decls, d)
	name := d.Name
	if d.Kind == ledger.Func && special(d) {
		name = d.Node.(*ast.FuncDecl).Name.Name
	} else {
		b.view[d.Name] = d
	}
	if d.Kind == ledger.Var {
		return // varDecl enters it
	}
	b.enter(name, d)
}

// reachedBroken returns the errors of broken declarations that the chunk reaches.
func (b *builder) reachedBroken() (es Errors) {
	for _, d := range b.prog.Reach {
		if e := b.broken[d]; e != nil {
			es = append(es, *e)
		}
	}
	return es
}

// offset is the place of a position of the chunk as byte offset, line and column.
func (b *builder) offset(pos token.Pos) (offset, line, column int) {
	p := b.plan.k.fset.Position(pos)
	return b.plan.ch.place(pos), p.Line, p.Column
}
