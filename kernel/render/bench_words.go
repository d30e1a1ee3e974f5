package render

import (
	"fmt"
	"math"
	"strings"

	"gomri/kernel/bench"
)

// benchHeadline says the finding of a run.
func benchHeadline(set bench.Set, groups []bench.Group, deltas []bench.Delta) string {
	timed := timedGroups(groups)
	switch {
	case len(groups) == 0 && set.Verdict == "FAIL":
		return "The run failed before a benchmark ended"
	case len(groups) == 0:
		return "No benchmark was run"
	case len(timed) == 0 && len(groups) == 1:
		return "`" + groups[0].Name + "` ran"
	case len(timed) == 0:
		return fmt.Sprintf("%d benchmarks ran", len(groups))
	case len(timed) == 1:
		return oneHeadline(timed[0], deltas)
	}
	return manyHeadline(timed)
}

// timedGroup is a benchmark with its median time in nanoseconds.
type timedGroup struct {
	group bench.Group
	ns    float64
}

// timedGroups are the benchmarks that measured time.
func timedGroups(groups []bench.Group) []timedGroup {
	var list []timedGroup
	for _, g := range groups {
		if s, ok := g.Summary("ns/op"); ok && !math.IsInf(s.Median, 0) && s.Median >= 0 {
			list = append(list, timedGroup{g, s.Median})
		}
	}
	return list
}

// oneHeadline is the finding about a single benchmark.
func oneHeadline(t timedGroup, deltas []bench.Delta) string {
	s := fmt.Sprintf("`%s` takes %s an operation%s", t.group.Name, Nanoseconds(t.ns), allocWords(t.group))
	for _, d := range deltas {
		ratio, ok := d.Ratio()
		if d.FullName != t.group.FullName || d.Unit != "ns/op" || !ok || d.Overlap() || math.Abs(ratio-1) < 0.01 {
			continue
		}
		s += fmt.Sprintf("; %s time since the last run", changeText(ratio))
	}
	return s
}

// allocWords says what one operation allocates, "" if that was not measured.
func allocWords(g bench.Group) string {
	allocs, ok := g.Summary("allocs/op")
	if !ok {
		return ""
	}
	if allocs.Median == 0 {
		return " and allocates nothing"
	}
	bytes, _ := g.Summary("B/op")
	times := "times"
	if allocs.Median == 1 {
		return fmt.Sprintf(" and allocates once (%s B)", plainNumber(bytes.Median))
	}
	return fmt.Sprintf(" and allocates %s %s (%s B)", plainNumber(allocs.Median), times, plainNumber(bytes.Median))
}

// manyHeadline compares the fastest and the slowest of several benchmarks.
func manyHeadline(timed []timedGroup) string {
	fast, slow := timed[0], timed[0]
	for _, t := range timed[1:] {
		if t.ns < fast.ns {
			fast = t
		}
		if t.ns > slow.ns {
			slow = t
		}
	}
	times := fmt.Sprintf("(%s against %s an operation)", Nanoseconds(fast.ns), Nanoseconds(slow.ns))
	fastName, slowName := shortBench(fast.group), shortBench(slow.group)
	if fast.group.Procs == slow.group.Procs {
		fastName, slowName = fast.group.Name, slow.group.Name
	}
	if fast.ns <= 0 {
		return fmt.Sprintf("`%s` is the fastest, `%s` the slowest %s", fastName, slowName, times)
	}
	if fast.ns < tooFast && slow.ns >= tooFast {
		return fmt.Sprintf("`%s` takes %s an operation; `%s` takes %s, too little for real work", slowName, Nanoseconds(slow.ns), fastName, Nanoseconds(fast.ns))
	}
	ratio := slow.ns / fast.ns
	if base, ok := commonBase(timed); ok {
		if ratio < 1.05 {
			return fmt.Sprintf("`%s` takes about %s an operation in all %d cases", base, Nanoseconds(fast.ns), len(timed))
		}
		return fmt.Sprintf("`%s` takes %s× as long for `%s` as for `%s` (%s against %s an operation)", base, factor(ratio),
			strings.TrimPrefix(slowName, base+"/"), strings.TrimPrefix(fastName, base+"/"), Nanoseconds(slow.ns), Nanoseconds(fast.ns))
	}
	if ratio < 1.05 {
		return fmt.Sprintf("All %d benchmarks take about the same time, %s an operation", len(timed), Nanoseconds(fast.ns))
	}
	return fmt.Sprintf("`%s` is %s× as fast as `%s` %s", fastName, factor(ratio), slowName, times)
}

// commonBase is the benchmark that all of them are cases of.
func commonBase(timed []timedGroup) (string, bool) {
	base, _, ok := strings.Cut(timed[0].group.Name, "/")
	for _, t := range timed {
		b, _, sub := strings.Cut(t.group.Name, "/")
		if !sub || b != base {
			return "", false
		}
	}
	return base, ok
}

// The bounds of what benchDoubts lets pass without a word.
const (
	tooFast   = 1.0  // nanoseconds an operation: about three machine instructions
	fewLoops  = 10   // iterations
	wide      = 0.05 // share of the median
	enoughFor = 6    // runs, below which no confidence interval can be given
)

// benchDoubts says why the numbers may mislead, each line with what to do first.
func benchDoubts(set bench.Set, groups []bench.Group) []string {
	var out, fast, few, noisy []string
	runs := 0
	for _, g := range groups {
		name := "`" + shortBench(g) + "`"
		runs = max(runs, len(g.Results))
		sum, ok := g.Summary("ns/op")
		if ok && sum.Median < tooFast {
			fast = append(fast, name)
		}
		if n := g.Results[len(g.Results)-1].Iterations; n < fewLoops {
			few = append(few, name)
		}
		if s, ok := spreadOf(sum); ok && s > wide {
			noisy = append(noisy, name)
		}
	}
	if set.Verdict == "FAIL" {
		out = append(out, "Mend what failed and run again: these are only the benchmarks that ended before.")
	}
	if len(fast) > 0 {
		out = append(out, fmt.Sprintf("Use the result and vary the input: %s took under 1 ns an operation, so the compiler may have removed the body.", nameList(fast)))
	}
	if len(few) > 0 {
		out = append(out, fmt.Sprintf("Measure for longer (-benchtime=2s): %s ran fewer than %d times.", nameList(few), fewLoops))
	}
	if len(noisy) > 0 {
		out = append(out, fmt.Sprintf("Close other programs and run again: the runs of %s are more than %s apart.", nameList(noisy), Percent(wide)))
	}
	switch {
	case runs == 1:
		out = append(out, "Add -count=10 before believing a small difference: each benchmark was measured once.")
	case runs > 1 && runs < enoughFor:
		out = append(out, fmt.Sprintf("Raise -count to 10 before believing a small difference: %d runs are too few to tell it from noise.", runs))
	}
	if n := len(set.Problems); n > 0 {
		out = append(out, fmt.Sprintf("Look at line %d of the output: it begins like a result and cannot be read (%s).", set.Problems[0].Line, set.Problems[0].Message))
	}
	return out
}

// nameList joins names as a sentence does.
func nameList(names []string) string {
	const most = 4
	if len(names) > most {
		names = append(names[:most:most], fmt.Sprintf("%d more", len(names)-most))
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
