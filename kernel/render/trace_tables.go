package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gomri/kernel/exectrace"
	"gomri/kernel/prof"
)

// traceKinds are the blocking profiles in words.
var traceKinds = map[exectrace.Kind]string{
	exectrace.Net: "network", exectrace.Sync: "channels, locks, select", exectrace.Syscall: "system calls", exectrace.Sched: "waiting for a processor, by who made them ready",
}

// traceBlocking draws where goroutines were blocked, a group of rows for each kind.
func traceBlocking(t *exectrace.Trace) Table {
	table := Table{Caption: "Where goroutines were blocked", Columns: []Column{
		{Title: "time", Number: true},
		{Title: "times", Number: true, Hint: "how often"},
		{Title: "where", Code: true},
		{Title: "-pprof=", Code: true, Hint: "the kind's word in %trace -pprof=… and go tool trace -pprof=…"},
	}}
	for _, b := range t.Blocking {
		if b.Count == 0 {
			continue
		}
		rows := []Row{{Cells: []Cell{
			Text(loadTime(b.Total)), Text(fmt.Sprint(b.Count)), {Text: traceKinds[b.Kind], HTML: "<b>" + Escape(traceKinds[b.Kind]) + "</b>"}, Text(string(b.Kind)),
		}}}
		for _, s := range b.Stacks[:min(len(b.Stacks), maxTraceStacks)] {
			rows = append(rows, Row{Cells: []Cell{
				Bar(loadTime(s.Time), shareOf(int64(s.Time), int64(b.Total))), Text(fmt.Sprint(s.Count)),
				{Text: traceWhere(s), Title: traceStackTitle(s)},
			}})
		}
		if rest := len(b.Stacks) - maxTraceStacks; rest > 0 {
			var time time.Duration
			for _, s := range b.Stacks[maxTraceStacks:] {
				time += s.Time
			}
			rows = append(rows, Row{Muted: true, Cells: []Cell{Text(loadTime(time)), {}, Text(fmt.Sprintf("%d more stacks", rest))}})
		}
		table.Groups = append(table.Groups, rows)
	}
	return table
}

// traceWhere is the innermost call of the user's in a stack and what it called; of a
// stack without one, where it begins and ends.
func traceWhere(s exectrace.Stack) string {
	if len(s.Frames) == 0 {
		return "(no stack: by the runtime, such as a timer or the network poller)"
	}
	inner, from := s.Frames[0], s.Frames[len(s.Frames)-1]
	for _, f := range s.Frames {
		if prof.KindOf(f.Function, f.File, nil) == prof.Yours {
			from = f
			break
		}
	}
	text := CutMiddle(prof.ShortName(from.Function), 52) + traceLine(from)
	if from != inner {
		text += " → " + CutMiddle(prof.ShortName(inner.Function), 36)
	}
	return text
}

// traceLine is a frame's file and line.
func traceLine(f exectrace.Frame) string {
	return lineOf(prof.GoroutineFrame{File: f.File, Line: f.Line})
}

// traceStackTitle is a whole stack, for the title of a cell.
func traceStackTitle(s exectrace.Stack) string {
	var lines []string
	for _, f := range s.Frames[:min(len(s.Frames), 24)] {
		lines = append(lines, prof.ShortName(f.Function)+traceLine(f))
	}
	return strings.Join(lines, "\n")
}

// traceLatency draws how long goroutines waited for a processor.
func traceLatency(t *exectrace.Trace) Table {
	d := t.Latency
	if d.Count == 0 {
		return Table{}
	}
	table := Table{
		Caption: fmt.Sprintf("Scheduler latency, from able to run to running, of the program's goroutines: p50 %s · p90 %s · p99 %s · max %s · %d times",
			loadTime(d.Quantile(0.5)), loadTime(d.Quantile(0.9)), loadTime(d.Quantile(0.99)), loadTime(d.Max), d.Count),
		Columns: []Column{{Title: "less than", Number: true}, {Title: "times", Number: true, Fill: FillStd}, {Title: "share", Number: true}},
		Fold:    -1,
	}
	var most int64
	for _, b := range d.Histogram() {
		most = max(most, b.Count)
	}
	for _, b := range d.Histogram() {
		table.Rows = append(table.Rows, Row{Cells: []Cell{
			Text(roundTime(b.High)), Bar(fmt.Sprint(b.Count), shareOf(b.Count, most)), Text(Percent(shareOf(b.Count, d.Count))),
		}})
	}
	return table
}

// roundTime is a time of few digits, such as the bound of a bar.
func roundTime(d time.Duration) string {
	return strings.NewReplacer("ns", " ns", "µs", " µs", "ms", " ms", "s", " s").Replace(d.String())
}

// tracePauses draws the longest times in which the world stood still.
func tracePauses(t *exectrace.Trace) Table {
	g := t.GC
	table := Table{
		Caption: fmt.Sprintf("Stop the world: %d pauses, %s in sum; garbage collection: %d mark phases, %s in sum; goroutines helped it or waited for that %s",
			g.Pauses.Count, loadTime(g.Pauses.Sum), g.Cycles.Times.Count, loadTime(g.Cycles.Times.Sum), loadTime(g.Assist)),
		Columns: []Column{{Title: "pause", Number: true, Fill: FillWorse}, {Title: "at", Number: true}, {Title: "reason"}},
		Fold:    5,
	}
	for _, p := range g.Longest {
		table.Rows = append(table.Rows, Row{Cells: []Cell{
			Bar(loadTime(p.Length), shareOf(int64(p.Length), int64(g.Pauses.Max))), Text(loadTime(p.Start)), Text(CutMiddle(p.Reason, 60)),
		}})
	}
	return table
}

// traceSections draws regions or tasks by type.
func traceSections(caption, what string, list []exectrace.Section) Table {
	table := Table{Caption: caption, Columns: []Column{
		{Title: "count", Number: true},
		{Title: "sum", Number: true},
		{Title: "p50", Number: true},
		{Title: "p99", Number: true},
		{Title: "max", Number: true},
		{Title: "not ended", Number: true, Hint: "at the end of the trace"},
		{Title: what},
	}}
	for _, s := range list[:min(len(list), maxTraceTypes)] {
		d, open := s.Times, ""
		if s.Open > 0 {
			open = fmt.Sprint(s.Open)
		}
		table.Rows = append(table.Rows, Cells(fmt.Sprint(d.Count), traceTime(d.Sum), traceTime(d.Quantile(0.5)), traceTime(d.Quantile(0.99)),
			traceTime(d.Max), open, CutMiddle(s.Name, 60)))
	}
	if rest := len(list) - len(table.Rows); rest > 0 {
		table.Totals = append(table.Totals, Cells("", "", "", "", "", "", fmt.Sprintf("%d more types", rest)))
	}
	return table
}

// maxTraceSpans bounds the spans that are listed.
const maxTraceSpans = 200

// traceSpans lists what ran, in the order of its beginning, when that is not too much.
func traceSpans(t *exectrace.Trace) Table {
	spans := t.Strip.Spans
	if len(spans) > maxTraceSpans {
		return Table{}
	}
	table := Table{Caption: "What ran, in order", Columns: []Column{
		{Title: "at", Number: true}, {Title: "for", Number: true}, {Title: "on", Code: true}, {Title: "goroutine", Code: true}, {Title: "what"},
	}, Fold: 8}
	what := map[string]string{"u": "program", "r": "runtime", "s": "system call"}
	for _, s := range slices.SortedStableFunc(slices.Values(spans), func(a, b exectrace.Span) int { return cmp.Compare(a.Start, b.Start) }) {
		table.Rows = append(table.Rows, Row{Muted: s.System, Cells: []Cell{
			Text(roundTime(s.Start.Round(time.Microsecond))), Text(loadTime(s.End - s.Start)), Text(fmt.Sprintf("P%d", s.Proc)),
			Name(spanName(s), 60), Text(what[spanClass(s)]),
		}})
	}
	return table
}

// traceText is the trace as plain text: the same figures, a table a part.
func traceText(t *exectrace.Trace, f Frame) string {
	var b strings.Builder
	b.WriteString(plainRich(f.Headline) + "\n" + f.Footer[0] + "\n")
	for _, l := range t.Lanes {
		fmt.Fprintf(&b, "P%-3d program %s, runtime %s, system calls %s, idle %s\n", l.Proc,
			traceShare(t, l.User), traceShare(t, l.Runtime), traceShare(t, l.Syscall), traceShare(t, l.Idle))
	}
	for _, table := range tracePartsOf(t) {
		b.WriteString("\n" + table.plain())
	}
	return strings.TrimRight(b.String(), "\n") + plainDoubts(f.Doubts)
}

// plain is a table of texts as plain text, its columns aligned.
func (t Table) plain() string {
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(t.Caption + "\n")
	}
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	var heads []string
	for _, c := range t.Columns {
		heads = append(heads, c.Title)
	}
	fmt.Fprintln(tw, strings.Join(heads, "\t"))
	rows := t.Rows
	for _, g := range t.Groups {
		rows = append(rows, g...)
	}
	for _, r := range append(rows, t.Totals...) {
		var texts []string
		for _, c := range r.Cells {
			texts = append(texts, c.Text)
		}
		fmt.Fprintln(tw, strings.Join(texts, "\t"))
	}
	_ = tw.Flush() // a strings.Builder does not fail
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
