package prof

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/pprof/profile"
)

// maxDepth is how many frames of one stack a Tree keeps, counted from the root.
// What lies deeper is counted to the last one kept.
const maxDepth = 2048

// Tree is the call tree of a profile: what a flame graph draws.
type Tree struct {
	Root *Node // stands for the whole profile; its children are where the stacks begin

	Type     ValueType     // what is measured
	Total    int64         // the sum of all values taken as positive, filters or not: 100 %
	Samples  int64         // how often a CPU profiler looked; 0 for other profiles
	Duration time.Duration // how long was profiled, 0 if unknown
	Warnings []string      // filters that matched nothing

	Pruned      int   // frames that Prune took away
	PrunedValue int64 // their total values, each counted once
}

// Node is one frame: a function, called by its parent's function.
type Node struct {
	Name    string // the full name of the function
	Package string // its import path, "" if unknown
	Kind    Kind
	File    string // where the frame is, "" if unknown
	Line    int64  // the line of the heaviest sample in the frame, 0 if unknown
	Inlined bool   // every call that led here was inlined

	Self, Total int64 // in Tree.Type.Unit: in the function itself, and with what it calls
	Children    []*Node

	// Rest is the part of Total that Prune took away, in RestFrames frames.
	Rest       int64
	RestFrames int
}

// Format writes a value of the tree in a unit that suits it: "1.20s".
func (t *Tree) Format(v int64) string { return Label(v, t.Type.Unit, "auto") }

// Tree computes the call tree. Children are in the order of their names, so that
// the same code is at the same place in the next profile as well.
func (p *Profile) Tree(o Options) (*Tree, error) {
	m, err := p.measure(o)
	if err != nil {
		return nil, err
	}
	filtered, warnings, err := p.filter(o)
	if err != nil {
		return nil, err
	}
	whole := p.p
	if o.RelativePercentages {
		whole = filtered
	}
	t := &Tree{
		Type: m.kind, Total: m.total(whole), Duration: p.Duration(), Warnings: warnings,
		Samples: (&Profile{p: filtered}).Samples(),
	}
	b := newTreeBuilder(filtered, o)
	for _, s := range mergeStacks(filtered.Sample, m.value) {
		b.add(s.locations, s.value)
	}
	t.Root = b.finish()
	return t, nil
}

// stack is a call stack with the values of all the samples that have it.
type stack struct {
	locations []*profile.Location
	value     int64
}

// mergeStacks adds up samples that differ only in their labels. Servers that
// label requests have a hundred samples for each stack, and this is what
// building the tree costs.
func mergeStacks(samples []*profile.Sample, value func([]int64) int64) []stack {
	stacks := make([]stack, 0, len(samples))
	index := make(map[uint64][]int32, len(samples))
	for _, s := range samples {
		v := value(s.Value)
		if v == 0 {
			continue
		}
		h := uint64(14695981039346656037)
		for _, l := range s.Location {
			h = (h ^ l.ID) * 1099511628211
		}
		i := slices.IndexFunc(index[h], func(i int32) bool {
			return slices.Equal(stacks[i].locations, s.Location)
		})
		if i >= 0 {
			stacks[index[h][i]].value += v
			continue
		}
		index[h] = append(index[h], int32(len(stacks)))
		stacks = append(stacks, stack{s.Location, v})
	}
	return stacks
}

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
	frames    map[*profile.Location][]frame
	nodes     []treeNode
	index     map[uint64]int32 // parent and function → node
	own       []string
}

func newTreeBuilder(p *profile.Profile, o Options) *treeBuilder {
	b := &treeBuilder{
		frames: make(map[*profile.Location][]frame, len(p.Location)),
		index:  make(map[uint64]int32),
		nodes:  []treeNode{{fn: -1}},
		own:    o.Own,
	}
	numbers := make(map[string]int32)
	for _, l := range p.Location {
		lines := l.Line
		if o.NoInlines && len(lines) > 1 {
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
			n, ok := numbers[fn.Name]
			if !ok {
				n = int32(len(b.functions))
				numbers[fn.Name] = n
				b.functions = append(b.functions, fn)
			}
			frames[i] = frame{fn: n, line: ln.Line, inline: i < len(lines)-1}
		}
		b.frames[l] = frames
	}
	return b
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
	b.nodes[0].Total += v
	depth := 0
	for i := len(locations) - 1; i >= 0 && depth < maxDepth; i-- {
		frames := b.frames[locations[i]]
		for j := len(frames) - 1; j >= 0 && depth < maxDepth; j-- {
			at = b.child(at, frames[j])
			n := &b.nodes[at]
			n.Total += v
			n.Inlined = n.Inlined && frames[j].inline
			if abs(v) > n.heaviest {
				n.heaviest, n.Line = abs(v), frames[j].line
			}
			depth++
		}
	}
	b.nodes[at].Self += v
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
		known[i] = identity{PackageOf(fn.Name), KindOf(fn.Name, fn.Filename, b.own)}
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

// Prune returns the tree without frames narrower than share of the root's
// total (0.001 is one in a thousand), but with at least the widest frames. What is
// left out is counted in the Rest of its parent and in Pruned.
func (t *Tree) Prune(share float64, widest int) *Tree {
	cutoff := int64(share * float64(abs(t.Root.Total)))
	var sizes []int64
	t.Root.walk(func(n *Node) { sizes = append(sizes, abs(n.Total)) })
	if len(sizes) > widest && widest > 0 {
		slices.SortFunc(sizes, func(a, b int64) int { return cmp.Compare(b, a) })
		cutoff = min(cutoff, sizes[widest-1])
	}
	pruned := *t
	pruned.Pruned, pruned.PrunedValue = 0, 0
	pruned.Root = t.Root.prune(max(cutoff, 1), &pruned)
	return &pruned
}

// prune copies the node without descendants below cutoff.
func (n *Node) prune(cutoff int64, t *Tree) *Node {
	c := *n
	c.Children = nil
	for _, child := range n.Children {
		if abs(child.Total) >= cutoff {
			c.Children = append(c.Children, child.prune(cutoff, t))
			continue
		}
		frames := 0
		child.walk(func(*Node) { frames++ })
		c.Rest += child.Total
		c.RestFrames += frames
		t.Pruned += frames
		t.PrunedValue += child.Total
	}
	return &c
}

// walk calls f for the node and everything below it.
func (n *Node) walk(f func(*Node)) {
	f(n)
	for _, c := range n.Children {
		c.walk(f)
	}
}

// Frames is the number of frames in the tree, without the root.
func (t *Tree) Frames() int {
	frames := -1
	t.Root.walk(func(*Node) { frames++ })
	return frames
}

// Depth is the number of frames on the longest path of the tree, without the root.
func (t *Tree) Depth() int {
	var deepest func(n *Node) int
	deepest = func(n *Node) int {
		d := 0
		for _, c := range n.Children {
			d = max(d, 1+deepest(c))
		}
		return d
	}
	return deepest(t.Root)
}
