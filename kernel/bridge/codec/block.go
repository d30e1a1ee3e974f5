package codec

import (
	"cmp"
	"reflect"
	"slices"
	"unsafe"
)

// block is a piece of memory as it is written: objects that overlap have become one.
type block struct {
	at    unsafe.Pointer
	typ   reflect.Type
	n     int
	comp  int32 // representative of its component
	order int32 // the first object of it that was met
	index int   // in the segment that it is written to
}

func (b *block) end() uintptr { return uintptr(b.at) + uintptr(b.n)*b.typ.Size() }

// graph is what was scanned, ready to be written.
type graph struct {
	*scanner
	blocks []block // by address
	maps   []block // by address; n is the number of entries
	homes  []int32 // for each object its block or its map
	bad    map[int32]*Refusal
	last   int32 // the latest object that was asked for
}

// spanAt is an object to be sorted by its address.
type spanAt struct {
	at uintptr
	i  int32
}

// graph puts objects that overlap together. Where they cannot be, the component is
// refused.
func (s *scanner) graph() *graph {
	g := &graph{scanner: s, bad: map[int32]*Refusal{}, homes: make([]int32, len(s.objects))}
	spans, maps := make([]spanAt, 0, len(s.objects)), []spanAt(nil)
	for i := range s.objects {
		switch o := &s.objects[i]; {
		case o.isMap():
			maps = append(maps, spanAt{uintptr(o.at), int32(i)})
		case o.n > 0:
			spans = append(spans, spanAt{uintptr(o.at), int32(i)})
		}
	}
	slices.SortFunc(spans, func(a, b spanAt) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return s.bySpan(a.i, b.i)
	})
	g.blocks = make([]block, 0, len(spans))
	for _, o := range spans {
		g.span(o.i)
	}
	slices.SortFunc(maps, func(a, b spanAt) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.i, b.i)) })
	for _, o := range maps {
		g.mapping(o.i)
	}
	for i := range g.blocks {
		g.blocks[i].comp = s.find(g.blocks[i].comp)
	}
	for i := range g.maps {
		g.maps[i].comp = s.find(g.maps[i].comp)
	}
	for i := range s.refused {
		g.refuse(s.find(s.refused[i].in), &s.refused[i].Refusal)
	}
	return g
}

// bySpan sorts objects of the same address, those that contain others first.
func (s *scanner) bySpan(a, b int32) int {
	x, y := &s.objects[a], &s.objects[b]
	if c := cmp.Compare(y.end(), x.end()); c != 0 {
		return c
	}
	if x.typ != y.typ {
		if c := cmp.Compare(depth(y.typ), depth(x.typ)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a, b)
}

// span adds an object to the last block, or begins a new one.
func (g *graph) span(i int32) {
	o := &g.objects[i]
	if n := len(g.blocks); n > 0 && uintptr(o.at) < g.blocks[n-1].end() {
		b := &g.blocks[n-1]
		g.homes[i] = int32(n - 1)
		g.join(b.comp, i)
		b.order = min(b.order, i)
		off := uintptr(o.at) - uintptr(b.at)
		switch {
		case o.end() <= b.end():
			if g.reg.holds(b.typ, b.n, off, o.typ, o.n) {
				return
			}
		case off%b.typ.Size() == 0 && o.typ.Size() == b.typ.Size() && g.reg.alike(o.typ, b.typ):
			b.n = int((o.end() - uintptr(b.at)) / b.typ.Size())
			return
		}
		v := g.vars[o.root]
		g.refused = append(g.refused, refused{i, Refusal{
			Key: v.Key, Name: v.Name, Path: v.Name, Type: typeText(o.typ), Why: "memory that is used as " + typeText(b.typ) + " too",
		}})
		return
	}
	g.homes[i] = int32(len(g.blocks))
	g.blocks = append(g.blocks, block{at: o.at, typ: o.typ, n: o.n, comp: i, order: i})
}

// mapping adds a map, once however many types it is known by.
func (g *graph) mapping(i int32) {
	o := &g.objects[i]
	if n := len(g.maps); n > 0 && g.maps[n-1].at == o.at {
		g.homes[i] = int32(n - 1)
		g.join(g.maps[n-1].comp, i)
		return
	}
	g.homes[i] = int32(len(g.maps))
	m := reflect.NewAt(o.typ, unsafe.Pointer(&o.at)).Elem()
	g.maps = append(g.maps, block{at: o.at, typ: o.typ, n: m.Len(), comp: i, order: i})
}

// refuse marks a component as one that cannot be written.
func (g *graph) refuse(comp int32, why *Refusal) {
	if g.bad[comp] == nil {
		g.bad[comp] = why
	}
}

// object finds the object that is n values of type t at an address, -1 if there is none:
// the memory has changed since. Values are mostly written in the order in which they
// were met, and so is what they point to.
func (g *graph) object(at unsafe.Pointer, t reflect.Type, n int) int32 {
	if next := g.last + 1; int(next) < len(g.objects) && g.objects[next].is(at, t, n) {
		g.last = next
		return next
	}
	i := g.index.find(g.objects, at, t, n)
	g.last = max(g.last, i)
	return i
}

// block finds the block in which n values of type t lie at p, nil if there is none.
func (g *graph) block(p unsafe.Pointer, t reflect.Type, n int) *block {
	t, n = flatten(t, n)
	i := g.object(p, t, n)
	if i < 0 {
		return nil
	}
	return &g.blocks[g.homes[i]]
}

// mapBlock finds the block of a map, nil if there is none.
func (g *graph) mapBlock(p unsafe.Pointer, t reflect.Type) *block {
	i := g.object(p, t, -1)
	if i < 0 {
		return nil
	}
	return &g.maps[g.homes[i]]
}

// component is what is written as one segment.
type component struct {
	vars   []int // of the scanner
	blocks []*block
	maps   []*block
	bad    *Refusal
}

// components sorts everything by component, in the order of the variables, and the
// parts of each by the order in which they were met: two processes that hold the
// same values write the same bytes, up to the order of maps.
func (g *graph) components() []component {
	var list []component
	index := map[int32]int{}
	for i := range g.vars {
		comp := g.find(int32(i))
		k, ok := index[comp]
		if !ok {
			k = len(list)
			index[comp] = k
			list = append(list, component{bad: g.bad[comp]})
		}
		list[k].vars = append(list[k].vars, i)
	}
	met := make([]*block, len(g.objects))
	for i := range g.blocks {
		met[g.blocks[i].order] = &g.blocks[i]
	}
	for i := range g.maps {
		met[g.maps[i].order] = &g.maps[i]
	}
	for i, b := range met {
		switch {
		case b == nil:
		case g.objects[i].isMap():
			add(&list[index[b.comp]].maps, b)
		default:
			add(&list[index[b.comp]].blocks, b)
		}
	}
	return list
}

// add numbers a block and appends it.
func add(list *[]*block, b *block) {
	b.index = len(*list)
	*list = append(*list, b)
}
