package prof

import (
	"errors"

	"github.com/google/pprof/profile"
)

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
