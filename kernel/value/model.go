package value

import (
	"strconv"
	"unicode/utf8"
)

// Model is what a cell's last expression gave: its values as trees that can be sent
// from one process to another, drawn and written. A call may give several.
type Model struct {
	Values []*Node `json:"values"`
}

// Kind is what a Node stands for.
type Kind string

// The kinds. Those from Struct on have Items; all others are leaves with a Text.
const (
	Nil     Kind = "nil"     // of any type; Type is "" for the nil of an interface
	Bool    Kind = "bool"    //
	Number  Kind = "number"  //
	String  Kind = "string"  // Text is quoted
	Bytes   Kind = "bytes"   // a byte slice that is readable text; Text is as Go writes it
	Error   Kind = "error"   // Text is what Error returns
	Speech  Kind = "speech"  // Text is what String returns
	Opaque  Kind = "opaque"  // a function, channel or unsafe pointer; Text is its type
	Image   Kind = "image"   // has a Picture
	Cycle   Kind = "cycle"   // a value that the path to it leads through already
	Deep    Kind = "deep"    // a value that lies too deep to be shown
	Fault   Kind = "fault"   // a value that panics when it is read; Text says how
	Struct  Kind = "struct"  // Items are the fields
	List    Kind = "list"    // a slice or array
	Map     Kind = "map"     // Items have keys, sorted
	Pointer Kind = "pointer" // Items is the one value it points to
)

// Node is one value and, as far as the bounds allow, what it holds.
type Node struct {
	Kind Kind `json:"k"`
	// Type is the type as the user writes it. It is "" where Bare.
	Type string `json:"t,omitempty"`
	// Bare is true for what a list, map or array holds if the type there says it all:
	// Go leaves it out in a composite literal, and it stands in the holder's Elem.
	Bare bool `json:"b,omitempty"`
	// Text is the whole text of a leaf; Cut is true if something of it was left out.
	Text string `json:"x,omitempty"`
	Cut  bool   `json:"c,omitempty"`
	// Elem is the type of what a list or map holds, if all of it is Bare.
	Elem string `json:"e,omitempty"`
	// Len is how many items the value has. There are fewer Items if the bounds left
	// no room for all of them.
	Len   int    `json:"n,omitempty"`
	Items []Item `json:"i,omitempty"`
	// Picture is there for an Image that is a value of the cell, not a part of one.
	Picture *Picture `json:"p,omitempty"`
}

// Item is one thing that a value holds.
type Item struct {
	Field string `json:"f,omitempty"` // of a struct
	Key   *Node  `json:"k,omitempty"` // of a map
	Value *Node  `json:"v"`
}

// Picture is an image as it is shown, in pixels.
type Picture struct {
	Width  int    `json:"w"`
	Height int    `json:"h"`
	PNG    string `json:"png,omitempty"` // in base64; "" if there is none
	// ShownWidth and ShownHeight are the size of the PNG, which is smaller than the
	// image if that is too large to be shown in full.
	ShownWidth  int    `json:"sw,omitempty"`
	ShownHeight int    `json:"sh,omitempty"`
	Fault       string `json:"fault,omitempty"` // why there is no PNG
}

// Whole is true if nothing of the value was left out.
func (n *Node) Whole() bool {
	if n.Cut || n.Kind == Deep || len(n.Items) < n.Len {
		return false
	}
	for _, item := range n.Items {
		if item.Key != nil && !item.Key.Whole() || !item.Value.Whole() {
			return false
		}
	}
	return true
}

// Encode writes the model as JSON, which Decode reads. It is written by hand, because
// encoding/json would make every compiled cell larger and slower to link.
func (m Model) Encode() []byte {
	b := []byte(`{"values":[`)
	for i, n := range m.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = n.encode(b)
	}
	return append(b, "]}"...)
}

func (n *Node) encode(b []byte) []byte {
	b = textMember(append(b, '{'), "k", string(n.Kind))
	b = textMember(b, "t", n.Type)
	b = flagMember(b, "b", n.Bare)
	b = textMember(b, "x", n.Text)
	b = flagMember(b, "c", n.Cut)
	b = textMember(b, "e", n.Elem)
	b = numberMember(b, "n", n.Len)
	if len(n.Items) > 0 {
		b = append(b, `,"i":[`...)
		for i, item := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.encode(b)
		}
		b = append(b, ']')
	}
	if n.Picture != nil {
		b = n.Picture.encode(append(b, `,"p":`...))
	}
	return append(b, '}')
}

func (i Item) encode(b []byte) []byte {
	b = textMember(append(b, '{'), "f", i.Field)
	if i.Key != nil {
		b = i.Key.encode(member(b, "k"))
	}
	return append(i.Value.encode(member(b, "v")), '}')
}

func (p *Picture) encode(b []byte) []byte {
	b = numberMember(append(b, '{'), "w", p.Width)
	b = numberMember(b, "h", p.Height)
	b = numberMember(b, "sw", p.ShownWidth)
	b = numberMember(b, "sh", p.ShownHeight)
	b = textMember(b, "png", p.PNG)
	b = textMember(b, "fault", p.Fault)
	return append(b, '}')
}

// member begins a member of an object.
func member(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(append(append(b, '"'), name...), '"', ':')
}

// textMember, numberMember and flagMember write a member that is not empty.
func textMember(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return jsonString(member(b, name), s)
}

func numberMember(b []byte, name string, n int) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(member(b, name), int64(n), 10)
}

func flagMember(b []byte, name string, is bool) []byte {
	if !is {
		return b
	}
	return append(member(b, name), "true"...)
}

// jsonString writes a string of JSON; what is not UTF-8 becomes U+FFFD.
func jsonString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// size is about how many bytes Encode writes for a node without its items.
func (n *Node) size() int {
	return 48 + jsonLen(n.Type) + jsonLen(n.Text) + jsonLen(n.Elem)
}

// jsonLen is how many bytes jsonString writes at most.
func jsonLen(s string) int {
	size := 2
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			size += 2
		case r < ' ':
			size += 6
		default:
			size += utf8.RuneLen(r)
		}
	}
	return size
}
