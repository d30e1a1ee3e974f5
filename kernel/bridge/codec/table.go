package codec

import (
	"math"
	"reflect"
)

// node is a type in a segment's table: its structure, and the name by which it is found
// when it sits in an interface.
type node struct {
	kind   reflect.Kind
	name   string
	rule   bool // walked by a rule of its own, which name tells
	size   uint64
	len    uint64
	elem   int
	key    int
	open   bool // an interface without methods
	fields []nodeField
}

type nodeField struct {
	off  uint64
	node int
	name string // of unnamed structs only
	tag  string
}

// id returns the number of a type in the table.
func (e *encoder) id(t reflect.Type) int {
	if e.recent < len(e.types) && e.types[e.recent] == t {
		return e.recent
	}
	id, ok := e.ids[t]
	if !ok {
		id = len(e.types)
		e.ids[t], e.types = id, append(e.types, t)
	}
	e.recent = id
	return id
}

// tables writes what Decode reads first; texts is where the long texts begin.
func (e *encoder) tables(texts int64) {
	for _, v := range e.comp.vars {
		e.id(e.graph.vars[v].Ptr.Type().Elem())
	}
	for _, list := range [][]*block{e.comp.blocks, e.comp.maps} {
		for _, b := range list {
			e.id(b.typ)
		}
	}
	var nodes []node
	for i := 0; i < len(e.types); i++ {
		nodes = append(nodes, e.node(e.types[i]))
	}
	e.uint(uint64(len(nodes)))
	for i := range nodes {
		e.writeNode(&nodes[i])
	}
	e.uint(uint64(len(e.used)))
	for _, id := range e.used {
		e.uint(uint64(id))
	}
	e.roots()
	e.pieces()
	e.uint(uint64(texts))
	e.uint(uint64(len(e.long)))
	for _, i := range e.long {
		e.uint(uint64(e.texts[i].n))
	}
}

// roots writes the variables.
func (e *encoder) roots() {
	keys := 0
	for _, v := range e.comp.vars {
		if e.graph.vars[v].Key != "" {
			keys++
		}
	}
	e.uint(uint64(keys))
	for _, i := range e.comp.vars {
		v := e.graph.vars[i]
		if v.Key == "" {
			continue
		}
		e.text(v.Key)
		e.text(v.Name)
		t := v.Ptr.Type().Elem()
		e.uint(uint64(e.id(t)))
		if t.Size() == 0 {
			e.uint(0)
		} else {
			e.uint(1 + uint64(e.graph.blocks[e.graph.homes[i]].index))
		}
	}
}

// pieces writes the lists of blocks and maps.
func (e *encoder) pieces() {
	e.uint(uint64(len(e.comp.blocks)))
	for _, b := range e.comp.blocks {
		e.uint(uint64(e.id(b.typ)))
		e.uint(uint64(b.n))
		number, off := e.home.of(b)
		e.uint(uint64(number))
		e.uint(uint64(off))
	}
	e.uint(uint64(len(e.comp.maps)))
	for _, m := range e.comp.maps {
		e.uint(uint64(e.id(m.typ)))
		e.uint(uint64(m.n))
		e.uint(uint64(e.home.ofMap(m.at)))
	}
}

// node describes a type.
func (e *encoder) node(t reflect.Type) node {
	n := node{kind: t.Kind(), size: uint64(t.Size())}
	if t.Name() != "" {
		n.name = e.graph.reg.nameOf(t)
	}
	if rule := e.graph.reg.specialName(t); rule != "" {
		n.rule, n.name = true, rule
		return n
	}
	switch t.Kind() {
	case reflect.Array:
		n.len, n.elem = uint64(t.Len()), e.id(t.Elem())
	case reflect.Pointer, reflect.Slice:
		n.elem = e.id(t.Elem())
	case reflect.Map:
		n.key, n.elem = e.id(t.Key()), e.id(t.Elem())
	case reflect.Interface:
		n.open = t.NumMethod() == 0
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			nf := nodeField{off: uint64(f.Offset), node: e.id(f.Type)}
			if t.Name() == "" {
				nf.name, nf.tag = f.Name, string(f.Tag)
			}
			n.fields = append(n.fields, nf)
		}
	}
	return n
}

func (e *encoder) writeNode(n *node) {
	e.uint(uint64(n.kind))
	e.text(n.name)
	e.uint(n.size)
	if n.rule {
		e.uint(1)
		return
	}
	e.uint(0)
	switch n.kind {
	case reflect.Array:
		e.uint(n.len)
		e.uint(uint64(n.elem))
	case reflect.Pointer, reflect.Slice:
		e.uint(uint64(n.elem))
	case reflect.Map:
		e.uint(uint64(n.key))
		e.uint(uint64(n.elem))
	case reflect.Interface:
		e.uint(truth(n.open))
	case reflect.Struct:
		e.uint(uint64(len(n.fields)))
		for _, f := range n.fields {
			e.uint(f.off)
			e.uint(uint64(f.node))
			if n.name == "" {
				e.text(f.name)
				e.text(f.tag)
			}
		}
	}
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// readNode reads what writeNode has written.
func (r *reader) readNode() node {
	n := node{kind: reflect.Kind(r.uint()), name: r.text(), size: r.uint()}
	if n.rule = r.uint() == 1; n.rule {
		return n
	}
	switch n.kind {
	case reflect.Array:
		n.len, n.elem = r.uint(), r.index()
	case reflect.Pointer, reflect.Slice:
		n.elem = r.index()
	case reflect.Map:
		n.key, n.elem = r.index(), r.index()
	case reflect.Interface:
		n.open = r.uint() == 1
	case reflect.Struct:
		for range r.count(2) {
			f := nodeField{off: r.uint(), node: r.index()}
			if n.name == "" {
				f.name, f.tag = r.text(), r.text()
			}
			n.fields = append(n.fields, f)
		}
	}
	return n
}

// index reads a number that stands for a thing in a list.
func (r *reader) index() int {
	v := r.uint()
	if v > math.MaxInt32 {
		fail("a number is too large")
	}
	return int(v)
}

// amount reads a number of elements, which the caller holds against the content.
func (r *reader) amount() int {
	v := r.uint()
	if v > math.MaxInt>>8 {
		fail("a number is too large")
	}
	return int(v)
}
