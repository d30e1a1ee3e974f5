package render

import (
	_ "embed"
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// maxTopRows bounds a drawn table; pprof's text has all rows.
const maxTopRows = 80

// topScript makes the heads of a top table sort it.
//
//go:embed top.js
var topScript string

// Top draws the table of a profile's heaviest functions. Its text is that of
// "go tool pprof -top".
func Top(t prof.Top, o ProfileOptions) display.Bundle {
	f := Frame{Headline: headline(t), Doubts: doubts(t, o), Command: o.Command, Footer: footer(t, o)}
	if len(t.Rows) > 0 {
		table := topTable(t, FoldRows)
		if t.Diff != nil {
			table = diffTable(t)
		}
		uid := uidOf(table)
		f.Body = []string{
			`<div data-gomri-top="` + uid + `">` + table + `</div>`,
			script(topScript, jsString(uid)),
		}
	}
	f.Body = append(f.Body, o.After...)
	return f.Bundle(t.Text())
}

// topTable draws the rows, of which fold are seen before the rest folds.
func topTable(t prof.Top, fold int) string {
	table := Table{
		Columns: []Column{
			{Title: "flat", Hint: "in the function itself", Number: true},
			{Title: "flat%", Hint: "share of the total in the function itself", Number: true},
			{Title: "sum%", Hint: "flat% of this row and all above", Number: true},
			{Title: "cum", Hint: "in the function and what it calls", Number: true},
			{Title: "cum%", Hint: "share of the total in the function and what it calls", Number: true},
			{Title: "function", Code: true},
		},
		Fold: fold,
	}
	rows := t.Rows[:min(len(t.Rows), maxTopRows)]
	flat, cum := sortedColumn(rows)
	var sum int64
	for _, r := range rows {
		sum += r.Flat
		cells := []Cell{
			{Text: r.FlatText},
			{Text: trimPct(r.Flat, t.Total)},
			{Text: trimPct(sum, t.Total)},
			{Text: r.CumText},
			{Text: trimPct(r.Cum, t.Total)},
			{HTML: topName(r), Title: topTitle(r)},
		}
		fill := fillOf(r.Kind)
		if flat {
			cells[1].Share, cells[1].Fill = r.FlatPct/100, fill
		}
		if cum {
			cells[4].Share, cells[4].Fill = r.CumPct/100, fill
		}
		table.Rows = append(table.Rows, Row{Cells: cells})
	}
	table.Totals = topTotals(t, len(rows))
	return table.HTML()
}

// trimPct is pprof's percentage without its padding.
func trimPct(v, total int64) string { return strings.TrimSpace(prof.Percentage(v, total)) }

// sortedColumn says which column the rows are sorted by: its bars are drawn.
func sortedColumn(rows []prof.Row) (flat, cum bool) {
	for i := 1; i < len(rows); i++ {
		if rows[i].Flat > rows[i-1].Flat && rows[i-1].Flat >= 0 {
			return false, true
		}
	}
	return true, false
}

// topTotals says what is not in the table.
func topTotals(t prof.Top, drawn int) []Row {
	var totals []Row
	add := func(v int64, text string) {
		totals = append(totals, Cells(prof.Label(v, t.Type.Unit, t.Unit), trimPct(v, t.Total), "", "", "", text))
	}
	if rest := len(t.Rows) - drawn; rest > 0 {
		var v int64
		for _, r := range t.Rows[drawn:] {
			v += r.Flat
		}
		add(v, fmt.Sprintf("%d more functions, in the text of this output", rest))
	}
	if hidden := t.Eligible - len(t.Rows) + t.Dropped; hidden > 0 && t.Total != 0 {
		add(t.Total-t.Shown, fmt.Sprintf("%d functions not shown", hidden))
	}
	return append(totals, Cells(prof.Label(t.Total, t.Type.Unit, t.Unit), "100%", "", "", "", "total"))
}

// topName draws a function's name: whose it is, its short form, and whether it was inlined.
func topName(r prof.Row) string {
	name := r.Name
	if r.Name == r.Function {
		name = prof.ShortName(r.Name)
	}
	html := `<span style="background-color:` + fillOf(r.Kind) + `;border-radius:2px;margin-right:6px">&nbsp;&nbsp;</span>` + Escape(CutMiddle(name, 72))
	if r.Inline != "" {
		html += ` <span style="opacity:` + mutedOpacity + `">` + Escape(r.Inline) + `</span>`
	}
	return html
}

// topTitle is what hovering a name shows.
func topTitle(r prof.Row) string {
	title := r.Name + "\n" + r.Kind.String()
	if r.File != "" {
		title += "\n" + r.File
		if r.Line > 0 {
			title += fmt.Sprintf(":%d", r.Line)
		}
	}
	return title
}

// fillOf is the colour of a kind of code.
func fillOf(k prof.Kind) string {
	switch k {
	case prof.Std:
		return FillStd
	case prof.ThirdParty:
		return FillModules
	case prof.Runtime:
		return FillRuntime
	}
	return FillYours
}
