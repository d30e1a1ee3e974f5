package render

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomri/kernel/display"
	"gomri/kernel/value"
)

// The bounds of a drawn value.
const (
	valueRoom  = 192 << 10 // bytes of HTML, above which nothing is added but what closes it
	valueShort = 100       // bytes: a text up to this long is the best picture of itself
	valueLine  = 72        // the same within a tree
	valueCell  = 60        // runes of a table's cell
	valueTitle = 360       // runes of what a cell shows when pointed at
	valueCols  = 40        // columns of a table
)

// Value draws what a cell's last expression gave. The plain text is the values as Go
// writes them; there is HTML only where it shows more: a table for a list or map of
// structs, a folded tree for what is nested, the picture of an image. Name is how the
// user can write the value again, such as "people", or "".
func Value(m value.Model, name string) display.Bundle {
	d := &valueDrawing{room: valueRoom}
	parts, drawn, whole, fits := []string(nil), false, true, true
	for i, n := range m.Values {
		part, ok := d.value(n)
		if !ok {
			part = valueBlock(n.String())
		}
		if len(m.Values) > 1 {
			part = `<div style="margin:0 0 8px 0">` + muted(fmt.Sprintf("result %d of %d", i+1, len(m.Values))) + part + `</div>`
		}
		parts, drawn, whole = append(parts, part), drawn || ok, whole && n.Whole()
		fits = fits && n.Fits()
	}
	text, more := m.Text(), !whole || d.left
	if !whole || !fits {
		text += "\n" + strings.ReplaceAll(wayToAll(m, name), "`", "")
	}
	b := display.Text(text)
	if drawn {
		if more {
			parts = append(parts, `<div style="opacity:`+mutedOpacity+`;margin:4px 0 0 0">`+Rich(wayToAll(m, name))+`</div>`)
		}
		b = Frame{Body: parts}.Bundle(text)
	}
	if len(m.Values) == 1 && m.Values[0].Picture != nil && m.Values[0].Picture.PNG != "" {
		b.Data[display.MIMEPNG] = m.Values[0].Picture.PNG
	}
	return b
}

// valueDrawing is one drawing being made.
type valueDrawing struct {
	room int  // bytes that may still be added
	left bool // something of the model was left out of the drawing
}

// value draws one of the cell's values, if its text is not picture enough.
func (d *valueDrawing) value(n *value.Node) (html string, drawn bool) {
	if n.Picture != nil {
		return pictureHTML(n), true
	}
	if t, words, ok := d.table(n); ok && (len(t.Rows) > 1 || len(n.String()) > valueShort) {
		return muted(words) + t.HTML(), true
	}
	if worthTree(n) {
		return d.tree(n), true
	}
	return "", false
}

// pointee is what a value points to, itself if it is no pointer.
func pointee(n *value.Node) *value.Node {
	for n.Kind == value.Pointer && len(n.Items) == 1 {
		n = n.Items[0].Value
	}
	return n
}

// holdsMore is true for a value that holds others.
func holdsMore(n *value.Node) bool {
	k := pointee(n).Kind
	return (k == value.Struct || k == value.List || k == value.Map) && pointee(n).Len > 0
}

// worthTree is true if a value's text is long and a tree makes it easier to read: not
// for a list of numbers, which would be a number a line.
func worthTree(n *value.Node) bool {
	if !holdsMore(n) || len(n.String()) <= valueShort {
		return false
	}
	n = pointee(n)
	if n.Kind != value.List {
		return true
	}
	for _, item := range n.Items {
		if holdsMore(item.Value) || len(item.Value.Text) > 40 {
			return true
		}
	}
	return false
}

// caption says what a list, map or struct is and how much of it is shown. Typ is its
// type where the node has none, because its holder tells it.
func caption(n *value.Node, typ string, shown int) string {
	stars := ""
	for ; n.Kind == value.Pointer && len(n.Items) == 1; n = n.Items[0].Value {
		stars += "&"
	}
	if n.Type != "" {
		typ = n.Type
	}
	text := stars + CutMiddle(typ, 120)
	one, many := "element", "elements"
	if n.Kind == value.Map {
		one, many = "entry", "entries"
	}
	switch {
	case n.Kind == value.Struct:
	case n.Len == 1:
		text += ", 1 " + one
	default:
		text += ", " + grouped(n.Len) + " " + many
	}
	if shown < n.Len {
		text += ", the first " + grouped(shown) + " shown"
	}
	return text
}

// grouped writes a count with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// muted is a line of small importance.
func muted(text string) string {
	return `<div style="opacity:` + mutedOpacity + `">` + Escape(text) + `</div>`
}

// valueBlock is a text as code that wraps.
func valueBlock(text string) string {
	return `<div style="font-family:` + FontCode + `;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere">` + Escape(text) + `</div>`
}

// plainString is a string without its quotes where they say nothing.
func plainString(n *value.Node) string {
	s, err := strconv.Unquote(n.Text)
	if err != nil || s == "" || strings.TrimSpace(s) != s || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return n.Text
	}
	return s
}
