package value

import (
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// builder makes the trees of one model. It goes level by level, so that a value that is
// large deep inside leaves room for those beside it.
type builder struct {
	room  int // bytes that may still be added
	png   int // the same for pictures
	leaf  int // bytes of a text that is a whole value
	queue []todo
}

// todo is a node whose items are not read yet.
type todo struct {
	node  *Node
	v     reflect.Value
	shape *Shape
	at    place
}

// place says how deep a value lies, and inside of which others.
type place struct {
	depth int
	on    *link
}

// link is a pointer, map or slice on the way to a value, which must not be shown
// within itself.
type link struct {
	ptr unsafe.Pointer
	len int
	typ reflect.Type
	up  *link
}

// enter is the place inside of a pointer, map or slice; again is true if we are inside
// of it already.
func (at place) enter(v reflect.Value) (in place, again bool) {
	l := &link{ptr: v.UnsafePointer(), typ: v.Type(), up: at.on}
	if v.Kind() == reflect.Slice {
		l.len = v.Len()
	}
	for up := at.on; up != nil; up = up.up {
		if up.ptr == l.ptr && up.len == l.len && up.typ == l.typ {
			return at, true
		}
	}
	return place{at.depth, l}, false
}

// root reads one of the cell's values.
func (b *builder) root(v reflect.Value, s *Shape) (n *Node) {
	defer func() {
		if r := recover(); r != nil {
			n = fault(r)
		}
	}()
	n = b.value(v, s, false, place{})
	if n.Kind == Image {
		n.Picture = pictureOf(v, b.png)
		b.png = max(0, b.png-len(n.Picture.PNG)/4*3)
	}
	return n
}

// fault is the node of a value that panicked.
func fault(r any) *Node {
	text, _ := said(fmt.Sprint(r), maxSpeak)
	return &Node{Kind: Fault, Text: "(this value cannot be read: " + text + ")"}
}

// grow reads what the values hold, until nothing is left or there is no more room.
func (b *builder) grow() {
	for len(b.queue) > 0 && b.room > 0 {
		next := b.queue[0]
		b.queue = b.queue[1:]
		b.items(next)
	}
}

// items reads what one value holds. One that panics keeps what it has, and its last item says why.
func (b *builder) items(t todo) {
	defer func() {
		if r := recover(); r != nil {
			t.node.Items = append(t.node.Items, Item{Field: "…", Key: &Node{Kind: Deep, Text: "…"}, Value: fault(r)})
			t.node.Len = max(t.node.Len, len(t.node.Items))
		}
	}()
	in := place{t.at.depth + 1, t.at.on}
	switch t.v.Kind() {
	case reflect.Struct:
		b.fields(t, in)
	case reflect.Map:
		bareKey, bare := isBare(t.v.Type().Key()), isBare(t.v.Type().Elem())
		for _, e := range first(t.v, maxItems) {
			if !b.add(t.node, Item{
				Key:   b.value(e.key, t.shape.key(), bareKey, in),
				Value: b.value(e.value, t.shape.elem(), bare, in),
			}) {
				break
			}
		}
	default:
		bare := isBare(t.v.Type().Elem())
		for i := range min(t.v.Len(), maxItems) {
			if !b.add(t.node, Item{Value: b.value(t.v.Index(i), t.shape.elem(), bare, in)}) {
				break
			}
		}
	}
}

// isBare is true if what a list holds does not need its type beside it.
func isBare(elem reflect.Type) bool { return elem.Kind() != reflect.Interface }

// fields reads the fields of a struct, those that are not exported too.
func (b *builder) fields(t todo, in place) {
	v := t.v
	if !v.CanAddr() { // a field that is not exported can be read only in place
		here := reflect.New(v.Type()).Elem()
		here.Set(v)
		v = here
	}
	for i := range v.NumField() {
		field := v.Field(i)
		if !field.CanInterface() {
			field = reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
		}
		name, shape := t.shape.field(v.Type(), i)
		if !b.add(t.node, Item{Field: name, Value: b.value(field, shape, false, in)}) {
			break
		}
	}
}

// add adds an item and is false if it was the last for which there is room.
func (b *builder) add(n *Node, item Item) bool {
	n.Items = append(n.Items, item)
	b.room -= len(item.Field) + 16
	return b.room > 0
}

// value reads one value; what it holds comes later.
func (b *builder) value(v reflect.Value, s *Shape, bare bool, at place) *Node {
	for v.IsValid() && v.Kind() == reflect.Interface && !v.IsNil() {
		v, s, bare = v.Elem(), nil, false
	}
	n := b.node(v, s, bare, at)
	b.room -= n.size()
	return n
}

func (b *builder) node(v reflect.Value, s *Shape, bare bool, at place) *Node {
	switch {
	case !v.IsValid():
		return &Node{Kind: Nil, Text: "nil"}
	case nilable(v.Kind()) && v.IsNil():
		return nilNode(v, s, bare)
	case at.depth > maxTree:
		return &Node{Kind: Deep, Text: "…"}
	}
	n := &Node{Bare: bare}
	if !bare {
		n.Type = typeName(v.Type(), s)
	}
	if p := pictureOf(v, 0); p != nil {
		n.Kind = Image
		n.Text = fmt.Sprintf("%s(%d×%d pixels)", typeName(v.Type(), s), p.Width, p.Height)
		return n
	}
	most := maxSpeak
	if at.depth == 0 {
		most = b.leaf
	}
	if speaks(n, v, most) {
		return n
	}
	switch v.Kind() {
	case reflect.String:
		n.Kind = String
		n.Text, n.Cut = quote(v.String(), most)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		n.Kind, n.Text = Opaque, typeName(v.Type(), s)
	case reflect.Struct, reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array:
		b.holder(n, v, s, most, at)
	case reflect.Bool:
		n.Kind, n.Text = Bool, fmt.Sprint(v.Bool())
	default:
		n.Kind, n.Text = Number, fmt.Sprint(plain(v))
	}
	return n
}

// holder makes n the node of a value that holds others.
func (b *builder) holder(n *Node, v reflect.Value, s *Shape, most int, at place) {
	if text, all, ok := readable(v, most); ok {
		n.Kind, n.Cut = Bytes, len(text) < all
		n.Text, _ = quote(text, most)
		if n.Cut {
			n.Text += fmt.Sprintf("… %d more bytes", all-len(text))
		}
		n.Text = typeName(v.Type(), s) + "(" + n.Text + ")"
		return
	}
	if v.Kind() != reflect.Struct && v.Kind() != reflect.Array {
		in, again := at.enter(v)
		if again {
			n.Kind, n.Text = Cycle, "…"
			return
		}
		at = in
	}
	switch v.Kind() {
	case reflect.Pointer:
		n.Kind, n.Len = Pointer, 1
		n.Items = []Item{{Value: b.value(v.Elem(), s.elem(), false, place{at.depth + 1, at.on})}}
		return
	case reflect.Struct:
		n.Kind, n.Len = Struct, v.NumField()
	case reflect.Map:
		n.Kind, n.Len = Map, v.Len()
	default:
		n.Kind, n.Len = List, v.Len()
	}
	if n.Kind != Struct && isBare(v.Type().Elem()) {
		n.Elem = elemName(v.Type(), s)
	}
	if n.Len > 0 {
		b.queue = append(b.queue, todo{n, v, s, at})
	}
}

// nilNode is the nil of a type.
func nilNode(v reflect.Value, s *Shape, bare bool) *Node {
	n := &Node{Kind: Nil, Bare: bare, Text: "nil"}
	if v.Kind() == reflect.Interface || bare {
		return n
	}
	n.Type = typeName(v.Type(), s)
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		n.Text = n.Type + "(nil)"
	} else {
		n.Text = "(" + n.Type + ")(nil)"
	}
	return n
}

// speaks makes n say what its Error or String method says, if v has one.
func speaks(n *Node, v reflect.Value, most int) (spoke bool) {
	if !v.CanInterface() {
		return false
	}
	method := "String"
	defer func() {
		if r := recover(); r != nil {
			text, _ := said(fmt.Sprint(r), maxSpeak)
			n.Kind, n.Text, spoke = Fault, "(its "+method+" method panics: "+text+")", true
		}
	}()
	switch x := v.Interface().(type) {
	case error:
		method = "Error"
		n.Kind = Error
		n.Text, n.Cut = said(x.Error(), most)
	case fmt.Stringer:
		n.Kind = Speech
		n.Text, n.Cut = said(x.String(), most)
	default:
		return false
	}
	return true
}

func nilable(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer:
		return true
	}
	return false
}

// plain strips a number of its named type, so that it has no methods.
func plain(v reflect.Value) any {
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.Kind() == reflect.Float32:
		return float32(v.Float())
	case v.CanFloat():
		return v.Float()
	case v.Kind() == reflect.Complex64:
		return complex64(v.Complex())
	default:
		return v.Complex()
	}
}

// readable gives the beginning of a non-empty byte slice that is printable text, and
// how long all of it is.
func readable(v reflect.Value, most int) (text string, all int, ok bool) {
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Uint8 || v.Len() == 0 {
		return "", 0, false
	}
	b := v.Bytes()
	if len(b) > most {
		b = b[:most]
		for i := 1; i < utf8.UTFMax && i < len(b); i++ { // a character may have been split
			if tail := b[len(b)-i:]; utf8.RuneStart(tail[0]) {
				if !utf8.FullRune(tail) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 || !unicode.IsPrint(r) && r != '\n' && r != '\t' {
			return "", 0, false
		}
		rest = rest[n:]
	}
	return string(b), v.Len(), true
}
