package load

import (
	"slices"
	"time"
)

// Bucket is how many requests took From and more, and less than To.
type Bucket struct {
	From, To time.Duration
	N        int
}

// edges are the bounds of the buckets: round times, about evenly apart on a
// logarithmic scale, from a microsecond to beyond the longest timeout.
var edges = func() []time.Duration {
	out := []time.Duration{0}
	for decade := time.Microsecond; decade < MaxTimeout; decade *= 10 {
		for _, tenths := range []time.Duration{10, 15, 20, 30, 50, 70} {
			out = append(out, decade*tenths/10)
		}
	}
	return append(out, 1<<62)
}()

// histogram counts latencies.
type histogram []int

// add counts one latency.
func (h *histogram) add(d time.Duration) {
	if *h == nil {
		*h = make(histogram, len(edges)-1)
	}
	i, found := slices.BinarySearch(edges, d)
	if !found {
		i--
	}
	(*h)[min(max(i, 0), len(*h)-1)]++
}

// buckets returns the buckets from the first to the last that is not empty.
func (h histogram) buckets() []Bucket {
	var out []Bucket
	empty := 0
	for i, n := range h {
		if n == 0 {
			empty++
			continue
		}
		for j := i - empty; j < i && len(out) > 0; j++ {
			out = append(out, Bucket{From: edges[j], To: edges[j+1]})
		}
		empty = 0
		out = append(out, Bucket{From: edges[i], To: edges[i+1], N: n})
	}
	return out
}
