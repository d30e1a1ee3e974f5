package bench

// History remembers the last run of every benchmark of a session. Its owner is the
// session; it is not safe for use by several goroutines.
type History struct {
	last map[historyKey]Group
}

// historyKey names a benchmark over all runs. The package is not part of it: the
// same benchmark, moved from a cell to a listing, is still compared.
type historyKey struct{ fullName string }

// Delta is how one unit of one benchmark has changed since its last run. It says
// nothing about chance: that takes several runs and a test.
type Delta struct {
	FullName string
	Unit     string
	Old, New Summary
}

// Ratio is the new median divided by the old one; ok is false if that has no meaning.
func (d Delta) Ratio() (ratio float64, ok bool) {
	if d.Old.Median <= 0 || d.New.Median < 0 {
		return 0, false
	}
	return d.New.Median / d.Old.Median, true
}

// Overlap is true if the ranges of the two runs have a value in common, so that
// the change may be noise. A single measurement is a range of its own.
func (d Delta) Overlap() bool {
	return d.Old.Min <= d.New.Max && d.New.Min <= d.Old.Max
}

// Add remembers the run and returns what has changed since the last run of each of
// its benchmarks, in the order of the results and of their units.
func (h *History) Add(s Set) []Delta {
	var deltas []Delta
	if h.last == nil {
		h.last = map[historyKey]Group{}
	}
	units := s.Units()
	for _, g := range s.Groups() {
		key := historyKey{g.FullName}
		if old, ok := h.last[key]; ok {
			deltas = append(deltas, compare(old, g, units)...)
		}
		h.last[key] = g
	}
	return deltas
}

// Last returns the last run of a benchmark, by its full name.
func (h *History) Last(fullName string) (Group, bool) {
	g, ok := h.last[historyKey{fullName}]
	return g, ok
}

// compare returns one delta for each unit that both groups have.
func compare(old, now Group, units []string) []Delta {
	var deltas []Delta
	for _, unit := range units {
		a, okA := old.Summary(unit)
		b, okB := now.Summary(unit)
		if okA && okB {
			deltas = append(deltas, Delta{FullName: now.FullName, Unit: unit, Old: a, New: b})
		}
	}
	return deltas
}
