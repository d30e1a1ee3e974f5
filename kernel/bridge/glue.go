package bridge

import (
	"context"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/bridge/codec"
	"gomri/kernel/check"
	"gomri/kernel/display"
	"gomri/kernel/ledger"
)

// codecPath is where package codec is in a compiled cell's module.
const codecPath = "cell/" + CodecDir

// CodecDir is the folder of package codec in the module of compiled cells.
const CodecDir = "internal/bridge"

// glue is the text that joins a compiled cell to its values.
type glue struct {
	cell    *Cell
	known   *codec.Registry
	types   map[string]string // expressions of a reflect.Type, by the name of the type
	values  map[string]string // variables of packages, by name
	imports map[string]bool
	plain   map[string]bool // imports as they stand in the file
}

// instance is an instance of a generic type of the session.
type instance struct {
	text    string   // in a program
	imports []string // that text needs
	uses    []*ledger.Decl
}

func newGlue(c *Cell) *glue {
	return &glue{cell: c, known: codec.NewRegistry(), types: map[string]string{}, values: map[string]string{}, imports: map[string]bool{}, plain: map[string]bool{}}
}

// alias is the name under which the glue imports a package.
func alias(path string) string {
	out := []byte("gomri_p_")
	for _, c := range []byte(path) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			out = append(out, c)
		} else {
			out = append(out, "_"+strconv.FormatUint(uint64(c), 16)+"_"...)
		}
	}
	return string(out)
}

// pkg is the alias of a package, which the glue then imports.
func (g *glue) pkg(path string) string {
	g.imports[path] = true
	return alias(path)
}

// typeOf is the expression for a type.
func typeOf(text string) string { return "gomri_bridge.TypeOf[" + text + "]()" }

// dynamic makes a type known of which a value sits in an interface.
func (g *glue) dynamic(name string, seg *segment) error {
	s := g.cell.store
	if g.known.Knows(name) || g.types[name] != "" {
		return nil
	}
	if !sessionType(name) {
		return g.packageType(name, seg)
	}
	if made, ok := s.made[name]; ok {
		for _, path := range made.imports {
			g.pkg(path)
		}
		g.types[name] = typeOf(made.text)
		return g.cell.reach(made.uses)
	}
	d := s.types[name]
	if d == nil {
		return fmt.Errorf("the values of %s: a type %s is not known", s.names(seg.keys), name)
	}
	g.types[name] = typeOf(d.Name)
	return g.cell.reach([]*ledger.Decl{d})
}

// packageType makes a type of a package known.
func (g *glue) packageType(name string, seg *segment) error {
	if expr, ok := hiddenTypes[name]; ok {
		g.types[name] = "gomri_bridge.TypeOfValue(" + g.expand(expr) + ")"
		return nil
	}
	dot := strings.LastIndex(name, ".")
	if dot < 0 || strings.Contains(name, "[") {
		f := display.Failf("SessionValue", "the compiled cell cannot get the values it needs: one is of type %s, which has no name there", name)
		f.Traceback = append(f.Traceback, "It belongs to "+g.cell.store.names(seg.keys)+".")
		return f
	}
	g.types[name] = typeOf(g.pkg(name[:dot]) + "." + name[dot+1:])
	return nil
}

// expand puts the aliases of packages into an expression that writes them as {path}.
func (g *glue) expand(expr string) string {
	for {
		before, rest, ok := strings.Cut(expr, "{")
		path, after, ok2 := strings.Cut(rest, "}")
		if !ok || !ok2 {
			return expr
		}
		if path == "" { // a composite literal
			return before + "{}" + g.expand(after)
		}
		expr = before + g.pkg(path) + after
	}
}

// instances notes the instances of generic types that the program mentions.
func (g *glue) instances() {
	p := g.cell.Program
	for _, inst := range p.Info.Instances {
		named, ok := inst.Type.(*types.Named)
		if !ok || named.Obj().Pkg() != p.Pkg {
			continue
		}
		w := &writer{p: p, imports: map[string]bool{}}
		text, name := w.named(named, false), w.named(named, true)
		if w.failed {
			continue
		}
		g.cell.store.made[name] = instance{text, slices.Sorted(maps.Keys(w.imports)), w.uses}
		g.types[name] = typeOf(text)
		for path := range w.imports {
			g.pkg(path)
		}
	}
}

// writer writes a type as it stands in the glue, or as the name by which other processes
// find it.
type writer struct {
	p       *check.Program
	imports map[string]bool
	uses    []*ledger.Decl
	failed  bool // the type cannot be written
}

func (w *writer) named(t *types.Named, asName bool) string {
	obj := t.Obj()
	text := obj.Name()
	switch {
	case obj.Pkg() == nil:
	case obj.Pkg() == w.p.Pkg:
		d := w.p.Objects[obj]
		if d == nil {
			w.failed = true // declared in a function
			return ""
		}
		w.uses = append(w.uses, d)
		if asName {
			text = d.Key
		}
	case asName:
		text = obj.Pkg().Path() + "." + text
	default:
		w.failed = w.failed || !obj.Exported()
		w.imports[obj.Pkg().Path()] = true
		text = alias(obj.Pkg().Path()) + "." + text
	}
	if t.TypeArgs().Len() == 0 {
		return text
	}
	var args []string
	for arg := range t.TypeArgs().Types() {
		args = append(args, w.typ(arg, asName))
	}
	return text + "[" + strings.Join(args, ",") + "]"
}

func (w *writer) typ(t types.Type, asName bool) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Name()
	case *types.Named:
		return w.named(t, asName)
	case *types.Pointer:
		return "*" + w.typ(t.Elem(), asName)
	case *types.Slice:
		return "[]" + w.typ(t.Elem(), asName)
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), w.typ(t.Elem(), asName))
	case *types.Map:
		return "map[" + w.typ(t.Key(), asName) + "]" + w.typ(t.Elem(), asName)
	case *types.Interface:
		if t.Empty() {
			return "interface{}"
		}
	}
	w.failed = true // a type parameter, or a type that is seldom an argument
	return ""
}

// packages makes known the variables of the packages that the program contains, and the
// types of their values, if some variable can hold one.
func (g *glue) packages(ctx context.Context, linked func(context.Context, []string) ([]string, error)) error {
	open := slices.ContainsFunc(g.cell.roots, func(r root) bool {
		f := g.cell.store.facts[r.decl.Key]
		return f == nil || f.open
	})
	if !open {
		return nil
	}
	p := g.cell.Program
	direct := map[string]bool{}
	for _, imp := range p.Imports {
		direct[imp.Path] = true
	}
	for _, d := range p.Reach {
		for _, imp := range d.Imports {
			direct[imp.Path] = true
		}
	}
	delete(direct, "C")
	delete(direct, "unsafe")
	all, err := linked(ctx, slices.Sorted(maps.Keys(direct)))
	if err != nil {
		if f := display.Interrupted(ctx); f != nil {
			return f
		}
		return fmt.Errorf("look up the cell's packages: %w", err)
	}
	for _, path := range all {
		for _, name := range packageValues[path] {
			g.values[path+"."+name] = g.pkg(path) + "." + name
		}
	}
	for name, expr := range hiddenTypes {
		if direct[name[:strings.LastIndex(name, ".")]] {
			g.types[name] = "gomri_bridge.TypeOfValue(" + g.expand(expr) + ")"
		}
	}
	for _, pkg := range p.Pkg.Imports() {
		if first, _, _ := strings.Cut(pkg.Path(), "/"); direct[pkg.Path()] && strings.Contains(first, ".") {
			g.foreign(pkg)
		}
	}
	return nil
}

// maxForeign bounds the variables of one package that are made known.
const maxForeign = 200

// foreign makes the variables of a third-party package known.
func (g *glue) foreign(pkg *types.Package) {
	n := 0
	for _, name := range pkg.Scope().Names() {
		v, ok := pkg.Scope().Lookup(name).(*types.Var)
		if !ok || !v.Exported() || n == maxForeign {
			continue
		}
		switch v.Type().Underlying().(type) {
		case *types.Pointer, *types.Interface:
			g.values[pkg.Path()+"."+name] = g.pkg(pkg.Path()) + "." + name
			n++
		}
	}
}

// hasValues is false for what is no type of values: the constraint of a type parameter, and
// what C alone may allocate.
func hasValues(obj types.Object) bool {
	if _, ok := obj.(*types.TypeName); !ok {
		return false // a method of the type
	}
	switch u := obj.Type().Underlying().(type) {
	case *types.Interface:
		return u.IsMethodSet()
	case *types.Struct:
		for f := range u.Fields() {
			if f.Type().String() == "runtime/cgo.Incomplete" {
				return false
			}
		}
	}
	return true
}

// source is the text of the file, whose own declarations follow what joins the variables.
func (g *glue) source(decls string) string {
	head := "// Code made for a notebook cell by gomri. DO NOT EDIT.\n\n//line <autogenerated>:1\npackage main\n\nimport (\n\t"
	for path := range g.imports {
		g.plain[alias(path)+" "+strconv.Quote(path)] = true
	}
	return head + strings.Join(slices.Sorted(maps.Keys(g.plain)), "\n\t") + "\n)\n" + decls
}

// joining are the declarations that join the variables to their values.
func (g *glue) joining(in, out string) string {
	for obj, d := range g.cell.Program.Objects {
		if d.Kind == ledger.Type && slices.Contains(g.cell.Program.Reach, d) && !strings.HasPrefix(d.Name, "_") && !isGeneric(d) && hasValues(obj) {
			g.types[d.Key] = typeOf(d.Name)
		}
	}
	if len(g.cell.parts) == 0 {
		in = ""
	}
	var b strings.Builder
	b.WriteString("\nvar gomri_values = gomri_bridge.NewProgram(" + strconv.Quote(in) + ", " + strconv.Quote(out) + ")\n")
	g.plain["gomri_bridge "+strconv.Quote(codecPath)], g.plain[`gomri_os "os"`] = true, true
	for _, r := range g.cell.roots {
		if !r.extra {
			continue
		}
		fmt.Fprintf(&b, "\nvar %s %s\n", r.name, r.decl.TypeText)
		for _, imp := range r.decl.Imports {
			g.plain[strings.TrimSpace(imp.Name+" "+strconv.Quote(imp.Path))] = true
		}
	}
	b.WriteString("\nfunc gomri_begin() {\n")
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		fmt.Fprintf(&b, "\tgomri_values.Type(%q, %s)\n", name, g.types[name])
	}
	for _, name := range slices.Sorted(maps.Keys(g.values)) {
		fmt.Fprintf(&b, "\tgomri_values.Value(%q, %s)\n", name, g.values[name])
	}
	for _, r := range g.cell.roots {
		method := "Var"
		if !r.keep {
			method = "OldVar"
		}
		fmt.Fprintf(&b, "\tgomri_values.%s(%q, %q, &%s)\n", method, r.decl.Key, r.decl.Name, r.name)
	}
	b.WriteString("\tif !gomri_values.Begin() {\n\t\tgomri_os.Exit(3)\n\t}\n}\n")
	return b.String()
}
