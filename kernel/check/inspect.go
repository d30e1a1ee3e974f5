package check

import (
	"bytes"
	"cmp"
	"context"
	"go/ast"
	"go/types"
	"io"
	"os/exec"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomri/kernel/display"
	"gomri/kernel/ledger"
)

// Documenter is an Exporter that also knows what is written about packages.
type Documenter interface {
	// Doc returns the documentation of a package or of a name in it ("Builder.Len"),
	// "" if there is none.
	Doc(ctx context.Context, path, name string) string
}

// Doc runs "go doc".
func (g *GoList) Doc(ctx context.Context, path, name string) string {
	args := []string{"doc", path}
	if name != "" {
		args = append(args, name)
	}
	cmd := exec.CommandContext(ctx, cmp.Or(g.opts.Go, "go"), args...)
	cmd.Dir, cmd.Env = g.opts.Dir, g.opts.Env
	var out bytes.Buffer
	cmd.Stdout = &out
	if cmd.Run() != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(&out, 1<<20)) // a buffer cannot fail
	return strings.TrimSpace(string(text))
}

// Inspect describes what the name at the cursor means, a number of code points into
// code: its type or signature, where the session declares it and how, and what go
// doc says of a name of another package. Right behind an open parenthesis the name
// is the function that is called. The result is false if there is no name.
func (k *Checker) Inspect(ctx context.Context, code string, cursor int, led *ledger.Ledger) (display.Bundle, bool) {
	at := nameEnd(code, byteOffset(code, cursor))
	word := wordBefore(code[:at])
	if word == "" {
		return display.Bundle{}, false
	}
	text, path, name := k.describe(ctx, code[:at], word, led)
	if text == "" {
		return display.Bundle{}, false
	}
	if docs, ok := k.pkgs.exp.(Documenter); ok && path != "" && path != "main" {
		if doc := docs.Doc(ctx, path, name); doc != "" {
			text = doc
		}
	}
	return display.Text(text), true
}

// nameEnd returns where the name ends that the cursor is in or behind.
func nameEnd(code string, at int) int {
	for at < len(code) {
		r, n := utf8.DecodeRuneInString(code[at:])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		at += n
	}
	if wordBefore(code[:at]) == "" {
		return len(strings.TrimRight(strings.TrimSuffix(strings.TrimRight(code[:at], " \t"), "("), " \t"))
	}
	return at
}

// describe finds the object behind the word that code ends in.
func (k *Checker) describe(ctx context.Context, code, word string, led *ledger.Ledger) (text, path, name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v := k.look(ctx, code[:len(code)-len(word)], led)
	if v == nil {
		return "", "", ""
	}
	obj, recv := v.object(word)
	if obj == nil {
		for _, p := range k.std[word] {
			if v.sel == nil {
				return "package " + p, p, ""
			}
		}
		return "", "", ""
	}
	if pkg, ok := obj.(*types.PkgName); ok {
		return "package " + pkg.Imported().Path(), pkg.Imported().Path(), ""
	}
	if obj.Pkg() != nil {
		path = obj.Pkg().Path()
	}
	text = types.ObjectString(obj, func(p *types.Package) string {
		if p.Path() == v.u.pkg.Path() {
			return ""
		}
		return p.Name()
	})
	name = obj.Name()
	if recv != "" {
		name = recv + "." + name
	}
	if d := led.Lookup(name); d != nil && (v.u.owns(obj) || obj.Pkg() == nil) {
		text = d.Cell + ", line " + itoa(d.NameLine) + "\n" + cmp.Or(d.Source, text)
	}
	return text, path, name
}

// object returns what word means in the place of the marker; recv is the type
// that a method or field belongs to.
func (v *view) object(word string) (obj types.Object, recv string) {
	if v.sel == nil {
		return v.lookup(word), ""
	}
	if id, ok := v.sel.X.(*ast.Ident); ok {
		if name, ok := v.info.Uses[id].(*types.PkgName); ok {
			return name.Imported().Scope().Lookup(word), ""
		}
	}
	t := v.info.TypeOf(v.sel.X)
	if t == nil {
		return nil, ""
	}
	obj, _, _ = types.LookupFieldOrMethod(t, true, v.u.pkg, word)
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		t = f.Signature().Recv().Type()
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		recv = n.Obj().Name()
	}
	return obj, recv
}

// lookup finds a name in the scopes around the marker, the innermost first.
func (v *view) lookup(word string) (obj types.Object) {
	best := -1
	for n, s := range v.info.Scopes {
		fn, ok := n.(*ast.FuncType)
		inside := n.Pos() <= v.at.Pos() && v.at.Pos() <= n.End() || ok && v.inBody(fn)
		found := s.Lookup(word)
		if !inside || found == nil || found.Pos() >= v.at.Pos() {
			continue
		}
		if size := int(n.Pos()); size > best {
			best, obj = size, found
		}
	}
	if obj != nil {
		return obj
	}
	if obj := v.u.pkg.Scope().Lookup(word); obj != nil {
		return obj
	}
	return types.Universe.Lookup(word)
}
