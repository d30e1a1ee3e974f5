package render

import (
	"fmt"

	"gomri/kernel/prof"
)

// maxDiffRows bounds the rows of a difference that are drawn; the text has all.
const maxDiffRows = 60

// diffHeadline says how the total changed and where most.
func diffHeadline(t prof.Top, noun string) string {
	d, unit := t.Diff, t.Type.Unit
	text := fmt.Sprintf("%s of %s: %s → %s", change(d.From, d.To), noun, spoken(d.From, unit), spoken(d.To, unit))
	if d.From == 0 && d.To == 0 {
		return "Neither profile holds samples of " + noun + "."
	}
	var most prof.Row
	changed := false
	for _, r := range t.Rows {
		changed = changed || r.Flat != 0 || r.Cum != 0
		if abs(r.Flat) > abs(most.Flat) && !d.ByChance(r) {
			most = r
		}
	}
	switch {
	case !changed:
		return text + "."
	case most.Flat == 0:
		return text + "; no function changed by more than the chance of sampling."
	}
	sign := "+"
	if most.Flat < 0 {
		sign = "−"
	}
	return fmt.Sprintf("%s; the most in `%s`: %s%s.", text, prof.ShortName(most.Name), sign, spoken(abs(most.Flat), unit))
}

// diffDoubts says what limits the conclusions from a difference.
func diffDoubts(t prof.Top) []string {
	d := t.Diff
	var list []string
	if n := d.SamplesFrom + d.SamplesTo; n > 0 && min(d.SamplesFrom, d.SamplesTo) < fewSamples {
		list = append(list, fmt.Sprintf("Profile for longer: %d and %d samples are few to compare.", d.SamplesFrom, d.SamplesTo))
	}
	if noise := d.Noise(d.From, d.To); noise > 0 && abs(d.To-d.From) < noise {
		list = append(list, fmt.Sprintf("Measure again before you believe the total: a change below %s is within the chance of sampling.", spoken(noise, t.Type.Unit)))
	}
	within := 0
	for _, r := range t.Rows {
		if d.ByChance(r) {
			within++
		}
	}
	if within > 0 {
		list = append(list, fmt.Sprintf("Do not read the muted rows: %d of %d changes are within the chance of sampling.", within, len(t.Rows)))
	}
	return list
}

// diffTable draws the rows of a difference: before, now, and the change.
func diffTable(t prof.Top) string {
	table := Table{
		Columns: []Column{
			{Title: "flat change", Hint: "in the function itself", Number: true},
			{Title: "before", Number: true},
			{Title: "now", Number: true},
			{Title: "cum change", Hint: "in the function and what it calls", Number: true},
			{Title: "before", Number: true},
			{Title: "now", Number: true},
			{Title: "function", Code: true},
		},
	}
	rows := t.Rows[:min(len(t.Rows), maxDiffRows)]
	var most int64 = 1
	for _, r := range rows {
		most = max(most, abs(r.Flat), abs(r.Cum))
	}
	for _, r := range rows {
		table.Rows = append(table.Rows, Row{Muted: t.Diff.ByChance(r), Cells: []Cell{
			deltaCell(t, r.Flat, r.FlatText, most),
			{Text: t.Format(r.FlatFrom)},
			{Text: t.Format(r.FlatTo)},
			deltaCell(t, r.Cum, r.CumText, most),
			{Text: t.Format(r.CumFrom)},
			{Text: t.Format(r.CumTo)},
			{HTML: topName(r) + vanished(r), Title: topTitle(r)},
		}})
	}
	if rest := len(t.Rows) - len(rows); rest > 0 {
		table.Totals = append(table.Totals, Cells("", "", "", "", "", "", fmt.Sprintf("%d more functions, in the text of this output", rest)))
	}
	table.Totals = append(table.Totals, Cells("", t.Format(t.Diff.From), t.Format(t.Diff.To), "", "", "", "total"))
	return table.HTML()
}

// deltaCell draws a change with its sign over a bar in the colour of its direction.
func deltaCell(t prof.Top, v int64, text string, most int64) Cell {
	c := Cell{Text: text, Share: shareOf(abs(v), most), Fill: FillBetter}
	if v > 0 {
		c.Text, c.Fill = "+"+text, FillWorse
	}
	return c
}

// vanished marks functions that only one of the profiles has.
func vanished(r prof.Row) string {
	switch {
	case r.CumFrom == 0 && r.CumTo != 0:
		return " " + Mark("worse", "new")
	case r.CumTo == 0 && r.CumFrom != 0:
		return " " + Mark("better", "gone")
	}
	return ""
}
