package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gomri/kernel/bench"
	"gomri/kernel/display"
)

// BenchReport is a benchmark run to be drawn.
type BenchReport struct {
	Set bench.Set
	// Deltas are the changes since the last run of the same benchmarks; may be nil.
	Deltas []bench.Delta
	// Command is the terminal command that gives the same.
	Command string
	// GoVersion is the toolchain's, as "1.26.8"; may be empty.
	GoVersion string
	// Notes are further lines about the run, drawn as doubts are.
	Notes []string
}

// maxRaw bounds the tool's own output that is repeated inside the HTML, in bytes.
const maxRaw = 32 << 10

// Bench draws a benchmark run as a table. Its plain text is what go test printed.
func Bench(r BenchReport) display.Bundle {
	groups := r.Set.Groups()
	f := Frame{
		Headline: benchHeadline(r.Set, groups, r.Deltas),
		Doubts:   append(benchDoubts(r.Set, groups), r.Notes...),
		Command:  r.Command,
		Footer:   benchFooter(r),
	}
	if len(groups) > 0 {
		f.Body = append(f.Body, benchTable(r.Set, groups, r.Deltas).HTML())
	}
	raw := r.Set.Text
	if len(raw) > maxRaw {
		raw = strings.ToValidUTF8(raw[:maxRaw], "") + "\n…"
	}
	f.Body = append(f.Body, Fold("what go test printed", Pre(strings.TrimRight(raw, "\n"))))
	return f.Bundle(r.Set.Text)
}

// benchFooter is the machine that the numbers depend on.
func benchFooter(r BenchReport) []string {
	var parts []string
	if goos := r.Set.Setting("goos"); goos != "" {
		parts = append(parts, strings.TrimSuffix(goos+"/"+r.Set.Setting("goarch"), "/"))
	}
	if cpu := r.Set.Setting("cpu"); cpu != "" {
		parts = append(parts, cpu)
	}
	if r.GoVersion != "" {
		parts = append(parts, "go"+strings.TrimPrefix(r.GoVersion, "go"))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{strings.Join(parts, " · ")}
}

// benchTable draws one row a benchmark: medians where it ran several times.
func benchTable(set bench.Set, groups []bench.Group, deltas []bench.Delta) Table {
	units := set.Units()
	repeated := false
	for _, g := range groups {
		repeated = repeated || len(g.Results) > 1
	}
	t := Table{Columns: []Column{{Title: "benchmark", Code: true}}}
	if repeated {
		t.Columns = append(t.Columns, Column{Title: "runs", Number: true, Hint: "how often the benchmark was measured; the figures are medians"})
	}
	t.Columns = append(t.Columns, Column{Title: "iterations", Number: true, Hint: "b.N of the last run: how often the loop ran"})
	for _, u := range units {
		t.Columns = append(t.Columns, Column{Title: u, Number: true, Hint: unitHint(u)})
		if repeated && u == "ns/op" {
			t.Columns = append(t.Columns, Column{Title: "±", Number: true, Hint: "the farthest run from the median"})
		}
	}
	if len(deltas) > 0 {
		t.Columns = append(t.Columns, Column{Title: "since last run", Hint: "change of the figures since this benchmark ran before"})
	}
	slowest := slowestTime(groups)
	for _, g := range groups {
		cells := []Cell{Name(shortBench(g), 60)}
		if repeated {
			cells = append(cells, Text(strconv.Itoa(len(g.Results))))
		}
		cells = append(cells, Text(strconv.Itoa(g.Results[len(g.Results)-1].Iterations)))
		for _, u := range units {
			cells = append(cells, valueCells(g, u, slowest, repeated)...)
		}
		if len(deltas) > 0 {
			cells = append(cells, Cell{HTML: deltaHTML(deltas, g.FullName)})
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	return t
}

// unitHint says what a unit of go test means.
func unitHint(unit string) string {
	switch unit {
	case "ns/op":
		return "nanoseconds for one operation"
	case "B/op":
		return "bytes allocated on the heap for one operation"
	case "allocs/op":
		return "heap allocations for one operation"
	case "MB/s":
		return "megabytes processed a second (b.SetBytes)"
	}
	return "reported by the benchmark itself (b.ReportMetric)"
}

// valueCells is the group's figure in one unit, for time over a bar, and its spread.
func valueCells(g bench.Group, unit string, slowest float64, repeated bool) []Cell {
	sum, ok := g.Summary(unit)
	c := Cell{}
	if ok {
		c.Text = printed(g, unit, sum)
		if sum.N > 1 {
			c.Title = fmt.Sprintf("%d runs from %s to %s", sum.N, plainNumber(sum.Min), plainNumber(sum.Max))
		}
	}
	if unit != "ns/op" {
		return []Cell{c}
	}
	if ok && slowest > 0 {
		c.Share = sum.Median / slowest
		if c.Title == "" {
			c.Title = Nanoseconds(sum.Median)
		}
	}
	if !repeated {
		return []Cell{c}
	}
	spread := ""
	if s, ok := spreadOf(sum); ok {
		spread = Percent(s)
	}
	return []Cell{c, Text(spread)}
}

// printed is a figure as go test printed it; a median between two runs gets as many
// decimals as those have.
func printed(g bench.Group, unit string, sum bench.Summary) string {
	values := g.Values(unit)
	for _, v := range values {
		if v.Number == sum.Median {
			return v.Text
		}
	}
	_, decimals, _ := strings.Cut(values[0].Text, ".")
	return strconv.FormatFloat(sum.Median, 'f', len(decimals), 64)
}

// plainNumber is a number without superfluous digits, and never with an exponent.
func plainNumber(v float64) string {
	if math.Abs(v) >= 1e5 {
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		short = v
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// spreadOf is how far the farthest run is from the median, as a share of it.
func spreadOf(s bench.Summary) (share float64, ok bool) {
	if s.N < 2 || s.Median <= 0 {
		return 0, false
	}
	return max(s.Max-s.Median, s.Median-s.Min) / s.Median, true
}

// shortBench is a benchmark's name without "Benchmark"; the processors stay where
// they tell benchmarks apart.
func shortBench(g bench.Group) string { return strings.TrimPrefix(g.FullName, "Benchmark") }

// slowestTime is the largest median time, in nanoseconds.
func slowestTime(groups []bench.Group) float64 {
	slowest := 0.0
	for _, g := range groups {
		if s, ok := g.Summary("ns/op"); ok && !math.IsInf(s.Median, 0) {
			slowest = max(slowest, s.Median)
		}
	}
	return slowest
}

// deltaHTML says what has changed since the last run of a benchmark.
func deltaHTML(deltas []bench.Delta, fullName string) string {
	var parts []string
	for _, d := range deltas {
		if d.FullName == fullName {
			if s := oneDelta(d); s != "" {
				parts = append(parts, s)
			}
		}
	}
	if len(parts) == 0 {
		return Escape("–")
	}
	return strings.Join(parts, ", ")
}

// oneDelta is one change, "" for one that is not worth a word.
func oneDelta(d bench.Delta) string {
	ratio, ok := d.Ratio()
	switch {
	case d.Unit == "ns/op" && ok:
		change := changeText(ratio)
		if d.Overlap() || math.Abs(ratio-1) < 0.01 {
			return Escape("time about the same")
		}
		if ratio < 1 {
			return Mark("better", change) + " time"
		}
		return Mark("worse", change) + " time"
	case d.Unit == "B/op" || d.Unit == "allocs/op":
		if d.Old.Median == d.New.Median {
			return ""
		}
		kind := "better"
		if d.New.Median > d.Old.Median {
			kind = "worse"
		}
		return Mark(kind, plainNumber(d.Old.Median)+" → "+plainNumber(d.New.Median)) + " " + Escape(d.Unit)
	}
	return ""
}

// changeText is a ratio as a signed share, or as a factor where it is large.
func changeText(ratio float64) string {
	switch {
	case ratio >= 2:
		return fmt.Sprintf("%s×", factor(ratio))
	case ratio >= 1:
		return "+" + Percent(ratio-1)
	default:
		return "−" + Percent(1-ratio)
	}
}

// factor is a ratio with two or three digits.
func factor(r float64) string {
	if r < 9.95 {
		return fmt.Sprintf("%.1f", r)
	}
	return fmt.Sprintf("%.0f", r)
}

// Nanoseconds says a time given in nanoseconds as a person would: "41.2 ns", "1.04 ms".
func Nanoseconds(ns float64) string {
	unit, div := "ns", 1.0
	switch {
	case ns >= 999.5e6:
		unit, div = "s", 1e9
	case ns >= 999.5e3:
		unit, div = "ms", 1e6
	case ns >= 999.5:
		unit, div = "µs", 1e3
	}
	v := ns / div
	switch {
	case v >= 99.95:
		return fmt.Sprintf("%.0f %s", v, unit)
	case v >= 9.995:
		return fmt.Sprintf("%.1f %s", v, unit)
	default:
		return fmt.Sprintf("%.2f %s", v, unit)
	}
}
