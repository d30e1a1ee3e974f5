package exectrace

import (
	"math"
	"slices"
	"time"
)

const (
	// fine is how many columns are kept while reading. They become twice as wide
	// whenever time runs out of them, so that a trace of any length fits.
	fine = 2048
	// maxLanes bounds the processors of which a lane over time is kept.
	maxLanes = 256
)

// timeline sums things up over columns of time.
type timeline struct {
	from, to int64 // what is looked at: [from, to)
	width    int64 // of a column
	sums     []*series
}

// series is one quantity: sums of time, or with peak the largest value.
type series struct {
	values []int64
	peak   bool
}

// newTimeline returns a timeline of the times from and to, of which to may be the
// largest number when the end is not known.
func newTimeline(from, to int64) *timeline {
	t := &timeline{from: from, to: to, width: 1}
	if to != math.MaxInt64 {
		t.width = max(1, (to-from+fine-1)/fine)
	}
	return t
}

// series adds a quantity.
func (t *timeline) series(peak bool) *series {
	s := &series{values: make([]int64, fine), peak: peak}
	t.sums = append(t.sums, s)
	return s
}

// reach makes the columns as wide as at needs.
func (t *timeline) reach(at int64) {
	// Not multiplied, which would overflow with the times of a damaged trace.
	for (at-t.from-1)/fine >= t.width {
		t.width *= 2
		for _, s := range t.sums {
			for i := range fine / 2 {
				a, b := s.values[2*i], s.values[2*i+1]
				if s.peak {
					s.values[i] = max(a, b)
				} else {
					s.values[i] = a + b
				}
			}
			clear(s.values[fine/2:])
		}
	}
}

// add adds the time between two instants, each nanosecond of it weight times.
func (t *timeline) add(s *series, start, end, weight int64) {
	start, end = max(start, t.from), min(end, t.to)
	if s == nil || start >= end || weight == 0 {
		return
	}
	t.reach(end)
	for start < end {
		i := (start - t.from) / t.width
		next := min(end, t.from+(i+1)*t.width)
		s.values[i] += (next - start) * weight
		start = next
	}
}

// peak records a value at an instant.
func (t *timeline) peak(s *series, at, value int64) {
	if at < t.from || at >= t.to {
		return
	}
	t.reach(at + 1)
	i := (at - t.from) / t.width
	s.values[i] = max(s.values[i], value)
}

// draw returns the series in n columns up to the instant end: sums as shares of a
// column's time, peaks as they are, each gap filled with the value before it.
func (t *timeline) draw(s *series, n int, end int64) []float64 {
	out := make([]float64, n)
	span := float64(end - t.from)
	if span <= 0 || s == nil {
		return out
	}
	column := span / float64(n)
	for i, v := range s.values {
		if v == 0 {
			continue
		}
		a, b := float64(i)*float64(t.width), min(float64(i+1)*float64(t.width), span)
		if a >= b {
			continue
		}
		first, last := int(a/column), min(int(math.Ceil(b/column)), n)
		for c := first; c < last; c++ {
			if s.peak {
				out[c] = max(out[c], float64(v))
				continue
			}
			overlap := min(b, float64(c+1)*column) - max(a, float64(c)*column)
			out[c] += float64(v) * max(0, overlap) / (b - a) / column
		}
	}
	if s.peak {
		fill(out)
	}
	return out
}

// fill gives columns without a value that of the column before, or at the beginning
// of the first that has one.
func fill(values []float64) {
	first := slices.IndexFunc(values, func(v float64) bool { return v != 0 })
	if first < 0 {
		return
	}
	last := values[first]
	for i, v := range values {
		if v == 0 {
			values[i] = last
		} else {
			last = v
		}
	}
}

// columnsFor is how many columns a strip of that many lanes gets: fewer for more
// lanes, so that a picture's size stays bounded.
func columnsFor(lanes int) int { return min(max(1500/max(lanes, 1), 48), 480) }

// strip draws all that was summed up.
func (r *reading) strip(lanes []*proc, last int64) Strip {
	t := r.line
	end := min(last, t.to)
	n := columnsFor(len(lanes))
	s := Strip{
		From: time.Duration(t.from - r.start), To: time.Duration(max(end, t.from) - r.start),
		GC: t.draw(r.gcShare, n, end), Stopped: t.draw(r.stopShare, n, end),
		Spans: r.namedSpans(),
		Heap:  t.draw(r.heap, n, end), Runnable: t.draw(r.runnable, n, end),
	}
	for _, p := range lanes {
		s.Lanes = append(s.Lanes, StripLane{
			User:    t.draw(p.series[doesUser], n, end),
			Runtime: t.draw(p.series[doesRuntime], n, end),
			Syscall: t.draw(p.series[doesSyscall], n, end),
		})
	}
	return s
}
