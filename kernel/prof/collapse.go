package prof

import (
	"cmp"
	"slices"
	"strings"
)

// Collapse returns the tree without frames that say nothing about the program: the
// scaffolding at the root of a stack (runtime.goexit, runtime.main, package
// testing), and what the runtime calls within itself. The values of these frames
// are their caller's own. It counts them in Collapsed.
func (t *Tree) Collapse() *Tree {
	c := *t
	root := *t.Root
	root.Children = nil
	c.Collapsed = t.Root.collapseInto(&root, true)
	c.Root = &root
	return &c
}

// collapseInto adds the node's children to dst and returns how many were left out.
// bare says that dst is the root, or stands for scaffolding.
func (n *Node) collapseInto(dst *Node, bare bool) (left int) {
	for _, c := range n.Children {
		switch {
		case bare && Scaffold(c.Name):
			dst.addSelf(c)
			left += 1 + c.collapseInto(dst, true)
		case c.Kind == Runtime && dst.Kind == Runtime && !bare:
			dst.addSelf(c)
			left += 1 + c.collapseInto(dst, false)
		default:
			left += c.collapseInto(dst.merge(c), false)
		}
	}
	return left
}

// addSelf counts what c takes itself, or has lost by Prune, to n.
func (n *Node) addSelf(c *Node) {
	n.Self += c.Self
	n.SelfFrom += c.SelfFrom
	n.SelfTo += c.SelfTo
	n.Rest += c.Rest
	n.RestFrames += c.RestFrames
}

// merge adds a copy of c without its children to those of n, or to the one that has
// its name, and returns that.
func (n *Node) merge(c *Node) *Node {
	i, found := slices.BinarySearchFunc(n.Children, c.Name, func(x *Node, name string) int { return cmp.Compare(x.Name, name) })
	if !found {
		copied := *c
		copied.Children = nil
		n.Children = slices.Insert(n.Children, i, &copied)
		return &copied
	}
	d := n.Children[i]
	d.addSelf(c)
	d.Total += c.Total
	d.From += c.From
	d.To += c.To
	d.Inlined = d.Inlined && c.Inlined
	return d
}

// Scaffold says whether a function only starts other functions: those that every
// stack of a goroutine or of a test begins with.
func Scaffold(name string) bool {
	return name == "runtime.goexit" || name == "runtime.main" || name == "runtime.mstart" || strings.HasPrefix(name, "testing.")
}
