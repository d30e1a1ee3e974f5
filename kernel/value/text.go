package value

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is the text of all values, separated by commas: strings quoted, numbers plain,
// composite values as Go writes them, errors and Stringers as they speak. It is bounded to a
// few kilobytes, with "…" where something was left out. A long one has several lines,
// broken where Go allows it: a notebook breaks a long line in the middle of a number.
func (m Model) Text() string {
	texts := make([]string, len(m.Values))
	for i, n := range m.Values {
		w := writer{max: maxText, width: lineWidth}
		w.node(n, 0)
		texts[i] = w.String()
	}
	return strings.Join(texts, ", ")
}

// lineWidth is the number of bytes in a line of a text after which it is broken.
const lineWidth = 80

// String is the text of one value, bounded like that of a model.
func (n *Node) String() string { return n.Brief(maxText) }

// Brief is the text of a value, broken off with "…" after about max bytes. A leaf is
// not broken off.
func (n *Node) Brief(max int) string {
	w := writer{max: max}
	w.node(n, 0)
	return w.String()
}

// Fits is true if nothing of the node is left out of its String.
func (n *Node) Fits() bool {
	w := writer{max: maxText}
	w.node(n, 0)
	return !w.cut
}

// Terse is Brief without the types, for a place that tells them: lists in brackets,
// structs and maps in braces, and a plain nil.
func (n *Node) Terse(max int) string {
	w := writer{max: max, terse: true}
	w.node(n, 0)
	return w.String()
}

// writer is one text being made.
type writer struct {
	strings.Builder
	max   int
	terse bool
	width int  // bytes of a line after which the next item begins a new one, or 0 for never
	line  int  // where the last line begins
	cut   bool // something was left out
}

// full is true when enough has been written.
func (w *writer) full() bool { return w.Len() >= w.max }

// node writes a value.
func (w *writer) node(n *Node, depth int) {
	switch {
	case n == nil:
		w.WriteString("nil")
	case w.full() || depth > maxDepth:
		w.WriteString("…")
		w.cut = true
	case n.Kind == Pointer:
		w.WriteString("&")
		for _, item := range n.Items {
			w.node(item.Value, depth+1)
		}
	case n.Kind == Struct || n.Kind == List || n.Kind == Map:
		w.composite(n, depth)
	case n.Kind == Nil && w.terse:
		w.WriteString("nil")
	default:
		w.WriteString(n.Text)
	}
}

// composite writes a struct, list or map.
func (w *writer) composite(n *Node, depth int) {
	begin, end := n.Type+"{", "}"
	if w.terse {
		begin = "{"
	}
	if w.terse && n.Kind == List {
		begin, end = "[", "]"
	}
	w.WriteString(begin)
	shown := 0
	for i, item := range n.Items {
		if i > 0 && w.full() {
			break
		}
		if i > 0 {
			w.comma()
		}
		if n.Kind == Struct {
			w.WriteString(item.Field + ": ")
		}
		if n.Kind == Map {
			w.node(item.Key, depth+1)
			w.WriteString(": ")
		}
		w.node(item.Value, depth+1)
		shown++
	}
	if left := n.Len - shown; left > 0 {
		w.cut = true
		if shown > 0 {
			w.comma()
		}
		w.WriteString("… " + strconv.Itoa(left) + " more")
	}
	w.WriteString(end)
}

// comma parts two items: by a new line if this one is full.
func (w *writer) comma() {
	if w.width == 0 || w.Len()-w.line < w.width {
		w.WriteString(", ")
		return
	}
	w.WriteString(",\n")
	w.line = w.Len()
	w.WriteString("    ")
}

// quote quotes a string, of which it takes about max bytes.
func quote(s string, max int) (text string, cut bool) {
	kept := clip(s, max)
	if len(kept) == len(s) {
		return strconv.Quote(s), false
	}
	return strconv.Quote(kept) + "… " + strconv.Itoa(len(s)-len(kept)) + " more bytes", true
}

// said bounds what a value says of itself.
func said(s string, max int) (text string, cut bool) {
	if kept := clip(s, max); len(kept) < len(s) {
		return kept + "… " + strconv.Itoa(len(s)-len(kept)) + " more bytes", true
	}
	return s, false
}

// clip is the beginning of s, at most max bytes, without splitting a character.
func clip(s string, max int) string {
	if len(s) <= max {
		return s
	}
	for max > 0 && !utf8.RuneStart(s[max]) {
		max--
	}
	return s[:max]
}
