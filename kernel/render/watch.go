package render

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// maxWatchLines is how many functions have a line of their own in the picture.
	maxWatchLines = 5
	// maxWatchRows is how many rows the table has; the rest is one row.
	maxWatchRows = 40
	// sparkWidth is how many steps a sparkline has at most.
	sparkWidth = 20
)

// WatchReport is a watch to be drawn: how the functions of a program grew.
type WatchReport struct {
	Growth prof.Growth
	Source string // the URL
	// Wanted is how many profiles the watch takes, and Interval the time between two.
	Wanted   int
	Interval time.Duration
	// First and Last are the names under which the first and the last profile are kept.
	First, Last string
	Running     bool // more profiles are to come
	Interrupted bool // the user stopped it
	// Doubts are further sentences that limit what can be concluded.
	Doubts []string
}

// Watch draws a watch: a line for each function that grows most, and all of them as a
// table. It is drawn again after each profile.
func Watch(r WatchReport) display.Bundle {
	g := r.Growth
	f := Frame{Headline: watchHeadline(r), Doubts: watchDoubts(r)}
	if r.Running {
		done := float64(len(g.Times)) / float64(max(1, r.Wanted))
		f.Body = append(f.Body, fmt.Sprintf(`<div><progress value="%.3f" max="1" style="width:160px"></progress> %s</div>`, done, Escape(watchProgress(r))))
	}
	if len(g.Times) > 0 && len(g.Rows) > 0 {
		f.Body = append(f.Body, watchChart(g).img(), watchTable(g).HTML())
		f.Footer = watchFooter(r)
		f.Command = watchCommand(r)
	}
	return f.Bundle(watchText(r, f))
}

// watchProgress says how far the watch is.
func watchProgress(r WatchReport) string {
	return fmt.Sprintf("profile %d of %d, one every %s", len(r.Growth.Times), r.Wanted, r.Interval)
}

// watchHeadline says what grows.
func watchHeadline(r WatchReport) string {
	g := r.Growth
	if len(g.Times) == 0 {
		return fmt.Sprintf("No profile of `%s` yet", r.Source)
	}
	last := len(g.Times) - 1
	unit, noun := g.Type.Unit, nounOf(g.Type)
	var rising []prof.GrowthRow
	for _, row := range g.Rows {
		if g.Rises(row) {
			rising = append(rising, row)
		}
	}
	total := fmt.Sprintf("%s %s → %s in %s", noun, spoken(g.Totals[0], unit), spoken(g.Totals[last], unit), watchTime(g))
	switch {
	case last == 0:
		return fmt.Sprintf("One profile: %s is %s", noun, spoken(g.Totals[0], unit))
	case len(rising) == 0 && last+1 < 4:
		return "Too few profiles to tell what grows: " + total
	case len(rising) == 0:
		return "No function grows by more than chance: " + total
	}
	top := rising[0]
	rose, all := top.Steps()
	more := ""
	switch n := len(rising) - 1; {
	case n == 1:
		more = "; one more function grows"
	case n > 1:
		more = fmt.Sprintf("; %d more functions grow", n)
	}
	return fmt.Sprintf("`%s` grows: %s → %s of %s in %s (%s a second), up in %d of %d steps%s",
		prof.ShortName(top.Name), spoken(top.Values[0], unit), spoken(top.Values[last], unit), noun, watchTime(g),
		perSecond(g, top.Change()), rose, all, more)
}

// watchTime is the time from the first profile to the last.
func watchTime(g prof.Growth) string {
	return loadTime(g.Times[len(g.Times)-1])
}

// perSecond is a change divided by the time of the watch.
func perSecond(g prof.Growth, change int64) string {
	seconds := g.Times[len(g.Times)-1].Seconds()
	if seconds <= 0 {
		return ""
	}
	rate := float64(change) / seconds
	if unitWord(g.Type.Unit) == "" {
		return signed(rate, fmt.Sprintf("%.3g", max(rate, -rate)))
	}
	return signed(rate, spoken(abs(int64(rate)), g.Type.Unit))
}

// signed puts a sign before the text of a number's size.
func signed(v float64, text string) string {
	switch {
	case v < 0:
		return "−" + text
	case v > 0:
		return "+" + text
	}
	return text
}

// watchDoubts says what limits the conclusion.
func watchDoubts(r WatchReport) []string {
	g := r.Growth
	out := append([]string(nil), r.Doubts...)
	out = append(out, g.Warnings...)
	if r.Running || len(g.Times) < 2 {
		return out
	}
	if r.Interrupted {
		out = append(out, fmt.Sprintf("Let it run to its end for more certainty: it was stopped after %d of %d profiles.", len(g.Times), r.Wanted))
	}
	if len(g.Times) < 4 {
		out = append(out, fmt.Sprintf("Take at least 4 profiles (-n): of %d in a row one function in %d rises by chance.", len(g.Times), len(g.Times)*(len(g.Times)-1)))
	}
	if g.Cumulative() {
		out = append(out, fmt.Sprintf("Do not take this for a leak: %s counts everything since the program's start, so it grows with use; -sample_index inuse_space of heap shows what stays.", g.Type.Type))
	}
	if strings.Contains(r.Source, "/heap") && strings.Contains(r.Source, "gc=0") {
		out = append(out, "Leave out gc=0 to see what stays: without a garbage collection before each profile the memory in use is that of the last one.")
	}
	if g.Step > 0 && len(g.Rows) > 0 && g.Rows[0].Change() > 0 && !g.Rises(g.Rows[0]) {
		out = append(out, fmt.Sprintf("Watch for longer or under more load before you believe a small rise: one allocation in %s is sampled, so a rise below %s, or one with ups and downs, is within chance.",
			spoken(g.Step, "bytes"), spoken(g.Least(), "bytes")))
	}
	return out
}

// watchChart is the picture: the functions that grow most, and the sum of the others.
func watchChart(g prof.Growth) lineChart {
	shown := g.Rows[:min(len(g.Rows), maxWatchLines)]
	c := lineChart{Unit: g.Type.Unit, Times: g.Times}
	var said []string
	for _, row := range shown {
		c.Lines = append(c.Lines, chartLine{Name: prof.ShortName(row.Name), Values: row.Values, Bold: g.Rises(row)})
		if row.Change() != 0 {
			said = append(said, fmt.Sprintf("%s %s → %s", prof.ShortName(row.Name), spoken(row.Values[0], g.Type.Unit), spoken(row.Values[len(row.Values)-1], g.Type.Unit)))
		}
	}
	if rest := g.Rows[len(shown):]; len(rest) > 0 {
		c.Lines = append(c.Lines, chartLine{Name: othersName(len(rest)), Values: sumRows(rest, len(g.Times))})
	}
	c.Title = fmt.Sprintf("%s of each function over %s; thick lines rise by more than chance", strings.TrimPrefix(nounOf(g.Type), "the "), watchTime(g))
	if len(said) > 0 {
		c.Title += ": " + strings.Join(said, ", ")
	}
	return c
}

// othersName is what the sum of n functions is called.
func othersName(n int) string {
	if n == 1 {
		return "one other function"
	}
	return fmt.Sprintf("%d other functions", n)
}

// sumRows adds rows up, profile by profile.
func sumRows(rows []prof.GrowthRow, n int) []int64 {
	sum := make([]int64, n)
	for _, r := range rows {
		for i, v := range r.Values {
			sum[i] += v
		}
	}
	return sum
}

// watchRows are the rows of the table as text, with one for the rest and one for all.
func watchRows(g prof.Growth) (rows [][]string, totals [][]string) {
	cells := func(name string, values []int64) []string {
		change := values[len(values)-1] - values[0]
		return []string{
			spoken(values[0], g.Type.Unit), spoken(values[len(values)-1], g.Type.Unit),
			signed(float64(change), spoken(abs(change), g.Type.Unit)), perSecond(g, change), sparkline(values, sparkWidth), name,
		}
	}
	shown := g.Rows[:min(len(g.Rows), maxWatchRows)]
	for _, r := range shown {
		rows = append(rows, cells(r.Name, r.Values))
	}
	if rest := g.Rows[len(shown):]; len(rest) > 0 {
		totals = append(totals, cells(othersName(len(rest)), sumRows(rest, len(g.Times))))
	}
	name := "all"
	if g.Charge == prof.ChargeCum {
		name = "all (the rows overlap)"
	}
	return rows, append(totals, cells(name, g.Totals))
}

// watchTable draws the rows.
func watchTable(g prof.Growth) Table {
	t := Table{
		Columns: []Column{
			{Title: "first", Number: true},
			{Title: "last", Number: true},
			{Title: "growth", Number: true, Fill: FillWorse, Hint: "last less first"},
			{Title: "a second", Number: true, Hint: "growth divided by the time of the watch"},
			{Title: "over time", Code: true, Hint: "from zero to the function's own largest value"},
			{Title: "function", Code: true},
		},
		Fold: 10,
	}
	most := int64(1)
	if len(g.Rows) > 0 {
		most = max(1, g.Rows[0].Change())
	}
	rows, totals := watchRows(g)
	for i, texts := range rows {
		row := Cells(texts...)
		change := g.Rows[i].Change()
		row.Cells[2].Share = float64(max(0, change)) / float64(most)
		row.Cells[5] = Name(texts[5], 60)
		if g.Rises(g.Rows[i]) {
			row.Cells[5] = Cell{HTML: CutName(texts[5], 60) + " " + Mark("worse", MarkHeap+" grows")}
		}
		t.Rows = append(t.Rows, row)
	}
	for _, texts := range totals {
		t.Totals = append(t.Totals, Cells(texts...))
	}
	return t
}

// watchFooter says how it was measured and where the profiles are.
func watchFooter(r WatchReport) []string {
	g := r.Growth
	charge := "each stack counts for the innermost function of your own code in it"
	switch g.Charge {
	case prof.ChargeFlat:
		charge = "flat: each stack counts for its innermost function"
	case prof.ChargeCum:
		charge = "cum: each stack counts for every function in it"
	}
	out := []string{fmt.Sprintf("%d profiles in %s · %s · %s", len(g.Times), watchTime(g), g.Type.Type, charge)}
	if r.First != "" && r.Last != r.First {
		out = append(out, fmt.Sprintf("kept as %s … %s (%%profiles) · %%flame -diff_base %s %s shows what the growth is made of", r.First, r.Last, r.First, r.Last))
	}
	return out
}

// watchCommand is how a terminal shows the same growth, in total.
func watchCommand(r WatchReport) string {
	seconds := int(r.Growth.Times[len(r.Growth.Times)-1].Seconds() + 0.5)
	if seconds == 0 {
		return ""
	}
	return fmt.Sprintf("curl -so first.pb.gz '%s'; sleep %d; go tool pprof -top -diff_base first.pb.gz '%s'", r.Source, seconds, r.Source)
}

// watchText is the watch as plain text.
func watchText(r WatchReport, f Frame) string {
	var b strings.Builder
	b.WriteString(plainRich(f.Headline) + "\n")
	if r.Running {
		b.WriteString(watchProgress(r) + "\n")
	}
	if len(r.Growth.Times) > 0 && len(r.Growth.Rows) > 0 {
		rows, totals := watchRows(r.Growth)
		tw := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
		fmt.Fprintln(tw, "FIRST\tLAST\tGROWTH\tA SECOND\tOVER TIME\tFUNCTION")
		for i, row := range append(rows, totals...) {
			mark := ""
			if i < len(rows) && r.Growth.Rises(r.Growth.Rows[i]) {
				mark = "  (grows)"
			}
			fmt.Fprintln(tw, strings.Join(row, "\t")+mark)
		}
		_ = tw.Flush() // a strings.Builder does not fail
	}
	return strings.TrimRight(b.String(), "\n") + plainDoubts(f.Doubts)
}
