package lower

import (
	"go/types"
	"strconv"
	"strings"

	"gomri/kernel/value"
)

// shapeOf is what value needs to show a value of a type that the interpreter keeps
// without its names; nil where reflect knows all of it.
func shapeOf(t types.Type) *value.Shape {
	if !hasNames(t, nil) {
		return nil
	}
	return shape(t, nil)
}

// shape is the shape of a type that is a part of those in above. Where it is one of
// them itself, the shape says so: it has to end, and to be sent.
func shape(t types.Type, above []types.Type) *value.Shape {
	if !hasNames(t, nil) {
		return nil
	}
	for i, a := range above {
		if types.Identical(a, t) {
			return &value.Shape{Up: len(above) - i}
		}
	}
	above = append(above, t)
	s := &value.Shape{Name: typeText(t)}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		s.Elem = shape(u.Elem(), above)
	case *types.Slice:
		s.Elem = shape(u.Elem(), above)
	case *types.Array:
		s.Elem = shape(u.Elem(), above)
	case *types.Map:
		s.Key, s.Elem = shape(u.Key(), above), shape(u.Elem(), above)
	case *types.Struct:
		for f := range u.Fields() {
			s.Fields = append(s.Fields, value.Field{Name: f.Name(), Shape: shape(f.Type(), above)})
		}
	}
	return s
}

// hasNames is true if a type is or contains a struct or a named type of the session.
func hasNames(t types.Type, seen []types.Type) bool {
	for _, s := range seen {
		if s == t {
			return false
		}
	}
	seen = append(seen, t)
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return t.Obj().Pkg() != nil && t.Obj().Pkg().Path() == sessionPath
	case *types.Pointer:
		return hasNames(t.Elem(), seen)
	case *types.Slice:
		return hasNames(t.Elem(), seen)
	case *types.Array:
		return hasNames(t.Elem(), seen)
	case *types.Map:
		return hasNames(t.Key(), seen) || hasNames(t.Elem(), seen)
	case *types.Struct:
		return true
	}
	return false
}

// sessionPath is the import path of the package that a session is.
const sessionPath = "main"

// typeText writes a type as value.Name does from reflect: packages by their names,
// types of the session without.
func typeText(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return "*" + typeText(t.Elem())
	case *types.Slice:
		return "[]" + typeText(t.Elem())
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + typeText(t.Elem())
	case *types.Map:
		return "map[" + typeText(t.Key()) + "]" + typeText(t.Elem())
	case *types.Struct:
		return structText(t)
	case *types.Basic:
		if t.Kind() == types.Rune {
			return "int32"
		}
	}
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == sessionPath {
			return ""
		}
		return p.Name()
	})
}

func structText(t *types.Struct) string {
	fields := make([]string, t.NumFields())
	for i := range fields {
		f := t.Field(i)
		fields[i] = typeText(f.Type())
		if !f.Anonymous() {
			fields[i] = f.Name() + " " + fields[i]
		}
	}
	if len(fields) == 0 {
		return "struct{}"
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}
