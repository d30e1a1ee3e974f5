package prof

import (
	"errors"
	"fmt"
	"path/filepath"
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
	Total int64     // the whole, in Type.Unit; percentages are of this

	Shown    int64 // the sum of the flat values of the rows shown
	Dropped  int   // rows below the node fraction, not shown
	Cutoff   int64 // the cumulative value below which rows were dropped
	Eligible int   // rows that passed the node fraction; more than len(Rows) if NodeCount cut them

	Samples  int64         // how often a CPU profiler looked, after the filters; 0 for other profiles
	Duration time.Duration // how long was profiled, 0 if unknown
	Warnings []string      // filters that matched nothing

	Finding Finding // what the table says in one sentence
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
}

// Top computes the table. Its error says which option is wrong.
func (p *Profile) Top(o Options) (Top, error) {
	d, err := detailOf(o)
	if err != nil {
		return Top{}, err
	}
	m, err := p.measure(o)
	if err != nil {
		return Top{}, err
	}
	filtered, warnings, err := p.filter(o)
	if err != nil {
		return Top{}, err
	}
	// pprof takes percentages of everything, filtered or not, unless told otherwise.
	whole := p.p
	if o.RelativePercentages {
		whole = filtered
	}
	t := Top{
		Type: m.kind, Total: m.total(whole), Duration: p.Duration(), Warnings: warnings,
		Samples: (&Profile{p: filtered}).Samples(),
		Finding: find(filtered, m.value, o.Own),
	}
	g := newGraph(filtered, d, m.value, m.divisor)
	nodes := g.trim(o, &t)
	t.Unit = m.chooseUnit(nodes, t.Total, o)
	for _, n := range nodes {
		t.Shown += n.flatValue()
	}
	m.unit = t.Unit
	t.Header = t.header(p.p, m, o, len(nodes))
	t.Rows = m.rows(nodes, t.Total, o)
	return t, nil
}

// measure is how a sample's values become the one value that is shown.
type measure struct {
	kind    ValueType
	value   func([]int64) int64
	divisor func([]int64) int64
	ratio   float64
	unit    string // of the output; set when the values are known
}

// measure returns the measure that the options ask for.
func (p *Profile) measure(o Options) (measure, error) {
	index, err := p.p.SampleIndexByName(o.SampleIndex)
	if err != nil {
		return measure{}, err
	}
	m := measure{
		kind:  ValueType{Type: p.p.SampleType[index].Type, Unit: p.p.SampleType[index].Unit},
		value: func(v []int64) int64 { return v[index] },
		ratio: 1,
	}
	if o.Mean {
		m.kind.Type = "mean_" + m.kind.Type
		m.divisor = func(v []int64) int64 { return v[0] }
	}
	if o.DivideBy < 0 {
		return measure{}, errors.New("divide_by must be positive")
	}
	if o.DivideBy > 0 {
		m.ratio = 1 / o.DivideBy
	}
	return m, nil
}

// total is the sum of all values, taken as positive. Of a profile that was made
// by pprof's -diff_base, only the samples of the base count.
func (m measure) total(p *profile.Profile) int64 {
	var all, div, base, baseDiv int64
	for _, s := range p.Sample {
		v := abs(m.value(s.Value))
		var d int64
		if m.divisor != nil {
			d = m.divisor(s.Value)
		}
		all, div = all+v, div+d
		if s.DiffBaseSample() {
			base, baseDiv = base+v, baseDiv+d
		}
	}
	if base > 0 {
		all, div = base, baseDiv
	}
	return divide(all, div)
}

// trim counts the samples and leaves the rows that the options' limits let pass,
// in the order of the table.
func (g *graph) trim(o Options, t *Top) []*node {
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
	g.markInlines(edges, abs(int64(float64(sum)*edgeFraction)))
	return nodes
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

// chooseUnit returns the unit to write all values in: one that still shows the
// smallest row.
func (m measure) chooseUnit(nodes []*node, total int64, o Options) string {
	if o.Unit != "" && o.Unit != "minimum" {
		return o.Unit
	}
	if len(nodes) == 0 {
		return "minimum"
	}
	var least int64
	for _, n := range nodes {
		v := abs(n.flatValue())
		if v == 0 {
			v = abs(n.cumValue())
		}
		if v > 0 && (least == 0 || v < least) {
			least = v
		}
	}
	if least == 0 {
		least = total
	}
	least, total = m.scaled(least), m.scaled(total)
	_, small := Scale(least, m.kind.Unit, "minimum")
	_, large := Scale(total, m.kind.Unit, "minimum")
	unit := small
	if small != large && least*100 < total {
		// Two decimals are written, so a unit a hundred times larger still shows it.
		_, unit = Scale(100*least, m.kind.Unit, "minimum")
	}
	if unit == "" {
		return m.kind.Unit
	}
	return unit
}

// scaled applies the ratio of divide_by.
func (m measure) scaled(v int64) int64 {
	if m.ratio == 1 {
		return v
	}
	return int64(float64(v) * m.ratio)
}

// format writes a value in the unit of the output.
func (m measure) format(v int64) string {
	return Label(m.scaled(v), m.kind.Unit, m.unit)
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

// header returns the lines above the table.
func (t *Top) header(p *profile.Profile, m measure, o Options, shown int) []string {
	var lines []string
	if !o.CompactLabels {
		lines = labels(p, m, t.Total)
	}
	if filters := o.filters(); len(filters) > 0 {
		lines = append(lines, "Active filters:")
		for _, f := range filters {
			if len(f) > 80 {
				f = f[:80] + "…"
			}
			lines = append(lines, "   "+f)
		}
	}
	lines = append(lines, fmt.Sprintf("Showing nodes accounting for %s, %s of %s total",
		m.format(t.Shown), strings.TrimSpace(Percentage(t.Shown, t.Total)), m.format(t.Total)))
	if t.Total == 0 {
		return lines
	}
	if t.Dropped > 0 {
		plural := "s"
		if t.Dropped == 1 {
			plural = ""
		}
		lines = append(lines, fmt.Sprintf("Dropped %d node%s (cum <= %s)", t.Dropped, plural, m.format(t.Cutoff)))
	}
	if shown > 0 && shown < t.Eligible {
		lines = append(lines, fmt.Sprintf("Showing top %d nodes out of %d", shown, t.Eligible))
	}
	return lines
}

// labels returns the lines that say what the profile is.
func labels(p *profile.Profile, m measure, total int64) []string {
	var lines []string
	if len(p.Mapping) > 0 {
		if file := p.Mapping[0].File; file != "" {
			lines = append(lines, "File: "+filepath.Base(file))
		}
		if id := p.Mapping[0].BuildID; id != "" {
			lines = append(lines, "Build ID: "+id)
		}
	}
	for _, c := range p.Comments {
		if !strings.HasPrefix(c, "#") {
			lines = append(lines, c)
		}
	}
	if m.kind.Type != "" {
		lines = append(lines, "Type: "+m.kind.Type)
	}
	if p.DocURL != "" {
		lines = append(lines, "Doc: "+p.DocURL)
	}
	if p.TimeNanos != 0 {
		lines = append(lines, "Time: "+time.Unix(0, p.TimeNanos).Format("2006-01-02 15:04:05 MST"))
	}
	if p.DurationNanos != 0 {
		ratio := ""
		if nanos, unit := Scale(total, m.kind.Unit, "nanoseconds"); unit == "ns" && nanos != 0 {
			ratio = "(" + Percentage(int64(nanos), p.DurationNanos) + ")"
		}
		lines = append(lines, fmt.Sprintf("Duration: %s, Total samples = %s %s",
			Label(p.DurationNanos, "nanoseconds", "auto"), m.format(total), ratio))
	}
	return lines
}

// Text is the table as "go tool pprof -top" prints it.
func (t Top) Text() string {
	var b strings.Builder
	b.WriteString(strings.Join(t.Header, "\n"))
	fmt.Fprintf(&b, "\n%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum")
	var sum int64
	for _, r := range t.Rows {
		sum += r.Flat
		inline := r.Inline
		if inline != "" {
			inline = " " + inline
		}
		fmt.Fprintf(&b, "%10s %s %s %10s %s  %s%s\n", r.FlatText, Percentage(r.Flat, t.Total),
			Percentage(sum, t.Total), r.CumText, Percentage(r.Cum, t.Total), r.Name, inline)
	}
	return b.String()
}
