package prof

import (
	"slices"

	"github.com/google/pprof/profile"
)

// stack is a call stack with the values of all the samples that have it.
type stack struct {
	locations      []*profile.Location // the innermost first
	value, divisor int64
}

// mergeStacks adds up samples that differ only in their labels. Servers that
// label requests have a hundred samples for each stack, and going through the
// stacks is what every report costs. A stack whose values cancel out stays:
// pprof lists its calls. A nil divisor counts as 0.
func mergeStacks(samples []*profile.Sample, value, divisor func([]int64) int64) []stack {
	stacks := make([]stack, 0, len(samples))
	first := make(map[uint64]int32, len(samples)) // hash → the last stack that has it
	next := make([]int32, 0, len(samples))        // stack → an earlier one of the same hash, or -1
	for _, s := range samples {
		v, d := value(s.Value), int64(0)
		if divisor != nil {
			d = divisor(s.Value)
		}
		if v == 0 && d == 0 {
			continue
		}
		h := hashStack(s.Location)
		last, seen := first[h]
		if !seen {
			last = -1
		}
		i := last
		for i >= 0 && !slices.Equal(stacks[i].locations, s.Location) {
			i = next[i]
		}
		if i >= 0 {
			stacks[i].value += v
			stacks[i].divisor += d
			continue
		}
		first[h] = int32(len(stacks))
		next = append(next, last)
		stacks = append(stacks, stack{s.Location, v, d})
	}
	return stacks
}

// hashStack is the FNV-1a hash of the locations' numbers.
func hashStack(locations []*profile.Location) uint64 {
	h := uint64(14695981039346656037)
	for _, l := range locations {
		h = (h ^ l.ID) * 1099511628211
	}
	return h
}
