// Package value turns a value into the text that is shown for a cell's last expression.
//
// This file uses only the standard library and nothing of gomri, because it is also
// built into compiled cells: both engines show a value by the same code.
package value

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// The bounds of what is shown. A value is read no further than they reach.
const (
	maxText  = 8 << 10 // bytes of the whole text
	maxSpeak = 2 << 10 // bytes of one string, error or String method
	maxItems = 200     // elements of one slice, array or map
	maxDepth = 12      // levels of nesting
)

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
}

// Field names one field of a struct.
type Field struct {
	Name  string
	Shape *Shape `json:",omitempty"`
}

// Text shows a value: strings quoted, numbers plain, composite values as Go writes them,
// errors and Stringers as they speak. It never panics, and what it returns is
// bounded to a few kilobytes, with "…" where something was left out.
func Text(v any) string { return Shaped(reflect.ValueOf(v), nil) }

// Tuple shows the results of a call, separated by commas.
func Tuple(vs ...any) string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = Text(v)
	}
	return strings.Join(texts, ", ")
}

// Shaped is Text for a reflect.Value, with the names that s gives. The zero
// Value is the nil of an interface.
func Shaped(v reflect.Value, s *Shape) (text string) {
	p := printer{path: map[visit]bool{}}
	defer func() {
		if r := recover(); r != nil {
			p.Reset()
			p.WriteString("(no text for this value: " + clip(fmt.Sprint(r)) + ")")
			text = p.String()
		}
	}()
	p.show(v, s, false, 0)
	return p.String()
}

// printer is one text being made.
type printer struct {
	strings.Builder
	path map[visit]bool // the pointers, maps and slices on the way to where we are
}

// visit is a place that must not be shown within itself.
type visit struct {
	at  unsafe.Pointer
	len int
	typ reflect.Type
}

// full is true when enough has been written.
func (p *printer) full() bool { return p.Len() >= maxText }

// show writes v. With elide the type of a composite is left out, as Go does
// for the elements of a composite literal.
func (p *printer) show(v reflect.Value, s *Shape, elide bool, depth int) {
	if !v.IsValid() {
		p.WriteString("nil")
		return
	}
	if p.full() || depth > maxDepth {
		p.WriteString("…")
		return
	}
	if nilable(v.Kind()) && v.IsNil() {
		p.nil(v, s, elide)
		return
	}
	if p.speaks(v) {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		p.show(v.Elem(), nil, false, depth)
	case reflect.String:
		p.WriteString(quote(v.String()))
	case reflect.Struct:
		p.fields(v, s, elide, depth)
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Array:
		p.container(v, s, elide, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		p.WriteString(typeName(v.Type(), s))
	default:
		p.WriteString(fmt.Sprint(plain(v)))
	}
}

// nil writes the nil of a type.
func (p *printer) nil(v reflect.Value, s *Shape, elide bool) {
	name := typeName(v.Type(), s)
	switch {
	case v.Kind() == reflect.Interface || elide:
		p.WriteString("nil")
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
		p.WriteString(name + "(nil)")
	default:
		p.WriteString("(" + name + ")(nil)")
	}
}

// container writes a value that holds others, and "…" where it holds itself.
func (p *printer) container(v reflect.Value, s *Shape, elide bool, depth int) {
	if v.Kind() != reflect.Array {
		at := visit{at: v.UnsafePointer(), typ: v.Type()}
		if v.Kind() == reflect.Slice {
			at.len = v.Len()
		}
		if p.path[at] {
			p.WriteString("…")
			return
		}
		p.path[at] = true
		defer delete(p.path, at)
	}
	switch v.Kind() {
	case reflect.Pointer:
		p.WriteString("&")
		p.show(v.Elem(), s.elem(), false, depth+1)
	case reflect.Map:
		p.mapping(v, s, elide, depth)
	default:
		p.list(v, s, elide, depth)
	}
}

// list writes a slice or an array.
func (p *printer) list(v reflect.Value, s *Shape, elide bool, depth int) {
	if text, ok := readable(v); ok {
		p.WriteString(typeName(v.Type(), s) + "(" + quote(text) + ")")
		return
	}
	p.open(v, s, elide)
	each := v.Type().Elem().Kind() != reflect.Interface
	for i := range v.Len() {
		if !p.item(i, v.Len()) {
			break
		}
		p.show(v.Index(i), s.elem(), each, depth+1)
	}
	p.WriteString("}")
}

// mapping writes a map, its keys sorted.
func (p *printer) mapping(v reflect.Value, s *Shape, elide bool, depth int) {
	p.open(v, s, elide)
	eachKey := v.Type().Key().Kind() != reflect.Interface
	each := v.Type().Elem().Kind() != reflect.Interface
	for i, key := range sorted(v.MapKeys()) {
		if !p.item(i, v.Len()) {
			break
		}
		p.show(key, s.key(), eachKey, depth+1)
		p.WriteString(": ")
		p.show(v.MapIndex(key), s.elem(), each, depth+1)
	}
	p.WriteString("}")
}

// fields writes a struct.
func (p *printer) fields(v reflect.Value, s *Shape, elide bool, depth int) {
	if !v.CanAddr() { // a field that is not exported can be read only in place
		place := reflect.New(v.Type()).Elem()
		place.Set(v)
		v = place
	}
	p.open(v, s, elide)
	for i := range v.NumField() {
		if !p.item(i, v.NumField()) {
			break
		}
		field, shape := v.Field(i), (*Shape)(nil)
		name := v.Type().Field(i).Name
		if s != nil && i < len(s.Fields) {
			name, shape = s.Fields[i].Name, s.Fields[i].Shape
		}
		if !field.CanInterface() {
			field = reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
		}
		p.WriteString(name + ": ")
		p.show(field, shape, false, depth+1)
	}
	p.WriteString("}")
}

// open begins a composite value.
func (p *printer) open(v reflect.Value, s *Shape, elide bool) {
	if !elide {
		p.WriteString(typeName(v.Type(), s))
	}
	p.WriteString("{")
}

// item writes what stands before element i of n, and is false if there is room for no more.
func (p *printer) item(i, n int) bool {
	if i > 0 {
		p.WriteString(", ")
	}
	if i < maxItems && !p.full() {
		return true
	}
	p.WriteString("… " + strconv.Itoa(n-i) + " more")
	return false
}

// speaks writes v by its Error or String method if it has one that does not panic.
func (p *printer) speaks(v reflect.Value) (spoke bool) {
	if !v.CanInterface() || v.Kind() == reflect.Interface {
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			p.WriteString("(its " + verbOf(v) + " method panics: " + clip(fmt.Sprint(r)) + ")")
			spoke = true
		}
	}()
	switch x := v.Interface().(type) {
	case error:
		p.WriteString(clip(x.Error()))
	case fmt.Stringer:
		p.WriteString(clip(x.String()))
	default:
		return false
	}
	return true
}

// verbOf names the method by which v speaks.
func verbOf(v reflect.Value) string {
	if _, ok := v.Interface().(error); ok {
		return "Error"
	}
	return "String"
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

func nilable(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer:
		return true
	}
	return false
}

// plain strips a number or bool of its named type, so that it has no methods.
func plain(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.Bool:
		return v.Bool()
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

// readable gives a non-empty byte slice that is printable text.
func readable(v reflect.Value) (string, bool) {
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Uint8 || v.Len() == 0 {
		return "", false
	}
	b := v.Bytes()
	for rest := b[:min(len(b), maxSpeak)]; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && utf8.FullRune(rest) || !unicode.IsPrint(r) && r != '\n' && r != '\t' && r != utf8.RuneError {
			return "", false
		}
		rest = rest[n:]
	}
	return string(b[:min(len(b), maxSpeak+utf8.UTFMax)]), true
}

// sorted orders map keys: numbers by size, strings by bytes, the rest by its text.
func sorted(keys []reflect.Value) []reflect.Value {
	texts := make(map[int]string)
	order := make([]int, len(keys))
	for i := range keys {
		order[i] = i
	}
	text := func(i int) string {
		if _, ok := texts[i]; !ok {
			texts[i] = Shaped(keys[i], nil)
		}
		return texts[i]
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := keys[order[i]], keys[order[j]]
		switch {
		case a.CanInt() && b.CanInt():
			return a.Int() < b.Int()
		case a.CanUint() && b.CanUint():
			return a.Uint() < b.Uint()
		case a.CanFloat() && b.CanFloat():
			return a.Float() < b.Float()
		case a.Kind() == reflect.String && b.Kind() == reflect.String:
			return a.String() < b.String()
		}
		return text(order[i]) < text(order[j])
	})
	out := make([]reflect.Value, len(keys))
	for i, at := range order {
		out[i] = keys[at]
	}
	return out
}

// quote quotes a string of any length.
func quote(s string) string {
	if len(s) <= maxSpeak {
		return strconv.Quote(s)
	}
	return strconv.Quote(cut(s)) + "… " + strconv.Itoa(len(s)-len(cut(s))) + " more bytes"
}

// clip bounds what a value says of itself.
func clip(s string) string {
	if len(s) <= maxSpeak {
		return s
	}
	return cut(s) + "…"
}

// cut shortens s without splitting a character.
func cut(s string) string {
	n := maxSpeak
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// typeName is the type as the user writes it.
func typeName(t reflect.Type, s *Shape) string {
	if s != nil && s.Name != "" {
		return s.Name
	}
	return Name(t)
}

// Name is the type as the user writes it in a cell: without the name of the package
// main, with any, byte and error.
func Name(t reflect.Type) string {
	if t.Name() != "" {
		if t == reflect.TypeFor[byte]() {
			return "byte"
		}
		return strings.ReplaceAll(t.String(), "main.", "")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + Name(t.Elem())
	case reflect.Slice:
		return "[]" + Name(t.Elem())
	case reflect.Array:
		return "[" + strconv.Itoa(t.Len()) + "]" + Name(t.Elem())
	case reflect.Map:
		return "map[" + Name(t.Key()) + "]" + Name(t.Elem())
	case reflect.Struct:
		return structName(t)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return "any"
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(t.String(), "main.", ""), "interface {}", "any")
}

// structName is the text of a struct type without a name.
func structName(t reflect.Type) string {
	fields := make([]string, t.NumField())
	for i := range fields {
		f := t.Field(i)
		fields[i] = Name(f.Type)
		if !f.Anonymous {
			fields[i] = f.Name + " " + fields[i]
		}
	}
	if len(fields) == 0 {
		return "struct{}"
	}
	return "struct{ " + strings.Join(fields, "; ") + " }"
}
