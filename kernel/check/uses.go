package check

import (
	"cmp"
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/ledger"
)

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
