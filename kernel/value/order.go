package value

import (
	"cmp"
	"reflect"
	"sort"
	"strings"
)

// entry is a key of a map with its value.
type entry struct{ key, value reflect.Value }

// first returns the entries of a map with the smallest keys, at most max of them, in
// order. A map of any size costs one walk over it and little memory.
func first(m reflect.Value, max int) []entry {
	const slack = 4 // the walk sorts whenever it has collected this many times too much
	var kept []entry
	full := false // then the last one kept is the largest that can be shown
	key := reflect.New(m.Type().Key()).Elem()
	for iter := m.MapRange(); iter.Next(); {
		key.SetIterKey(iter)
		if full && compare(key, kept[max-1].key, 0) >= 0 {
			continue
		}
		kept = append(kept, entry{iter.Key(), iter.Value()})
		if len(kept) >= slack*max {
			kept, full = lowest(kept, max), true
		}
	}
	return lowest(kept, max)
}

// lowest sorts the entries and drops all but max. The others' memory is given back.
func lowest(entries []entry, max int) []entry {
	sort.SliceStable(entries, func(i, j int) bool { return compare(entries[i].key, entries[j].key, 0) < 0 })
	if len(entries) > max {
		clear(entries[max:])
		entries = entries[:max]
	}
	return entries
}

// followed is how deep compare looks into keys that hold others.
const followed = 8

// compare orders the keys of a map: false before true, numbers by size with NaN first,
// strings by bytes, structs and arrays by their parts in order, pointers by what
// they point to, so that the order does not change from run to run. The nil of an interface
// is first, then come its types by name.
func compare(a, b reflect.Value, depth int) int {
	if depth > followed {
		return 0
	}
	if a.Kind() != b.Kind() || a.Type() != b.Type() {
		return strings.Compare(a.Type().String(), b.Type().String())
	}
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	case a.CanComplex():
		x, y := a.Complex(), b.Complex()
		return cmp.Or(cmp.Compare(real(x), real(y)), cmp.Compare(imag(x), imag(y)))
	}
	switch a.Kind() {
	case reflect.Bool:
		return cmp.Compare(bit(a.Bool()), bit(b.Bool()))
	case reflect.String:
		return strings.Compare(a.String(), b.String())
	case reflect.Struct:
		return compareParts(a.NumField(), a.Field, b.Field, depth)
	case reflect.Array:
		return compareParts(a.Len(), a.Index, b.Index, depth)
	case reflect.Interface, reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return cmp.Compare(bit(!a.IsNil()), bit(!b.IsNil()))
		}
		if a.Kind() == reflect.Pointer && a.Pointer() == b.Pointer() {
			return 0
		}
		return compare(a.Elem(), b.Elem(), depth+1)
	case reflect.Chan, reflect.UnsafePointer:
		return cmp.Compare(a.Pointer(), b.Pointer())
	}
	return 0
}

// compareParts compares the parts of two values one by one.
func compareParts(n int, a, b func(int) reflect.Value, depth int) int {
	for i := range n {
		if c := compare(a(i), b(i), depth+1); c != 0 {
			return c
		}
	}
	return 0
}

func bit(is bool) int {
	if is {
		return 1
	}
	return 0
}
