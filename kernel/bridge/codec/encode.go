package codec

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"sync"
	"unsafe"
)

// encoder writes one segment.
type encoder struct {
	*writer
	*Snapshot
	comp   *component
	home   *home
	ids    map[reflect.Type]int // of types, in the table
	types  []reflect.Type
	recent int         // the type whose number was asked for last
	used   []int       // types that sit in interfaces
	blobs  map[int]int // numbers of long texts in this segment
	long   []int       // the same in order
}

// segment writes the content, the tables and the footer.
func (e *encoder) segment() error {
	e.graph.last = -1
	for _, b := range e.comp.blocks {
		e.block(b)
	}
	for _, m := range e.comp.maps {
		e.mapping(m)
	}
	texts := e.offset()
	for _, i := range e.long {
		e.bytes(view(unsafe.Pointer(e.texts[i].at), uintptr(e.texts[i].n)))
	}
	tables := e.offset()
	e.tables(texts)
	e.fixed(uint64(tables))
	e.bytes([]byte(magic))
	e.flush()
	return e.err
}

// failed notes the first error.
func (e *encoder) failed(err error) {
	if e.err == nil {
		e.err = err
	}
}

// block writes the content of a piece of memory.
func (e *encoder) block(b *block) {
	p := e.graph.reg.plan(b.typ)
	if p.flat() {
		e.bytes(view(b.at, uintptr(b.n)*p.size))
		return
	}
	for i := range b.n {
		e.memory(unsafe.Add(b.at, uintptr(i)*p.size), p)
	}
}

// flat reports whether values stand in a segment as they do in memory.
func (p *plan) flat() bool {
	return p.raw || len(p.ops) == 1 && p.ops[0].kind == opBool && p.ops[0].n == p.size
}

// mapping writes the entries of a map.
func (e *encoder) mapping(b *block) {
	key, elem := e.graph.reg.plan(b.typ.Key()), e.graph.reg.plan(b.typ.Elem())
	m := reflect.NewAt(b.typ, unsafe.Pointer(&b.at)).Elem()
	k, v := reflect.New(b.typ.Key()), reflect.New(b.typ.Elem())
	n := 0
	for it := m.MapRange(); it.Next(); n++ {
		k.Elem().SetIterKey(it)
		v.Elem().SetIterValue(it)
		e.memory(k.UnsafePointer(), key)
		e.memory(v.UnsafePointer(), elem)
	}
	if n != b.n {
		e.failed(ErrChanged)
	}
}

// memory writes one value.
func (e *encoder) memory(p unsafe.Pointer, pl *plan) {
	for k := range pl.ops {
		o := &pl.ops[k]
		q := unsafe.Add(p, o.off)
		switch o.kind {
		case opRaw, opBool:
			e.bytes(view(q, o.n))
		case opString:
			e.string(*(*string)(q))
		case opPtr:
			e.pointer(*(*unsafe.Pointer)(q), o.typ)
		case opSlice:
			e.slice(*(*header)(q), o.typ)
		case opMap:
			e.mapRef(*(*unsafe.Pointer)(q), o.typ)
		case opIface:
			e.iface(reflect.NewAt(o.typ, q).Elem())
		case opArray:
			for i := range o.n {
				e.memory(unsafe.Add(q, i*o.sub.size), o.sub)
			}
		case opZero:
			e.uint(0)
		case opTime:
			t := (*instant)(q).carried()
			e.fixed(t.wall)
			e.fixed(uint64(t.ext))
		case opSync:
			e.syncMap((*sync.Map)(q))
		case opText:
			e.spoken(reflect.NewAt(o.typ, q))
		}
	}
}

// string writes a string: a short one where it stands, a long one as a part of a text,
// because many strings may be parts of one.
func (e *encoder) string(s string) {
	if len(s) <= inlineText {
		e.uint(uint64(len(s)) << 1)
		e.bytes(view(unsafe.Pointer(unsafe.StringData(s)), uintptr(len(s))))
		return
	}
	at := uintptr(unsafe.Pointer(unsafe.StringData(s)))
	i := sort.Search(len(e.texts), func(i int) bool { return uintptr(unsafe.Pointer(e.texts[i].at)) > at }) - 1
	if i < 0 || at+uintptr(len(s)) > uintptr(unsafe.Pointer(e.texts[i].at))+uintptr(e.texts[i].n) {
		e.failed(ErrChanged)
		return
	}
	number, ok := e.blobs[i]
	if !ok {
		number = len(e.long)
		e.blobs[i], e.long = number, append(e.long, i)
	}
	e.uint(uint64(number)<<1 | 1)
	e.uint(uint64(at - uintptr(unsafe.Pointer(e.texts[i].at))))
	e.uint(uint64(len(s)))
}

// How a pointer begins: what follows is a name, or the number of a block.
const (
	ptrNil   = iota
	ptrEmpty // to something without a size
	ptrFixed // to what a package's variable points to
	ptrBlock // the first block
)

func (e *encoder) pointer(p unsafe.Pointer, elem reflect.Type) {
	switch {
	case p == nil:
		e.uint(ptrNil)
		return
	case elem.Size() == 0:
		e.uint(ptrEmpty)
		return
	}
	if name, ok := e.graph.reg.place(p, elem); ok {
		e.uint(ptrFixed)
		e.text(name)
		return
	}
	if b := e.find(p, elem, 1); b != nil {
		e.uint(ptrBlock + uint64(b.index))
		e.uint(uint64(uintptr(p) - uintptr(b.at)))
	}
}

// find returns the block in which n values of type t lie at p.
func (e *encoder) find(p unsafe.Pointer, t reflect.Type, n int) *block {
	b := e.graph.block(p, t, n)
	if b == nil {
		e.failed(ErrChanged)
	}
	return b
}

// How a slice begins.
const (
	sliceNil   = iota
	sliceEmpty // no memory, but not nil
	sliceBlock // the first block
)

func (e *encoder) slice(h header, elem reflect.Type) {
	switch {
	case h.data == nil:
		e.uint(sliceNil)
		return
	case h.cap == 0 || elem.Size() == 0:
		e.uint(sliceEmpty)
	default:
		b := e.find(h.data, elem, h.cap)
		if b == nil {
			return
		}
		e.uint(sliceBlock + uint64(b.index))
		e.uint(uint64(uintptr(h.data) - uintptr(b.at)))
	}
	e.uint(uint64(h.len))
	e.uint(uint64(h.cap))
}

func (e *encoder) mapRef(p unsafe.Pointer, t reflect.Type) {
	if p == nil {
		e.uint(0)
		return
	}
	if b := e.graph.mapBlock(p, t); b != nil {
		e.uint(1 + uint64(b.index))
		return
	}
	e.failed(ErrChanged)
}

// iface writes the value in an interface with its type.
func (e *encoder) iface(v reflect.Value) {
	if v.IsNil() {
		e.uint(0)
		return
	}
	elem := v.Elem()
	t := elem.Type()
	id, ok := e.ids[t]
	if !ok || !slices.Contains(e.used, id) {
		id = e.id(t)
		e.used = append(e.used, id)
	}
	e.uint(1 + uint64(id))
	e.memory(unboxed(elem), e.graph.reg.plan(t))
}

func (e *encoder) syncMap(m *sync.Map) {
	var pairs [][2]any
	m.Range(func(k, v any) bool {
		pairs = append(pairs, [2]any{k, v})
		return true
	})
	e.uint(uint64(len(pairs)))
	for i := range pairs {
		e.iface(reflect.ValueOf(&pairs[i][0]).Elem())
		e.iface(reflect.ValueOf(&pairs[i][1]).Elem())
	}
}

// The words by which some types carry themselves.
type (
	textWriter   interface{ MarshalText() ([]byte, error) }
	textReader   interface{ UnmarshalText([]byte) error }
	binaryWriter interface{ MarshalBinary() ([]byte, error) }
	binaryReader interface{ UnmarshalBinary([]byte) error }
	longest      interface{ Longest() }
)

// spoken writes a value by its own words, and whether a regular expression prefers
// the longest match.
func (e *encoder) spoken(v reflect.Value) {
	var text []byte
	var err error
	flag := uint64(0)
	switch x := v.Interface().(type) {
	case binaryWriter:
		text, err = x.MarshalBinary()
	case textWriter:
		if f := v.Elem().FieldByName("longest"); f.IsValid() && f.Bool() {
			flag = 1
		}
		if !v.Elem().IsZero() { // the zero Regexp has no text
			flag |= 2
			text, err = x.MarshalText()
		}
	default:
		err = fmt.Errorf("%s does not say what it holds", v.Type())
	}
	if err != nil {
		e.failed(err)
	}
	e.uint(flag)
	e.text(string(text))
}
