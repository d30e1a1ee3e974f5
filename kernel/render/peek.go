package render

import (
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// maxCallRows bounds the functions of a drawn tree, and maxCalls the callers and the
	// callees of each; the text has all.
	maxCallRows = 40
	maxCalls    = 8
	// openCallRows is how many functions are seen before the rest folds.
	openCallRows = 12
)

// Calls draws functions between their callers and callees: pprof's tree and peek. Its
// text is pprof's.
func Calls(c prof.Calls, o ProfileOptions) display.Bundle {
	f := Frame{Headline: callsHeadline(c), Doubts: doubts(c.Top, o), Command: o.Command, Footer: footer(c.Top, o)}
	if len(c.Rows) > 0 {
		rows := c.Rows[:min(len(c.Rows), maxCallRows)]
		open := rows[:min(len(rows), openCallRows)]
		table := callsTable(c, open)
		if rest := rows[len(open):]; len(rest) > 0 {
			table += Fold(fmt.Sprintf("%d more functions", len(rest)), callsTable(c, rest))
		}
		if rest := len(c.Rows) - len(rows); rest > 0 {
			f.Doubts = append(f.Doubts, fmt.Sprintf("Read the text of this output for %d more functions, or name fewer.", rest))
		}
		uid := uidOf(table)
		f.Body = []string{`<div data-gomri-top="` + uid + `">` + table + `</div>`, script(topScript, jsString(uid))}
	}
	return f.Bundle(c.Text())
}

// callsHeadline says who calls the one function, or what the heaviest does.
func callsHeadline(c prof.Calls) string {
	if len(c.Rows) != 1 {
		return headline(c.Top)
	}
	r := c.Rows[0]
	text := fmt.Sprintf("`%s` takes %s of %s", prof.ShortName(r.Name), Percent(shareOf(r.Cum, c.Top.Total)), nounOf(c.Top.Type))
	if len(r.Callers) > 0 {
		text += fmt.Sprintf(", %s of it called by `%s`", Percent(shareOf(r.Callers[0].Value, r.Cum)), prof.ShortName(r.Callers[0].Name))
	}
	if len(r.Callees) > 0 && r.Callees[0].Value > r.Flat {
		text += fmt.Sprintf(", %s in `%s`", Percent(shareOf(r.Callees[0].Value, r.Cum)), prof.ShortName(r.Callees[0].Name))
	} else if r.Flat != 0 {
		text += fmt.Sprintf(", %s in its own code", Percent(shareOf(r.Flat, r.Cum)))
	}
	return text + "."
}

// callsTable draws a group of rows for each function.
func callsTable(c prof.Calls, rows []prof.CallRow) string {
	columns := []Column{
		{Title: "flat", Hint: "in the function itself", Number: true},
		{Title: "flat%", Number: true},
		{Title: "cum", Hint: "in the function and what it calls", Number: true},
		{Title: "cum%", Number: true},
		{Title: "calls", Hint: "what of the function's value belongs to this caller or callee", Number: true},
		{Title: "calls%", Number: true},
		{Title: "function", Code: true},
	}
	t := Table{Columns: columns, Fold: -1}
	for _, r := range rows {
		var group []Row
		group = append(group, callRows(r.Callers, r.Cum, "↑ called by ")...)
		group = append(group, Row{Cells: []Cell{
			{Text: r.FlatText},
			{Text: trimPct(r.Flat, c.Top.Total)},
			{Text: r.CumText},
			{Text: trimPct(r.Cum, c.Top.Total), Share: r.CumPct / 100, Fill: fillOf(r.Kind)},
			{},
			{},
			{HTML: `<b>` + topName(r.Row) + `</b>`, Title: topTitle(r.Row)},
		}})
		group = append(group, callRows(r.Callees, r.Cum, "↓ calls ")...)
		t.Groups = append(t.Groups, group)
	}
	return t.HTML()
}

// callRows are the callers or the callees of one function.
func callRows(calls []prof.Call, cum int64, word string) []Row {
	var rows []Row
	for i, call := range calls {
		if i == maxCalls {
			var rest int64
			for _, other := range calls[i:] {
				rest += other.Value
			}
			rows = append(rows, Row{Cells: []Cell{{}, {}, {}, {}, {}, {Text: trimPct(rest, cum)}, Text(fmt.Sprintf("    %s%d more", word, len(calls)-i))}, Muted: true})
			break
		}
		name := prof.ShortName(call.Name)
		if strings.ContainsAny(call.Name, " :") {
			name = call.Name // a line or an address
		}
		html := `<span style="opacity:` + mutedOpacity + `;white-space:pre">    ` + word + `</span>` + Escape(CutMiddle(name, 72))
		if call.Inlined {
			html += ` <span style="opacity:` + mutedOpacity + `">(inline)</span>`
		}
		rows = append(rows, Row{Cells: []Cell{
			{},
			{},
			{},
			{},
			{Text: call.Text},
			{Text: trimPct(call.Value, cum), Share: shareOf(call.Value, cum), Fill: FillRuntime},
			{HTML: html, Title: call.Name},
		}})
	}
	return rows
}
