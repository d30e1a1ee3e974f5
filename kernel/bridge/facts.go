package bridge

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"gomri/kernel/check"
	"gomri/kernel/gate"
	"gomri/kernel/ledger"
	"gomri/kernel/lower"
)

// fact is what has to be known of a variable later, when the program is gone that its
// type was checked in.
type fact struct {
	decl *ledger.Decl
	// why is what keeps it out of the interpreter, "" for nothing; units declare it there.
	why   string
	units []lower.Unit
	// open is true if it can hold values of other types than its own, or pointers to
	// the variables of packages.
	open bool
	// hidden is true if it can hold a function or a channel, through which the
	// interpreter reaches memory that nobody sees.
	hidden bool
}

// learn notes what the program knows of its variables and types.
func (s *Store) learn(p *check.Program) {
	objects := map[*ledger.Decl]types.Object{}
	for obj, d := range p.Objects {
		objects[d] = obj
	}
	for _, list := range [][]*ledger.Decl{p.Reach, p.Decls} {
		for _, d := range list {
			switch {
			case d.Kind == ledger.Type:
				s.types[d.Key] = d
				s.methods[d.Key] = methodsOf(p, d)
			case d.Kind == ledger.Var && s.facts[d.Key] == nil && objects[d] != nil:
				s.facts[d.Key] = factOf(p, d, objects[d].Type())
			}
		}
	}
}

// methodsOf lists the methods of a type, which are in reach of whoever reaches it.
func methodsOf(p *check.Program, t *ledger.Decl) []*ledger.Decl {
	var list []*ledger.Decl
	for _, d := range p.Reach {
		if d.Kind == ledger.Method && ledger.Receiver(d.Name) == t.Name && slices.Contains(d.Uses, t) {
			list = append(list, d)
		}
	}
	return list
}

func factOf(p *check.Program, d *ledger.Decl, t types.Type) *fact {
	f := &fact{decl: d, why: gate.Holds(p, d)}
	if f.why == "" {
		var err error
		if f.units, err = lower.Var(p, d); err != nil {
			f.why = err.Error()
		}
	}
	w := walker{own: p.Pkg, seen: map[types.Type]bool{}}
	w.walk(t)
	f.open, f.hidden = w.open, w.hidden
	return f
}

// startsGoroutine is true if a program may leave a goroutine behind, which reaches
// variables that nobody sees.
func startsGoroutine(p *check.Program) bool {
	found := false
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.SelectorExpr:
			found = found || n.Sel.Name == "Go" // of a WaitGroup
		}
		return !found
	}
	ast.Inspect(p.Body, look)
	for _, d := range p.Reach {
		if f, ok := d.Node.(*ast.FuncDecl); ok {
			ast.Inspect(f, look)
		}
	}
	return found
}

// walker looks at all that a type can lead to.
type walker struct {
	own          *types.Package
	seen         map[types.Type]bool
	open, hidden bool
}

func (w *walker) walk(t types.Type) {
	t = types.Unalias(t)
	if w.seen[t] {
		return
	}
	w.seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil && pkg != w.own && !plain(t.Underlying()) {
			w.open = true
		}
		w.walk(t.Underlying())
	case *types.Pointer:
		w.walk(t.Elem())
	case *types.Slice:
		w.walk(t.Elem())
	case *types.Array:
		w.walk(t.Elem())
	case *types.Map:
		w.walk(t.Key())
		w.walk(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			w.walk(f.Type())
		}
	case *types.Interface:
		w.open = true
	case *types.Signature, *types.Chan:
		w.hidden = true
	}
}

// plain is true for the types of values that are only themselves.
func plain(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Kind() != types.UnsafePointer
}

// sessionType is true for the name of a type of the session; the names of other
// types have the path of a package before a dot.
func sessionType(name string) bool {
	base, _, _ := strings.Cut(name, "[")
	return !strings.Contains(base, ".") && strings.Contains(base, "_v")
}

// renamed returns what the program's statements call variables by another name than
// their declarations: two variables are about in x := x + 1.
func renamed(p *check.Program) map[*ledger.Decl]string {
	names := map[*ledger.Decl]string{}
	for obj, d := range p.Objects {
		if d.Kind == ledger.Var && !isFresh(p, d) && d.TypeText != "" && obj.Name() != varName(d) {
			names[d] = obj.Name()
		}
	}
	return names
}

// rename gives those variables these names.
func rename(decls []*ledger.Decl, names map[*ledger.Decl]string) []*ledger.Decl {
	list := slices.Clone(decls)
	for i, d := range list {
		if name, ok := names[d]; ok {
			other := *d
			other.Source = "var " + name + " " + d.TypeText
			list[i] = &other
		}
	}
	return list
}

// varName is the name of a variable in the source of a closed program.
func varName(d *ledger.Decl) string {
	words := strings.Fields(d.Source)
	if d.Kind != ledger.Var || len(words) < 2 || words[0] != "var" {
		return ""
	}
	return words[1]
}

// isGeneric is true for a type with parameters, and for an alias, which has no type of its own.
func isGeneric(d *ledger.Decl) bool {
	spec, ok := d.Node.(*ast.TypeSpec)
	return !ok || spec.TypeParams != nil || spec.Assign.IsValid()
}

// isFresh is true for what the program declares itself.
func isFresh(p *check.Program, d *ledger.Decl) bool { return slices.Contains(p.Decls, d) }
