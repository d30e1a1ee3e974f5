package prof

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"

	"github.com/google/pprof/profile"
)

// frame is one call as a location tells it.
type frame struct {
	fn     int32 // the number of the function
	line   int64
	inline bool // inlined into the frame that follows in its location
}

// treeNode is a Node while the tree grows.
type treeNode struct {
	Node
	fn       int32
	heaviest int64
	children []int32
}

// treeBuilder grows a tree stack by stack.
type treeBuilder struct {
	functions []*profile.Function
	numbers   map[string]int32 // a function's name → its number
	frames    map[*profile.Location][]frame
	nodes     []treeNode
	index     map[uint64]int32 // parent and function → node
	options   Options
	before    bool // what is added is the base of a difference
}

func newTreeBuilder(o Options) *treeBuilder {
	return &treeBuilder{
		numbers: make(map[string]int32),
		frames:  make(map[*profile.Location][]frame),
		index:   make(map[uint64]int32),
		nodes:   []treeNode{{fn: -1}},
		options: o,
	}
}

// gather learns the frames of a profile, whose stacks can be added then.
func (b *treeBuilder) gather(p *profile.Profile) {
	for _, l := range p.Location {
		lines := l.Line
		if b.options.NoInlines && len(lines) > 1 {
			lines = lines[len(lines)-1:]
		}
		if len(lines) == 0 {
			lines = []profile.Line{{}}
		}
		frames := make([]frame, len(lines))
		for i, ln := range lines {
			fn := ln.Function
			if fn == nil || fn.Name == "" {
				fn = unnamed(l, fn)
			}
			n, ok := b.numbers[fn.Name]
			if !ok {
				n = int32(len(b.functions))
				b.numbers[fn.Name] = n
				b.functions = append(b.functions, fn)
			}
			frames[i] = frame{fn: n, line: ln.Line, inline: i < len(lines)-1}
		}
		b.frames[l] = frames
	}
}

// unnamed stands for a frame whose function is unknown: the file or binary it is in.
func unnamed(l *profile.Location, fn *profile.Function) *profile.Function {
	switch {
	case fn != nil && fn.Filename != "":
		return &profile.Function{Name: fn.Filename, Filename: fn.Filename}
	case l.Mapping != nil && l.Mapping.File != "":
		return &profile.Function{Name: "[" + filepath.Base(l.Mapping.File) + "]"}
	}
	return &profile.Function{Name: "<unknown>"}
}

// add counts one stack, whose first location is the innermost.
func (b *treeBuilder) add(locations []*profile.Location, v int64) {
	at := int32(0)
	b.nodes[0].count(v, b.before)
	depth := 0
	for i := len(locations) - 1; i >= 0 && depth < maxDepth; i-- {
		frames := b.frames[locations[i]]
		for j := len(frames) - 1; j >= 0 && depth < maxDepth; j-- {
			at = b.child(at, frames[j])
			n := &b.nodes[at]
			n.count(v, b.before)
			n.Inlined = n.Inlined && frames[j].inline
			if abs(v) > n.heaviest {
				n.heaviest, n.Line = abs(v), frames[j].line
			}
			depth++
		}
	}
	if b.before {
		b.nodes[at].SelfFrom += v
	} else {
		b.nodes[at].Self += v
	}
}

// count adds to the node's total, or to what it was before.
func (n *treeNode) count(v int64, before bool) {
	if before {
		n.From += v
	} else {
		n.Total += v
	}
}

// widths makes of a tree of two sides one whose Self and Total are widths that hold
// both. A child has a larger number than its parent, so one pass from the end suffices.
func (b *treeBuilder) widths() {
	for i := range b.nodes {
		n := &b.nodes[i]
		n.To, n.SelfTo = n.Total, n.Self
		n.Self = max(n.SelfFrom, n.SelfTo, 0)
		n.Total = n.Self
	}
	for i := len(b.nodes) - 1; i >= 0; i-- {
		for _, c := range b.nodes[i].children {
			b.nodes[i].Total += b.nodes[c].Total
		}
	}
}

// child returns the node of a frame called by parent, which is made if it is new.
func (b *treeBuilder) child(parent int32, f frame) int32 {
	key := uint64(uint32(parent))<<32 | uint64(uint32(f.fn))
	if i, ok := b.index[key]; ok {
		return i
	}
	i := int32(len(b.nodes))
	b.index[key] = i
	fn := b.functions[f.fn]
	file := fn.Filename
	if file != "" {
		file = path.Clean(filepath.ToSlash(file))
	}
	b.nodes = append(b.nodes, treeNode{
		Node: Node{Name: fn.Name, File: file, Inlined: true},
		fn:   f.fn,
	})
	b.nodes[parent].children = append(b.nodes[parent].children, i)
	return i
}

// finish names and links the nodes. A child has a larger number than its
// parent, so one pass suffices, however deep the tree is.
func (b *treeBuilder) finish() *Node {
	type identity struct {
		pkg  string
		kind Kind
	}
	known := make([]identity, len(b.functions))
	for i, fn := range b.functions {
		known[i] = identity{PackageOf(fn.Name), KindOf(fn.Name, fn.Filename, b.options.Own)}
	}
	for i := range b.nodes {
		n := &b.nodes[i]
		if n.fn >= 0 {
			n.Package, n.Kind = known[n.fn].pkg, known[n.fn].kind
		}
		if len(n.children) == 0 {
			continue
		}
		n.Children = make([]*Node, len(n.children))
		for j, c := range n.children {
			n.Children[j] = &b.nodes[c].Node
		}
		slices.SortFunc(n.Children, func(x, y *Node) int { return cmp.Compare(x.Name, y.Name) })
	}
	root := &b.nodes[0].Node
	root.Name = "all"
	return root
}
