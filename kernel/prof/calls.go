package prof

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// treeRows is how many rows pprof's tree has when nothing else is asked for.
const treeRows = 80

// Calls is a table of functions, each with those that call it and those that it
// calls: the reports "tree" and "peek" of pprof.
type Calls struct {
	Top  Top // the functions themselves, and what stands above the table
	Rows []CallRow
}

// CallRow is one function between its callers and its callees.
type CallRow struct {
	Row
	// Callers and Callees begin with the heaviest. A caller's value is what of the
	// function's own was spent in calls from there.
	Callers, Callees []Call
}

// Call is one end of a call.
type Call struct {
	Name    string // as pprof prints it
	Value   int64  // in Top.Type.Unit
	Text    string // Value as pprof writes it
	Inlined bool   // every such call was inlined
}

// Calls computes the table: of the functions whose name match matches ("peek"), or
// with an empty match of the heaviest ones ("tree"). Its error says which option is
// wrong, or that nothing matches.
func (p *Profile) Calls(o Options, match string) (Calls, error) {
	var expr *regexp.Regexp
	if match != "" {
		var err error
		if expr, err = regexp.Compile(match); err != nil {
			return Calls{}, fmt.Errorf("parsing argument regexp %s: %w", match, err)
		}
		o.NoTrim = true
	} else if o.NodeCount == 0 {
		o.NodeCount = treeRows
	}
	r, err := p.prepare(o)
	if err != nil {
		return Calls{}, err
	}
	nodes, edges := r.graph.trim(o, &r.top)
	r.graph.markInlines(edges)
	r.top.write(p.p, r.measure, nodes, o)
	c := Calls{Top: r.top, Rows: make([]CallRow, 0, len(nodes))}
	r.measure.unit = r.top.Unit
	callers, callees := r.measure.calls(r.graph, edges)
	for i, row := range r.top.Rows {
		if expr == nil || expr.MatchString(row.Name) {
			c.Rows = append(c.Rows, CallRow{row, callers[nodes[i].id], callees[nodes[i].id]})
		}
	}
	if expr != nil && len(c.Rows) == 0 {
		return Calls{}, fmt.Errorf("no matches found for regexp: %s", match)
	}
	return c, nil
}

// calls sorts the edges to the rows that they begin and end at.
func (m measure) calls(g *graph, edges map[uint64]*edge) (callers, callees map[int32][]Call) {
	callers, callees = make(map[int32][]Call), make(map[int32][]Call)
	for key, e := range edges {
		from, to := int32(key>>32), int32(uint32(key))
		c := Call{Value: e.weight, Text: m.format(e.weight), Inlined: e.inline}
		c.Name = g.nodes[from].printable
		callers[to] = append(callers[to], c)
		c.Name = g.nodes[to].printable
		callees[from] = append(callees[from], c)
	}
	for _, lists := range []map[int32][]Call{callers, callees} {
		for _, list := range lists {
			slices.SortFunc(list, func(a, b Call) int {
				if d := compare(abs(b.Value), abs(a.Value)); d != 0 {
					return d
				}
				return strings.Compare(a.Name, b.Name)
			})
		}
	}
	return callers, callees
}

// Text is the table as "go tool pprof -tree" prints it, or -peek.
func (c Calls) Text() string {
	const line = "----------------------------------------------------------+-------------\n"
	var b strings.Builder
	b.WriteString(strings.Join(c.Top.Header, "\n") + "\n" + line)
	b.WriteString("      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n")
	var sum int64
	total := c.Top.Total
	for _, r := range c.Rows {
		b.WriteString(line)
		writeCalls(&b, r.Callers, r.Cum)
		sum += r.Flat
		fmt.Fprintf(&b, "%10s %s %s %10s %s                | %s\n", r.FlatText, Percentage(r.Flat, total),
			Percentage(sum, total), r.CumText, Percentage(r.Cum, total), r.Name)
		writeCalls(&b, r.Callees, r.Cum)
	}
	if len(c.Top.Rows) > 0 {
		b.WriteString(line)
	}
	return b.String()
}

// writeCalls writes one line a call, with its share of the function in the middle.
func writeCalls(b *strings.Builder, calls []Call, cum int64) {
	for _, call := range calls {
		inline := ""
		if call.Inlined {
			inline = " (inline)"
		}
		fmt.Fprintf(b, "%50s %s |   %s%s\n", call.Text, Percentage(call.Value, cum), call.Name, inline)
	}
}
