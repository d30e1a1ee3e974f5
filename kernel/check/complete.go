package check

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomri/kernel/ledger"
)

// Completion is what may stand at the cursor.
type Completion struct {
	// Matches replace the characters from Start to End, counted in code points.
	Matches    []string
	Start, End int
	// Types says of each match what it is: "function", "instance", "class",
	// "module", "keyword" or "const".
	Types []string
}

// maxMatches bounds a completion.
const maxMatches = 500

// Complete lists the names that may stand at the cursor, a number of code points
// into code: after a dot the members of what is before it, else what is in scope,
// packages of the standard library and keywords. The text after the cursor does
// not matter, and the text before it may have faults.
func (k *Checker) Complete(ctx context.Context, code string, cursor int, led *ledger.Ledger) Completion {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := byteOffset(code, cursor)
	word := wordBefore(code[:at])
	c := Completion{Start: utf8.RuneCountInString(code[:at-len(word)]), End: utf8.RuneCountInString(code[:at])}
	v := k.look(ctx, code[:at-len(word)], led)
	if v == nil {
		return c
	}
	found := map[string]string{}
	if v.sel != nil {
		v.members(found)
	} else {
		v.scope(found)
	}
	for name := range found {
		if hasPrefixFold(name, word) && name != marker {
			c.Matches = append(c.Matches, name)
		}
	}
	slices.SortFunc(c.Matches, func(a, b string) int {
		if pa, pb := strings.HasPrefix(a, word), strings.HasPrefix(b, word); pa != pb {
			if pa {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	c.Matches = c.Matches[:min(len(c.Matches), maxMatches)]
	for _, m := range c.Matches {
		c.Types = append(c.Types, found[m])
	}
	return c
}

// hasPrefixFold is strings.HasPrefix without regard to case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// byteOffset turns an offset in code points into one in bytes.
func byteOffset(s string, points int) int {
	for i := range s {
		if points <= 0 {
			return i
		}
		points--
	}
	return len(s)
}

// wordBefore returns the identifier, or the beginning of one, that s ends in.
func wordBefore(s string) string {
	i := len(s)
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i -= n
	}
	return s[i:]
}

// members lists what can be selected from the expression before the dot.
func (v *view) members(found map[string]string) {
	if id, ok := v.sel.X.(*ast.Ident); ok {
		if name, ok := v.info.Uses[id].(*types.PkgName); ok {
			v.packageMembers(name.Imported(), found)
			for _, path := range v.k.candidates(v.led, id.Name) {
				v.packageMembers(v.k.pkgs.loaded[path], found)
			}
			return
		}
	}
	t := v.info.TypeOf(v.sel.X)
	if t == nil {
		return
	}
	base := t
	if p, ok := t.Underlying().(*types.Pointer); ok {
		base = p.Elem()
	}
	v.fields(base, found, map[types.Type]bool{})
	methods := t
	if _, ok := base.Underlying().(*types.Interface); !ok {
		methods = types.NewPointer(base)
	}
	for sel := range types.NewMethodSet(methods).Methods() {
		v.add(sel.Obj(), found)
	}
}

// packageMembers lists what a package exports.
func (v *view) packageMembers(pkg *types.Package, found map[string]string) {
	if pkg == nil {
		return
	}
	for _, name := range pkg.Scope().Names() {
		v.add(pkg.Scope().Lookup(name), found)
	}
}

// fields lists the fields of a struct and of what it embeds.
func (v *view) fields(t types.Type, found map[string]string, seen map[types.Type]bool) {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return
	}
	seen[t] = true
	for f := range s.Fields() {
		v.add(f, found)
		if f.Embedded() {
			v.fields(f.Type(), found, seen)
		}
	}
}

// add enters an object that the session's package may name.
func (v *view) add(obj types.Object, found map[string]string) {
	if obj.Exported() || v.u.owns(obj) || obj.Pkg() == nil {
		found[obj.Name()] = objectKind(obj)
	}
}

// objectKind is the word of the Jupyter protocol for an object.
func objectKind(obj types.Object) string {
	switch obj.(type) {
	case *types.Func, *types.Builtin:
		return "function"
	case *types.TypeName:
		return "class"
	case *types.PkgName:
		return "module"
	case *types.Const:
		return "const"
	}
	return "instance"
}

// scope lists what can be named at the cursor.
func (v *view) scope(found map[string]string) {
	for t := token.BREAK; t <= token.VAR; t++ {
		found[t.String()] = "keyword"
	}
	for name := range v.k.std {
		found[name] = "module"
	}
	for _, name := range v.led.ImportNames() {
		found[name] = "module"
	}
	for _, s := range []*types.Scope{types.Universe, v.u.pkg.Scope()} {
		for _, name := range s.Names() {
			if !strings.HasPrefix(name, leavesName) && name != "_" {
				found[name] = objectKind(s.Lookup(name))
			}
		}
	}
	for n, s := range v.info.Scopes {
		if _, file := n.(*ast.File); !file && (n.Pos() > v.at.Pos() || v.at.Pos() > n.End()) {
			if fn, ok := n.(*ast.FuncType); !ok || !v.inBody(fn) {
				continue
			}
		}
		for _, name := range s.Names() {
			if obj := s.Lookup(name); obj.Pos() < v.at.Pos() || !obj.Pos().IsValid() {
				found[name] = objectKind(obj)
			}
		}
	}
}
