package prof

import (
	"fmt"

	"github.com/google/pprof/profile"
)

// baseLabel marks the samples of the base of a difference, as in pprof: percentages
// are then of the base.
const baseLabel = "pprof::base"

// DiffOptions says how to subtract one profile from another.
type DiffOptions struct {
	// OfBase takes percentages of the base, as pprof's -diff_base does; without it
	// they are of the sum of all changes, as with -base.
	OfBase bool
	// Normalize scales the profile to the base's total first.
	Normalize bool
}

// Merge adds up profiles of the same kind, such as those of several servers.
func Merge(profiles []*Profile) (*Profile, error) {
	if len(profiles) == 1 {
		return profiles[0], nil
	}
	copies := make([]*profile.Profile, len(profiles))
	for i, p := range profiles {
		copies[i] = p.p.Copy()
	}
	sum, err := merge(copies)
	if err != nil {
		return nil, fmt.Errorf("adding up %d profiles: %w", len(profiles), err)
	}
	return &Profile{p: sum}, nil
}

// merge adds up profiles, which it changes.
func merge(profiles []*profile.Profile) (sum *profile.Profile, err error) {
	defer recovered(&err)
	if err := profile.CompatibilizeSampleTypes(profiles); err != nil {
		return nil, err
	}
	if err := sameUnits(profiles); err != nil {
		return nil, err
	}
	return profile.Merge(profiles)
}

// sameUnits converts the values to the finest unit in use, so that a profile in
// microseconds and one in nanoseconds can be added up.
func sameUnits(profiles []*profile.Profile) error {
	for i, first := range profiles[0].SampleType {
		unit := first.Unit
		for _, p := range profiles[1:] {
			if f, ok := factor(p.SampleType[i].Unit, unit); ok && f < 1 {
				unit = p.SampleType[i].Unit
			}
		}
		for _, p := range profiles {
			if err := convert(p, i, unit); err != nil {
				return err
			}
		}
	}
	return nil
}

// convert changes the unit of one of a profile's values.
func convert(p *profile.Profile, i int, unit string) error {
	t := p.SampleType[i]
	if t.Unit == unit {
		return nil
	}
	f, ok := factor(t.Unit, unit)
	if !ok {
		return fmt.Errorf("%s is measured in %s and in %s", t.Type, t.Unit, unit)
	}
	factors := make([]float64, len(p.SampleType))
	for j := range factors {
		factors[j] = 1
	}
	factors[i] = f
	if p.PeriodType != nil && p.PeriodType.Type == t.Type && p.PeriodType.Unit == t.Unit {
		p.PeriodType.Unit = unit
		p.Period = int64(float64(p.Period) * f)
	}
	t.Unit = unit
	return p.ScaleN(factors)
}

// Minus subtracts base. The result's values may be negative; Tree tells what was
// before from what is now.
func (p *Profile) Minus(base *Profile, o DiffOptions) (d *Profile, err error) {
	defer recovered(&err)
	to, from := p.p.Copy(), base.p.Copy()
	if o.OfBase {
		from.SetLabel(baseLabel, []string{"true"})
	}
	both := []*profile.Profile{to, from}
	if err := profile.CompatibilizeSampleTypes(both); err != nil {
		return nil, fmt.Errorf("comparing the profiles: %w", err)
	}
	if o.Normalize {
		if err := to.Normalize(from); err != nil {
			return nil, fmt.Errorf("normalizing the profile: %w", err)
		}
	}
	d = &Profile{to: &Profile{p: to.Copy()}, from: &Profile{p: from.Copy()}}
	from.Scale(-1)
	if d.p, err = merge(both); err != nil {
		return nil, fmt.Errorf("comparing the profiles: %w", err)
	}
	return d, clean(d.p)
}

// IsDiff says whether the profile is the difference of two.
func (p *Profile) IsDiff() bool { return p.from != nil }
