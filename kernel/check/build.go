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

// uses finds what a declaration of this check refers to, and its imports.
func (b *builder) uses(d *ledger.Decl) {
	if d.Kind == ledger.Var {
		for _, name := range d.Memo.(shape).names {
			if t := b.view[name]; t != nil {
				d.Uses = append(d.Uses, t)
			}
		}
		return
	}
	d.Uses = b.usesOf(d.Node, d)
	if d.Kind == ledger.Const {
		d.Uses = append(d.Uses, b.usesOf(d.Gen, d)...)
		b.finishConst(d)
		return
	}
	d.Imports = b.importsOf(d.Node)
}

// constMemo is what check has to know of a constant: the imports that its group
// needs, and whether its Source is text of the cell or has the value in it.
type constMemo struct {
	imports []ledger.Import
	text    bool
}

// finishConst writes the value of a constant into its Source, unless that is text,
// and notes its imports. The value of one that is reissued may be another now.
func (b *builder) finishConst(d *ledger.Decl) {
	memo := d.Memo.(constMemo)
	memo.imports = b.importsOf(d.Gen)
	d.Memo = memo
	if memo.text {
		d.Imports = memo.imports
		return
	}
	if obj, ok := b.u.pkg.Scope().Lookup(d.Name).(*types.Const); ok {
		d.Imports = nil
		d.Source = "const " + d.Name
		if t := obj.Type(); t.Underlying().(*types.Basic).Info()&types.IsUntyped == 0 {
			d.Source += " " + types.TypeString(t, b.qualify(&d.Imports))
		}
		d.Source += " = " + literal(obj)
	}
}

// usesOf lists the session declarations that syntax refers to, but for self.
func (b *builder) usesOf(n ast.Node, self *ledger.Decl) (list []*ledger.Decl) {
	seen := map[*ledger.Decl]bool{self: true}
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		d := b.decl(b.u.info.Uses[id])
		if d != nil && !seen[d] {
			seen[d] = true
			list = append(list, d)
		}
		return true
	})
	return list
}

// decl returns the declaration of an object, nil if the session has none.
func (b *builder) decl(obj types.Object) *ledger.Decl {
	if f, ok := obj.(*types.Func); ok {
		obj = f.Origin()
	}
	if obj == nil {
		return nil
	}
	return b.prog.Objects[obj]
}

// importsOf lists the imports that syntax uses, sorted by path.
func (b *builder) importsOf(n ast.Node) (list []ledger.Import) {
	add := func(imp ledger.Import) {
		if !slices.Contains(list, imp) {
			list = append(list, imp)
		}
	}
	sels := map[*ast.Ident]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			sels[sel.Sel] = true
		}
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := b.u.info.Uses[id].(type) {
		case nil:
		case *types.PkgName:
			imp := ledger.Import{Path: obj.Imported().Path()}
			if obj.Name() != obj.Imported().Name() {
				imp.Name = obj.Name()
			}
			add(imp)
		default:
			if pkg := obj.Pkg(); pkg != nil && pkg.Path() != b.u.pkg.Path() && !sels[id] && obj.Parent() == pkg.Scope() {
				add(ledger.Import{Name: ".", Path: pkg.Path()})
			}
		}
		return true
	})
	slices.SortFunc(list, byPath)
	return list
}

// byPath is the order of imports.
func byPath(a, b ledger.Import) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name))
}

// imports lists what the chunk uses, blank imports included.
func (b *builder) imports() []ledger.Import {
	nodes := []ast.Node{b.plan.ch.body.Body}
	for _, g := range b.plan.ch.gens {
		nodes = append(nodes, g)
	}
	for _, f := range b.plan.ch.funcs {
		nodes = append(nodes, f)
	}
	var list []ledger.Import
	for _, n := range nodes {
		list = append(list, b.importsOf(n)...)
	}
	for _, d := range b.prog.Decls {
		if d.Kind == ledger.Var {
			list = append(list, d.Imports...)
		}
	}
	for _, s := range b.plan.imports.specs {
		if s.Name != nil && s.Name.Name == "_" {
			path, _ := strconv.Unquote(s.Path.Value) // it was unquoted before
			list = append(list, ledger.Import{Name: "_", Path: path})
		}
	}
	slices.SortFunc(list, byPath)
	return slices.Compact(list)
}

// reach orders everything that the chunk reaches, dependencies first.
func (b *builder) reach() {
	seen := map[*ledger.Decl]bool{}
	methods := map[string][]*ledger.Decl{}
	for name, d := range b.view {
		if recv := ledger.Receiver(name); recv != "" {
			methods[recv] = append(methods[recv], d)
		}
	}
	var visit func(d *ledger.Decl)
	visit = func(d *ledger.Decl) {
		if seen[d] {
			return
		}
		seen[d] = true
		for _, u := range d.Uses {
			visit(u)
		}
		b.prog.Reach = append(b.prog.Reach, d)
		if d.Kind == ledger.Type {
			list := methods[d.Name]
			slices.SortFunc(list, func(x, y *ledger.Decl) int { return strings.Compare(x.Name, y.Name) })
			for _, m := range list {
				visit(m)
			}
		}
	}
	for _, d := range b.usesOf(b.prog.Body, nil) {
		visit(d)
	}
	for _, d := range b.prog.Decls {
		visit(d)
	}
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
