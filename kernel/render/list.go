package render

import (
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

const (
	// maxListedLines bounds the lines of a drawn listing; the text has all.
	maxListedLines = 1500
	// coldRun is how many lines without samples are folded into one.
	coldRun = 12
)

// List draws the source of functions with what each line costs and calls. Its text
// is that of "go tool pprof -list".
func List(l prof.Listing, o ProfileOptions) display.Bundle {
	f := Frame{Headline: listHeadline(l), Doubts: doubts(l.Top, o), Command: o.Command, Footer: footer(l.Top, o)}
	var hottest int64
	for _, r := range l.Routines {
		for _, line := range r.Lines {
			hottest = max(hottest, line.Flat, -line.Flat, line.Cum, -line.Cum)
		}
	}
	left := maxListedLines
	for _, r := range l.Routines {
		if left <= 0 {
			f.Doubts = append(f.Doubts, "Read the text of this output for the rest, or name fewer functions: it is too long to draw.")
			break
		}
		f.Body = append(f.Body, routine(l, r, hottest, &left))
	}
	return f.Bundle(l.Text())
}

// listHeadline names the heaviest line.
func listHeadline(l prof.Listing) string {
	var best prof.Line
	var in prof.Routine
	for _, r := range l.Routines {
		for _, line := range r.Lines {
			if abs(line.Cum) > abs(best.Cum) || abs(line.Cum) == abs(best.Cum) && abs(line.Flat) > abs(best.Flat) {
				best, in = line, r
			}
		}
	}
	if best.Number == 0 {
		return ""
	}
	text := fmt.Sprintf("Line %d of `%s` takes %s of %s", best.Number, prof.ShortName(in.Name), Percent(shareOf(best.Cum, l.Top.Total)), nounOf(l.Top.Type))
	if len(best.Calls) > 0 && best.Calls[0].Value > best.Flat {
		text += fmt.Sprintf(", %s of it in `%s`", Percent(shareOf(best.Calls[0].Value, best.Cum)), prof.ShortName(best.Calls[0].Name))
	}
	return text + "."
}

func abs(v int64) int64 { return max(v, -v) }

// routine draws one function.
func routine(l prof.Listing, r prof.Routine, hottest int64, left *int) string {
	var b strings.Builder
	b.WriteString(`<div style="margin:6px 0 2px 0"><b>` + Code(prof.ShortName(r.Name)) + `</b> <span style="opacity:` + mutedOpacity + `">` +
		Escape(fmt.Sprintf("%s flat, %s cum (%s) · %s", l.OrDot(r.Flat), l.OrDot(r.Cum), trimPct(r.Cum, l.Top.Total), r.File)) + `</span></div>`)
	switch {
	case r.File == "":
		b.WriteString(`<div style="opacity:` + mutedOpacity + `">The profile does not say where this function is.</div>`)
		return b.String()
	case r.Err != nil:
		b.WriteString(`<div>` + Escape(r.Err.Error()) + `. Run the notebook where the source is, or name its folder: <code>-source_path=DIR</code></div>`)
		return b.String()
	}
	head := func(title, hint, align string) string {
		return `<th scope="col" title="` + hint + `" style="text-align:` + align + `;padding:0 8px;border:none;border-bottom:` + Hairline + `;font-weight:600">` + title + `</th>`
	}
	b.WriteString(`<div style="overflow-x:auto;max-width:100%"><table style="border-collapse:collapse;table-layout:auto;width:auto;margin:0;border:none;font-size:12px">` +
		`<thead><tr>` + head("flat", "in the line itself", "right") + head("cum", "in the line and what it calls", "right") + head("line", "", "right") +
		head("source", "", "left") + head("calls", "what the line calls; the mark says that the call was inlined", "left") + `</tr></thead><tbody>`)
	for i := 0; i < len(r.Lines); i++ {
		if n := cold(r.Lines[i:]); n > coldRun {
			const keep = 3
			for _, line := range r.Lines[i : i+keep] {
				listLine(&b, l, line, hottest)
			}
			hidden := n - 2*keep
			b.WriteString(`<tr><td></td><td></td><td></td><td style="` + listCell + `;text-align:left;opacity:` + mutedOpacity + `">` + fmt.Sprintf("… %d lines without samples", hidden) + `</td><td></td></tr>`)
			i += keep + hidden - 1
			continue
		}
		if *left--; *left < 0 {
			break
		}
		listLine(&b, l, r.Lines[i], hottest)
	}
	b.WriteString(`</tbody></table></div>`)
	return b.String()
}

// cold counts the lines without samples at the start.
func cold(lines []prof.Line) int {
	for i, line := range lines {
		if line.Flat != 0 || line.Cum != 0 {
			return i
		}
	}
	return len(lines)
}

// listCell is the style of every cell of a listing.
const listCell = `border:none;vertical-align:top;white-space:pre;padding:0 8px;font-family:` + FontCode + `;font-size:12px;line-height:1.45`

// listLine draws one line: the hotter, the stronger its ground.
func listLine(b *strings.Builder, l prof.Listing, line prof.Line, hottest int64) {
	ground := ""
	if v := max(abs(line.Flat), abs(line.Cum)); v > 0 && hottest > 0 {
		fill := FillWorse
		if line.Cum < 0 {
			fill = FillBetter
		}
		ground = `;background-color:` + Translucent(fill, 0.10+0.45*float64(v)/float64(hottest))
	}
	number := func(v int64) string {
		style := listCell + `;text-align:right` + ground
		if v == 0 {
			style += `;opacity:` + mutedOpacity
		}
		return `<td style="` + style + `">` + Escape(l.OrDot(v)) + `</td>`
	}
	b.WriteString(`<tr>` + number(line.Flat) + number(line.Cum))
	fmt.Fprintf(b, `<td style="%s;text-align:right;opacity:%s">%d</td>`, listCell, mutedOpacity, line.Number)
	b.WriteString(`<td style="` + listCell + `;text-align:left` + ground + `">` + lineCode(Escape(strings.ReplaceAll(line.Text, "\t", "    ")), line.Code) + `</td>`)
	b.WriteString(`<td style="` + listCell + `;text-align:left">` + listCalls(line.Calls) + `</td></tr>`)
}

// listCalls names the heaviest calls of a line.
func listCalls(calls []prof.Call) string {
	var parts []string
	for i, c := range calls {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("%d more", len(calls)-i))
			break
		}
		text := Escape(prof.ShortName(c.Name)) + ` <span style="opacity:` + mutedOpacity + `">` + Escape(c.Text) + `</span>`
		if c.Inlined {
			text = Mark("inline", MarkInline) + " " + text
		}
		parts = append(parts, `<span title="`+Escape(c.Name)+`">`+text+`</span>`)
	}
	return strings.Join(parts, ", ")
}
