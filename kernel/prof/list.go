package prof

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// listMargin is how many lines are listed around the first and the last sample.
const listMargin = 5

// Listing is the source of functions with what each line costs: the report "list" of pprof.
type Listing struct {
	Top      Top // of the whole profile: what is measured, and its total
	Routines []Routine
}

// Routine is one function in one file.
type Routine struct {
	Name, File string
	Flat, Cum  int64
	Lines      []Line
	// From and To are the first and the last line with samples.
	From, To int64
	// Err says why there are no lines; nil when there are.
	Err error
}

// Line is one line of a source.
type Line struct {
	Number    int64
	Text      string
	Flat, Cum int64
	Calls     []Call // what the line calls, the heaviest first
	// Code is what the line was compiled to, in a listing with assembly.
	Code []Instruction
}

// Sources returns the lines of a source file, without line ends, from its name as
// the profile has it.
type Sources func(file string) ([]string, error)

// List computes the listing of the functions whose name match matches. Its error
// says which option is wrong, or that nothing matches.
func (p *Profile) List(o Options, match string, sources Sources) (Listing, error) {
	expr, err := regexp.Compile(match)
	if err != nil {
		return Listing{}, fmt.Errorf("parsing argument regexp %s: %w", match, err)
	}
	r, err := p.prepareDetail(o, detail{
		inlines: !o.NoInlines, function: true, file: true, line: true, column: o.ShowColumns, object: true, trim: o.trimmer(),
	})
	if err != nil {
		return Listing{}, err
	}
	edges := make(map[uint64]*edge)
	r.graph.count(nil, edges)
	r.measure.unit = "minimum"
	if o.Unit != "" {
		r.measure.unit = o.Unit
	}
	l := Listing{Top: r.top}
	l.Top.Unit = r.measure.unit
	type routine struct{ name, file string }
	groups := make(map[routine][]*node)
	var order []routine
	for _, n := range r.graph.shown(o.DropNegative) {
		if !expr.MatchString(n.info.name) {
			continue
		}
		key := routine{n.info.name, n.info.file}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], n)
	}
	if len(order) == 0 {
		return Listing{}, fmt.Errorf("no matches found for regexp: %s", match)
	}
	slices.SortFunc(order, func(a, b routine) int {
		if d := strings.Compare(a.name, b.name); d != 0 {
			return d
		}
		return strings.Compare(a.file, b.file)
	})
	called := callsOfNodes(r.graph, edges)
	for i, key := range order {
		if key.file == "" && (i > 0 && order[i-1].name == key.name || i+1 < len(order) && order[i+1].name == key.name) {
			continue // its samples without a file are not listed
		}
		l.Routines = append(l.Routines, newRoutine(key.name, key.file, groups[key], called, r.measure.format, sources))
	}
	return l, nil
}

// newRoutine lists one function in one file.
func newRoutine(name, file string, nodes []*node, called map[int32][]Call, format func(int64) string, sources Sources) Routine {
	r := Routine{Name: name, File: file}
	byLine := make(map[int64][]*node)
	for _, n := range nodes {
		r.Flat += n.flat
		r.Cum += n.cum
		byLine[n.info.line] = append(byLine[n.info.line], n)
		if r.To = max(r.To, n.info.line); r.From == 0 || n.info.line < r.From {
			r.From = n.info.line
		}
	}
	if file == "" {
		return r
	}
	text, err := sources(file)
	if err != nil {
		r.Err = err
		return r
	}
	start, end := listed(nodes)
	for at := start; at <= end && at <= int64(len(text)); at++ {
		line := Line{Number: at, Text: text[at-1]}
		for _, n := range byLine[at] {
			line.Flat += n.flat
			line.Cum += n.cum
			line.Calls = append(line.Calls, called[n.id]...)
		}
		line.Calls = sumCalls(line.Calls)
		for i := range line.Calls {
			line.Calls[i].Text = format(line.Calls[i].Value)
		}
		r.Lines = append(r.Lines, line)
	}
	return r
}

// listed returns the first and the last line to list.
func listed(nodes []*node) (start, end int64) {
	begin := func(n *node) int64 {
		if n.info.startLine != 0 {
			return n.info.startLine
		}
		return n.info.line - listMargin
	}
	start, end = begin(nodes[0]), nodes[0].info.line+listMargin
	for _, n := range nodes {
		// One that moves the start does not move the end, as in pprof.
		if b := begin(n); b < start {
			start = b
		} else {
			end = max(end, n.info.line+listMargin)
		}
	}
	return max(start, 1), end
}

// callsOfNodes returns what each row calls, by function.
func callsOfNodes(g *graph, edges map[uint64]*edge) map[int32][]Call {
	calls := make(map[int32][]Call)
	for key, e := range edges {
		from, to := int32(key>>32), &g.nodes[uint32(key)]
		calls[from] = append(calls[from], Call{Name: to.info.name, Value: e.weight, Inlined: e.inline})
	}
	return calls
}

// sumCalls adds up calls of the same function, and sorts the heaviest first.
func sumCalls(calls []Call) []Call {
	var sums []Call
	for _, c := range calls {
		i := slices.IndexFunc(sums, func(s Call) bool { return s.Name == c.Name && s.Inlined == c.Inlined })
		if i < 0 {
			sums = append(sums, c)
		} else {
			sums[i].Value += c.Value
		}
	}
	slices.SortFunc(sums, func(a, b Call) int {
		if d := compare(abs(b.Value), abs(a.Value)); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return sums
}

// Text is the listing as "go tool pprof -list" prints it, with instructions under
// their lines if there are any.
func (l Listing) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Total: %s\n", l.format(l.Top.Total))
	for _, r := range l.Routines {
		if r.File == "" {
			fmt.Fprintf(&b, "No source information for %s\n", r.Name)
			continue
		}
		fmt.Fprintf(&b, "ROUTINE ======================== %s in %s\n", r.Name, r.File)
		fmt.Fprintf(&b, "%10s %10s (flat, cum) %s of Total\n", l.format(r.Flat), l.format(r.Cum), Percentage(r.Cum, l.Top.Total))
		if r.Err != nil {
			fmt.Fprintf(&b, " Error: %v\n", r.Err)
		}
		for _, line := range r.Lines {
			fmt.Fprintf(&b, "%10s %10s %6d:%s\n", l.OrDot(line.Flat), l.OrDot(line.Cum), line.Number, line.Text)
			for _, in := range line.Code {
				fmt.Fprintf(&b, "%10s %10s        %12s: %s\n", in.Flat, in.Cum, in.Addr, in.Text)
			}
		}
	}
	return b.String()
}

// OrDot writes a value as pprof's listing does: nothing is a dot.
func (l Listing) OrDot(v int64) string {
	if v == 0 {
		return "."
	}
	return l.format(v)
}

func (l Listing) format(v int64) string { return l.Top.Format(v) }
