package prof

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/pprof/profile"
)

// Charge says which function of a stack gets a sample's value.
type Charge string

// The charges.
const (
	// ChargeOwn is the innermost function of the user's own code: the one that can be
	// changed. A stack without any is charged to its innermost function.
	ChargeOwn Charge = "own"
	// ChargeFlat is the innermost function, as in pprof's column flat.
	ChargeFlat Charge = "flat"
	// ChargeCum is every function of the stack, as in pprof's column cum.
	ChargeCum Charge = "cum"
)

// Growth is how the functions of a program grow from one profile to the next.
type Growth struct {
	Type   ValueType
	Charge Charge
	Times  []time.Duration // of the profiles, since the first
	Totals []int64         // of all functions, profile by profile
	Rows   []GrowthRow     // the function that grows most first
	// Step is how many bytes of allocation lie between two samples of a heap profile,
	// which its error follows from; 0 for profiles that count everything.
	Step int64
	// Warnings are filters that matched nothing.
	Warnings []string
}

// GrowthRow is one function over time.
type GrowthRow struct {
	Name   string
	Kind   Kind
	Values []int64 // profile by profile, in Growth.Type.Unit
}

// Change is the last value less the first.
func (r GrowthRow) Change() int64 { return r.Values[len(r.Values)-1] - r.Values[0] }

// Watch adds up the functions of a program's profiles, one after the other, and
// keeps the sums only.
type Watch struct {
	charge  Charge
	options Options
	growth  Growth
	rows    map[string]*GrowthRow
}

// NewWatch starts a watch. Of o the sample type, the filters and Own count.
func NewWatch(charge Charge, o Options) *Watch {
	return &Watch{charge: charge, options: o, rows: map[string]*GrowthRow{}}
}

// Add adds the next profile, taken at a time since the first. The error says which
// option is wrong.
func (w *Watch) Add(at time.Duration, p *Profile) error {
	m, err := p.measure(w.options)
	if err != nil {
		return err
	}
	filtered, warnings, err := p.filter(w.options)
	if err != nil {
		return err
	}
	g := &w.growth
	if len(g.Times) == 0 {
		g.Charge, g.Type, g.Step = w.charge, m.kind, samplingStep(p, m.kind)
	}
	g.Warnings = warnings
	g.Times = append(g.Times, at)
	g.Totals = append(g.Totals, w.add(filtered, m))
	for _, r := range w.rows {
		if len(r.Values) < len(g.Times) {
			r.Values = append(r.Values, 0)
		}
	}
	return nil
}

// Growth is what the profiles so far show.
func (w *Watch) Growth() Growth {
	g := w.growth
	for _, r := range w.rows {
		g.Rows = append(g.Rows, *r)
	}
	slices.SortFunc(g.Rows, func(a, b GrowthRow) int {
		last := len(g.Times) - 1
		return cmp.Or(cmp.Compare(b.Change(), a.Change()), cmp.Compare(b.Values[last], a.Values[last]), strings.Compare(a.Name, b.Name))
	})
	return g
}

// samplingStep is the rate of a heap profile for a type that is measured in bytes.
func samplingStep(p *Profile, t ValueType) int64 {
	if period, of := p.Period(); of.Type == "space" && t.Unit == "bytes" && period > 1 {
		return period
	}
	return 0
}

// add charges every sample of the newest profile and returns their sum.
func (w *Watch) add(p *profile.Profile, m measure) int64 {
	kinds := make(map[*profile.Function]Kind, len(p.Function))
	for _, f := range p.Function {
		kinds[f] = KindOf(f.Name, f.Filename, w.options.Own)
	}
	var total int64
	for _, s := range p.Sample {
		v := m.value(s.Value)
		total += v
		stack := functions(s)
		if v == 0 || len(stack) == 0 {
			continue
		}
		switch w.charge {
		case ChargeFlat:
			w.to(stack[0], kinds, v)
		case ChargeCum:
			for i, f := range stack {
				if !slices.ContainsFunc(stack[:i], func(e *profile.Function) bool { return e.Name == f.Name }) {
					w.to(f, kinds, v)
				}
			}
		default:
			i := slices.IndexFunc(stack, func(f *profile.Function) bool { return kinds[f] == Yours })
			w.to(stack[max(i, 0)], kinds, v)
		}
	}
	return total
}

// to adds a value to a function's row, at the profile that is being added.
func (w *Watch) to(f *profile.Function, kinds map[*profile.Function]Kind, v int64) {
	row := w.rows[f.Name]
	if row == nil {
		row = &GrowthRow{Name: f.Name, Kind: kinds[f]}
		w.rows[f.Name] = row
	}
	for len(row.Values) < len(w.growth.Times) {
		row.Values = append(row.Values, 0)
	}
	row.Values[len(row.Values)-1] += v
}

// functions are the functions of a sample's stack, the innermost first.
func functions(s *profile.Sample) []*profile.Function {
	var out []*profile.Function
	for _, l := range s.Location {
		for _, ln := range l.Line {
			if ln.Function != nil && ln.Function.Name != "" {
				out = append(out, ln.Function)
			}
		}
	}
	return out
}

// minTrend is how many profiles a trend takes: of three in a row one in six rises
// by chance.
const minTrend = 4

// Rises says whether a row's values rise, by more than chance and still: the change
// exceeds the error of sampling, the test of Mann and Kendall finds a trend
// (one-sided, at 95 %), and the second half adds to the first, which a cache that has
// filled up does not. With fewer than four profiles nothing can be said, and it is false.
func (g Growth) Rises(r GrowthRow) bool {
	last := len(r.Values) - 1
	return last+1 >= minTrend && r.Change() > g.Noise(r) && mannKendall(r.Values) > 1.645 && r.Values[last] > r.Values[last/2]
}

// Noise is how much a row's change has to exceed to be more than the chance of
// sampling, at 95 %. What stays from one heap profile to the next is sampled once, so
// only what came on top is uncertain: about one allocation in Step bytes of it was
// noted, a Poisson process.
func (g Growth) Noise(r GrowthRow) int64 {
	return int64(1.96 * math.Sqrt(float64(abs(r.Change()))*float64(g.Step)))
}

// Least is the smallest change that can be more than the chance of sampling.
func (g Growth) Least() int64 { return 4 * g.Step }

// Steps counts the steps from one profile to the next in which a row rose.
func (r GrowthRow) Steps() (rose, all int) {
	for i := 1; i < len(r.Values); i++ {
		if r.Values[i] > r.Values[i-1] {
			rose++
		}
	}
	return rose, len(r.Values) - 1
}

// Cumulative says whether the values count from the program's start and so can
// only rise.
func (g Growth) Cumulative() bool {
	switch g.Type.Type {
	case "alloc_space", "alloc_objects", "contentions", "delay", "cpu", "samples":
		return true
	}
	return false
}

// mannKendall is the standardised statistic of the trend test of Mann (1945) and
// Kendall: above 0 where later values are mostly larger. Ties are not corrected
// for, which only makes it more careful.
func mannKendall(values []int64) float64 {
	s := 0.0
	for i, a := range values {
		for _, b := range values[i+1:] {
			s += float64(cmp.Compare(b, a))
		}
	}
	n := float64(len(values))
	deviation := math.Sqrt(n * (n - 1) * (2*n + 5) / 18)
	switch {
	case s > 0:
		return (s - 1) / deviation
	case s < 0:
		return (s + 1) / deviation
	}
	return 0
}
