package render

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/escape"
)

// EscapeSource is the source of one cell or file that the compiler spoke of.
type EscapeSource struct {
	Name string // as in escape.Note.File: "cell-3"
	Text string
}

// EscapeReport is what the compiler said, to be drawn beside the source.
type EscapeReport struct {
	Sources []EscapeSource
	Notes   []escape.Note
	// Text is the compiler's own output.
	Text string
	// Command is the terminal command that gives the same.
	Command string
}

// EscapeNotes draws the source of cells with what the compiler says on each line.
// Its plain text is the compiler's own.
func EscapeNotes(r EscapeReport) display.Bundle {
	shown := slices.DeleteFunc(slices.Clone(r.Notes), func(n escape.Note) bool {
		return !slices.ContainsFunc(r.Sources, func(s EscapeSource) bool { return s.Name == n.File })
	})
	told := shown
	if len(shown) == 0 {
		told = r.Notes // the source is not at hand, the verdicts are all the same
	}
	f := Frame{Headline: escapeHeadline(told, len(escape.Files(told)) > 1), Doubts: escapeDoubts(shown), Command: r.Command}
	for _, s := range r.Sources {
		if len(r.Sources) > 1 {
			f.Body = append(f.Body, `<div style="font-weight:600;margin:6px 0 0 0">`+Escape(s.Name)+`</div>`)
		}
		f.Body = append(f.Body, escapeListing(s, escape.ByLine(shown, s.Name)))
	}
	if legend := escapeLegend(shown); legend != "" {
		f.Body = append(f.Body, legend)
	}
	if reasons := escapeReasons(shown); reasons != "" {
		f.Body = append(f.Body, Fold("why it escapes, step by step", reasons))
	}
	raw := r.Text
	if len(raw) > maxRaw {
		raw = strings.ToValidUTF8(raw[:maxRaw], "") + "\n…"
	}
	if strings.TrimSpace(raw) != "" {
		f.Body = append(f.Body, Fold("what the compiler printed", Pre(strings.TrimRight(raw, "\n"))))
	}
	return f.Bundle(r.Text)
}

// maxListing is how many lines of a source are drawn.
const maxListing = 1000

// escapeListing draws a source with numbered lines and the notes beside them.
func escapeListing(s EscapeSource, notes map[int][]escape.Note) string {
	const cell = `border:none;vertical-align:top;text-align:left;white-space:pre;font-family:` + FontCode + `;font-size:12px;line-height:1.45`
	var b strings.Builder
	b.WriteString(`<div style="overflow-x:auto;max-width:100%"><table style="border-collapse:collapse;table-layout:auto;width:auto;margin:0;border:none"><tbody>`)
	lines := strings.Split(strings.TrimRight(s.Text, "\n"), "\n")
	for i, line := range lines {
		if i == maxListing {
			b.WriteString(`<tr><td></td><td style="` + cell + `">` + fmt.Sprintf("… %d more lines", len(lines)-i) + `</td><td></td></tr>`)
			break
		}
		here := notes[i+1]
		ground := ""
		if slices.ContainsFunc(here, func(n escape.Note) bool { return n.Kind.Heap() }) {
			ground = `;background-color:` + Translucent(FillWorse, 0.30)
		}
		b.WriteString(`<tr><td style="` + cell + `;padding:0 8px;text-align:right;opacity:` + mutedOpacity + `">` + strconv.Itoa(i+1) + `</td>`)
		b.WriteString(`<td style="` + cell + `;padding:0 16px 0 0` + ground + `">` + Escape(strings.ReplaceAll(line, "\t", "    ")) + `</td>`)
		b.WriteString(`<td style="` + cell + `;padding:0 8px 0 0` + ground + `">` + noteMarks(here) + `</td></tr>`)
	}
	b.WriteString(`</tbody></table></div>`)
	return b.String()
}

// noteMarks are the notes of one line, the weightiest first, one below the other.
func noteMarks(notes []escape.Note) string {
	sorted := slices.Clone(notes)
	slices.SortStableFunc(sorted, func(a, b escape.Note) int { return cmp.Compare(weight(a.Kind), weight(b.Kind)) })
	var parts []string
	for _, n := range sorted {
		mark, class := noteMark(n.Kind)
		text := mark + " " + CutMiddle(n.Text, 90)
		title := fmt.Sprintf("%s:%d:%d: %s", n.File, n.Line, n.Col, n.Text)
		for _, step := range n.Flow {
			title += "\n" + step
		}
		if class == "" {
			text = `<span style="opacity:` + mutedOpacity + `">` + Escape(text) + `</span>`
		} else {
			text = Mark(class, text)
		}
		parts = append(parts, `<span title="`+Escape(title)+`">`+text+`</span>`)
	}
	return strings.Join(parts, "<br>")
}

// weight orders the notes of a line.
func weight(k escape.Kind) int {
	switch k {
	case escape.MovedToHeap, escape.Escapes:
		return 0
	case escape.LeakingParam:
		return 1
	case escape.DoesNotEscape:
		return 2
	case escape.InlinedCall, escape.Devirtualized:
		return 3
	}
	return 4
}

// noteMark is the sign of a kind and its colour class ("" for none).
func noteMark(k escape.Kind) (mark, class string) {
	switch k {
	case escape.MovedToHeap, escape.Escapes:
		return MarkHeap, "heap"
	case escape.DoesNotEscape:
		return MarkStack, "stack"
	case escape.InlinedCall, escape.CanInline, escape.Devirtualized:
		return MarkInline, "inline"
	case escape.LeakingParam:
		return "◇", ""
	}
	return "·", ""
}

// escapeLegend explains the signs that are in use.
func escapeLegend(notes []escape.Note) string {
	var parts []string
	add := func(k escape.Kind, words string) {
		mark, class := noteMark(k)
		has := slices.ContainsFunc(notes, func(n escape.Note) bool { m, _ := noteMark(n.Kind); return m == mark })
		if !has {
			return
		}
		if class != "" {
			mark = Mark(class, mark)
		}
		parts = append(parts, mark+" "+Escape(words))
	}
	add(escape.Escapes, "on the heap")
	add(escape.DoesNotEscape, "stays on the stack")
	add(escape.LeakingParam, "what it points to leaves the function")
	add(escape.CanInline, "inlined, or may be")
	if len(parts) == 0 {
		return ""
	}
	return `<div style="opacity:` + mutedOpacity + `;font-size:12px;margin:4px 0 0 0">` + strings.Join(parts, " &nbsp; ") + `</div>`
}

// escapeReasons is the compiler's reasoning (-m=2), "" if there is none.
func escapeReasons(notes []escape.Note) string {
	var b strings.Builder
	for _, n := range notes {
		if len(n.Flow) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", n.File, n.Line, n.Col, n.Text)
		for _, step := range n.Flow {
			b.WriteString("    " + step + "\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return Pre(strings.TrimRight(b.String(), "\n"))
}

// escapeHeadline says the finding.
func escapeHeadline(notes []escape.Note, several bool) string {
	var heap []escape.Note
	stack, inlined, can := 0, 0, 0
	for _, n := range notes {
		switch {
		case n.Kind.Heap():
			heap = append(heap, n)
		case n.Kind == escape.DoesNotEscape:
			stack++
		case n.Kind == escape.InlinedCall:
			inlined++
		case n.Kind == escape.CanInline:
			can++
		}
	}
	s := ""
	switch {
	case len(notes) == 0:
		return "The compiler has nothing to say about this code: no value of it needs the heap"
	case len(heap) == 0:
		s = "Nothing escapes to the heap"
	case len(heap) == 1:
		s = fmt.Sprintf("`%s` (%s) %s", CutMiddle(heap[0].Subject, 40), noteLine(heap[0], several), heapVerb(heap[0].Kind))
	default:
		var names []string
		for _, n := range heap {
			names = append(names, fmt.Sprintf("`%s` (%s)", CutMiddle(n.Subject, 30), noteLine(n, several)))
		}
		s = fmt.Sprintf("%d values go to the heap: %s", len(heap), nameList(names))
	}
	var rest []string
	if inlined > 0 {
		rest = append(rest, counted(inlined, "call is inlined", "calls are inlined"))
	} else if can > 0 {
		rest = append(rest, counted(can, "function can be inlined", "functions can be inlined"))
	}
	if len(rest) > 0 {
		s += "; " + strings.Join(rest, ", ")
	}
	return s
}

// noteLine is "line 9", with the cell where there are several.
func noteLine(n escape.Note, several bool) string {
	if several {
		return fmt.Sprintf("%s, line %d", n.File, n.Line)
	}
	return fmt.Sprintf("line %d", n.Line)
}

// heapVerb is what happens to a single value.
func heapVerb(k escape.Kind) string {
	if k == escape.MovedToHeap {
		return "is moved to the heap"
	}
	return "escapes to the heap"
}

// counted is a number with the word in its form.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// escapeDoubts says where the compiler's word is not the whole truth.
func escapeDoubts(notes []escape.Note) []string {
	for _, n := range notes {
		if n.Kind == escape.DoesNotEscape && (strings.HasPrefix(n.Subject, "make(") || strings.HasPrefix(n.Subject, "append(")) {
			return []string{fmt.Sprintf("Measure with -benchmem too: `%s` does not escape, but a size that is known only at run time is still allocated on the heap when it is large.", CutMiddle(n.Subject, 40))}
		}
	}
	return nil
}
