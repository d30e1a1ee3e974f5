package check

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/ledger"
)

// newDecl returns a declaration whose name stands at id.
func (b *builder) newDecl(name string, kind ledger.Kind, id *ast.Ident) *ledger.Decl {
	d := &ledger.Decl{Name: name, Kind: kind, Cell: b.plan.ch.cell.Name, Chunk: b.plan.ch.line}
	d.Pos, d.NameLine, d.NameColumn = b.offset(id.Pos())
	d.End = d.Pos + len(id.Name)
	d.Line, d.Column = d.NameLine, d.NameColumn
	return d
}

// funcDecl makes the declaration of a function or method. Its text includes the
// comment right above, where directives such as //go:noinline stand.
func (b *builder) funcDecl(f *ast.FuncDecl) *ledger.Decl {
	ch := b.plan.ch
	name, kind := funcName(f), ledger.Func
	if f.Recv != nil {
		kind = ledger.Method
	}
	if was := ch.special[f.Name.Name]; was != "" {
		name = was
	}
	d := b.newDecl(name, kind, f.Name)
	d.Node = f
	start := ch.place(f.Pos())
	d.Pos, d.End = start, ch.place(f.End()-1)+1
	for _, span := range ch.split.Decls {
		if span.Keyword == start {
			d.Pos = span.Start
		}
	}
	d.Line = 1 + strings.Count(ch.text[:d.Pos], "\n")
	d.Column = d.Pos - strings.LastIndexByte(ch.text[:d.Pos], '\n')
	at := ch.place(f.Name.Pos())
	d.Source = ch.text[d.Pos:at] + f.Name.Name + ch.text[at+len(name)-len(receiverPrefix(name)):d.End]
	return d
}

// receiverPrefix returns the "T." of a method's name, "" for a function.
func receiverPrefix(name string) string {
	if r := ledger.Receiver(name); r != "" {
		return r + "."
	}
	return ""
}

// typeDecl makes the declaration of a type; nil for a blank name.
func (b *builder) typeDecl(g *ast.GenDecl, s *ast.TypeSpec) *ledger.Decl {
	if s.Name.Name == "_" {
		return nil
	}
	d := b.newDecl(s.Name.Name, ledger.Type, s.Name)
	d.Node = s
	d.Pos, d.End = b.plan.ch.place(s.Pos()), b.plan.ch.place(s.End()-1)+1
	if !g.Lparen.IsValid() {
		d.Pos, d.Line, d.Column = b.offset(g.Pos())
		d.Source = b.plan.ch.text[d.Pos:d.End]
		return d
	}
	const keyword = "type "
	d.Source = keyword + b.plan.ch.text[d.Pos:d.End]
	d.Column = max(1, d.Column-len(keyword))
	return d
}

// constDecl makes the declaration of one constant; nil for a blank name. One that
// stands alone is its text; one of a group is written with its value, so that it
// stands alone too.
func (b *builder) constDecl(g *ast.GenDecl, s *ast.ValueSpec, id *ast.Ident) *ledger.Decl {
	if id.Name == "_" {
		return nil
	}
	d := b.newDecl(id.Name, ledger.Const, id)
	d.Node, d.Gen = s, g
	d.Memo = constMemo{}
	if len(g.Specs) == 1 && len(s.Names) == 1 && !usesIota(s, b.u.info) {
		d.Memo = constMemo{text: true}
		d.Pos, d.Line, d.Column = b.offset(g.Pos())
		d.End = b.plan.ch.place(g.End()-1) + 1
		d.Source = b.plan.ch.text[d.Pos:d.End]
	}
	return d // finishConst does the rest
}

// usesIota reports whether a constant's value depends on its place in the group.
func usesIota(s *ast.ValueSpec, info *types.Info) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "iota" {
			c, ok := info.Uses[id].(*types.Const)
			found = found || ok && c.Pkg() == nil
		}
		return true
	})
	return found
}

// literal writes the value of a constant so that it has the same kind and exactly
// the same value again.
func literal(c *types.Const) string {
	v := c.Val()
	kind := c.Type().Underlying().(*types.Basic).Info()
	switch {
	case kind&(types.IsBoolean|types.IsString) != 0:
		return v.ExactString()
	case c.Type() == types.Typ[types.UntypedRune]:
		return "'\\x00' + " + constant.ToInt(v).ExactString()
	case kind&types.IsInteger != 0:
		return constant.ToInt(v).ExactString()
	case kind&types.IsComplex != 0:
		return "(" + rational(constant.Real(v)) + " + " + rational(constant.Imag(v)) + "*1i)"
	}
	return rational(v)
}

// rational writes a number as a floating-point constant expression.
func rational(v constant.Value) string {
	num, denom := constant.Num(constant.ToFloat(v)), constant.Denom(constant.ToFloat(v))
	if num.Kind() == constant.Unknown {
		return constant.ToFloat(v).ExactString()
	}
	return "(" + num.ExactString() + ".0 / " + denom.ExactString() + ".0)"
}

// varDecl makes the declaration of a variable of the top level.
func (b *builder) varDecl(v *newVar) *ledger.Decl {
	id := &ast.Ident{NamePos: v.id.NamePos, Name: v.obj.Name()}
	d := b.newDecl(id.Name, ledger.Var, id)
	d.Memo = v.shape
	obj := b.u.pkg.Scope().Lookup(v.name)
	b.prog.Objects[obj] = d
	if writable(obj.Type(), b.u.pkg) && !b.hidesBuiltin(obj.Type()) {
		d.TypeText = types.TypeString(obj.Type(), b.qualify(&d.Imports))
		d.Source = "var " + v.name + " " + d.TypeText
	}
	return d
}

// qualify returns a qualifier that notes the imports it needs. Two packages of one
// name get different local names.
func (b *builder) qualify(imports *[]ledger.Import) types.Qualifier {
	return func(pkg *types.Package) string {
		if pkg.Path() == b.u.pkg.Path() {
			return ""
		}
		name := b.plan.k.qualifier(pkg, func(name string) bool { return b.view[name] != nil })
		imp := ledger.Import{Path: pkg.Path()}
		if name != pkg.Name() {
			imp.Name = name
		}
		if !slices.Contains(*imports, imp) {
			*imports = append(*imports, imp)
		}
		return name
	}
}

// qualifier returns the name of a package in the text of types: its own, with a
// number after it if another path had that name before, or if a declaration has it.
func (k *Checker) qualifier(pkg *types.Package, declared func(name string) bool) string {
	for i := 1; ; i++ {
		name := pkg.Name()
		if i > 1 {
			name += "_" + itoa(i)
		}
		if declared(name) {
			continue
		}
		path, taken := k.names[name]
		if !taken {
			k.names[name] = pkg.Path()
			return name
		}
		if path == pkg.Path() {
			return name
		}
	}
}

// writable reports whether a type can be written in the session's package: it
// has no part that only its own package can name.
func writable(t types.Type, pkg *types.Package) bool {
	seen := map[types.Type]bool{}
	var ok func(t types.Type) bool
	ok = func(t types.Type) bool {
		if t == nil || seen[t] {
			return true
		}
		seen[t] = true
		switch t := t.(type) {
		case *types.Named:
			if !nameable(t.Obj(), pkg) {
				return false
			}
		case *types.Alias:
			if !nameable(t.Obj(), pkg) {
				return false
			}
		case *types.Struct:
			for f := range t.Fields() {
				if !nameable(f, pkg) {
					return false
				}
			}
		}
		return !slices.ContainsFunc(parts(t), func(p types.Type) bool { return !ok(p) })
	}
	return ok(t)
}

// hidesBuiltin reports whether a type is written with a predeclared name that the
// session has given another meaning.
func (b *builder) hidesBuiltin(t types.Type) bool {
	seen := map[types.Type]bool{}
	var hidden func(t types.Type) bool
	hidden = func(t types.Type) bool {
		if t == nil || seen[t] {
			return false
		}
		seen[t] = true
		var name string
		switch t := t.(type) {
		case *types.Basic:
			name = t.Name()
		case *types.Named:
			name = predeclared(t.Obj())
		case *types.Alias:
			name = predeclared(t.Obj())
		}
		return b.view[name] != nil || slices.ContainsFunc(parts(t), hidden)
	}
	return hidden(t)
}

// predeclared returns the name of a type of the universe, "" for others.
func predeclared(obj *types.TypeName) string {
	if obj.Pkg() != nil {
		return ""
	}
	return obj.Name()
}

// nameable reports whether the session's package can write an object's name.
func nameable(obj types.Object, pkg *types.Package) bool {
	if obj.Pkg() == nil || obj.Pkg().Path() == pkg.Path() {
		return true
	}
	return token.IsExported(obj.Name()) && !strings.Contains("/"+obj.Pkg().Path()+"/", "/internal/")
}
