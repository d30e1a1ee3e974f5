package codec

import (
	"reflect"
	"strconv"
	"strings"
)

// path is how one gets to a value, written as Go. A nil path stays nil: only a scan
// that traces keeps them.
type path struct {
	expr    string
	through bool // expr is a pointer, and what is meant is what it points to
	list    bool // expr has elements, be it only one
}

// begin is the path of a variable.
func (s *scanner) begin(name string) *path {
	if !s.tracing {
		return nil
	}
	return &path{expr: name}
}

// text is the path as an expression.
func (p *path) text() string {
	switch {
	case p == nil:
		return ""
	case p.through:
		return "*" + p.expr
	}
	return p.expr
}

// plain is the path of the pointer itself.
func (p *path) plain() *path {
	if p == nil {
		return nil
	}
	return &path{expr: p.expr}
}

// deref is the path of what a pointer points to.
func (p *path) deref() *path {
	if p == nil {
		return nil
	}
	return &path{expr: p.text(), through: true}
}

// operand is the path as something that an index can follow.
func (p *path) operand() string {
	if p.through {
		return "(*" + p.expr + ")"
	}
	return p.expr
}

// elements is the path of an array.
func (p *path) elements() *path {
	if p == nil {
		return nil
	}
	return &path{expr: p.expr, through: p.through, list: true}
}

// element is the path of element k of n; a single value has no index.
func (p *path) element(k, n int) *path {
	if p == nil || n == 1 && !p.list {
		return p
	}
	return &path{expr: p.operand() + "[" + strconv.Itoa(k) + "]"}
}

// entry is the path of a map's value.
func (p *path) entry(key reflect.Value) *path {
	if p == nil {
		return nil
	}
	return &path{expr: p.operand() + "[" + keyText(key) + "]"}
}

// key is the path of a map's key.
func (p *path) key(key reflect.Value) *path {
	if p == nil {
		return nil
	}
	return &path{expr: "key " + keyText(key) + " of " + p.text()}
}

// maxKey bounds the text of a key, in bytes.
const maxKey = 40

// keyText is a map's key in a path.
func keyText(k reflect.Value) string {
	switch {
	case k.Kind() == reflect.String:
		text := k.String()
		if len(text) > maxKey {
			text = text[:maxKey] + "…"
		}
		return strconv.Quote(text)
	case k.CanInt():
		return strconv.FormatInt(k.Int(), 10)
	case k.CanUint():
		return strconv.FormatUint(k.Uint(), 10)
	case k.CanFloat():
		return strconv.FormatFloat(k.Float(), 'g', -1, 64)
	case k.Kind() == reflect.Bool:
		return strconv.FormatBool(k.Bool())
	}
	return "…"
}

// assert is the path of the value in an interface.
func (p *path) assert(t reflect.Type) *path {
	if p == nil {
		return nil
	}
	return &path{expr: p.operand() + ".(" + typeText(t) + ")"}
}

// field is the path of what lies at off in a value with the given plan.
func (p *path) field(s *scanner, pl *plan, off uintptr) *path {
	if p == nil {
		return nil
	}
	t, expr, through := pl.typ, p.expr, p.through
	for t.Kind() == reflect.Struct {
		f, ok := fieldAt(t, off)
		if !ok || s.reg.specialName(t) != "" {
			break
		}
		name := f.Name
		if s.reg.Field != nil {
			name = s.reg.Field(name)
		}
		if through && strings.HasPrefix(expr, "*") {
			expr = "(" + expr + ")"
		}
		expr, through = expr+"."+name, false // a field is selected through a pointer
		t, off = f.Type, off-f.Offset
	}
	return &path{expr: expr, through: through}
}

// fieldAt returns the field that lies at off.
func fieldAt(t reflect.Type, off uintptr) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if f := t.Field(i); off >= f.Offset && off < f.Offset+f.Type.Size() {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
