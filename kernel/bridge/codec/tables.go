package codec

import (
	"fmt"
	"io"
	"reflect"
	"slices"
)

// Tables are what a segment says of itself.
type Tables struct {
	// Keys are the keys of its variables, in order; Names are theirs in the source.
	Keys, Names []string
	// Types are the named types that a reader needs to know because values of them sit
	// in interfaces: "time.Duration", "P_v2".
	Types []string

	nodes  []node
	used   []int // nodes of types in interfaces
	roots  []root
	blocks []piece
	maps   []piece
	texts  []int
	from   int64 // where the texts begin
	start  int64 // where the tables begin, which is where the texts end
}

type root struct {
	key   string
	node  int
	block int // -1 for a variable without a size
}

// piece is a block or a map.
type piece struct {
	node, n int
	origin  int
	off     uintptr
}

// ReadTables reads the tables of a segment of size bytes.
func ReadTables(from io.ReaderAt, size int64) (t *Tables, err error) {
	defer catch(&err)
	if size < int64(footerLen) {
		fail("it has no footer")
	}
	foot := newReader(io.NewSectionReader(from, size-int64(footerLen), int64(footerLen)), int64(footerLen))
	start := int64(foot.fixed())
	end := make([]byte, len(magic))
	foot.bytes(end)
	if string(end) != magic {
		fail("it does not end as a snapshot of this version does")
	}
	if start < 0 || start > size-int64(footerLen) {
		fail("its tables lie outside of it")
	}
	n := size - int64(footerLen) - start
	t = &Tables{start: start}
	t.read(newReader(io.NewSectionReader(from, start, n), n))
	return t, nil
}

func (t *Tables) read(r *reader) {
	for range r.count(4) {
		t.nodes = append(t.nodes, r.readNode())
	}
	for i := range t.nodes {
		t.checkNode(&t.nodes[i])
	}
	for range r.count(1) {
		t.used = append(t.used, t.node(r))
	}
	seen := map[string]bool{}
	for range r.count(4) {
		key, name := r.text(), r.text()
		if seen[key] {
			fail("%q is in it twice", key)
		}
		seen[key] = true
		t.Keys, t.Names = append(t.Keys, key), append(t.Names, name)
		t.roots = append(t.roots, root{key, t.node(r), r.index() - 1})
	}
	pieces := r.count(4)
	t.blocks = make([]piece, 0, pieces)
	for range pieces {
		t.blocks = append(t.blocks, piece{t.node(r), r.amount(), r.index(), uintptr(r.uint())})
	}
	for range r.count(3) {
		t.maps = append(t.maps, piece{node: t.node(r), n: r.amount(), origin: r.index()})
	}
	t.from = int64(r.uint())
	left := t.start - t.from
	if t.from < 0 || left < 0 {
		fail("its texts lie outside of it")
	}
	for range r.count(1) {
		n := int64(r.uint())
		if left -= n; n < 0 || left < 0 {
			fail("its texts are too long")
		}
		t.texts = append(t.texts, int(n))
	}
	t.Types = t.named()
}

// node reads the number of a node.
func (t *Tables) node(r *reader) int {
	i := r.index()
	if i >= len(t.nodes) {
		fail("type %d is not in its table", i)
	}
	return i
}

// checkNode makes sure that a node leads only to others of the table.
func (t *Tables) checkNode(n *node) {
	limit := len(t.nodes)
	ok := n.elem < limit && n.key < limit
	for _, f := range n.fields {
		ok = ok && f.node < limit
	}
	if !ok {
		fail("a type leads out of its table")
	}
}

// named lists the named types without which those in interfaces cannot be found.
func (t *Tables) named() []string {
	var names []string
	seen := map[int]bool{}
	var walk func(i int)
	walk = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		n := &t.nodes[i]
		if n.name != "" {
			if !slices.Contains(names, n.name) {
				names = append(names, n.name)
			}
			return
		}
		switch n.kind {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(n.elem)
		case reflect.Map:
			walk(n.key)
			walk(n.elem)
		case reflect.Struct:
			for _, f := range n.fields {
				walk(f.node)
			}
		}
	}
	for _, i := range t.used {
		walk(i)
	}
	return names
}

// match pairs the types of a table with those of this process.
type match struct {
	reg   *Registry
	nodes []node
	own   []reflect.Type
	pairs map[pair]bool
	found map[int]reflect.Type // types in interfaces; nil for one that is being made
}

type pair struct {
	node int
	typ  reflect.Type
}

// check compares a type of the table with one of this process, through all that they
// lead to. Where they differ it says how.
func (m *match) check(i int, t reflect.Type) error {
	if m.pairs[pair{i, t}] {
		return nil
	}
	m.pairs[pair{i, t}] = true
	if m.own[i] == nil {
		m.own[i] = t
	}
	n := &m.nodes[i]
	rule := m.reg.specialName(t)
	if n.kind != t.Kind() || n.size != uint64(t.Size()) || n.rule != (rule != "") || n.rule && n.name != rule {
		return fmt.Errorf("a type is laid out in another way than here: %s of %d bytes, here %s of %d bytes",
			n.kind, n.size, typeText(t), t.Size())
	}
	if n.rule {
		return nil
	}
	switch t.Kind() {
	case reflect.Array:
		if n.len != uint64(t.Len()) {
			return fmt.Errorf("an array has %d elements, here %s", n.len, typeText(t))
		}
		return m.check(n.elem, t.Elem())
	case reflect.Pointer, reflect.Slice:
		return m.check(n.elem, t.Elem())
	case reflect.Map:
		if err := m.check(n.key, t.Key()); err != nil {
			return err
		}
		return m.check(n.elem, t.Elem())
	case reflect.Struct:
		return m.checkFields(n, t)
	}
	return nil
}

func (m *match) checkFields(n *node, t reflect.Type) error {
	if len(n.fields) != t.NumField() {
		return fmt.Errorf("a struct has %d fields, here %s has %d", len(n.fields), typeText(t), t.NumField())
	}
	for k, f := range n.fields {
		own := t.Field(k)
		if f.off != uint64(own.Offset) {
			return fmt.Errorf("field %s of %s lies elsewhere", own.Name, typeText(t))
		}
		if err := m.check(f.node, own.Type); err != nil {
			return err
		}
	}
	return nil
}

// maxMade bounds the size of a type that is made by its description, in bytes.
const maxMade = 1 << 32

// dynamic returns the type of a value in an interface.
func (m *match) dynamic(i int) (reflect.Type, error) {
	if t := m.found[i]; t != nil {
		return t, nil
	}
	t, err := m.resolve(i)
	if err != nil {
		return nil, err
	}
	return t, m.check(i, t)
}

// resolve finds a type by name, or makes it of types that are found so. A type that
// contains itself has a name.
func (m *match) resolve(i int) (t reflect.Type, err error) {
	if t, begun := m.found[i]; begun {
		if t == nil {
			return nil, fmt.Errorf("%w: a type without a name contains itself", ErrBroken)
		}
		return t, nil
	}
	n := &m.nodes[i]
	if n.name != "" {
		if t = m.reg.types[n.name]; t == nil {
			return nil, fmt.Errorf("a value of type %s sits in an interface, and the type is not known here", n.name)
		}
		m.found[i] = t
		return t, nil
	}
	m.found[i] = nil
	if t, err = m.make(n); err == nil {
		m.found[i] = t
	}
	return t, err
}

// make makes an unnamed type.
func (m *match) make(n *node) (reflect.Type, error) {
	switch n.kind {
	case reflect.Interface:
		if n.open {
			return reflect.TypeFor[any](), nil
		}
	case reflect.Struct:
		return m.makeStruct(n)
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		elem, err := m.resolve(n.elem)
		switch {
		case err != nil:
			return nil, err
		case n.kind == reflect.Pointer:
			return reflect.PointerTo(elem), nil
		case n.kind == reflect.Slice:
			return reflect.SliceOf(elem), nil
		case n.kind == reflect.Array && n.len <= maxMade/uint64(max(elem.Size(), 1)):
			return reflect.ArrayOf(int(n.len), elem), nil
		case n.kind == reflect.Map:
			key, err := m.resolve(n.key)
			if err != nil {
				return nil, err
			}
			return reflect.MapOf(key, elem), nil
		}
	}
	return nil, fmt.Errorf("%w: no type can be made of what it says of one", ErrBroken)
}

// makeStruct makes an unnamed struct type.
func (m *match) makeStruct(n *node) (reflect.Type, error) {
	var fields []reflect.StructField
	for _, f := range n.fields {
		t, err := m.resolve(f.node)
		if err != nil {
			return nil, err
		}
		sf := reflect.StructField{Name: f.name, Type: t, Tag: reflect.StructTag(f.tag)}
		if !exported(f.name) {
			sf.PkgPath = "main"
		}
		fields = append(fields, sf)
	}
	return reflect.StructOf(fields), nil
}
