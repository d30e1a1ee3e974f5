package exectrace

import (
	"math"
	"testing"
)

func TestTimelineHoldsAnyLength(t *testing.T) {
	for _, end := range []int64{1, 2047, 2048, 2049, 1_000_003, math.MaxInt64 / 4} {
		line := newTimeline(0, math.MaxInt64)
		s := line.series(false)
		for i := range int64(16) {
			line.add(s, end/16*i, end/16*i+end/32, 1)
		}
		line.add(s, end-end%16, end, 0) // no weight, no time
		var sum int64
		for _, v := range s.values {
			sum += v
		}
		if want := end / 32 * 16; sum != want {
			t.Errorf("to %d: %d of %d are there", end, sum, want)
		}
	}
}

func TestGapsOfAPeakAreFilled(t *testing.T) {
	line := newTimeline(100, math.MaxInt64)
	s := line.series(true)
	line.peak(s, 300, 7)
	line.peak(s, 700, 9)
	got := line.draw(s, 10, 1100)
	for i, want := range []float64{7, 7, 7, 7, 7, 7, 9, 9, 9, 9} {
		if got[i] != want {
			t.Fatalf("drawn is %v", got)
		}
	}
}
