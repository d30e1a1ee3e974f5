package codec

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// Registry knows the types that may sit in interfaces, by name, and the variables of
// packages that stay what they are. It also remembers what it has worked out about
// types. It belongs to one goroutine at a time.
type Registry struct {
	types   map[string]reflect.Type
	names   map[reflect.Type]string
	values  map[string]reflect.Value // of variables of packages: pointers
	places  map[unsafe.Pointer]string
	pointed []reflect.Type // types that places point to: few

	plans  map[reflect.Type]*plan
	recent *plan // the one that was asked for last: mostly it is asked for again
	same   map[[2]reflect.Type]bool
	spots  map[spot]bool

	// Field gives a field's name as the user wrote it; nil for reflect's. It is only
	// for messages.
	Field func(name string) string
	// Nameless refuses unnamed struct types in interfaces: the interpreter keeps
	// the user's types without their names.
	Nameless bool
}

// NewRegistry returns a registry that knows what every program has: the basic types,
// and what is common of errors, io, os, strconv and time.
func NewRegistry() *Registry {
	r := &Registry{
		types: map[string]reflect.Type{}, names: map[reflect.Type]string{},
		values: map[string]reflect.Value{}, places: map[unsafe.Pointer]string{},
		plans: map[reflect.Type]*plan{}, same: map[[2]reflect.Type]bool{}, spots: map[spot]bool{},
	}
	for _, t := range basicTypes {
		r.types[t.String()] = t
	}
	r.common()
	return r
}

// Type makes a type known. An empty name is the type's own, with its package's path:
// "time.Duration". A type of the session has its Key as name, because the same name may
// have meant another type before.
func (r *Registry) Type(name string, t reflect.Type) {
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	if t.Name() == "" {
		return
	}
	if name == "" {
		name = ownName(t)
	}
	r.types[name], r.names[t] = t, name
}

// Knows reports whether there is a type of that name.
func (r *Registry) Knows(name string) bool { return r.types[name] != nil }

// Value makes the value of a package's variable known, such as io.EOF: where it is
// met it is written as a name, and read back as the same variable's value. Its type
// becomes known too.
func (r *Registry) Value(name string, v any) {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() {
		return
	}
	r.Type("", rv.Type())
	if rv.Kind() != reflect.Pointer || rv.IsNil() || rv.Type().Elem().Size() == 0 {
		return // equal by its content
	}
	r.values[name] = rv
	if _, ok := r.places[rv.UnsafePointer()]; !ok {
		r.places[rv.UnsafePointer()] = name
	}
	if t := rv.Type().Elem(); !slices.Contains(r.pointed, t) {
		r.pointed = append(r.pointed, t)
	}
}

// ownName is a named type's name with the path of its package.
func ownName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.Name()
	}
	return t.PkgPath() + "." + t.Name()
}

// nameOf returns the name under which another process finds a named type, "" if it
// may not find it.
func (r *Registry) nameOf(t reflect.Type) string {
	if name, ok := r.names[t]; ok {
		return name
	}
	path := t.PkgPath()
	switch {
	case path == "":
		return t.Name() // predeclared
	case path == "main", strings.Contains(t.Name(), "["), !exported(t.Name()):
		return "" // of the session: declared in a function, or an unknown instance
	case path == "internal" || strings.HasPrefix(path, "internal/") || strings.Contains("/"+path+"/", "/internal/"):
		return ""
	}
	return ownName(t)
}

func exported(name string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(first)
}

// nameable reports whether a type that sits in an interface can be found again by
// another process.
func (r *Registry) nameable(t reflect.Type) bool {
	if t.Name() != "" {
		return r.nameOf(t) != ""
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return r.nameable(t.Elem())
	case reflect.Map:
		return r.nameable(t.Key()) && r.nameable(t.Elem())
	case reflect.Interface:
		return t.NumMethod() == 0
	case reflect.Struct:
		if r.Nameless {
			return false
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous || !r.nameable(f.Type) {
				return false // reflect cannot make all of those with embedded fields
			}
		}
		return true
	}
	return false
}

// place returns the name of the package variable that holds p.
func (r *Registry) place(p unsafe.Pointer, elem reflect.Type) (string, bool) {
	if !slices.Contains(r.pointed, elem) {
		return "", false
	}
	name, ok := r.places[p]
	return name, ok
}

// anchor lies among the variables of the program.
var anchor = byte(1)

// near reports whether p lies within a gigabyte of the variables of the program.
func near(p unsafe.Pointer) bool {
	const reach = 1 << 30
	d := uintptr(p) - uintptr(unsafe.Pointer(&anchor)) + reach
	return unsafe.Sizeof(p) == 8 && uint64(d) < 2*reach
}

// apart is true if the heap is far from there, as it is in a 64-bit process.
var apart = func() bool {
	return !near(reflect.New(reflect.TypeFor[[64]byte]()).UnsafePointer())
}()

// static reports whether p lies among the variables of packages, and not on the heap.
func static(p unsafe.Pointer) bool { return apart && near(p) }

// typeText is a type for a message: types of the session without their package.
func typeText(t reflect.Type) string { return strings.ReplaceAll(t.String(), "main.", "") }
