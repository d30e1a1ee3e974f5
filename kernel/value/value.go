// Package value turns the values of a cell's last expression into a model of them: bounded trees, pictures and text.
//
// Its files use only the standard library and nothing of gomri, because they are also
// built into compiled cells: both engines show a value by the same code. The packages
// that they import are few, since each makes every compiled cell slower to link; only
// picture.go needs more, and cells that cannot have an image are built without it.
//
// A value is read once: each Error and String method is called once, no key or element
// is looked at that will not be shown, and what is read is a tree that text and
// drawings are made from, in the kernel.
package value

import (
	"reflect"
	"strings"
)

// The bounds of what is shown. A value is read no further than they reach.
const (
	maxText  = 8 << 10   // bytes of the whole text, and of a string that is the whole value
	maxSpeak = 1 << 10   // bytes of one string, error or String method within a value
	maxItems = 200       // elements of one slice, array or map
	maxDepth = 12        // levels of nesting in the text
	maxTree  = 32        // levels of nesting in the tree
	maxTrees = 160 << 10 // bytes of all trees as JSON, above which nothing is added to them
	maxPNG   = 1 << 20   // bytes of all pictures
)

// MaxEncoded bounds what Encode writes, in bytes: the trees with the last things
// added to them, and the pictures in base64.
const MaxEncoded = 256<<10 + maxPNG/3*4

// maxResults is how many results of one call are shown.
const maxResults = 50

// Of reads values, the results of one call. It never panics; what it reads is bounded.
func Of(vs ...any) Model {
	values := make([]reflect.Value, len(vs))
	for i, v := range vs {
		values[i] = reflect.ValueOf(v)
	}
	return Shaped(values, nil)
}

// Shaped is Of for reflect.Values, with the names that the shapes give; there may be
// fewer shapes than values. The zero Value is the nil of an interface.
func Shaped(vs []reflect.Value, shapes []*Shape) Model {
	b := &builder{room: maxTrees, png: maxPNG, leaf: maxText / max(1, min(len(vs), maxResults))}
	var m Model
	for i, v := range vs[:min(len(vs), maxResults)] {
		var s *Shape
		if i < len(shapes) {
			s = shapes[i]
		}
		m.Values = append(m.Values, b.root(v, s))
	}
	b.grow()
	return m
}

// Text is the text of one value.
func Text(v any) string { return Of(v).Text() }

// Shape names the parts of a value whose reflect type does not know them: the
// interpreter's types have no names. A nil Shape takes the names from reflect.
type Shape struct {
	// Name is the type as shown: "P", "[]P", "map[string]time.Duration".
	Name string `json:",omitempty"`
	// Fields are the names of a struct's fields, in order.
	Fields []Field `json:",omitempty"`
	// Elem is the shape of what a slice, array, map or pointer holds, Key that of a map's keys.
	Elem *Shape `json:",omitempty"`
	Key  *Shape `json:",omitempty"`
	// Up is set instead of all others where a type holds itself: the shape is the one
	// so many levels above, 1 the one that this is a part of. Tie puts it here.
	Up int `json:",omitempty"`
}

// Field names one field of a struct.
type Field struct {
	Name  string
	Shape *Shape `json:",omitempty"`
}

// Tie replaces each shape that has Up by the shape it stands for.
func (s *Shape) Tie() { s.tie(nil) }

// tie ties the parts of s, which is inside of the shapes above.
func (s *Shape) tie(above []*Shape) {
	if s == nil {
		return
	}
	above = append(above, s)
	part := func(p *Shape) *Shape {
		if p != nil && p.Up > 0 && p.Up <= len(above) {
			return above[len(above)-p.Up]
		}
		p.tie(above)
		return p
	}
	s.Elem, s.Key = part(s.Elem), part(s.Key)
	for i := range s.Fields {
		s.Fields[i].Shape = part(s.Fields[i].Shape)
	}
}

func (s *Shape) elem() *Shape {
	if s == nil {
		return nil
	}
	return s.Elem
}

func (s *Shape) key() *Shape {
	if s == nil {
		return nil
	}
	return s.Key
}

// field is the name and the shape of field i of a struct type.
func (s *Shape) field(t reflect.Type, i int) (string, *Shape) {
	if s != nil && i < len(s.Fields) {
		return s.Fields[i].Name, s.Fields[i].Shape
	}
	return strings.ReplaceAll(t.Field(i).Name, "main.", ""), nil
}
