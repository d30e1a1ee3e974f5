package prof

import "math"

// Sides are the totals of the two profiles of a difference.
type Sides struct {
	From, To int64 // in Top.Type.Unit, after the filters
	// SamplesFrom and SamplesTo say how often a CPU profiler looked; 0 for other profiles.
	SamplesFrom, SamplesTo int64
}

// Noise is how much a change has to exceed, in the unit of the values, to be more
// than the chance of sampling (at 95 %), when the two sides have the values from
// and to. It is 0 for profiles that are not made by sampling time.
func (s *Sides) Noise(from, to int64) int64 {
	if s.SamplesFrom+s.SamplesTo == 0 {
		return 0
	}
	// Samples are counts of a Poisson process: the variance of a count is the count.
	step := float64(abs(s.From)+abs(s.To)) / float64(s.SamplesFrom+s.SamplesTo)
	samples := float64(abs(from)+abs(to)) / max(step, 1)
	return int64(1.96 * math.Sqrt(samples) * step)
}

// ByChance says whether the change of a row is within the chance of sampling.
func (s *Sides) ByChance(r Row) bool {
	return s.SamplesFrom+s.SamplesTo > 0 && abs(r.FlatTo-r.FlatFrom) <= s.Noise(r.FlatFrom, r.FlatTo) &&
		abs(r.CumTo-r.CumFrom) <= s.Noise(r.CumFrom, r.CumTo)
}

// addSides adds what the rows of a difference were before and are now.
func (t *Top) addSides(p *Profile, nodes []*node, o Options) error {
	from, err := p.from.values(o)
	if err != nil {
		return err
	}
	to, err := p.to.values(o)
	if err != nil {
		return err
	}
	t.Diff = &Sides{From: from.total, To: to.total, SamplesFrom: from.samples, SamplesTo: to.samples}
	for i, n := range nodes {
		a, b := from.rows[n.printable], to.rows[n.printable]
		r := &t.Rows[i]
		r.FlatFrom, r.CumFrom, r.FlatTo, r.CumTo = a[0], a[1], b[0], b[1]
	}
	return nil
}

// values are the flat and cumulative values of all rows of a profile, by name.
type values struct {
	rows           map[string][2]int64
	total, samples int64
}

func (p *Profile) values(o Options) (values, error) {
	r, err := p.prepare(o)
	if err != nil {
		return values{}, err
	}
	r.graph.count(nil, nil)
	v := values{rows: make(map[string][2]int64, len(r.graph.nodes)), samples: r.top.Samples}
	for i := range r.graph.nodes {
		n := &r.graph.nodes[i]
		sum := v.rows[n.printable]
		v.rows[n.printable] = [2]int64{sum[0] + n.flatValue(), sum[1] + n.cumValue()}
	}
	for _, s := range r.graph.stacks {
		v.total += s.value
	}
	return v, nil
}
