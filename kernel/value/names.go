package value

import (
	"reflect"
	"strconv"
	"strings"
)

// maxName bounds the text of a type, in bytes.
const maxName = 300

// typeName is the type as the user writes it.
func typeName(t reflect.Type, s *Shape) string {
	name := ""
	if s != nil {
		name = s.Name
	}
	if name == "" {
		name = Name(t)
	}
	if len(name) > maxName {
		return clip(name, maxName) + "…"
	}
	return name
}

// elemName is the type of what a list, map or pointer type holds.
func elemName(t reflect.Type, s *Shape) string { return typeName(t.Elem(), s.elem()) }

// Name is the type as the user writes it in a cell: without the name of the package
// main, with any, byte and error.
func Name(t reflect.Type) string {
	if t.Name() != "" {
		if t == reflect.TypeFor[byte]() {
			return "byte"
		}
		return strings.ReplaceAll(t.String(), "main.", "")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + Name(t.Elem())
	case reflect.Slice:
		return "[]" + Name(t.Elem())
	case reflect.Array:
		return "[" + strconv.Itoa(t.Len()) + "]" + Name(t.Elem())
	case reflect.Map:
		return "map[" + Name(t.Key()) + "]" + Name(t.Elem())
	case reflect.Struct:
		return structName(t)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return "any"
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(t.String(), "main.", ""), "interface {}", "any")
}

// structName is the text of a struct type without a name.
func structName(t reflect.Type) string {
	fields := make([]string, t.NumField())
	for i := range fields {
		f := t.Field(i)
		fields[i] = Name(f.Type)
		if !f.Anonymous {
			fields[i] = f.Name + " " + fields[i]
		}
	}
	if len(fields) == 0 {
		return "struct{}"
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}
