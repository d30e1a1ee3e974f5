package codec

import (
	"reflect"
	"unsafe"
)

// allocate finds or makes the memory of all pieces.
func (d *decoder) allocate(vars map[string]reflect.Value) {
	mine := map[int]reflect.Value{}
	for _, root := range d.tables.roots {
		if root.block >= 0 {
			if mine[root.block].IsValid() || root.block >= len(d.tables.blocks) {
				fail("two variables are one")
			}
			mine[root.block] = vars[root.key]
		}
	}
	d.budget = d.remain()
	d.blocks = make([]place, 0, len(d.tables.blocks))
	for i, b := range d.tables.blocks {
		t := d.typ(b.node)
		if t.Kind() == reflect.Array || t.Size() == 0 || b.n < 1 {
			fail("a piece of memory is empty")
		}
		d.spend(b.n, d.plan(t).min)
		at := d.home(b, t)
		if v := mine[i]; v.IsValid() {
			if elem, n := flatten(v.Type().Elem(), 1); n != b.n || !d.alike(elem, t) {
				fail("a variable has another size")
			}
			at = v.UnsafePointer()
		}
		if at == nil {
			at = newMemory(t, b.n)
		}
		d.blocks = append(d.blocks, place{at, t, b.n})
	}
	for _, m := range d.tables.maps {
		d.maps = append(d.maps, d.newMap(m))
	}
}

// spend makes sure that n things of at least size bytes each can be in the content
// besides all those before them, so that no more memory is made than a small multiple
// of the segment.
func (d *decoder) spend(n, size int) {
	least := int64(max(size, 1))
	if int64(n) > d.budget/least {
		fail("it says that it holds more than it does")
	}
	d.budget -= int64(n) * least
}

// typ is this process's type for a node.
func (d *decoder) typ(i int) reflect.Type {
	t := d.own[i]
	if t == nil && d.nodes[i].name != "" {
		t, _ = d.dynamic(i) // the location of a time, which no other type leads to
	}
	if t == nil {
		fail("nothing leads to a type of its table")
	}
	return t
}

// home finds the memory that a piece goes back to, nil if there is none.
func (d *decoder) home(b piece, t reflect.Type) unsafe.Pointer {
	if d.origins == nil || b.origin == 0 {
		return nil
	}
	if b.origin > len(d.origins.blocks) {
		fail("a piece of memory has come from nowhere")
	}
	o := d.origins.blocks[b.origin-1]
	if !d.holds(o.typ, o.n, b.off, t, b.n) {
		fail("a piece of memory has changed its type")
	}
	return unsafe.Add(o.at, b.off)
}

func newMemory(t reflect.Type, n int) unsafe.Pointer {
	if n == 1 {
		return reflect.New(t).UnsafePointer()
	}
	return reflect.MakeSlice(reflect.SliceOf(t), n, n).UnsafePointer()
}

// newMap finds or makes a map; it is empty.
func (d *decoder) newMap(m piece) place {
	t := d.typ(m.node)
	if t.Kind() != reflect.Map {
		fail("a map is none")
	}
	if m.n > 1 && t.Key().Size() == 0 {
		fail("a map has too many entries")
	}
	if t.Key().Size() > 0 {
		d.spend(m.n, d.plan(t.Key()).min+d.plan(t.Elem()).min)
	}
	if d.origins != nil && m.origin > 0 {
		if m.origin > len(d.origins.maps) {
			fail("a map has come from nowhere")
		}
		o := d.origins.maps[m.origin-1]
		if !d.alike(o.typ, t) {
			fail("a map has changed its type")
		}
		reflect.NewAt(o.typ, unsafe.Pointer(&o.at)).Elem().Clear()
		return o
	}
	return place{reflect.MakeMapWithSize(t, m.n).UnsafePointer(), t, -1}
}
