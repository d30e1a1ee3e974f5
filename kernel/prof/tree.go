package prof

import (
	"cmp"
	"maps"
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

	// Diff holds the totals of the two sides of a difference, nil for other trees. The
	// Self of a frame is then the larger of its two sides, and Total the sum of that
	// with its children's: a width that holds what is new and what has vanished.
	Diff *Sides

	Collapsed   int   // frames that Collapse left out
	Pruned      int   // frames that were too narrow, here or for Prune
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
	// Of a difference, the totals before and now, and what of them is in the function itself.
	From, To, SelfFrom, SelfTo int64
	Children                   []*Node

	// Rest is the part of Total that is in frames too narrow to keep, RestFrames of them.
	Rest       int64
	RestFrames int
}

// Format writes a value of the tree in a unit that suits it: "1.20s".
func (t *Tree) Format(v int64) string { return Label(v, t.Type.Unit, "auto") }

// Tree computes the call tree. Children are in the order of their names, so that
// the same code is at the same place in the next profile as well.
func (p *Profile) Tree(o Options) (*Tree, error) {
	if p.IsDiff() {
		return p.diffTree(o)
	}
	t, side, err := p.side(o)
	if err != nil {
		return nil, err
	}
	b, err := newTreeBuilder(o)
	if err != nil {
		return nil, err
	}
	b.gather(side.profile, side.stacks, false)
	b.grow()
	t.Root = b.finish(t)
	return t, nil
}

// side is what a tree, or one of the two sides of a difference, is grown from.
type side struct {
	profile *profile.Profile
	stacks  []stack
}

// side prepares a tree: everything but its frames.
func (p *Profile) side(o Options) (*Tree, side, error) {
	o.Mean = false // the means of parts are not parts of the mean
	m, err := p.measure(o)
	if err != nil {
		return nil, side{}, err
	}
	filtered, warnings, err := p.filter(o)
	if err != nil {
		return nil, side{}, err
	}
	whole := p.p
	if o.RelativePercentages {
		whole = filtered
	}
	t := &Tree{
		Type: m.kind, Total: m.scaled(m.total(whole)), Duration: p.Duration(), Warnings: warnings,
		Samples: (&Profile{p: filtered}).Samples(),
	}
	stacks := mergeStacks(filtered.Sample, m.value, nil)
	for i := range stacks {
		stacks[i].value = m.scaled(stacks[i].value)
	}
	return t, side{filtered, stacks}, nil
}

// diffTree computes the tree of a difference, whose frames know both sides.
func (p *Profile) diffTree(o Options) (*Tree, error) {
	t, to, err := p.to.side(o)
	if err != nil {
		return nil, err
	}
	before, from, err := p.from.side(o)
	if err != nil {
		return nil, err
	}
	t.Diff = &Sides{SamplesFrom: before.Samples, SamplesTo: t.Samples}
	b, err := newTreeBuilder(o)
	if err != nil {
		return nil, err
	}
	b.gather(to.profile, to.stacks, false)
	b.gather(from.profile, from.stacks, true)
	b.grow()
	t.Diff.From, t.Diff.To = b.nodes[0].from, b.nodes[0].total
	b.widths()
	t.Root = b.finish(t)
	t.Total = t.Root.Total
	return t, nil
}

// Prune returns the tree without frames narrower than share of the root's
// total (0.001 is one in a thousand), but with at least the widest frames. What is
// left out is counted in the Rest of its parent and in Pruned.
func (t *Tree) Prune(share float64, widest int) *Tree {
	cutoff := int64(share * float64(abs(t.Root.Total)))
	var sizes []int64
	t.Root.walk(func(n *Node) { sizes = append(sizes, abs(n.Total)) })
	switch {
	case share >= 1 && len(sizes) <= widest:
		cutoff = 1
	case len(sizes) > widest && widest > 0:
		slices.SortFunc(sizes, func(a, b int64) int { return cmp.Compare(b, a) })
		cutoff = min(cutoff, sizes[widest-1])
		// The narrowest, of one sample each, are often more than all others.
		if over, _ := slices.BinarySearchFunc(sizes, cutoff-1, func(a, b int64) int { return cmp.Compare(b, a) }); share >= 1 && over > widest+widest/4 {
			cutoff++
		}
	}
	pruned := *t
	pruned.Root = t.Root.prune(max(cutoff, 1), &pruned)
	return &pruned
}

// PruneTo returns the tree with about the given number of its widest frames, or all
// if they are not more. Of frames that are equally wide all stay or all go.
func (t *Tree) PruneTo(widest int) *Tree {
	return t.Prune(1, widest)
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
		frames, counted, value := 0, 0, int64(0) // what is in Pruned already
		child.walk(func(n *Node) {
			frames++
			counted += n.RestFrames
			value += n.Rest
		})
		c.Rest += child.Total
		c.RestFrames += frames + counted
		t.Pruned += frames
		t.PrunedValue += child.Total - value
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

// Cums returns what each function takes with what it calls, recursion counted once.
func (t *Tree) Cums() map[string]int64 {
	sums, open := make(map[string]int64), make(map[string]bool)
	var walk func(n *Node)
	walk = func(n *Node) {
		for _, c := range n.Children {
			if open[c.Name] {
				walk(c)
				continue
			}
			sums[c.Name] += c.Total
			open[c.Name] = true
			walk(c)
			open[c.Name] = false
		}
	}
	walk(t.Root)
	return sums
}

// Selfs returns what each function takes itself.
func (t *Tree) Selfs() map[string]int64 {
	sums := make(map[string]int64)
	t.Root.walk(func(n *Node) {
		if n != t.Root && n.Self != 0 {
			sums[n.Name] += n.Self
		}
	})
	return sums
}

// Heaviest returns the names of about n functions whose source one wants to see: half of
// them the user's own that take the most with what they call, the others those that
// take the most themselves.
func (t *Tree) Heaviest(n int) []string {
	own := make(map[string]bool)
	t.Root.walk(func(n *Node) { own[n.Name] = own[n.Name] || n != t.Root && n.Kind == Yours })
	var list []string
	add := func(sums map[string]int64, wanted func(string) bool) {
		names := slices.DeleteFunc(slices.Collect(maps.Keys(sums)), func(s string) bool { return !wanted(s) || slices.Contains(list, s) })
		slices.SortFunc(names, func(a, b string) int {
			return cmp.Or(cmp.Compare(abs(sums[b]), abs(sums[a])), cmp.Compare(a, b))
		})
		list = append(list, names[:min(len(names), n/2)]...)
	}
	add(t.Cums(), func(name string) bool { return own[name] })
	add(t.Selfs(), func(string) bool { return true })
	return list
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
