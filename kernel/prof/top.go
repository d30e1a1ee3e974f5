package prof

import (
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// Top is the table of the heaviest rows of a profile: the report "top" of pprof.
type Top struct {
	Header []string // the lines above the table
	Rows   []Row    // in the order of the table

	Type  ValueType // what is measured
	Unit  string    // the unit that the values are written in
	Ratio float64   // what values are multiplied by when they are written
	Total int64     // the whole, in Type.Unit; percentages are of this

	Shown    int64 // the sum of the flat values of the rows shown
	Dropped  int   // rows below the node fraction, not shown
	Cutoff   int64 // the cumulative value below which rows were dropped
	Eligible int   // rows that passed the node fraction; more than len(Rows) if NodeCount cut them

	Samples  int64         // how often a CPU profiler looked, after the filters; 0 for other profiles
	Duration time.Duration // how long was profiled, 0 if unknown
	Warnings []string      // filters that matched nothing

	Finding Finding // what the table says in one sentence

	// Diff holds the two sides of a difference, nil for other profiles.
	Diff *Sides
}

// Row is one line of a Top.
type Row struct {
	Name   string // as pprof prints it
	Inline string // "(inline)", "(partial-inline)" or ""

	Flat, Cum         int64   // in Top.Type.Unit
	FlatPct, CumPct   float64 // in percent of Top.Total
	SumPct            float64 // FlatPct of this row and those above
	FlatText, CumText string  // Flat and Cum as pprof writes them

	Function string // the full name of the function, "" if the row is not a function's
	Package  string // its import path, "" if unknown
	Kind     Kind   // whose code it is
	File     string // where the function is, "" if unknown
	Line     int64  // the line it begins at, 0 if unknown

	// Of a difference, the values before and now.
	FlatFrom, FlatTo, CumFrom, CumTo int64
}

// report is what every table begins with.
type report struct {
	top     Top
	graph   *graph
	measure measure
}

// prepare chooses, filters and gathers what a table is made of. Its error says
// which option is wrong.
func (p *Profile) prepare(o Options) (report, error) {
	d, err := detailOf(o)
	if err != nil {
		return report{}, err
	}
	return p.prepareDetail(o, d)
}

// prepareDetail is prepare for rows of a granularity of its own.
func (p *Profile) prepareDetail(o Options, d detail) (report, error) {
	m, err := p.measure(o)
	if err != nil {
		return report{}, err
	}
	filtered, warnings, err := p.filter(o)
	if err != nil {
		return report{}, err
	}
	// pprof takes percentages of everything, filtered or not, unless told otherwise.
	whole := p.p
	if o.RelativePercentages {
		whole = filtered
	}
	g := newGraph(filtered, d, m.value, m.divisor)
	return report{
		top: Top{
			Type: m.kind, Ratio: m.ratio, Total: m.total(whole), Duration: p.Duration(), Warnings: warnings,
			Samples: (&Profile{p: filtered}).Samples(),
			Finding: find(filtered, g.stacks, o.Own),
		},
		graph: g, measure: m,
	}, nil
}

// Top computes the table. Its error says which option is wrong.
func (p *Profile) Top(o Options) (Top, error) {
	r, err := p.prepare(o)
	if err != nil {
		return Top{}, err
	}
	nodes, edges := r.graph.trim(o, &r.top)
	r.graph.markInlines(edges)
	r.top.write(p.p, r.measure, nodes, o)
	if p.IsDiff() {
		err = r.top.addSides(p, nodes, o)
	}
	return r.top, err
}

// write fills the table with the rows that trim left.
func (t *Top) write(p *profile.Profile, m measure, nodes []*node, o Options) {
	t.Unit = m.chooseUnit(nodes, t.Total, o)
	for _, n := range nodes {
		t.Shown += n.flatValue()
	}
	m.unit = t.Unit
	t.Header = t.header(p, m, o, len(nodes))
	t.Rows = m.rows(nodes, t.Total, o)
}

// Format writes a value in the unit of the table.
func (t *Top) Format(v int64) string {
	return measure{kind: t.Type, ratio: t.Ratio, unit: t.Unit}.format(v)
}

// trim counts the samples and leaves the rows that the options' limits let pass,
// in the order of the table, and the calls between them.
func (g *graph) trim(o Options, t *Top) ([]*node, map[uint64]*edge) {
	nodeFraction, edgeFraction := o.fractions()
	g.count(nil, nil)
	nodes := g.shown(o.DropNegative)
	var sum int64
	for _, n := range nodes {
		sum += n.flat
	}
	cutoff := abs(int64(float64(sum) * nodeFraction))
	t.Cutoff = abs(int64(float64(t.Total) * nodeFraction))
	var kept []bool
	if cutoff > 0 {
		heavy := slices.DeleteFunc(slices.Clone(nodes), func(n *node) bool { return abs(n.cum) < cutoff })
		if t.Dropped = len(nodes) - len(heavy); t.Dropped > 0 {
			kept = g.keep(heavy)
			g.count(kept, nil)
			nodes = g.shown(o.DropNegative)
		}
	}
	t.Eligible = len(nodes)
	sortNodes(nodes, o.Cum)
	if limit := o.NodeCount; !o.NoTrim && limit > 0 && limit < len(nodes) {
		kept = g.keep(nodes[:limit])
	}
	edges := make(map[uint64]*edge)
	g.count(kept, edges)
	nodes = g.shown(o.DropNegative)
	sortNodes(nodes, o.Cum)
	g.dropLight(edges, nodes, abs(int64(float64(sum)*edgeFraction)))
	return nodes, edges
}

// keep marks the rows of nodes.
func (g *graph) keep(nodes []*node) []bool {
	kept := make([]bool, len(g.nodes))
	for _, n := range nodes {
		kept[n.id] = true
	}
	return kept
}

// sortNodes orders rows by size and then by name, as pprof does.
func sortNodes(nodes []*node, cum bool) {
	slices.SortStableFunc(nodes, func(a, b *node) int {
		first, second, firstB, secondB := a.flat, a.cum, b.flat, b.cum
		if cum {
			first, second, firstB, secondB = a.cum, a.flat, b.cum, b.flat
		}
		if d := compare(abs(firstB), abs(first)); d != 0 {
			return d
		}
		if a.info.address != 0 && b.info.address != 0 && a.info.address != b.info.address {
			return compare(a.info.address, b.info.address)
		}
		if d := strings.Compare(a.printable, b.printable); d != 0 {
			return d
		}
		return compare(abs(secondB), abs(second))
	})
}

func compare[T int64 | uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// rows writes the nodes.
func (m measure) rows(nodes []*node, total int64, o Options) []Row {
	rows := make([]Row, len(nodes))
	var sum int64
	for i, n := range nodes {
		flat, cum := n.flatValue(), n.cumValue()
		sum += flat
		file, line := n.where()
		name := n.info.name
		if name == "" && n.function != nil && o.Granularity != "files" {
			name = n.function.Name
		}
		pkg := PackageOf(name)
		rows[i] = Row{
			Name: n.printable, Flat: flat, Cum: cum,
			FlatPct: percent(flat, total), CumPct: percent(cum, total), SumPct: percent(sum, total),
			FlatText: m.format(flat), CumText: m.format(cum),
			Function: name, Package: pkg, Kind: KindOf(name, file, o.Own), File: file, Line: line,
		}
		switch {
		case n.inlined && n.called:
			rows[i].Inline = "(partial-inline)"
		case n.inlined:
			rows[i].Inline = "(inline)"
		}
	}
	return rows
}
