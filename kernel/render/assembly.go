package render

import (
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// maxInstructions bounds the instructions of a drawn report; the text has all.
const maxInstructions = 400

const (
	// codeTable is the style of a table of instructions.
	codeTable = `border-collapse:collapse;table-layout:auto;width:auto;margin:0 0 4px 0;border:none;font-family:` + FontCode + `;font-size:12px;line-height:1.45`
	// codeCell is that of its cells; there are many, so that it is short.
	codeCell = `border:none;white-space:pre;padding:0 8px;text-align:`
)

// Assembly draws the machine code of functions with what each instruction costs; t is
// the table of the whole profile. Its text is that of "go tool pprof -disasm".
func Assembly(a prof.Assembly, t prof.Top, o ProfileOptions) display.Bundle {
	f := Frame{Headline: assemblyHeadline(a), Doubts: doubts(t, o), Command: o.Command, Footer: footer(t, o)}
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
	b.WriteString(`<div style="overflow-x:auto;max-width:100%"><table style="` + codeTable + `"><thead><tr>` + head("flat", "at the instruction itself", "right") + head("cum", "at the instruction and what it calls", "right") +
		head("address", "", "right") + head("instruction", "", "left") + head("source", "the line that it comes from", "left") + `</tr></thead><tbody>`)
	place := ""
	for i := 0; i < len(r.Instructions); i++ {
		in := r.Instructions[i]
		if n := coldInstructions(r.Instructions[i:]); n > coldRun {
			fmt.Fprintf(&b, `<tr><td></td><td></td><td></td><td style="%sleft;opacity:%s">… %d instructions without samples</td><td></td></tr>`, codeCell, mutedOpacity, n-1)
			i += n - 2 // the last one stands before what is hot
			place = ""
			continue
		}
		if *left--; *left < 0 {
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
		b.WriteString(`<td style="` + codeCell + `left;opacity:` + mutedOpacity + `">` + Escape(from) + `</td></tr>`)
	}
	b.WriteString(`</tbody></table></div>`)
	return b.String()
}

// coldInstructions counts the instructions without samples at the start.
func coldInstructions(list []prof.Instruction) int {
	for i, in := range list {
		if in.Heat > 0 {
			return i
		}
	}
	return len(list)
}

// instructionCells are the costs, the address and the text of an instruction.
func instructionCells(in prof.Instruction) string {
	ground := ""
	if in.Heat > 0 {
		ground = `;background-color:` + Translucent(FillWorse, 0.10+0.45*in.Heat)
	}
	cost := func(text string) string {
		style := codeCell + `right` + ground
		if text == "." {
			style += `;opacity:` + mutedOpacity
		}
		return `<td style="` + style + `">` + Escape(text) + `</td>`
	}
	return cost(in.Flat) + cost(in.Cum) + `<td style="` + codeCell + `right;opacity:` + mutedOpacity + `">` + Escape(in.Addr) + `</td>` +
		`<td style="` + codeCell + `left` + ground + `">` + Escape(in.Text) + `</td>`
}

// maxLineCode bounds the instructions drawn of one source line.
const maxLineCode = 40

// lineCode draws the instructions of a source line below it, folded, if any of them
// has samples.
func lineCode(source string, code []prof.Instruction) string {
	if coldInstructions(code) == len(code) {
		return source
	}
	var b strings.Builder
	count := "1 instruction"
	if len(code) > 1 {
		count = fmt.Sprintf("%d instructions", len(code))
	}
	b.WriteString(`<details><summary title="` + count + `">` + source + `</summary><table style="` + codeTable + `">`)
	for i, in := range code {
		if i == maxLineCode {
			fmt.Fprintf(&b, `<tr><td></td><td></td><td></td><td style="%sleft;opacity:%s">… %d more in the text of this output</td></tr>`, codeCell, mutedOpacity, len(code)-i)
			break
		}
		b.WriteString(`<tr>` + instructionCells(in) + `</tr>`)
	}
	b.WriteString(`</table></details>`)
	return b.String()
}
