package prof

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"

	"github.com/google/pprof/profile"
)

// maxTreeFrames is about how many frames a tree keeps: the widest ones. A profile of a
// large server has a million, of which no picture shows more than a few thousand.
const maxTreeFrames = 100_000

// frame is one call as a location tells it.
type frame struct {
	fn     int32 // the number of the function
	line   int32
	inline bool // inlined into the frame that follows in its location
}

// callPath is one stack as a tree has it, the first caller first.
type callPath struct {
	frames []frame
	value  int64
	before bool // of the base of a difference
}

// treeNode is a frame while the tree grows.
type treeNode struct {
	parent, fn, line int32
	inlined          bool
	heaviest         int64
	self, total      int64
	selfFrom, from   int64 // of the base of a difference
	selfTo, to       int64 // set by widths
}

// treeBuilder grows a tree from stacks in the order of their frames: each begins
// where the one before it branches off, so that nothing has to be looked up.
type treeBuilder struct {
	functions []*profile.Function
	names     []string         // of the frames, by function
	numbers   map[string]int32 // a frame's name → its number
	detail    detail           // what a frame's name says, if more than the function
	paths     []callPath
	nodes     []treeNode // a parent before its children
	options   Options
}

func newTreeBuilder(o Options) (*treeBuilder, error) {
	d, err := detailOf(o)
	return &treeBuilder{numbers: make(map[string]int32), nodes: []treeNode{{parent: -1, fn: -1}}, options: o, detail: d}, err
}

// gather adds the stacks of a profile, or of the base of a difference.
func (b *treeBuilder) gather(p *profile.Profile, stacks []stack, before bool) {
	known := make(map[*profile.Location][]frame, len(p.Location))
	for _, l := range p.Location {
		known[l] = b.framesOf(l)
	}
	var room []frame
	for i, s := range stacks {
		if cap(room)-len(room) < maxDepth {
			room = make([]frame, 0, max(maxDepth, min(len(stacks)-i, 1<<10)*64))
		}
		start := len(room)
		for i := len(s.locations) - 1; i >= 0; i-- {
			for _, f := range slices.Backward(known[s.locations[i]]) {
				if len(room)-start < maxDepth {
					room = append(room, f)
				}
			}
		}
		b.paths = append(b.paths, callPath{room[start:len(room):len(room)], s.value, before})
	}
}

// framesOf returns the frames of a location, the innermost first.
func (b *treeBuilder) framesOf(l *profile.Location) []frame {
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
		name := fn.Name
		if b.detail.file {
			name = b.detail.info(l, &lines[i]).printable()
		}
		n, ok := b.numbers[name]
		if !ok {
			n = int32(len(b.functions))
			b.numbers[name] = n
			b.functions, b.names = append(b.functions, fn), append(b.names, name)
		}
		frames[i] = frame{fn: n, line: int32(ln.Line), inline: i < len(lines)-1}
	}
	return frames
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

// grow makes the nodes.
func (b *treeBuilder) grow() {
	slices.SortFunc(b.paths, func(x, y callPath) int {
		return slices.CompareFunc(x.frames, y.frames, func(f, g frame) int { return cmp.Compare(f.fn, g.fn) })
	})
	frames := 0
	for _, p := range b.paths {
		frames += len(p.frames)
	}
	b.nodes = slices.Grow(b.nodes, frames/4)
	branch := []int32{0} // the nodes of the path before, by depth
	for _, p := range b.paths {
		b.nodes[0].count(p.value, p.before)
		depth := 0
		for depth < len(p.frames) && depth+1 < len(branch) && b.nodes[branch[depth+1]].fn == p.frames[depth].fn {
			depth++
		}
		branch = branch[:depth+1]
		for ; depth < len(p.frames); depth++ {
			b.nodes = append(b.nodes, treeNode{parent: branch[depth], fn: p.frames[depth].fn, inlined: true})
			branch = append(branch, int32(len(b.nodes)-1))
		}
		for i, f := range p.frames {
			n := &b.nodes[branch[i+1]]
			n.count(p.value, p.before)
			n.inlined = n.inlined && f.inline
			if abs(p.value) > n.heaviest {
				n.heaviest, n.line = abs(p.value), f.line
			}
		}
		end := &b.nodes[branch[len(branch)-1]]
		if p.before {
			end.selfFrom += p.value
		} else {
			end.self += p.value
		}
	}
}

// count adds to the node's total, or to what it was before.
func (n *treeNode) count(v int64, before bool) {
	if before {
		n.from += v
	} else {
		n.total += v
	}
}

// widths makes of a tree of two sides one whose self and total are widths that hold both.
func (b *treeBuilder) widths() {
	for i := range b.nodes {
		n := &b.nodes[i]
		n.to, n.selfTo = n.total, n.self
		n.self = max(n.selfFrom, n.selfTo, 0)
		n.total = n.self
	}
	for _, n := range slices.Backward(b.nodes[1:]) {
		b.nodes[n.parent].total += n.total
	}
}

// cutoff is the width below which frames are left out.
func (b *treeBuilder) cutoff() int64 {
	if len(b.nodes) <= maxTreeFrames {
		return 0
	}
	sizes := make([]int64, len(b.nodes))
	for i := range b.nodes {
		sizes[i] = abs(b.nodes[i].total)
	}
	slices.Sort(sizes)
	// Of frames that are equally wide all stay or all go; there are often more of the
	// narrowest than there is room.
	least := sizes[len(sizes)-maxTreeFrames]
	if over, _ := slices.BinarySearch(sizes, least); len(sizes)-over > 2*maxTreeFrames {
		least++
	}
	return least
}

// finish names and links the nodes that are wide enough, and counts the others in t.
func (b *treeBuilder) finish(t *Tree) *Node {
	cutoff, kept, children := b.cutoff(), make([]int32, len(b.nodes)), make([]int32, len(b.nodes))
	left := 0
	for i := range b.nodes {
		n := &b.nodes[i]
		kept[i] = int32(left)
		switch {
		case i == 0, abs(n.total) >= cutoff && kept[n.parent] >= 0:
			left++
			if i > 0 {
				children[n.parent]++
			}
		default:
			kept[i] = -1
		}
	}
	nodes, links := make([]Node, left), make([]*Node, 0, left)
	for i := range b.nodes {
		if kept[i] >= 0 {
			n := &nodes[kept[i]]
			at := len(links)
			links = links[:at+int(children[i])]
			n.Children = links[at:at:len(links)]
		}
	}
	b.fill(t, nodes, kept)
	for i := range nodes {
		if len(nodes[i].Children) == 0 {
			nodes[i].Children = nil
			continue
		}
		slices.SortFunc(nodes[i].Children, func(x, y *Node) int { return cmp.Compare(x.Name, y.Name) })
	}
	nodes[0].Name = "all"
	return &nodes[0]
}

// fill writes the nodes that are kept, and counts the others as the rest of the last
// one above them that is.
func (b *treeBuilder) fill(t *Tree, nodes []Node, kept []int32) {
	templates := make([]Node, len(b.functions))
	for i, fn := range b.functions {
		templates[i] = Node{Name: b.names[i], Package: PackageOf(fn.Name), Kind: KindOf(fn.Name, fn.Filename, b.options.Own)}
		if fn.Filename != "" {
			templates[i].File = path.Clean(filepath.ToSlash(b.detail.trim.Trim(fn.Filename)))
		}
	}
	above := make([]int32, len(b.nodes)) // the node itself, or the one above it that is kept
	for i := range b.nodes {
		from := &b.nodes[i]
		above[i] = int32(i)
		if kept[i] < 0 {
			above[i] = above[from.parent]
			to := &nodes[kept[above[i]]]
			to.RestFrames++
			t.Pruned++
			if kept[from.parent] >= 0 {
				to.Rest += from.total
				t.PrunedValue += from.total
			}
			continue
		}
		n := &nodes[kept[i]]
		list := n.Children
		if from.fn >= 0 {
			*n = templates[from.fn]
			parent := &nodes[kept[from.parent]]
			parent.Children = append(parent.Children, n)
		}
		n.Children = list
		n.Line, n.Inlined = int64(from.line), from.inlined
		n.Self, n.Total = from.self, from.total
		n.From, n.To, n.SelfFrom, n.SelfTo = from.from, from.to, from.selfFrom, from.selfTo
	}
}
