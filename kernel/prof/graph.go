package prof

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/pprof/profile"
)

// nodeInfo is what makes two frames the same row at the chosen granularity.
type nodeInfo struct {
	name, file, object      string
	address                 uint64
	line, column, startLine int64
}

// printable is the row's name as pprof prints it.
func (i nodeInfo) printable() string {
	var parts []string
	if i.address != 0 {
		parts = append(parts, fmt.Sprintf("%016x", i.address))
	}
	if i.name != "" {
		parts = append(parts, i.name)
	}
	switch {
	case i.line != 0 && i.column != 0:
		parts = append(parts, fmt.Sprintf("%s:%d:%d", i.file, i.line, i.column))
	case i.line != 0:
		parts = append(parts, fmt.Sprintf("%s:%d", i.file, i.line))
	case i.file != "":
		parts = append(parts, i.file)
	case i.name != "":
	case i.object != "":
		parts = append(parts, "["+filepath.Base(i.object)+"]")
	default:
		parts = append(parts, "<unknown>")
	}
	return strings.Join(parts, " ")
}

// detail says which fields of a frame a granularity keeps.
type detail struct {
	inlines, function, file, line, column, address bool
	// trim shortens file names.
	trim Trimmer
	// object keeps rows of different binaries apart, and adds where their function begins.
	object bool
}

// detailOf returns what the options' granularity keeps.
func detailOf(o Options) (detail, error) {
	d := detail{inlines: !o.NoInlines, column: o.ShowColumns, trim: o.trimmer()}
	switch o.Granularity {
	case "", "functions":
		d.function = true
	case "filefunctions":
		d.function, d.file = true, true
	case "files":
		d.file = true
	case "lines":
		d.function, d.file, d.line = true, true, true
	case "addresses":
		d.function, d.file, d.line, d.address = true, true, true, true
		// pprof leaves the profile as it is then, columns included.
		d.column = d.column || d.inlines
	default:
		return d, fmt.Errorf("there is no granularity %q: use functions, filefunctions, files, lines or addresses", o.Granularity)
	}
	return d, nil
}

// info returns the row that a frame belongs to.
func (d detail) info(l *profile.Location, ln *profile.Line) nodeInfo {
	var i nodeInfo
	if d.address {
		i.address = l.Address
	}
	object := ""
	if l.Mapping != nil {
		object = l.Mapping.File
	}
	if ln == nil || ln.Function == nil {
		i.object = object
		return i
	}
	if d.function {
		i.name = ln.Function.Name
	}
	if d.file && ln.Function.Filename != "" {
		i.file = filepath.Clean(d.trim.Trim(ln.Function.Filename))
	}
	if d.line {
		i.line = ln.Line
		if d.column {
			i.column = ln.Column
		}
	}
	if i.name == "" || d.object {
		i.object, i.startLine = object, ln.Function.StartLine
	}
	return i
}

// node is one row before it is written.
type node struct {
	id        int32 // its place in the graph's list
	info      nodeInfo
	printable string
	function  *profile.Function // where a frame of the row was seen first; nil if unsymbolised
	line      int64             // the first line seen, when the function's own is unknown

	flat, flatDiv, cum, cumDiv int64
	inlined, called            bool // reached by an inlined call, by a real one
	seen                       int  // the last sample that was counted, plus 1
}

// flatValue is the node's own value, divided by its count for a mean.
func (n *node) flatValue() int64 { return divide(n.flat, n.flatDiv) }

// cumValue is the value of the node and what it calls.
func (n *node) cumValue() int64 { return divide(n.cum, n.cumDiv) }

func divide(v, by int64) int64 {
	if by == 0 {
		return v
	}
	return v / by
}

// edge is one caller and callee.
type edge struct {
	weight int64
	inline bool
	seen   int
}

// graph is a profile's frames as rows, and its samples as stacks of rows.
type graph struct {
	stacks []stack
	nodes  []node
	frames map[*profile.Location][]int32 // a location's rows, the innermost call first
}

// newGraph gathers the rows of p.
func newGraph(p *profile.Profile, d detail, value, divisor func([]int64) int64) *graph {
	g := &graph{stacks: mergeStacks(p.Sample, value, divisor)}
	index := make(map[nodeInfo]int32)
	g.frames = make(map[*profile.Location][]int32, len(p.Location))
	for _, l := range p.Location {
		lines := l.Line
		if !d.inlines && len(lines) > 1 {
			lines = lines[len(lines)-1:]
		}
		if len(lines) == 0 {
			lines = []profile.Line{{}}
		}
		rows := make([]int32, len(lines))
		for i := range lines {
			rows[i] = g.row(index, d.info(l, &lines[i]), &lines[i])
		}
		g.frames[l] = rows
	}
	return g
}

// row returns the number of the row of info, which is made if it is new.
func (g *graph) row(index map[nodeInfo]int32, info nodeInfo, ln *profile.Line) int32 {
	i, ok := index[info]
	if !ok {
		i = int32(len(g.nodes))
		index[info] = i
		g.nodes = append(g.nodes, node{id: i, info: info, printable: info.printable(), function: ln.Function, line: ln.Line})
	}
	return i
}

// reset forgets what was counted.
func (g *graph) reset() {
	for i := range g.nodes {
		n := &g.nodes[i]
		n.flat, n.flatDiv, n.cum, n.cumDiv, n.seen = 0, 0, 0, 0, 0
	}
}

// count adds up every sample. Rows that kept leaves out are skipped, and a
// sample that ends in one has no flat value; a nil kept keeps all. With edges not
// nil, the calls between rows are added up as well.
func (g *graph) count(kept []bool, edges map[uint64]*edge) {
	g.reset()
	for si, s := range g.stacks {
		w, dw := s.value, s.divisor
		parent, skipped := int32(-1), false
		for i := len(s.locations) - 1; i >= 0; i-- {
			rows := g.frames[s.locations[i]]
			for j := len(rows) - 1; j >= 0; j-- {
				row := rows[j]
				if kept != nil && !kept[row] {
					skipped = true
					continue
				}
				n := &g.nodes[row]
				if n.seen != si+1 {
					n.seen = si + 1
					n.cum += w
					n.cumDiv += dw
				}
				if edges != nil && parent >= 0 && parent != row {
					addEdge(edges, parent, row, w, j != len(rows)-1, si+1)
				}
				parent, skipped = row, false
			}
		}
		if parent >= 0 && !skipped {
			g.nodes[parent].flat += w
			g.nodes[parent].flatDiv += dw
		}
	}
}

// addEdge counts one call, once a sample.
func addEdge(edges map[uint64]*edge, from, to int32, w int64, inline bool, sample int) {
	key := uint64(uint32(from))<<32 | uint64(uint32(to))
	e := edges[key]
	if e == nil {
		e = &edge{inline: true}
		edges[key] = e
	}
	if e.seen == sample {
		return
	}
	e.seen = sample
	e.weight += w
	e.inline = e.inline && inline
}

// dropLight removes the calls of a row that is shown whose weight is below cutoff.
// Calls of rows that are not shown stay, as in pprof.
func (g *graph) dropLight(edges map[uint64]*edge, nodes []*node, cutoff int64) {
	shown := g.keep(nodes)
	for key, e := range edges {
		if shown[uint32(key)] && abs(e.weight) < cutoff {
			delete(edges, key)
		}
	}
}

// markInlines notes for every row how it is reached.
func (g *graph) markInlines(edges map[uint64]*edge) {
	for key, e := range edges {
		n := &g.nodes[uint32(key)]
		if e.inline {
			n.inlined = true
		} else {
			n.called = true
		}
	}
}

// shown returns the rows that have a value.
func (g *graph) shown(dropNegative bool) []*node {
	var nodes []*node
	for i := range g.nodes {
		n := &g.nodes[i]
		if n.cum == 0 && n.flat == 0 {
			continue
		}
		if dropNegative && (n.flat < 0 || (n.flat == 0 && n.cum < 0)) {
			continue
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// file returns where the row's function is, with the line it begins at or, when
// that is unknown, the first line seen; "" and 0 when nothing is known.
func (n *node) where() (file string, line int64) {
	if n.info.file != "" {
		return n.info.file, n.info.line
	}
	if n.function == nil || n.function.Filename == "" {
		return "", 0
	}
	line = n.function.StartLine
	if line == 0 {
		line = n.line
	}
	return path.Clean(filepath.ToSlash(n.function.Filename)), line
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
