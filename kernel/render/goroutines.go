package render

import (
	"fmt"
	"strings"

	"gomri/kernel/prof"
)

// maxGoroutineRows bounds the groups that are drawn.
const maxGoroutineRows = 40

// Goroutines draws why goroutines wait and since when, as a fragment that goes with
// their profile.
func Goroutines(groups []prof.Goroutines) string {
	table := Table{
		Caption: "What the goroutines wait for, and since when",
		Columns: []Column{
			{Title: "count", Number: true},
			{Title: "state"},
			{Title: "for", Hint: "the runtime says whole minutes", Number: true},
			{Title: "where", Code: true},
			{Title: "created by", Code: true},
		},
		Fold: 15,
	}
	total := 0
	for _, g := range groups {
		total += g.Count
	}
	for _, g := range groups[:min(len(groups), maxGoroutineRows)] {
		where := g.Where()
		var stack []string
		for _, f := range g.Stack[:min(len(g.Stack), 30)] {
			stack = append(stack, fmt.Sprintf("%s  %s:%d", f.Function, f.File, f.Line))
		}
		table.Rows = append(table.Rows, Row{Cells: []Cell{
			Bar(fmt.Sprint(g.Count), shareOf(int64(g.Count), int64(total))), Text(g.State), Text(waited(g)),
			{Text: CutMiddle(prof.ShortName(where.Function), 60) + lineOf(where), Title: strings.Join(stack, "\n")},
			{Text: CutMiddle(prof.ShortName(g.Created.Function), 50), Title: g.Created.Function + lineOf(g.Created)},
		}})
	}
	if rest := len(groups) - len(table.Rows); rest > 0 {
		table.Totals = append(table.Totals, Cells("", "", "", fmt.Sprintf("%d more groups", rest)))
	}
	return table.HTML()
}

// waited says how long a group has waited.
func waited(g prof.Goroutines) string {
	switch {
	case g.Longest == 0:
		return "< 1 min"
	case g.Shortest == g.Longest:
		return fmt.Sprintf("%d min", g.Longest)
	}
	return fmt.Sprintf("%d to %d min", g.Shortest, g.Longest)
}

// lineOf is a frame's file and line, for the end of its name.
func lineOf(f prof.GoroutineFrame) string {
	if f.File == "" {
		return ""
	}
	return fmt.Sprintf(" %s:%d", f.File[strings.LastIndexAny(f.File, `/\`)+1:], f.Line)
}
