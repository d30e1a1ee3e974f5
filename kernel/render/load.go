package render

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/load"
)

// Load draws what a load measured. Its plain text is vegeta's own report, and the
// histogram.
func Load(r load.Report) display.Bundle {
	f := Frame{Headline: loadHeadline(r), Doubts: loadDoubts(r), Command: r.Command()}
	histogram := ""
	if r.Requests > 0 {
		f.Body = append(f.Body, latencyTable(r.Latency), loadHistogram(r.Buckets, r.Latency), loadCounts(r))
		f.Footer = []string{fmt.Sprintf("%d requests in %s · %.1f sent/s · %.1f good answers/s · %s in, %s out",
			r.Requests, loadTime(r.Elapsed), r.Sent, r.Throughput, loadBytes(r.BytesIn), loadBytes(r.BytesOut))}
		histogram = "\nHistogram\n" + strings.TrimRight(histogramText(r.Buckets), "\n")
	}
	targets := ""
	if len(r.ByTarget) > 0 {
		table, text := loadTargets(r.ByTarget)
		f.Body = append(f.Body, `<div style="margin:8px 0 0 0">`+table.HTML()+`</div>`)
		targets = "\n" + text
	}
	return f.Bundle(plainRich(f.Headline) + "\n" + strings.TrimRight(r.Text, "\n") + histogram + targets + plainDoubts(f.Doubts))
}

// loadTargets draws what each of several targets answered.
func loadTargets(list []load.TargetReport) (Table, string) {
	t := Table{Columns: []Column{
		{Title: "target", Code: true},
		{Title: "requests", Number: true},
		{Title: "failed", Number: true},
		{Title: "p50", Number: true},
		{Title: "p95", Number: true, Fill: FillStd},
		{Title: "p99", Number: true},
	}}
	slowest := time.Duration(1)
	for _, r := range list {
		slowest = max(slowest, r.Latency.P95)
	}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "REQUESTS\tFAILED\tP50\tP95\tP99\tTARGET")
	for _, r := range list {
		l, name := r.Latency, r.String()
		if n := slices.IndexFunc(list, func(o load.TargetReport) bool { return o.String() == name && o.Headers() != r.Headers() }); n >= 0 {
			name += " · " + r.Headers()
		}
		t.Rows = append(t.Rows, Row{Cells: []Cell{
			Name(name, 80), Text(fmt.Sprint(r.Requests)), Text(fmt.Sprint(r.Failed)),
			Text(loadTime(l.P50)), Bar(loadTime(l.P95), float64(l.P95)/float64(slowest)), Text(loadTime(l.P99)),
		}})
		fmt.Fprintf(tw, "%d\t%d\t%s\t%s\t%s\t%s\n", r.Requests, r.Failed, loadTime(l.P50), loadTime(l.P95), loadTime(l.P99), name)
	}
	_ = tw.Flush() // a strings.Builder does not fail
	return t, strings.TrimRight(b.String(), "\n")
}

// LoadProgress draws a load that is under way: shown with Update, replaced by Load.
func LoadProgress(s load.Snapshot) display.Bundle {
	line := fmt.Sprintf("%s of %s · %d requests · %.0f/s", loadTime(s.Elapsed.Truncate(100*time.Millisecond)), loadTime(s.Duration), s.Requests, s.Rate)
	if s.Requests > 0 {
		line += fmt.Sprintf(" · p50 %s · p95 %s · p99 %s", loadTime(s.Latency.P50), loadTime(s.Latency.P95), loadTime(s.Latency.P99))
	}
	if s.Failed > 0 {
		line += fmt.Sprintf(" · %d failed", s.Failed)
	}
	share := 0.0
	if s.Duration > 0 {
		share = float64(s.Elapsed) / float64(s.Duration)
	}
	body := `<div style="padding:2px 8px;font-family:` + FontCode + `;font-size:12px;` + BarStyle(share, FillStd) + `">` + Escape(line) + `</div>`
	return Frame{Body: []string{body, loadHistogram(s.Buckets, s.Latency)}}.Bundle(line)
}

// loadHeadline says the finding.
func loadHeadline(r load.Report) string {
	target := "`" + r.Targets[0].URL + "`"
	if len(r.Targets) > 1 {
		target = fmt.Sprintf("%d targets", len(r.Targets))
	}
	stopped := ""
	if r.Interrupted {
		stopped = ", stopped early"
	}
	switch {
	case r.Requests == 0:
		return fmt.Sprintf("%s answered no request%s", target, stopped)
	case r.Failed == r.Requests:
		return fmt.Sprintf("All %d requests to %s failed: %s%s", r.Requests, target, r.Errors[0].Name, stopped)
	case r.Failed > 0:
		return fmt.Sprintf("%s failed %s of %d requests (most often: %s); p95 is %s%s",
			target, Percent(1-r.Success()), r.Requests, r.Errors[0].Name, loadTime(r.Latency.P95), stopped)
	default:
		return fmt.Sprintf("%s answered all %d requests, half of them within %s and 95 %% within %s%s",
			target, r.Requests, loadTime(r.Latency.P50), loadTime(r.Latency.P95), stopped)
	}
}

// loadDoubts says why the numbers may mislead.
func loadDoubts(r load.Report) []string {
	var out []string
	if len(r.Beyond) > 0 {
		out = append(out, fmt.Sprintf("Be sure that you may test `%s`: it is not this machine.", strings.Join(r.Beyond, "`, `")))
	}
	if r.Starved() {
		out = append(out, fmt.Sprintf("Raise -workers or lower -rate: %d requests a second were wanted and only %.0f were sent, because all %d workers were waiting for answers; the latencies leave out that wait.",
			r.Rate, r.Sent, r.Workers))
	}
	if good := r.Requests - r.Failed; r.Requests > 0 && good < 100 {
		out = append(out, fmt.Sprintf("Send for longer (-duration) or more (-rate): the 99th percentile of %d answers is hardly more than their maximum.", r.Requests))
	}
	return out
}

// latencyTable draws the percentiles, each with a bar as share of the slowest.
func latencyTable(l load.Latencies) string {
	t := Table{Columns: []Column{
		{Title: "latency"},
		{Title: "time", Number: true, Fill: FillStd, Hint: "from sending the request to the end of its answer"},
	}}
	add := func(name string, d time.Duration, muted bool) {
		share := 0.0
		if l.Max > 0 {
			share = float64(d) / float64(l.Max)
		}
		t.Rows = append(t.Rows, Row{Muted: muted, Cells: []Cell{Text(name), Bar(loadTime(d), share)}})
	}
	add("p50 (half are faster)", l.P50, false)
	add("p90", l.P90, false)
	add("p95", l.P95, false)
	add("p99", l.P99, false)
	add("slowest", l.Max, false)
	add("mean", l.Mean, true)
	add("fastest", l.Min, true)
	return t.HTML()
}

// loadCounts draws the status codes and the kinds of errors.
func loadCounts(r load.Report) string {
	t := Table{Columns: []Column{{Title: "answer"}, {Title: "requests", Number: true}}}
	for _, c := range r.Codes {
		fill := FillBetter
		if c.Name >= "400" {
			fill = FillWorse
		}
		t.Rows = append(t.Rows, loadCountRow("status "+c.Name, c.N, r.Requests, fill))
	}
	for _, e := range r.Errors {
		// A status of 400 and more is an error with the status as its text: it is
		// among the codes already.
		if len(e.Name) > 4 && e.Name[3] == ' ' && e.Name[0] >= '4' && e.Name[0] <= '9' {
			continue
		}
		t.Rows = append(t.Rows, loadCountRow("no answer: "+e.Name, e.N, r.Requests, FillWorse))
	}
	return `<div style="margin:8px 0 0 0">` + t.HTML() + `</div>`
}

// loadCountRow is a row with a bar as share of all requests.
func loadCountRow(name string, n, all int, fill string) Row {
	bar := Bar(fmt.Sprint(n), float64(n)/float64(max(1, all)))
	bar.Fill = fill
	return Row{Cells: []Cell{Name(name, 80), bar}}
}

// loadTime is a duration with three digits that count, as a person would say it.
func loadTime(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.unit {
			x := float64(d) / float64(u.unit)
			switch {
			case x >= 100:
				return fmt.Sprintf("%.0f %s", x, u.name)
			case x >= 10:
				return fmt.Sprintf("%.1f %s", x, u.name)
			default:
				return fmt.Sprintf("%.2f %s", x, u.name)
			}
		}
	}
	return fmt.Sprintf("%d ns", d)
}

// loadBytes is a number of bytes in a unit a person would say.
func loadBytes(n uint64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	default:
		return fmt.Sprintf("%d B", n)
	}
}
