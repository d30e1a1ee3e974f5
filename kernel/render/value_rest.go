package render

import (
	"fmt"
	"slices"
	"strconv"

	"gomri/kernel/value"
)

// wayToAll says how to see what was left out of a value that is written as name.
func wayToAll(m value.Model, name string) string {
	if len(m.Values) != 1 {
		return "Parts are left out. Assign the results to variables, and show one of them."
	}
	before := "Parts are left out: "
	if name == "" {
		name, before = "x", "Parts are left out. With the value in a variable `x`, "
	}
	n := pointee(m.Values[0])
	switch n.Kind {
	case value.String, value.Error, value.Speech:
		return before + "`fmt.Println(" + name + ")` prints all of it."
	case value.Bytes:
		return before + "`fmt.Printf(\"%s\\n\", " + name + ")` prints all of it."
	}
	text := ""
	if step := nextPart(m.Values[0], n, name); step != "" {
		text = "`" + step + "` shows some of them"
	}
	if !followsPointers(n) {
		if text != "" {
			text += ", "
		}
		text += "`fmt.Printf(\"%+v\\n\", " + name + ")` prints all"
	}
	if text == "" {
		text = "name a part of `" + name + "` to see it"
	}
	return before + text + "."
}

// nextPart is an expression for the first part of a value of which something was left
// out, "" if there is none that can be written without care: root is the value, n what
// it points to.
func nextPart(root, n *value.Node, name string) string {
	if root != n && n.Kind != value.Struct {
		return "" // a pointer to a list or map is not indexed as it is
	}
	at := slices.IndexFunc(n.Items, func(i value.Item) bool { return !i.Value.Whole() })
	switch {
	case n.Kind == value.List && len(n.Items) > 0 && len(n.Items) < n.Len:
		return fmt.Sprintf("%s[%d:%d]", name, len(n.Items), min(n.Len, 2*len(n.Items)))
	case at < 0:
		return ""
	case n.Kind == value.Struct:
		return name + "." + n.Items[at].Field
	case n.Kind == value.List:
		return name + "[" + strconv.Itoa(at) + "]"
	}
	if key := n.Items[at].Key; !key.Cut && len(key.Text) < valueLine &&
		(key.Kind == value.String || key.Kind == value.Number || key.Kind == value.Bool) {
		return name + "[" + key.Text + "]"
	}
	return ""
}

// followsPointers is true if a value has pointers inside, which fmt prints as addresses.
func followsPointers(n *value.Node) bool {
	return slices.ContainsFunc(n.Items, func(i value.Item) bool {
		k := i.Value.Kind
		return k == value.Pointer || k == value.Cycle || followsPointers(i.Value)
	})
}
