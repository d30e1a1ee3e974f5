package exectrace

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreRightWithinAHundredth(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var d Distribution
	var all []time.Duration
	for range 20000 {
		v := time.Duration(rng.ExpFloat64() * float64(50*time.Microsecond))
		d.add(v)
		all = append(all, v)
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[min(len(all)-1, int(q*float64(len(all))))]
		if got := d.Quantile(q); float64(got) < float64(want)*0.98-2 || float64(got) > float64(want)*1.02+2 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if d.Quantile(1) != d.Max || d.Max != all[len(all)-1] {
		t.Errorf("the largest is %v, want %v", d.Quantile(1), all[len(all)-1])
	}
}

func TestEveryDurationHasItsStep(t *testing.T) {
	last := -1
	for _, v := range []time.Duration{0, 1, 127, 128, 129, 255, 256, 257, 258, 511, 512, 1 << 20, 1<<40 + 5} {
		s := stepOf(v)
		if s < last || endOf(s) < v || float64(endOf(s)) > float64(v)*1.01+1 {
			t.Errorf("%d is in step %d, which ends at %d", v, s, endOf(s))
		}
		last = s
	}
}

func TestHistogramCountsAll(t *testing.T) {
	var d Distribution
	for _, v := range []time.Duration{3, 150, 99, 1000, 1999, 2000, 5 * time.Millisecond} {
		d.add(v)
	}
	var n int64
	for i, b := range d.Histogram() {
		n += b.Count
		if b.Low >= b.High {
			t.Errorf("bar %d is %v to %v", i, b.Low, b.High)
		}
	}
	if n != d.Count {
		t.Errorf("%d of %d are in the histogram", n, d.Count)
	}
	if len((&Distribution{}).Histogram()) != 0 {
		t.Error("nothing has a histogram")
	}
}
