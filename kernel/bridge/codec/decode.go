package codec

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"sync"
	"unsafe"
)

// Decode reads a segment of size bytes into variables, which are found by their keys:
// each value is a pointer to one. Pieces that have a number go back to the place of
// that number in origins; with nil, everything is new memory.
//
// Decode returns the pieces as they lie now. When it fails, the variables may hold a
// part of the values; types are compared before anything is changed.
func (r *Registry) Decode(from io.ReaderAt, size int64, vars map[string]reflect.Value, origins *Origins) (o Origins, err error) {
	t, err := ReadTables(from, size)
	if err != nil {
		return o, err
	}
	defer catch(&err)
	d := &decoder{
		Registry: r, tables: t, origins: origins,
		match: match{reg: r, nodes: t.nodes, own: make([]reflect.Type, len(t.nodes)), pairs: map[pair]bool{}, found: map[int]reflect.Type{}},
	}
	if err := d.types(vars); err != nil {
		return o, err
	}
	d.readTexts(newReader(io.NewSectionReader(from, t.from, t.start-t.from), t.start-t.from))
	d.reader = newReader(io.NewSectionReader(from, 0, t.from), t.from)
	d.allocate(vars)
	for i := range d.blocks {
		d.block(&d.blocks[i])
	}
	for i := range d.maps {
		d.mapping(&d.maps[i], t.maps[i].n)
	}
	if d.remain() != 0 {
		fail("%d bytes of its content are left over", d.remain())
	}
	return Origins{d.blocks, d.maps}, nil
}

// decoder reads one segment.
type decoder struct {
	*Registry
	*reader
	match
	tables  *Tables
	origins *Origins
	texts   []string
	blocks  []place
	maps    []place
	budget  int64 // bytes of content that nothing has been found for yet
	nest    int   // of values in interfaces
}

// types compares the types of the variables, and finds those in interfaces.
func (d *decoder) types(vars map[string]reflect.Value) error {
	for i, root := range d.tables.roots {
		v, ok := vars[root.key]
		if !ok {
			return fmt.Errorf("read the values: there is no variable %s here", d.tables.Names[i])
		}
		if err := d.check(root.node, v.Type().Elem()); err != nil {
			return fmt.Errorf("read the value of %s: %w", d.tables.Names[i], err)
		}
	}
	for _, i := range d.tables.used {
		if _, err := d.dynamic(i); err != nil {
			return fmt.Errorf("read the values: %w", err)
		}
	}
	return nil
}

// readTexts reads the long texts.
func (d *decoder) readTexts(r *reader) {
	for _, n := range d.tables.texts {
		b := make([]byte, n)
		r.bytes(b)
		d.texts = append(d.texts, unsafe.String(unsafe.SliceData(b), n))
	}
}

// block reads the content of a piece of memory.
func (d *decoder) block(b *place) {
	p := d.plan(b.typ)
	if p.flat() {
		all := view(b.at, uintptr(b.n)*p.size)
		d.bytes(all)
		if !p.raw {
			checkBools(all)
		}
		return
	}
	for i := range b.n {
		d.memory(unsafe.Add(b.at, uintptr(i)*p.size), p)
	}
}

// checkBools refuses bytes that are neither false nor true.
func checkBools(b []byte) {
	for _, x := range b {
		if x > 1 {
			fail("a boolean is neither false nor true")
		}
	}
}

// mapping reads the entries of a map.
func (d *decoder) mapping(b *place, n int) {
	m := reflect.NewAt(b.typ, unsafe.Pointer(&b.at)).Elem()
	key, elem := d.plan(b.typ.Key()), d.plan(b.typ.Elem())
	k, v := reflect.New(b.typ.Key()), reflect.New(b.typ.Elem())
	for range n {
		k.Elem().SetZero()
		v.Elem().SetZero()
		d.memory(k.UnsafePointer(), key)
		d.memory(v.UnsafePointer(), elem)
		if !k.Elem().Comparable() {
			fail("a map's key cannot be compared")
		}
		m.SetMapIndex(k.Elem(), v.Elem())
	}
}

// memory reads one value.
func (d *decoder) memory(p unsafe.Pointer, pl *plan) {
	for i := range pl.ops {
		o := &pl.ops[i]
		q := unsafe.Add(p, o.off)
		switch o.kind {
		case opRaw:
			d.bytes(view(q, o.n))
		case opBool:
			d.bytes(view(q, o.n))
			checkBools(view(q, o.n))
		case opString:
			*(*string)(q) = d.string()
		case opPtr:
			*(*unsafe.Pointer)(q) = d.pointer(o.typ)
		case opSlice:
			*(*header)(q) = d.slice(o.typ)
		case opMap:
			*(*unsafe.Pointer)(q) = d.mapRef(o.typ)
		case opIface:
			d.iface(reflect.NewAt(o.typ, q).Elem())
		case opArray:
			for k := range o.n {
				d.memory(unsafe.Add(q, k*o.sub.size), o.sub)
			}
		case opZero:
			if d.uint() != 0 {
				fail("%s has a value", o.why)
			}
			reflect.NewAt(o.typ, q).Elem().SetZero()
		case opTime:
			*(*instant)(q) = instant{d.fixed(), int64(d.fixed())}.here()
		case opSync:
			d.syncMap((*sync.Map)(q))
		case opText:
			d.spoken(reflect.NewAt(o.typ, q))
		}
	}
}

func (d *decoder) string() string {
	v := d.uint()
	if v&1 == 0 {
		if v>>1 > inlineText {
			fail("a text is too long")
		}
		n := int(v >> 1)
		if n <= len(d.buf)-d.at {
			d.at += n
			return string(d.buf[d.at-n : d.at])
		}
		var b [inlineText]byte
		d.bytes(b[:n])
		return string(b[:n])
	}
	if v>>1 >= uint64(len(d.texts)) {
		fail("a text is missing")
	}
	text := d.texts[v>>1]
	off, n := d.uint(), d.uint()
	if off > uint64(len(text)) || n > uint64(len(text))-off {
		fail("a text is too short")
	}
	return text[off : off+n]
}

func (d *decoder) pointer(elem reflect.Type) unsafe.Pointer {
	v := d.uint()
	switch v {
	case ptrNil:
		return nil
	case ptrEmpty:
		if elem.Size() != 0 {
			fail("a pointer to something without a size")
		}
		return reflect.New(elem).UnsafePointer()
	case ptrFixed:
		return d.fixedPointer(d.text(), elem)
	}
	if elem.Size() == 0 {
		fail("a pointer to nothing has a place")
	}
	return d.locate(v-ptrBlock, d.uint(), elem, 1)
}

// fixedPointer is the value of a variable of a package.
func (d *decoder) fixedPointer(name string, elem reflect.Type) unsafe.Pointer {
	v, ok := d.values[name]
	if !ok {
		panic(broken{fmt.Errorf("read the values: the variable %s is not known here", name)})
	}
	if !d.alike(v.Type().Elem(), elem) {
		fail("%s has another type", name)
	}
	return v.UnsafePointer()
}

// locate is the address of n values of a type in a block.
func (d *decoder) locate(block, off uint64, t reflect.Type, n int) unsafe.Pointer {
	if block >= uint64(len(d.blocks)) {
		fail("a pointer leads to nothing")
	}
	b := &d.blocks[block]
	t, n = flatten(t, n)
	if off >= uint64(b.n)*uint64(b.typ.Size()) || !d.holds(b.typ, b.n, uintptr(off), t, n) {
		fail("a pointer leads to a value of another type")
	}
	return unsafe.Add(b.at, uintptr(off))
}

func (d *decoder) slice(elem reflect.Type) header {
	v := d.uint()
	var off uint64
	switch {
	case v == sliceNil:
		return header{}
	case v >= sliceBlock:
		off = d.uint()
	}
	n, c := d.uint(), d.uint()
	if n > c || c > math.MaxInt/uint64(max(elem.Size(), 1)) {
		fail("a slice is longer than its array")
	}
	h := header{len: int(n), cap: int(c)}
	switch {
	case v >= sliceBlock:
		if c == 0 || elem.Size() == 0 {
			fail("an empty slice has a place")
		}
		h.data = d.locate(v-sliceBlock, off, elem, int(c))
	case c > 0 && elem.Size() > 0:
		fail("a slice has no array")
	default:
		h.data = reflect.MakeSlice(reflect.SliceOf(elem), 0, 0).UnsafePointer()
	}
	return h
}

func (d *decoder) mapRef(t reflect.Type) unsafe.Pointer {
	v := d.uint()
	if v == 0 {
		return nil
	}
	if v > uint64(len(d.maps)) || !d.alike(d.maps[v-1].typ, t) {
		fail("a map leads to nothing")
	}
	return d.maps[v-1].at
}

// maxDepth bounds how deep values in interfaces may be nested.
const maxDepth = 100_000

// iface reads the value in an interface.
func (d *decoder) iface(v reflect.Value) {
	id := d.uint()
	if id == 0 {
		v.SetZero()
		return
	}
	if id > uint64(len(d.nodes)) {
		fail("a value in an interface has no type")
	}
	t, err := d.dynamic(int(id - 1))
	if err != nil {
		panic(broken{fmt.Errorf("read the values: %w", err)})
	}
	if !t.AssignableTo(v.Type()) {
		fail("a value of type %s does not fit into its interface", typeText(t))
	}
	if d.nest++; d.nest > maxDepth {
		fail("values are nested too deeply")
	}
	box := reflect.New(t)
	d.memory(box.UnsafePointer(), d.plan(t))
	d.nest--
	v.Set(box.Elem())
}

func (d *decoder) syncMap(m *sync.Map) {
	m.Clear()
	for range d.count(2) {
		var k, v any
		d.iface(reflect.ValueOf(&k).Elem())
		d.iface(reflect.ValueOf(&v).Elem())
		if !reflect.ValueOf(k).Comparable() {
			fail("a map's key cannot be compared")
		}
		m.Store(k, v)
	}
}

// spoken reads a value by its own words.
func (d *decoder) spoken(v reflect.Value) {
	flag, text := d.uint(), d.text()
	v.Elem().SetZero()
	var err error
	switch x := v.Interface().(type) {
	case binaryReader:
		err = x.UnmarshalBinary([]byte(text))
	case textReader:
		if flag&2 != 0 {
			err = x.UnmarshalText([]byte(text))
		}
		if l, ok := v.Interface().(longest); ok && flag&1 != 0 && err == nil {
			l.Longest()
		}
	}
	if err != nil {
		fail("%v", err)
	}
}
