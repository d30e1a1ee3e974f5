package render

import (
	"fmt"
	"strconv"
	"strings"

	"gomri/kernel/value"
)

// A tree of few values is open; one of many is open at its top.
const openNodes = 60

// tree draws a value as lists that fold. It works without scripts.
func (d *valueDrawing) tree(n *value.Node) string {
	open := 1
	if countNodes(n, openNodes) < openNodes {
		open = 3
	}
	var b strings.Builder
	b.WriteString(`<div style="font-family:` + FontCode + `;font-size:12px;line-height:1.5;overflow-wrap:anywhere">`)
	d.branch(&b, "", n, n.Type, open)
	b.WriteString(`</div>`)
	return b.String()
}

// countNodes counts the values in a tree, not far above max.
func countNodes(n *value.Node, max int) int {
	count := 1
	for _, item := range n.Items {
		if count > max {
			break
		}
		count += countNodes(item.Value, max-count)
	}
	return count
}

// write adds to the drawing.
func (d *valueDrawing) write(b *strings.Builder, html string) {
	d.room -= len(html)
	b.WriteString(html)
}

// line is one line of the tree.
func (d *valueDrawing) line(b *strings.Builder, label, text string) {
	d.write(b, `<div style="white-space:pre-wrap;overflow-wrap:anywhere">`+label+Escape(text)+`</div>`)
}

// branch draws a value of a type under its label, which is HTML; open is how many levels
// are open.
func (d *valueDrawing) branch(b *strings.Builder, label string, n *value.Node, typ string, open int) {
	if !holdsMore(n) || label != "" && n.Whole() && len(n.String()) <= valueLine {
		d.line(b, label, aside(n))
		return
	}
	if inner := pointee(n); len(inner.Items) == 0 {
		d.left = true
		d.line(b, label, n.Brief(valueLine))
		return
	}
	attr := ""
	if open > 0 {
		attr = " open"
	}
	d.write(b, `<details`+attr+` style="margin:0"><summary>`+label+`<span style="opacity:`+mutedOpacity+`">`+
		Escape(summary(n, typ, open > 0))+`</span></summary><div style="margin:0 0 0 18px">`)
	d.inside(b, n, open-1)
	d.write(b, `</div></details>`)
}

// aside is the text of a leaf, with a word where it only stands for a value.
func aside(n *value.Node) string {
	switch pointee(n).Kind {
	case value.Cycle:
		return n.String() + " (itself again)"
	case value.Deep:
		return n.String() + " (too deep to be shown)"
	}
	return n.String()
}

// summary is what stands on a fold: what it is, and where it is closed how it begins.
func summary(n *value.Node, typ string, open bool) string {
	inner := pointee(n)
	if open || inner.Kind != value.Struct {
		return caption(n, typ, len(inner.Items))
	}
	text := n.Brief(valueLine)
	if strings.HasPrefix(text, "{") {
		text = typ + text
	}
	if runes := []rune(text); len(runes) > valueLine {
		text = string(runes[:valueLine-1]) + "…"
	}
	return text
}

// inside draws what a value holds: as a table, as a text where it is a row of plain
// values, or item by item.
func (d *valueDrawing) inside(b *strings.Builder, n *value.Node, open int) {
	if t, _, ok := d.table(n); ok && len(t.Rows) > 1 {
		html := t.HTML() // its room is taken already
		b.WriteString(html)
		return
	}
	inner := pointee(n)
	if inner.Kind == value.List && !worthTree(inner) {
		d.line(b, "", strings.TrimPrefix(inner.String(), inner.Type))
		return
	}
	d.items(b, inner, inner.Items, 0, open)
	if left := inner.Len - len(inner.Items); left > 0 {
		d.line(b, "", "… "+grouped(left)+" more")
	}
}

// items draws the items from a place on; those after the first ones are folded.
func (d *valueDrawing) items(b *strings.Builder, n *value.Node, items []value.Item, from, open int) {
	for i, item := range items {
		left := len(items) - i
		if d.room <= 0 {
			d.left = true
			d.line(b, "", "… "+grouped(left)+" more")
			return
		}
		if i == FoldRows && left > 3 && from == 0 {
			d.write(b, `<details style="margin:0"><summary><span style="opacity:`+mutedOpacity+`">`+
				fmt.Sprintf("%s more", grouped(left))+`</span></summary>`)
			d.items(b, n, items[i:], i, open)
			d.write(b, `</details>`)
			return
		}
		d.branch(b, itemLabel(n, item, from+i), item.Value, n.Elem, open)
	}
}

// itemLabel is the field, key or index of an item.
func itemLabel(n *value.Node, item value.Item, i int) string {
	text := item.Field
	switch {
	case n.Kind == value.Map:
		text = item.Key.Brief(valueLine)
	case n.Kind == value.List:
		return `<span style="opacity:` + mutedOpacity + `">` + strconv.Itoa(i) + `: </span>`
	}
	return `<span style="font-weight:600">` + CutName(text, 2*valueCell) + `</span>: `
}
