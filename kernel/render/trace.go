package render

import (
	"fmt"
	"strings"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
	"gomri/kernel/prof"
)

const (
	// maxTraceGroups and maxTraceStacks bound the rows of a drawn trace.
	maxTraceGroups = 40
	maxTraceStacks = 5
	maxTraceTypes  = 20
)

// TraceOptions says what stands around a drawn trace.
type TraceOptions struct {
	ProfileOptions
	// Name is what a command of the notebook calls the trace.
	Name string
}

// Trace draws an execution trace: the picture over time, then who ran, who waited
// for what, how long goroutines waited for a processor, and the pauses.
func Trace(t *exectrace.Trace, o TraceOptions) display.Bundle {
	f := Frame{Headline: traceHeadline(t), Command: o.Command}
	f.Doubts = append(append(f.Doubts, o.Doubts...), traceDoubts(t)...)
	f.Footer = append([]string{traceMeasured(t)}, o.Footer...)
	f.Body = append(f.Body, tracePictureOf(t, o.Name))
	for _, part := range tracePartsOf(t) {
		// A caption would be as narrow as its table.
		caption := part.Caption
		part.Caption = ""
		html := part.HTML()
		if part.Columns[0].Title == "start function" {
			html = sortable(html)
		}
		f.Body = append(f.Body, `<div style="margin:10px 0 0 8px;opacity:`+mutedOpacity+`">`+Escape(caption)+`</div>`+html)
	}
	f.Body = append(f.Body, o.After...)
	return f.Bundle(traceText(t, f))
}

// tracePartsOf are the tables below the picture that have something to say.
func tracePartsOf(t *exectrace.Trace) []Table {
	var parts []Table
	for _, table := range []Table{
		traceSpans(t), traceGroups(t), traceBlocking(t), traceLatency(t), tracePauses(t),
		traceSections("Regions (trace.WithRegion)", "region", t.Regions), traceSections("Tasks (trace.NewTask)", "task", t.Tasks),
	} {
		if len(table.Rows)+len(table.Groups) > 0 {
			parts = append(parts, table)
		}
	}
	return parts
}

// traceBusy is the share of the processors' time in which goroutines ran.
func traceBusy(t *exectrace.Trace) float64 {
	var ran time.Duration
	for _, l := range t.Lanes {
		ran += l.User + l.Runtime
	}
	return shareOf(int64(ran), int64(t.Duration)*int64(max(t.Procs, 1)))
}

// traceHeadline says the finding.
func traceHeadline(t *exectrace.Trace) string {
	processors := fmt.Sprintf("%d processors were", t.Procs)
	if t.Procs == 1 {
		processors = "One processor was"
	}
	text := fmt.Sprintf("%s busy %s of %s", processors, Percent(traceBusy(t)), loadTime(t.Duration)) + traceLongestWait(t)
	if t.Latency.Count > 0 {
		text += fmt.Sprintf("; goroutines waited for a processor %s at the median and %s at worst", loadTime(t.Latency.Quantile(0.5)), loadTime(t.Latency.Max))
	}
	if p := t.GC.Pauses; p.Count > 0 {
		text += fmt.Sprintf("; the longest stop of the world was %s", loadTime(p.Max))
	}
	return text + "."
}

// traceLongestWait names the place of the user's code with the most waiting for other
// goroutines, when that is a tenth of the trace's time or more.
func traceLongestWait(t *exectrace.Trace) string {
	for _, b := range t.Blocking {
		if b.Kind != exectrace.Sync {
			continue
		}
		for _, s := range b.Stacks {
			if s.Time < t.Duration/10 {
				break
			}
			for _, f := range s.Frames {
				if prof.KindOf(f.Function, f.File, nil) == prof.Yours {
					return fmt.Sprintf("; `%s` waited %s in `%s`", prof.ShortName(f.Function), loadTime(s.Time), prof.ShortName(s.Frames[0].Function))
				}
			}
		}
	}
	return ""
}

// traceDoubts says what limits the conclusions.
func traceDoubts(t *exectrace.Trace) []string {
	var list []string
	if t.Cut != nil {
		list = append(list, fmt.Sprintf("Stop the trace before the program ends (`trace.Stop`), or take it again: it breaks off after %s and %d events (%v); all figures are of that part.",
			loadTime(t.Duration), t.Events, t.Cut))
	}
	if t.Latency.Count > 0 && t.Latency.Count < fewSamples {
		list = append(list, fmt.Sprintf("Trace for longer: %d waits for a processor are few for a 99th percentile.", t.Latency.Count))
	}
	if t.Procs > len(t.Lanes) && len(t.Lanes) > 0 {
		list = append(list, fmt.Sprintf("Look at the sums: %d of %d processors were used or have a lane.", len(t.Lanes), t.Procs))
	}
	return list
}

// traceMeasured says how much was traced.
func traceMeasured(t *exectrace.Trace) string {
	goroutines := 0
	for _, g := range t.Groups {
		goroutines += g.Count
	}
	text := fmt.Sprintf("%s long · %d events · %d goroutines · trace format of %s", loadTime(t.Duration), t.Events, goroutines, t.Version)
	if t.Strip.From > 0 || t.Strip.To < t.Duration {
		text += fmt.Sprintf(" · the picture shows %s to %s, the tables all of it", loadTime(t.Strip.From), loadTime(t.Strip.To))
	}
	return text
}

// traceAlt describes the picture in words.
func traceAlt(t *exectrace.Trace) string {
	var parts []string
	for _, l := range t.Lanes[:min(len(t.Lanes), 8)] {
		parts = append(parts, fmt.Sprintf("P%d ran the program %s of the time, the runtime %s, system calls %s", l.Proc,
			traceShare(t, l.User), traceShare(t, l.Runtime), traceShare(t, l.Syscall)))
	}
	return fmt.Sprintf("Execution trace over %s: %s; %d mark phases, %d pauses", loadTime(t.Duration), strings.Join(parts, "; "),
		t.GC.Cycles.Times.Count, t.GC.Pauses.Count)
}

// traceShare is a time as share of the trace's.
func traceShare(t *exectrace.Trace, d time.Duration) string {
	return Percent(shareOf(int64(d), int64(t.Duration)))
}

// traceTime is a time in a table; none is empty.
func traceTime(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return loadTime(d)
}

// traceName is the name of a group of goroutines.
func traceName(g exectrace.Group) string {
	name := prof.ShortName(g.Name)
	if g.Name == "" {
		name = "(no stack in the trace)"
	}
	if g.By != "" {
		name += " in " + prof.ShortName(g.By)
	}
	return name
}

// traceGroups draws the goroutines by start function, with the columns that say something.
func traceGroups(t *exectrace.Trace) Table {
	type column struct {
		Column
		value func(exectrace.Group) time.Duration
	}
	columns := []column{
		{Column{Title: "running", Hint: "on a processor"}, func(g exectrace.Group) time.Duration { return g.Exec }},
		{Column{Title: "ready", Hint: "able to run, waiting for a processor"}, func(g exectrace.Group) time.Duration { return g.Sched }},
		{Column{Title: "network", Hint: "waiting for the network"}, func(g exectrace.Group) time.Duration { return g.Network }},
		{Column{Title: "sync", Hint: "waiting for channels, locks, select"}, func(g exectrace.Group) time.Duration { return g.Sync }},
		{Column{Title: "sleep"}, func(g exectrace.Group) time.Duration { return g.Sleep }},
		{Column{Title: "syscall", Hint: "in system calls"}, func(g exectrace.Group) time.Duration { return g.Syscall }},
		{Column{Title: "GC wait", Hint: "waiting for the garbage collector"}, func(g exectrace.Group) time.Duration { return g.GC }},
		{Column{Title: "other wait", Hint: "waiting for a reason of the runtime's"}, func(g exectrace.Group) time.Duration { return g.Other }},
		{Column{Title: "GC assist", Hint: "from the beginning to the end of their help to the garbage collector, waits included: it overlaps with the other columns"}, func(g exectrace.Group) time.Duration { return g.Assist }},
	}
	table := Table{Caption: "Goroutines by start function: where their time went", Columns: []Column{
		{Title: "start function", Code: true}, {Title: "count", Number: true, Hint: "how many there were"},
	}, Fold: 12}
	var all time.Duration
	var shown []column
	for _, c := range columns {
		var sum time.Duration
		for _, g := range t.Groups {
			sum += c.value(g)
		}
		if c.Title == "running" {
			all = sum
		}
		if sum > 0 {
			c.Number = true
			shown = append(shown, c)
			table.Columns = append(table.Columns, c.Column)
		}
	}
	for _, g := range t.Groups[:min(len(t.Groups), maxTraceGroups)] {
		row := Row{Muted: g.System, Cells: []Cell{{Text: CutMiddle(traceName(g), 48), Title: g.Name}, Text(fmt.Sprint(g.Count))}}
		for _, c := range shown {
			cell := Text(traceTime(c.value(g)))
			if c.Title == "running" {
				cell.Share = shareOf(int64(g.Exec), int64(all))
				if g.System {
					cell.Fill = FillRuntime
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	if rest := len(t.Groups) - len(table.Rows); rest > 0 {
		table.Totals = append(table.Totals, Cells(fmt.Sprintf("%d more start functions", rest)))
	}
	return table
}
