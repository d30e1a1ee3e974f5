package gate

import (
	"go/ast"
	"go/token"
	"go/types"
)

// typ refuses a type that is not known to work.
func (j *judge) typ(at token.Pos, t types.Type) {
	if why := j.typeFault(t); why != "" {
		j.refuse(at, "%s", why)
	}
}

// typeFault says what is wrong with a type, "" if nothing is.
func (j *judge) typeFault(t types.Type) string {
	if t == nil || j.types[t] {
		return ""
	}
	j.types[t] = true // a type that contains itself is right if its other parts are
	why := j.typeParts(t)
	if why != "" {
		delete(j.types, t)
	}
	return why
}

func (j *judge) typeParts(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Info()&types.IsComplex != 0 || t.Kind() == types.Uintptr || t.Kind() == types.UnsafePointer {
			return "the type " + t.Name()
		}
		return ""
	case *types.Named:
		return j.namedFault(t)
	case *types.Pointer:
		return j.typeFault(t.Elem())
	case *types.Slice:
		return j.typeFault(t.Elem())
	case *types.Array:
		return j.typeFault(t.Elem())
	case *types.Map:
		if types.IsInterface(t.Key()) {
			return "a map with interfaces as keys"
		}
		return first(j.typeFault(t.Key()), j.typeFault(t.Elem()))
	case *types.Struct:
		for f := range t.Fields() {
			if why := j.typeFault(f.Type()); why != "" {
				return why
			}
		}
		return ""
	case *types.Signature:
		return first(j.tupleFault(t.Params()), j.tupleFault(t.Results()))
	case *types.Chan:
		return j.typeFault(t.Elem())
	case *types.Interface:
		if !isAny(t) {
			return "a value of interface type"
		}
		return ""
	case *types.Tuple:
		return j.tupleFault(t)
	}
	return "the type " + j.name(t)
}

// isAny is true for the interface without methods.
func isAny(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// namedFault judges a named type: of the session any whose parts are allowed, of a
// package any that is no interface but error.
func (j *judge) namedFault(t *types.Named) string {
	switch {
	case t.TypeArgs().Len() == 1 && t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == "iter":
		return j.typeFault(t.TypeArgs().At(0)) // of maps.Keys; what is not known of them is refused when it is rewritten
	case t.TypeArgs().Len() > 0:
		return "generic type"
	case t.Obj().Pkg() == nil:
		return "" // error
	case types.IsInterface(t):
		return "a value of interface type " + j.name(t)
	case t.Obj().Pkg() == j.p.Pkg:
		if within(t.Underlying(), t, false, map[step]bool{}) {
			return "a type that contains itself in a struct without a name"
		}
		return j.typeFault(t.Underlying())
	case denied[t.Obj().Pkg().Path()+"."+t.Obj().Name()]:
		return t.Obj().Pkg().Path() + "." + t.Obj().Name()
	case !typesOf(t.Obj().Pkg().Path()):
		return "package " + t.Obj().Pkg().Path()
	}
	if _, ok := t.Underlying().(*types.Chan); ok {
		return "channel"
	}
	return ""
}

// step is a type on the way through another one.
type step struct {
	typ     types.Type
	unnamed bool // it is inside of a struct without a name
}

// within reports whether parts of a type lead to the named type by way of a struct that
// has no name, which the interpreter leaves unfinished; unnamed is true inside of one.
func within(t types.Type, named *types.Named, unnamed bool, seen map[step]bool) bool {
	if seen[step{t, unnamed}] {
		return false
	}
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if u == named {
			return unnamed
		}
		seen[step{t, unnamed}] = true
		if st, ok := u.Underlying().(*types.Struct); ok {
			return fieldsWithin(st, named, unnamed, seen)
		}
		return within(u.Underlying(), named, unnamed, seen)
	case *types.Pointer:
		return within(u.Elem(), named, unnamed, seen)
	case *types.Slice:
		return within(u.Elem(), named, unnamed, seen)
	case *types.Array:
		return within(u.Elem(), named, unnamed, seen)
	case *types.Chan:
		return within(u.Elem(), named, unnamed, seen)
	case *types.Map:
		return within(u.Key(), named, unnamed, seen) || within(u.Elem(), named, unnamed, seen)
	case *types.Struct:
		inside := u != named.Underlying() || unnamed
		return fieldsWithin(u, named, inside, seen)
	}
	return false
}

func fieldsWithin(st *types.Struct, named *types.Named, unnamed bool, seen map[step]bool) bool {
	for f := range st.Fields() {
		if within(f.Type(), named, unnamed, seen) {
			return true
		}
	}
	return false
}

func (j *judge) tupleFault(t *types.Tuple) string {
	for v := range t.Variables() {
		if why := j.typeFault(v.Type()); why != "" {
			return why
		}
	}
	return ""
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// name writes a type for a reason.
func (j *judge) name(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == j.p.Pkg {
			return ""
		}
		return p.Name()
	})
}

// way is what becomes of a value that meets an interface.
type way int

const (
	meets    way = iota // anything may be asked of it: its type has to be real
	printing            // it is printed by %v or a verb like it
	naming              // it is printed with the names of its fields
	showing             // it is the value of the cell, shown with the names of its type
	swapping            // its elements are swapped: sort.Slice
)

// flow judges a value that is assigned, passed or returned to a type.
func (j *judge) flow(x ast.Expr, to types.Type, w way) {
	tv := j.info.Types[x]
	if to == nil || tv.IsNil() || tv.Type == nil {
		return
	}
	from := tv.Type
	if tv.Value != nil {
		from = constantType(tv)
	}
	j.flowType(x.Pos(), from, to, w)
}

func (j *judge) flowType(at token.Pos, from, to types.Type, w way) {
	if to == nil || !types.IsInterface(to) || types.IsInterface(from) {
		return
	}
	if why := j.printable(from, w, nil); why != "" {
		j.refuse(at, "%s meets an interface", why)
	}
}

// printable says what keeps a value of a type from meeting an interface in some way,
// "" if nothing does. Types of packages are themselves in the interpreter; those of
// the session have lost their names and methods.
func (j *judge) printable(t types.Type, w way, seen []types.Type) string {
	for _, s := range seen {
		if s == t {
			return ""
		}
	}
	seen = append(seen, t)
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if u.Obj().Pkg() != j.p.Pkg {
			return ""
		}
		if w == meets {
			return "a value of type " + j.name(t)
		}
		if w != swapping && speaks(t) {
			return j.name(t) + ", which has a method that shows it,"
		}
		return j.printable(u.Underlying(), w, seen)
	case *types.Pointer:
		return j.printable(u.Elem(), w, seen)
	case *types.Slice:
		return j.printable(u.Elem(), w, seen)
	case *types.Array:
		return j.printable(u.Elem(), w, seen)
	case *types.Map:
		return first(j.printable(u.Key(), w, seen), j.printable(u.Elem(), w, seen))
	case *types.Struct:
		return j.printableStruct(u, w, seen)
	case *types.Signature:
		if w != swapping {
			return "a function"
		}
	case *types.Chan:
		return "a channel"
	case *types.Tuple:
		return "a list of results"
	}
	return ""
}

// printableStruct judges the fields. The interpreter exports every field, so one that
// is not exported must have nothing that fmt would call if it could.
func (j *judge) printableStruct(t *types.Struct, w way, seen []types.Type) string {
	if w == swapping {
		return ""
	}
	if w == meets && t.NumFields() > 0 || speaks(t) {
		return "a value of type " + j.name(t)
	}
	for f := range t.Fields() {
		if why := j.printable(f.Type(), w, seen); why != "" {
			return why
		}
		if !f.Exported() && (w == naming || w == printing && j.real(f.Type(), nil)) {
			return "the field " + f.Name() + ", which is not exported,"
		}
	}
	return ""
}

// speaks is true if a type or a pointer to it has a method, promoted ones included, by
// which it is shown: of fmt's interfaces, or of an image.
func speaks(t types.Type) bool {
	if voice(types.NewMethodSet(t)) {
		return true
	}
	return !types.IsInterface(t) && voice(types.NewMethodSet(types.NewPointer(t)))
}

func voice(set *types.MethodSet) bool {
	for m := range set.Methods() {
		switch m.Obj().Name() {
		case "Error", "String", "Format", "GoString", "ColorModel":
			return true
		}
	}
	return false
}

// real is true if some part of a value is an interface or speaks in the interpreter
// as well, because it is of a package's type.
func (j *judge) real(t types.Type, seen []types.Type) bool {
	for _, s := range seen {
		if s == t {
			return false
		}
	}
	seen = append(seen, t)
	if types.IsInterface(t) {
		return true
	}
	if j.foreign(t) && speaks(t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return j.foreign(u.Elem()) && speaks(t) || j.real(u.Elem(), seen)
	case *types.Slice:
		return j.real(u.Elem(), seen)
	case *types.Array:
		return j.real(u.Elem(), seen)
	case *types.Map:
		return j.real(u.Key(), seen) || j.real(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if j.real(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// foreign is true for a named type of a package.
func (j *judge) foreign(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != j.p.Pkg
}
