package bench

import (
	"math"
	"slices"
)

// Group is all results of one benchmark in a run: one, or as many as -count says.
type Group struct {
	Name     string // as in Result
	FullName string
	Pkg      string
	Procs    int
	Results  []Result // at least one
}

// Groups returns the results by benchmark, in the order in which the benchmarks
// first appear.
func (s Set) Groups() []Group {
	type key struct{ pkg, name string }
	at := map[key]int{}
	var groups []Group
	for _, r := range s.Results {
		k := key{r.Pkg, r.FullName}
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, Group{Name: r.Name, FullName: r.FullName, Pkg: r.Pkg, Procs: r.Procs})
		}
		groups[i].Results = append(groups[i].Results, r)
	}
	return groups
}

// Units returns the units of the set's measurements, in the order of go test:
// ns/op first, then the benchmarks' own and MB/s as printed, B/op and allocs/op last.
func (s Set) Units() []string {
	rank := func(unit string) int {
		switch unit {
		case "ns/op":
			return 0
		case "B/op":
			return 2
		case "allocs/op":
			return 3
		}
		return 1
	}
	var units []string
	for _, r := range s.Results {
		for _, v := range r.Values {
			if !slices.Contains(units, v.Unit) {
				units = append(units, v.Unit)
			}
		}
	}
	slices.SortStableFunc(units, func(a, b string) int { return rank(a) - rank(b) })
	return units
}

// Values returns the group's measurements with the given unit, in run order.
func (g Group) Values(unit string) []Value {
	var out []Value
	for _, r := range g.Results {
		if v, ok := r.Get(unit); ok {
			out = append(out, v)
		}
	}
	return out
}

// Summary is what several measurements of one unit come to.
type Summary struct {
	N                int
	Median, Min, Max float64 // in the unit as printed
}

// Summary returns the median and range of the group's measurements with the given
// unit; ok is false if there are none.
func (g Group) Summary(unit string) (sum Summary, ok bool) {
	var xs []float64
	for _, v := range g.Values(unit) {
		if !math.IsNaN(v.Number) {
			xs = append(xs, v.Number)
		}
	}
	if len(xs) == 0 {
		return Summary{}, false
	}
	slices.Sort(xs)
	n := len(xs)
	median := xs[n/2]
	if n%2 == 0 {
		median = xs[n/2-1] + (xs[n/2]-xs[n/2-1])/2
	}
	return Summary{N: n, Median: median, Min: xs[0], Max: xs[n-1]}, true
}
