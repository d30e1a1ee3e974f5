package check

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/cell"
	"gomri/kernel/ledger"
)

// marker is the name that stands at the cursor while a chunk is checked for
// completion; nobody types it.
const marker = "ǀ"

// view is a chunk checked up to the cursor.
type view struct {
	k    *Checker
	led  *ledger.Ledger
	u    *universe
	info *types.Info
	ch   *chunk
	at   *ast.Ident        // the marker
	sel  *ast.SelectorExpr // the selector that it is in, nil if in none
}

// look checks text with the marker behind it, faults and all. It returns nil if
// the cursor is where no name stands (in a string, a comment, a command) or if
// nothing can be made of the text.
func (k *Checker) look(ctx context.Context, text string, led *ledger.Ledger) *view {
	ch := k.parseLoosely(text)
	if ch == nil {
		return nil
	}
	defer k.forget(ch)
	v := &view{k: k, led: led, ch: ch}
	ch.walk(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Name == marker {
				v.sel = n
			}
		case *ast.Ident:
			if n.Name == marker {
				v.at = n
			}
		}
		return true
	})
	if v.at == nil {
		return nil
	}
	p := k.newPlan(ch, led)
	p.reachAll()
	imports, _, err := k.resolveImports(ctx, ch, led, p.own)
	if err != nil {
		imports = &fileImports{}
	}
	p.imports = imports
	v.u = p.newUniverse(true)
	for _, d := range led.Decls() {
		if d.Kind == ledger.Var && p.stale[d] == "" && !p.hoisted(d.Name) {
			v.u.addVar(d.Name, d.Memo.(shape), nopos)
		}
	}
	v.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Scopes: map[ast.Node]*types.Scope{},
	}
	v.u.run(p.file(false), v.info)
	return v
}

// parseLoosely parses text and the marker, with the brackets that are open closed.
func (k *Checker) parseLoosely(text string) *chunk {
	c, err := cell.Parse("cell", text+marker)
	if err != nil || len(c.Parts) == 0 {
		return nil
	}
	last := c.Parts[len(c.Parts)-1]
	var src string
	switch {
	case last.Go != nil:
		src = last.Go.Text
	case last.Magic != nil && last.Magic.Cell:
		src = last.Magic.Body
	}
	if !strings.HasSuffix(src, marker) {
		return nil
	}
	src += closers(src)
	ch := &chunk{cell: c, src: newSource(c.Name, src), vars: map[string]token.Pos{}, unresolved: map[*ast.Ident]bool{}, special: map[string]string{}}
	ch.text = maskLineDirectives(src)
	ch.split = cell.Split(ch.text)
	decls, body := ch.split.Parts(ch.text)
	for _, f := range []struct{ head, text, tail string }{{declsHead, decls, "\n"}, {bodyHead, body, "\n}"}} {
		file, _ := parser.ParseFile(k.fset, c.Name, f.head+"//line "+c.Name+":1:1\n"+f.text+f.tail, parser.AllErrors)
		if file == nil || !file.FileStart.IsValid() {
			k.forget(ch)
			return nil
		}
		ch.files = append(ch.files, k.fset.File(file.FileStart))
		for _, id := range file.Unresolved {
			ch.unresolved[id] = true
		}
		if f.head == declsHead {
			ch.takeDecls(file)
		} else if !ch.takeLooseBody(file) {
			k.forget(ch)
			return nil
		}
	}
	return ch
}

// takeLooseBody is takeBody for a file that may lack its function.
func (ch *chunk) takeLooseBody(f *ast.File) bool {
	if len(f.Decls) == 0 {
		return false
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return false
	}
	ch.takeBody(f)
	return true
}

// closers returns the brackets that close those open at the end of text.
func closers(text string) string {
	var open []byte
	for _, t := range []byte(cell.Brackets(text)) {
		switch t {
		case '(':
			open = append(open, ')')
		case '[':
			open = append(open, ']')
		case '{':
			open = append(open, '}')
		default:
			if n := len(open); n > 0 && open[n-1] == t {
				open = open[:n-1]
			}
		}
	}
	slices.Reverse(open)
	return string(open)
}

// inBody reports whether the cursor is in the body of the function of a type: its
// scope, with parameters and the body's variables, is recorded at the type.
func (v *view) inBody(fn *ast.FuncType) bool {
	in := false
	v.ch.walk(func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			in = in || n.Type == fn && n.Pos() <= v.at.Pos() && v.at.Pos() <= n.End()
		case *ast.FuncLit:
			in = in || n.Type == fn && n.Pos() <= v.at.Pos() && v.at.Pos() <= n.End()
		}
		return true
	})
	return in
}
