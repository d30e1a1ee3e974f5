package interp

import (
	"cmp"
	"reflect"
	"slices"
)

// lists adds the functions of packages slices, maps and cmp. They are compiled for no type
// in particular: those that compare elements take the standard library's for the
// basic types, and the others go by reflection, with the standard library's algorithm on
// the elements, so that the order of what is equal is its order, too.
func lists(rt symbols) {
	for name, f := range map[string]any{
		"slices.Sort":     func(s any) { orderedOf(s).sort() },
		"slices.IsSorted": func(s any) bool { return orderedOf(s).isSorted() },
		"slices.Max":      func(s any) any { return orderedOf(s).max() },
		"slices.Min":      func(s any) any { return orderedOf(s).min() },
		"slices.Compare":  func(s, t any) int { return orderedOf(s).compare(t) },
		"slices.BinarySearch": func(s, v any) (int, bool) {
			return orderedOf(s).search(v)
		},
		"slices.Contains": func(s, v any) bool { return index(s, v) >= 0 },
		"slices.Index":    index,
		"slices.Equal":    equal,
		"slices.Reverse":  func(s any) { write(s, reversed) },
		"slices.Compact": func(s any) any {
			return shrink(s, func(l []reflect.Value) []reflect.Value { return slices.CompactFunc(l, same) })
		},
		"slices.Clone":  func(s any) any { return clone(s) },
		"slices.Insert": func(s any, i int, vs any) any { return orderedOf(s).insert(i, vs) },
		"slices.Sorted": func(l any) any {
			orderedOf(l).sort()
			return l
		},
		"slices.Collect": func(l any) any { return l },
		"slices.Delete": func(s any, i, j int) any {
			return shrink(s, func(l []reflect.Value) []reflect.Value { return slices.Delete(l, i, j) })
		},
		"slices.SortFunc": func(s, f any) {
			write(s, func(l []reflect.Value) { slices.SortFunc(l, comparer(f)) })
		},
		"slices.SortStableFunc": func(s, f any) {
			write(s, func(l []reflect.Value) { slices.SortStableFunc(l, comparer(f)) })
		},
		"slices.IsSortedFunc": func(s, f any) bool { return slices.IsSortedFunc(read(s), comparer(f)) },
		"slices.MaxFunc":      func(s, f any) any { return slices.MaxFunc(read(s), comparer(f)).Interface() },
		"slices.MinFunc":      func(s, f any) any { return slices.MinFunc(read(s), comparer(f)).Interface() },
		"slices.ContainsFunc": func(s, f any) bool { return slices.ContainsFunc(read(s), chooser(f)) },
		"slices.IndexFunc":    func(s, f any) int { return slices.IndexFunc(read(s), chooser(f)) },
		"slices.DeleteFunc": func(s, f any) any {
			return shrink(s, func(l []reflect.Value) []reflect.Value { return slices.DeleteFunc(l, chooser(f)) })
		},
		"maps.Clone":  cloneMap,
		"maps.Copy":   copyMap,
		"maps.Equal":  equalMap,
		"maps.Keys":   func(m any) any { return mapList(m, true) },
		"maps.Values": func(m any) any { return mapList(m, false) },
		"cmp.Compare": func(a, b any) int { return orderedOf(a).compareTo(b) },
		"cmp.Less":    func(a, b any) bool { return orderedOf(a).lessThan(b) },
	} {
		rt[dotless(name)] = reflect.ValueOf(f)
	}
}

// dotless is the name of a function of a package among the native helpers.
func dotless(name string) string {
	out := []byte(name)
	for i, c := range out {
		if c == '.' {
			out[i] = '_'
		}
	}
	out[0] -= 'a' - 'A'
	return string(out)
}

// orderedList is a slice of elements that have an order.
type orderedList interface {
	sort()
	isSorted() bool
	max() any
	min() any
	compare(any) int
	search(any) (int, bool)
	insert(int, any) any
	compareTo(any) int
	lessThan(any) bool
}

// list is one of a certain type; a single value is a list of one.
type list[T cmp.Ordered] []T

func (l list[T]) sort()          { slices.Sort(l) }
func (l list[T]) isSorted() bool { return slices.IsSorted(l) }
func (l list[T]) max() any       { return slices.Max(l) }
func (l list[T]) min() any       { return slices.Min(l) }

func (l list[T]) compare(other any) int {
	o, _ := other.([]T)
	return slices.Compare(l, o)
}

func (l list[T]) insert(i int, vs any) any {
	values, _ := vs.([]T)
	return slices.Insert([]T(l), i, values...)
}

func (l list[T]) search(v any) (int, bool) { return slices.BinarySearch(l, v.(T)) }
func (l list[T]) compareTo(v any) int      { return cmp.Compare(l[0], v.(T)) }
func (l list[T]) lessThan(v any) bool      { return cmp.Less(l[0], v.(T)) }

// orderedOf finds the type of a slice or of a value.
func orderedOf(v any) orderedList {
	for _, try := range []func(any) orderedList{
		listOf[int], listOf[string], listOf[float64], listOf[int8], listOf[int16], listOf[int32], listOf[int64],
		listOf[uint], listOf[uint8], listOf[uint16], listOf[uint32], listOf[uint64], listOf[uintptr], listOf[float32],
	} {
		if l := try(v); l != nil {
			return l
		}
	}
	panic("the interpreter knows no order of these values") // the gate lets only those above through
}

func listOf[T cmp.Ordered](v any) orderedList {
	switch v := v.(type) {
	case []T:
		return list[T](v)
	case T:
		return list[T]{v}
	}
	return nil
}

// read returns copies of the elements of a slice.
func read(s any) []reflect.Value {
	v := reflect.ValueOf(s)
	if !v.IsValid() {
		return nil
	}
	out := make([]reflect.Value, v.Len())
	for i := range out {
		out[i] = reflect.New(v.Type().Elem()).Elem()
		out[i].Set(v.Index(i))
	}
	return out
}

// write changes the elements of a slice in place, also when the change panics.
func write(s any, change func([]reflect.Value)) {
	l, v := read(s), reflect.ValueOf(s)
	defer func() {
		for i, e := range l {
			v.Index(i).Set(e)
		}
	}()
	change(l)
}

// shrink changes the elements of a slice in place, clears those that are left over and
// returns what remains.
func shrink(s any, change func([]reflect.Value) []reflect.Value) any {
	v := reflect.ValueOf(s)
	rest := change(read(s))
	for i, e := range rest {
		v.Index(i).Set(e)
	}
	for i := len(rest); i < v.Len(); i++ {
		v.Index(i).SetZero()
	}
	return v.Slice(0, len(rest)).Interface()
}

func reversed(l []reflect.Value) { slices.Reverse(l) }

func same(a, b reflect.Value) bool { return a.Interface() == b.Interface() }

func index(s, v any) int {
	return slices.IndexFunc(read(s), func(e reflect.Value) bool { return e.Interface() == v })
}

func equal(s, t any) bool { return slices.EqualFunc(read(s), read(t), same) }

func clone(s any) any {
	v := reflect.ValueOf(s)
	if v.IsNil() {
		return s
	}
	return reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, 0), v).Interface()
}

// comparer calls an interpreted comparison.
func comparer(f any) func(a, b reflect.Value) int {
	fn := reflect.ValueOf(f)
	return func(a, b reflect.Value) int { return int(fn.Call([]reflect.Value{a, b})[0].Int()) }
}

// chooser calls an interpreted condition.
func chooser(f any) func(reflect.Value) bool {
	fn := reflect.ValueOf(f)
	return func(v reflect.Value) bool { return fn.Call([]reflect.Value{v})[0].Bool() }
}

// mapList lists the keys or the values of a map.
func mapList(m any, keys bool) any {
	v := reflect.ValueOf(m)
	of := v.Type().Elem()
	if keys {
		of = v.Type().Key()
	}
	out := reflect.Zero(reflect.SliceOf(of))
	for it := v.MapRange(); it.Next(); {
		e := it.Value()
		if keys {
			e = it.Key()
		}
		out = reflect.Append(out, e)
	}
	return out.Interface()
}

func cloneMap(m any) any {
	v := reflect.ValueOf(m)
	if v.IsNil() {
		return m
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	copyMap(out.Interface(), m)
	return out.Interface()
}

func copyMap(to, from any) {
	dst := reflect.ValueOf(to)
	for it := reflect.ValueOf(from).MapRange(); it.Next(); {
		dst.SetMapIndex(it.Key(), it.Value())
	}
}

func equalMap(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	if x.Len() != y.Len() {
		return false
	}
	for it := x.MapRange(); it.Next(); {
		if v := y.MapIndex(it.Key()); !v.IsValid() || !same(it.Value(), v) {
			return false
		}
	}
	return true
}
