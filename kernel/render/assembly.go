package render

import (
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// maxInstructions bounds the instructions of a drawn report; the text has all.
const maxInstructions = 1500

// Assembly draws the machine code of functions with what each instruction costs. Its
// text is that of "go tool pprof -disasm".
func Assembly(a prof.Assembly, o ProfileOptions) display.Bundle {
	f := Frame{Headline: assemblyHeadline(a), Doubts: o.Doubts, Command: o.Command, Footer: o.Footer}
	left := maxInstructions
	for _, r := range a.Routines {
		if left <= 0 {
			f.Doubts = append(f.Doubts, "Read the text of this output for the rest, or name fewer functions: it is too long to draw.")
			break
		}
		f.Body = append(f.Body, assemblyRoutine(r, &left))
	}
	return f.Bundle(a.Text)
}

// assemblyHeadline names the heaviest instruction.
func assemblyHeadline(a prof.Assembly) string {
	var best prof.Instruction
	in := ""
	for _, r := range a.Routines {
		for _, i := range r.Instructions {
			if i.Heat > best.Heat {
				best, in = i, r.Name
			}
		}
	}
	if in == "" {
		return ""
	}
	text := fmt.Sprintf("`%s` in `%s` takes the most: %s of %s", best.Text, prof.ShortName(in), best.Cum, a.Total)
	if best.File != "" && best.Line > 0 {
		text += fmt.Sprintf(" (%s:%d)", best.File, best.Line)
	}
	return text + ". A sample is often counted at the instruction after the slow one."
}

// assemblyRoutine draws one function.
func assemblyRoutine(r prof.AssemblyRoutine, left *int) string {
	var b strings.Builder
	b.WriteString(`<div style="margin:6px 0 2px 0"><b>` + Code(prof.ShortName(r.Name)) + `</b> <span style="opacity:` + mutedOpacity + `">` +
		Escape(fmt.Sprintf("%s flat, %s cum (%s)", r.Flat, r.Cum, r.Share)) + `</span></div>`)
	head := func(title, hint, align string) string {
		return `<th scope="col" title="` + hint + `" style="text-align:` + align + `;padding:0 8px;border:none;border-bottom:` + Hairline + `;font-weight:600">` + title + `</th>`
	}
	b.WriteString(`<div style="overflow-x:auto;max-width:100%"><table style="border-collapse:collapse;table-layout:auto;width:auto;margin:0;border:none;font-size:12px">` +
		`<thead><tr>` + head("flat", "at the instruction itself", "right") + head("cum", "at the instruction and what it calls", "right") +
		head("address", "", "right") + head("instruction", "", "left") + head("source", "the line that it comes from", "left") + `</tr></thead><tbody>`)
	place := ""
	for _, in := range r.Instructions {
		if *left--; *left < 0 {
			b.WriteString(`<tr><td></td><td></td><td></td><td style="` + listCell + `;text-align:left;opacity:` + mutedOpacity + `">…</td><td></td></tr>`)
			break
		}
		from := ""
		if in.File != "" && in.Line > 0 {
			from = fmt.Sprintf("%s:%d", in.File, in.Line)
		}
		b.WriteString(`<tr>` + instructionCells(in))
		if from == place {
			from = "" // it stands above
		} else {
			place = from
		}
		b.WriteString(`<td style="` + listCell + `;text-align:left;opacity:` + mutedOpacity + `">` + Escape(from) + `</td></tr>`)
	}
	b.WriteString(`</tbody></table></div>`)
	return b.String()
}

// instructionCells are the costs, the address and the text of an instruction.
func instructionCells(in prof.Instruction) string {
	ground := ""
	if in.Heat > 0 {
		ground = `;background-color:` + Translucent(FillWorse, 0.10+0.45*in.Heat)
	}
	cost := func(text string) string {
		style := listCell + `;text-align:right` + ground
		if text == "." {
			style += `;opacity:` + mutedOpacity
		}
		return `<td style="` + style + `">` + Escape(text) + `</td>`
	}
	return cost(in.Flat) + cost(in.Cum) + `<td style="` + listCell + `;text-align:right;opacity:` + mutedOpacity + `">` + Escape(in.Addr) + `</td>` +
		`<td style="` + listCell + `;text-align:left` + ground + `">` + Escape(in.Text) + `</td>`
}

// lineCode draws the instructions of a source line below it, folded.
func lineCode(source string, code []prof.Instruction) string {
	if len(code) == 0 {
		return source
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<details><summary title="%d instructions">%s</summary><table style="border-collapse:collapse;margin:0 0 4px 0;border:none">`, len(code), source)
	for _, in := range code {
		b.WriteString(`<tr>` + instructionCells(in) + `</tr>`)
	}
	b.WriteString(`</table></details>`)
	return b.String()
}
