package exectrace

import (
	"math/bits"
	"time"
)

// perOctave is how many steps a doubling of time has in a Distribution: a quantile
// is right within 1/128 of itself.
const perOctave = 128

// Distribution are many durations, of which count, sum, and the largest are exact
// and quantiles within one part in 128. The zero value is empty.
type Distribution struct {
	Count int64
	Sum   time.Duration
	Max   time.Duration
	steps []int64
}

// add adds a duration.
func (d *Distribution) add(t time.Duration) {
	t = max(t, 0)
	d.Count++
	d.Sum += t
	d.Max = max(d.Max, t)
	i := stepOf(t)
	if i >= len(d.steps) {
		d.steps = append(d.steps, make([]int64, i+1-len(d.steps))...)
	}
	d.steps[i]++
}

// stepOf is the step of a duration: each below 128 ns has its own, and each octave
// above is divided into 128.
func stepOf(t time.Duration) int {
	if t < perOctave {
		return int(t)
	}
	octave := bits.Len64(uint64(t)) - bits.Len64(perOctave)
	return octave*perOctave + int(uint64(t)>>octave)
}

// endOf is the longest duration of a step.
func endOf(step int) time.Duration {
	if step < 2*perOctave {
		return time.Duration(step)
	}
	octave := step/perOctave - 1
	return time.Duration((uint64(step-octave*perOctave)+1)<<octave - 1)
}

// Quantile is the duration that a share q of all are not longer than.
func (d *Distribution) Quantile(q float64) time.Duration {
	rank := int64(q*float64(d.Count) + 0.5)
	rank = min(max(rank, 1), d.Count)
	var seen int64
	for i, n := range d.steps {
		if seen += n; seen >= rank && n > 0 {
			return min(endOf(i), d.Max)
		}
	}
	return 0
}

// Bucket is one bar of a histogram: how many durations are at least Low and less
// than High.
type Bucket struct {
	Low, High time.Duration
	Count     int64
}

// Histogram counts the durations in two bars a decade: up to 1, 3, 10, 30 µs and so on.
// Empty bars at the ends are left out.
func (d *Distribution) Histogram() []Bucket {
	var list []Bucket
	low := time.Duration(0)
	for high := 100 * time.Nanosecond; low <= d.Max && d.Count > 0; high *= 10 {
		list = append(list, Bucket{Low: low, High: high}, Bucket{Low: high, High: 3 * high})
		low = 3 * high
	}
	for i, n := range d.steps {
		if n == 0 {
			continue
		}
		for b := range list {
			if endOf(i) < list[b].High {
				list[b].Count += n
				break
			}
		}
	}
	for len(list) > 0 && list[0].Count == 0 {
		list = list[1:]
	}
	for len(list) > 0 && list[len(list)-1].Count == 0 {
		list = list[:len(list)-1]
	}
	return list
}
