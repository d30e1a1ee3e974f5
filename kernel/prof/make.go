package prof

import (
	"time"

	"github.com/google/pprof/profile"
)

// MadeFrame is one call of a stack that a profile is made of.
type MadeFrame struct {
	Address        uint64
	Function, File string
	Line           int
}

// MadeSample is one stack of a profile that is made, the innermost call first, and
// its values.
type MadeSample struct {
	Frames []MadeFrame
	Values []int64
}

// Make makes a profile of stacks: of what was measured by other means than pprof's.
// The period is what go tool trace writes into its profiles.
func Make(types []ValueType, samples []MadeSample, duration time.Duration) *Profile {
	p := &profile.Profile{
		PeriodType:    &profile.ValueType{Type: "trace", Unit: "count"},
		Period:        1,
		DurationNanos: int64(duration),
	}
	for _, t := range types {
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: t.Type, Unit: t.Unit})
	}
	type function struct{ name, file string }
	functions := make(map[function]*profile.Function)
	locations := make(map[MadeFrame]*profile.Location)
	for _, s := range samples {
		sample := &profile.Sample{Value: s.Values}
		for _, f := range s.Frames {
			loc := locations[f]
			if loc == nil {
				fn := functions[function{f.Function, f.File}]
				if fn == nil {
					fn = &profile.Function{ID: uint64(len(p.Function) + 1), Name: f.Function, SystemName: f.Function, Filename: f.File}
					p.Function = append(p.Function, fn)
					functions[function{f.Function, f.File}] = fn
				}
				loc = &profile.Location{ID: uint64(len(p.Location) + 1), Address: f.Address, Line: []profile.Line{{Function: fn, Line: int64(f.Line)}}}
				p.Location = append(p.Location, loc)
				locations[f] = loc
			}
			sample.Location = append(sample.Location, loc)
		}
		p.Sample = append(p.Sample, sample)
	}
	return &Profile{p: p}
}
