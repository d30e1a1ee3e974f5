package codec

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// Var is one variable whose value is carried.
type Var struct {
	// Key tells the variable from all others, Name is what the user calls it.
	Key, Name string
	// Ptr is a pointer to it.
	Ptr reflect.Value
	// Wanted is false for a variable that is only written if it shares memory with
	// one that is wanted.
	Wanted bool
}

// Named is a variable of another process.
type Named struct {
	Key, Name string
	Wanted    bool `json:",omitempty"`
}

// Refusal says why a value cannot be carried.
type Refusal struct {
	// Key and Name are those of the variable, Path leads from it to the value:
	// `x.conn`, `m["a"][2]`.
	Key, Name, Path string
	// Type is the value's type, Why what it is: "a channel".
	Type, Why string
}

// Error tells all of it in one line.
func (r *Refusal) Error() string {
	return fmt.Sprintf("%s (%s) is %s, which has no value to carry", r.Path, r.Type, r.Why)
}

// object is one piece of memory as it was met: n values of a type that is no array, or
// a map.
type object struct {
	at   unsafe.Pointer
	typ  reflect.Type
	n    int
	up   int32 // in the forest of what belongs together
	root int32 // the variable that led to it first
	path *path // how; only while tracing
	done int   // how many of the last elements need no look, because another object has had one
}

func (o *object) isMap() bool { return o.typ.Kind() == reflect.Map && o.n < 0 }

func (o *object) end() uintptr { return uintptr(o.at) + uintptr(o.n)*o.typ.Size() }

// is reports whether the object is n values of type t at an address.
func (o *object) is(at unsafe.Pointer, t reflect.Type, n int) bool {
	return o.at == at && o.n == n && o.typ == t
}

// tail is where arrays end: slices of one array mostly end where it does.
type tail struct {
	end uintptr
	typ reflect.Type
}

// stretch is the memory of a string.
type stretch struct {
	at *byte
	n  int
}

// inlineText is the length up to which a string is written where it stands.
const inlineText = 48

// scanner finds everything that variables reach.
type scanner struct {
	reg     *Registry
	vars    []Var
	texts   bool // collect long strings too
	tracing bool // keep paths, for messages
	index   index
	tails   map[tail]uintptr
	objects []object
	strings []stretch
	refused []refused
	nest    int // of values in interfaces
}

// refused is a refusal and the object in which it was found.
type refused struct {
	in int32
	Refusal
}

// maxRefused bounds the refusals that are kept word for word; objects are marked all.
const maxRefused = 1000

// scan finds everything that the variables reach. If something of it cannot be carried,
// a second pass finds the paths.
func (r *Registry) scan(vars []Var, texts bool) *scanner {
	s := r.scanOnce(vars, texts, false)
	if len(s.refused) > 0 && texts {
		s = r.scanOnce(vars, texts, true)
	}
	return s
}

func (r *Registry) scanOnce(vars []Var, texts, tracing bool) *scanner {
	s := &scanner{reg: r, vars: vars, texts: texts, tracing: tracing, tails: map[tail]uintptr{}}
	for i := range vars {
		elem := vars[i].Ptr.Type().Elem()
		t, n := flatten(elem, 1)
		if elem.Size() == 0 {
			n = 0
		}
		p := s.begin(vars[i].Name)
		if elem.Kind() == reflect.Array {
			p = p.elements()
		}
		// One object for each, so that object i is variable i.
		s.add(object{at: vars[i].Ptr.UnsafePointer(), typ: t, n: n, root: int32(i), path: p})
	}
	for i := 0; i < len(s.objects); i++ {
		s.visit(int32(i))
	}
	return s
}

// add makes a new object.
func (s *scanner) add(o object) int32 {
	i := int32(len(s.objects))
	o.up = i
	if len(s.objects) == cap(s.objects) { // append itself grows a long list in many small steps
		s.objects = slices.Grow(s.objects, max(len(s.objects), 64))
	}
	s.objects = append(s.objects, o)
	s.index.put(s.objects)
	return i
}

// find returns the representative of all objects that belong together with i.
func (s *scanner) find(i int32) int32 {
	for s.objects[i].up != i {
		s.objects[i].up = s.objects[s.objects[i].up].up
		i = s.objects[i].up
	}
	return i
}

// join makes the objects a and b belong together.
func (s *scanner) join(a, b int32) {
	a, b = s.find(a), s.find(b)
	s.objects[max(a, b)].up = min(a, b)
}

// reach notes that the object from leads to a piece of memory.
func (s *scanner) reach(from int32, at unsafe.Pointer, t reflect.Type, n int, p *path) {
	if t.Kind() == reflect.Array {
		t, n = flatten(t, n)
	}
	to := s.index.find(s.objects, at, t, n)
	if to < 0 {
		to = s.add(object{at: at, typ: t, n: n, root: s.objects[from].root, path: p})
		if n > 1 {
			s.shorten(to)
		}
	}
	if to != from {
		s.join(from, to)
	}
}

// shorten spares the visit of elements that another slice of the array has led to.
func (s *scanner) shorten(i int32) {
	o := &s.objects[i]
	key := tail{o.end(), o.typ}
	first, ok := s.tails[key]
	if ok {
		o.done = min(o.n, int((o.end()-first)/o.typ.Size()))
	}
	if !ok || uintptr(o.at) < first {
		s.tails[key] = uintptr(o.at)
	}
}

// visit looks at the memory of an object.
func (s *scanner) visit(i int32) {
	o := s.objects[i]
	if o.isMap() {
		s.visitMap(i, o)
		return
	}
	if o.n == 0 {
		return
	}
	p := s.reg.plan(o.typ)
	if !s.needs(p) {
		return
	}
	for k := range o.n - o.done {
		s.memory(i, unsafe.Add(o.at, uintptr(k)*p.size), p, o.path.element(k, o.n))
	}
}

// needs reports whether values with this plan have to be looked at.
func (s *scanner) needs(p *plan) bool { return p.ties || p.deep && s.texts }

// visitMap looks at the entries of a map.
func (s *scanner) visitMap(i int32, o object) {
	key, elem := s.reg.plan(o.typ.Key()), s.reg.plan(o.typ.Elem())
	if !s.needs(key) && !s.needs(elem) {
		return
	}
	m := reflect.NewAt(o.typ, unsafe.Pointer(&o.at)).Elem()
	k, v := reflect.New(o.typ.Key()), reflect.New(o.typ.Elem())
	for it := m.MapRange(); it.Next(); {
		k.Elem().SetIterKey(it)
		v.Elem().SetIterValue(it)
		s.memory(i, k.UnsafePointer(), key, o.path.key(k.Elem()))
		s.memory(i, v.UnsafePointer(), elem, o.path.entry(k.Elem()))
	}
}

// memory looks at one value.
func (s *scanner) memory(i int32, p unsafe.Pointer, pl *plan, at *path) {
	for k := range pl.ops {
		o := &pl.ops[k]
		q := unsafe.Add(p, o.off)
		switch o.kind {
		case opString:
			if text := *(*string)(q); s.texts && len(text) > inlineText {
				s.strings = append(s.strings, stretch{unsafe.StringData(text), len(text)})
			}
		case opPtr:
			s.pointer(i, *(*unsafe.Pointer)(q), at, pl, o)
		case opSlice:
			if h := *(*header)(q); h.cap > 0 && o.typ.Size() > 0 {
				s.target(i, h.data, o, h.cap, at.field(s, pl, o.off).elements())
			}
		case opMap:
			if m := *(*unsafe.Pointer)(q); m != nil {
				s.reach(i, m, o.typ, -1, at.field(s, pl, o.off))
			}
		case opIface:
			s.iface(i, reflect.NewAt(o.typ, q).Elem(), at.field(s, pl, o.off))
		case opArray:
			for e := range o.n {
				s.memory(i, unsafe.Add(q, e*o.sub.size), o.sub, at.field(s, pl, o.off).elements().element(int(e), int(o.n)))
			}
		case opZero:
			if !zeroMemory(q, o.n) {
				s.refuse(i, at.field(s, pl, o.off), o.typ, o.why)
			}
		case opSync:
			(*sync.Map)(q).Range(func(k, v any) bool {
				s.iface(i, reflect.ValueOf(&k).Elem(), at.field(s, pl, o.off))
				s.iface(i, reflect.ValueOf(&v).Elem(), at.field(s, pl, o.off))
				return true
			})
		}
	}
}

// header is the memory of a slice.
type header struct {
	data     unsafe.Pointer
	len, cap int
}

// pointer follows a pointer.
func (s *scanner) pointer(i int32, p unsafe.Pointer, at *path, pl *plan, o *op) {
	if p == nil || o.typ.Size() == 0 {
		return
	}
	if _, ok := s.reg.place(p, o.typ); ok {
		return
	}
	to := at.field(s, pl, o.off).deref()
	if o.typ.Kind() == reflect.Array {
		to = to.elements()
	}
	s.target(i, p, o, 1, to)
}

// target follows a pointer or a slice that is not empty. A variable of a package is no
// object of the session, except for the variables that are carried.
func (s *scanner) target(i int32, p unsafe.Pointer, o *op, n int, at *path) {
	if static(p) && !s.ours(p) {
		t := reflect.PointerTo(o.typ)
		if o.kind == opSlice {
			t = reflect.SliceOf(o.typ)
		}
		s.refuse(i, at.plain(), t, "a pointer to a variable of a package")
		return
	}
	s.reach(i, p, o.typ, n, at)
}

// ours reports whether p points into one of the variables.
func (s *scanner) ours(p unsafe.Pointer) bool {
	for i := range s.vars {
		o := &s.objects[i]
		if uintptr(p) >= uintptr(o.at) && uintptr(p) < o.end() {
			return true
		}
	}
	return false
}

// iface looks at the value in an interface.
func (s *scanner) iface(i int32, v reflect.Value, at *path) {
	if v.IsNil() {
		return
	}
	e := v.Elem()
	if e.Kind() == reflect.Chan {
		s.refuse(i, at.assert(e.Type()), e.Type(), "a channel") // also nil: its type cannot be made elsewhere
		return
	}
	if !s.reg.nameable(e.Type()) {
		s.refuse(i, at, e.Type(), "a value in an interface whose type has no name elsewhere")
		return
	}
	if s.nest == maxDepth {
		s.refuse(i, at, e.Type(), "nested in more interfaces than can be followed")
		return
	}
	if p := s.reg.plan(e.Type()); s.needs(p) {
		s.nest++
		s.memory(i, unboxed(e), p, at.assert(e.Type()))
		s.nest--
	}
}

// unboxed copies the value that an interface holds.
func unboxed(e reflect.Value) unsafe.Pointer {
	box := reflect.New(e.Type())
	box.Elem().Set(e)
	return box.UnsafePointer()
}

// refuse notes that a value cannot be carried.
func (s *scanner) refuse(i int32, at *path, t reflect.Type, why string) {
	if len(s.refused) >= maxRefused {
		return
	}
	v := s.vars[s.objects[i].root]
	s.refused = append(s.refused, refused{i, Refusal{Key: v.Key, Name: v.Name, Path: at.text(), Type: typeText(t), Why: why}})
}

// zeroMemory reports whether n bytes are zero.
func zeroMemory(p unsafe.Pointer, n uintptr) bool {
	for _, b := range view(p, n) {
		if b != 0 {
			return false
		}
	}
	return true
}
