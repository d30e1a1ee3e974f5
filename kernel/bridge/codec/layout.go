package codec

import (
	"reflect"
)

// flatten takes arrays apart: n values of an array type are more values of its element.
func flatten(t reflect.Type, n int) (reflect.Type, int) {
	for t.Kind() == reflect.Array {
		n *= t.Len()
		t = t.Elem()
	}
	return t, n
}

// depth is how many types lie upon each other at the beginning of a t and have its
// size: a struct around a struct lies deeper than the inner one.
func depth(t reflect.Type) int {
	if t.Kind() != reflect.Struct {
		return 0
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Type.Size() == t.Size() {
			elem, _ := flatten(f.Type, 1)
			return 1 + depth(elem)
		}
	}
	return 0
}

// alike reports whether two types have the same structure, so that a pointer to the
// one may be converted to the other: names do not count.
func (r *Registry) alike(a, b reflect.Type) bool {
	if a == b {
		return true
	}
	key := [2]reflect.Type{a, b}
	if known, ok := r.same[key]; ok {
		return known
	}
	r.same[key] = true // two types that contain themselves are alike if their other parts are
	ok := r.compare(a, b)
	if !ok {
		clear(r.same) // what was concluded on the way may be wrong
		r.same[key] = false
	}
	return ok
}

func (r *Registry) compare(a, b reflect.Type) bool {
	if a.Kind() != b.Kind() || a.Size() != b.Size() || r.specialName(a) != r.specialName(b) {
		return false
	}
	switch a.Kind() {
	case reflect.Array:
		return a.Len() == b.Len() && r.alike(a.Elem(), b.Elem())
	case reflect.Pointer, reflect.Slice, reflect.Chan:
		return r.alike(a.Elem(), b.Elem())
	case reflect.Map:
		return r.alike(a.Key(), b.Key()) && r.alike(a.Elem(), b.Elem())
	case reflect.Struct:
		if a.NumField() != b.NumField() {
			return false
		}
		for i := range a.NumField() {
			if fa, fb := a.Field(i), b.Field(i); fa.Offset != fb.Offset || !r.alike(fa.Type, fb.Type) {
				return false
			}
		}
	}
	return true
}

// spot is a question: does a t begin at off within an in.
type spot struct {
	in, t reflect.Type
	off   uintptr
}

// holds reports whether n values of type t lie at off within a run of count values of
// type in. Both types are flattened and have a size.
func (r *Registry) holds(in reflect.Type, count int, off uintptr, t reflect.Type, n int) bool {
	if n < 0 || count < 0 || off/in.Size() >= uintptr(count) {
		return false
	}
	if first, rest := int(off/in.Size()), off%in.Size(); rest == 0 && in.Size() == t.Size() && r.alike(in, t) {
		return n <= count-first
	} else if in.Kind() == reflect.Struct {
		return r.within(in, rest, t, n)
	}
	return false
}

// within is holds for one struct.
func (r *Registry) within(in reflect.Type, off uintptr, t reflect.Type, n int) bool {
	key := spot{in, t, off}
	if n == 1 {
		if known, ok := r.spots[key]; ok {
			return known
		}
	}
	ok := false
	for i := range in.NumField() {
		f := in.Field(i)
		if size := f.Type.Size(); size > 0 && off >= f.Offset && off < f.Offset+size {
			elem, count := flatten(f.Type, 1)
			ok = r.holds(elem, count, off-f.Offset, t, n)
			break
		}
	}
	if n == 1 {
		r.spots[key] = ok
	}
	return ok
}
