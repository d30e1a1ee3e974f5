package codec

import (
	"cmp"
	"reflect"
	"slices"
	"sort"
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
	bad    map[int32]*Refusal
	last   int // the block that was found last
}

// graph puts objects that overlap together. Where they cannot be, the component is
// refused.
func (s *scanner) graph() *graph {
	g := &graph{scanner: s, bad: map[int32]*Refusal{}}
	var spans, maps []int32
	for i := range s.objects {
		switch o := &s.objects[i]; {
		case o.isMap():
			maps = append(maps, int32(i))
		case o.n > 0:
			spans = append(spans, int32(i))
		}
	}
	slices.SortFunc(spans, s.bySpan)
	for _, i := range spans {
		g.span(i)
	}
	slices.SortFunc(maps, func(a, b int32) int {
		return cmp.Or(cmp.Compare(uintptr(s.objects[a].at), uintptr(s.objects[b].at)), cmp.Compare(a, b))
	})
	for _, i := range maps {
		g.mapping(i)
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

// bySpan sorts objects by address, those that contain others first.
func (s *scanner) bySpan(a, b int32) int {
	x, y := &s.objects[a], &s.objects[b]
	if c := cmp.Compare(uintptr(x.at), uintptr(y.at)); c != 0 {
		return c
	}
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
	g.blocks = append(g.blocks, block{at: o.at, typ: o.typ, n: o.n, comp: i, order: i})
}

// mapping adds a map, once however many types it is known by.
func (g *graph) mapping(i int32) {
	o := &g.objects[i]
	if n := len(g.maps); n > 0 && g.maps[n-1].at == o.at {
		g.join(g.maps[n-1].comp, i)
		return
	}
	m := reflect.NewAt(o.typ, unsafe.Pointer(&o.at)).Elem()
	g.maps = append(g.maps, block{at: o.at, typ: o.typ, n: m.Len(), comp: i, order: i})
}

// refuse marks a component as one that cannot be written.
func (g *graph) refuse(comp int32, why *Refusal) {
	if g.bad[comp] == nil {
		g.bad[comp] = why
	}
}

// block finds the block that p points into.
func (g *graph) block(p unsafe.Pointer) *block {
	if g.last < len(g.blocks) {
		if b := &g.blocks[g.last]; uintptr(p) >= uintptr(b.at) && uintptr(p) < b.end() {
			return b
		}
	}
	i := sort.Search(len(g.blocks), func(i int) bool { return uintptr(g.blocks[i].at) > uintptr(p) }) - 1
	if i < 0 || uintptr(p) >= g.blocks[i].end() {
		return nil // only if the memory changes while it is written
	}
	g.last = i
	return &g.blocks[i]
}

// mapBlock finds the block of a map.
func (g *graph) mapBlock(p unsafe.Pointer) *block {
	i := sort.Search(len(g.maps), func(i int) bool { return uintptr(g.maps[i].at) >= uintptr(p) })
	if i == len(g.maps) || g.maps[i].at != p {
		return nil
	}
	return &g.maps[i]
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
