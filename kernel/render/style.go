// Package render draws what the other rooms measured: a model goes in, a display bundle with HTML and plain text comes out.
//
// Everything drawn must be readable in three places: a trusted notebook, where
// style sheets and scripts work; an untrusted one, where JupyterLab's sanitiser
// keeps only inline styles with plain colours and lengths (no var(), hsl(), ids or
// position:fixed); and on paper. So the inline styles carry the whole meaning and
// leave the text colour to the page, bars are translucent so that light and dark
// text both read on them, and the one style element adds niceties only.
package render

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"gomri/kernel/display"
)

// The fills of bars and frames on a light ground. Text on them is Ink. Each has a
// twin for a dark ground, which only live (scripted) parts can use.
const (
	FillYours   = "#f6b26b" // the user's own code
	FillStd     = "#9fc5e8" // the standard library
	FillModules = "#b6d7a8" // third-party modules
	FillRuntime = "#d0d0d0" // the runtime and the garbage collector
	FillBetter  = "#92c5de" // less, faster
	FillWorse   = "#f4a582" // more, slower; also heat in tables and listings

	DarkFillYours   = "#d9893b"
	DarkFillStd     = "#5b8fc2"
	DarkFillModules = "#7ba86a"
	DarkFillRuntime = "#8f8f8f"
	DarkFillBetter  = "#67a9cf"
	DarkFillWorse   = "#ef8a4b"
)

// The colours of lines, dots and text that carry data, on a light ground and on a dark one.
const (
	LineBetter = "#2166ac" // also: stays on the stack
	LineWorse  = "#b35806" // also: escapes to the heap
	LineInline = "#3d7a1a"
	LineBounds = "#7b3294"

	DarkLineBetter = "#92c5de"
	DarkLineWorse  = "#f4a582"
	DarkLineInline = "#a1d76a"
	DarkLineBounds = "#c2a5cf"
)

// Ink is the text on every fill, Paper the ground of static pictures.
const (
	Ink   = "#1b1b1b"
	Paper = "#ffffff"
)

// The signs that go with colours, because colour never carries meaning alone.
const (
	MarkHeap   = "▲"
	MarkStack  = "▬"
	MarkInline = "⤵"
	MarkBounds = "▣"
)

// The font stacks and sizes of everything drawn, fit for inline styles.
const (
	FontWords = "system-ui,-apple-system,Segoe UI,sans-serif"
	FontCode  = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
	FontSize  = "13px"
)

// Hairline is the one kind of line drawn: visible on light and dark ground.
const Hairline = "1px solid rgba(128,128,128,0.45)"

// mutedOpacity keeps 4.5:1 contrast for the text colours of JupyterLab's themes.
const mutedOpacity = "0.75"

// niceties is the style element of a frame. It may be dropped without loss. The
// rules are the same in every output, so it does no harm that a page has many.
const niceties = `<style>` +
	`.gomri summary{cursor:pointer}` +
	`.gomri tbody tr:hover td{background-color:rgba(128,128,128,0.14)}` +
	`.gomri .gomri-heap,.gomri .gomri-worse{color:` + LineWorse + `}` +
	`.gomri .gomri-stack,.gomri .gomri-better{color:` + LineBetter + `}` +
	`.gomri .gomri-inline{color:` + LineInline + `}` +
	`.gomri .gomri-bounds{color:` + LineBounds + `}` +
	`[data-jp-theme-light=false] .gomri .gomri-heap,[data-jp-theme-light=false] .gomri .gomri-worse,` +
	`.vscode-dark .gomri .gomri-heap,.vscode-dark .gomri .gomri-worse{color:` + DarkLineWorse + `}` +
	`[data-jp-theme-light=false] .gomri .gomri-stack,[data-jp-theme-light=false] .gomri .gomri-better,` +
	`.vscode-dark .gomri .gomri-stack,.vscode-dark .gomri .gomri-better{color:` + DarkLineBetter + `}` +
	`[data-jp-theme-light=false] .gomri .gomri-inline,.vscode-dark .gomri .gomri-inline{color:` + DarkLineInline + `}` +
	`[data-jp-theme-light=false] .gomri .gomri-bounds,.vscode-dark .gomri .gomri-bounds{color:` + DarkLineBounds + `}` +
	`</style>`

// frameClasses are the classes of a frame: its own, and those by which MathJax, in
// JupyterLab and on nbconvert's pages, is told to take no "$" in it for mathematics.
const frameClasses = "gomri mathjax_ignore tex2jax_ignore"

// Frame is one drawn result. Its parts come in a fixed order so that ten outputs
// read as one document: headline, body, doubts, footer.
type Frame struct {
	// Headline says the finding in one sentence: plain text, in which `code`
	// between backquotes is set as code. It may be empty.
	Headline string
	// Body holds HTML fragments (tables, pictures), already escaped.
	Body []string
	// Doubts are plain sentences, as in Headline, each beginning with what to do.
	Doubts []string
	// Command is the terminal command that gives the same, without a prompt; may be empty.
	Command string
	// Footer holds further plain lines: sample or run count, machine, Go version.
	Footer []string
}

// HTML returns the frame as a page fragment.
func (f Frame) HTML() string {
	var b strings.Builder
	b.WriteString(`<div class="` + frameClasses + `" style="font-family:` + FontWords + `;font-size:` + FontSize +
		`;line-height:1.45;max-width:100%;margin:2px 0 8px 0">` + niceties)
	if f.Headline != "" {
		b.WriteString(`<div style="font-size:14px;font-weight:600;margin:0 0 6px 0">` + Rich(f.Headline) + `</div>`)
	}
	for _, part := range f.Body {
		b.WriteString(part)
	}
	for _, doubt := range f.Doubts {
		b.WriteString(`<div style="opacity:` + mutedOpacity + `;margin:4px 0 0 0">&#9888;&#65038; ` + Rich(doubt) + `</div>`)
	}
	f.footer(&b)
	b.WriteString(`</div>`)
	return b.String()
}

// footer writes the terminal command and the machine lines.
func (f Frame) footer(b *strings.Builder) {
	if f.Command == "" && len(f.Footer) == 0 {
		return
	}
	b.WriteString(`<div style="opacity:` + mutedOpacity + `;font-family:` + FontCode +
		`;font-size:12px;margin:6px 0 0 0;white-space:pre-wrap;overflow-wrap:break-word">`)
	if f.Command != "" {
		b.WriteString(`$ ` + Escape(f.Command))
		if len(f.Footer) > 0 {
			b.WriteString("\n")
		}
	}
	b.WriteString(Escape(strings.Join(f.Footer, "\n")))
	b.WriteString(`</div>`)
}

// Bundle returns the frame with text as its text/plain form: what the terminal
// tool prints.
func (f Frame) Bundle(text string) display.Bundle {
	return display.HTML(f.HTML(), text)
}

// Escape makes text safe inside HTML text and inside a quoted attribute.
func Escape(s string) string { return html.EscapeString(s) }

// Rich escapes text and sets what stands between backquotes as code. A backquote
// without a partner stays as it is.
func Rich(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "`")
		inner, after, closed := strings.Cut(rest, "`")
		if !ok || !closed {
			b.WriteString(Escape(s))
			return b.String()
		}
		b.WriteString(Escape(before))
		b.WriteString(Code(inner))
		s = after
	}
}

// Code sets text as code.
func Code(s string) string {
	return `<code style="font-family:` + FontCode + `;font-size:12px;background-color:transparent;padding:0">` + Escape(s) + `</code>`
}

// Pre sets text as a preformatted block that scrolls inside itself.
func Pre(s string) string {
	return `<pre style="font-family:` + FontCode + `;font-size:12px;line-height:1.4;margin:4px 0;padding:0;` +
		`white-space:pre;overflow-x:auto;background-color:transparent">` + Escape(s) + `</pre>`
}

// Badge sets text in Ink on a fill, readable on any ground.
func Badge(text, fill string) string {
	return `<span style="background-color:` + fill + `;color:` + Ink +
		`;padding:0 5px;border-radius:3px;white-space:nowrap">` + Escape(text) + `</span>`
}

// Mark sets a short text in one of the mark colours where style sheets work, and
// in the page's own colour elsewhere. Kind is one of "heap", "stack", "inline",
// "bounds", "better", "worse"; the text has to say the same without the colour.
func Mark(kind, text string) string {
	return `<span class="gomri-` + Escape(kind) + `" style="font-weight:600">` + Escape(text) + `</span>`
}

// Fold hides an HTML fragment under a summary line that opens it.
func Fold(summary, fragment string) string {
	return `<details style="margin:4px 0"><summary style="opacity:` + mutedOpacity + `">` +
		Escape(summary) + `</summary>` + fragment + `</details>`
}

// CutMiddle shortens s to at most n runes by an ellipsis in its middle. The end
// of a Go name says more than its beginning, so it gets the larger half.
func CutMiddle(s string, n int) string {
	if n < 3 || utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	head := (n - 1) * 2 / 5
	return string(runes[:head]) + "…" + string(runes[len(runes)-(n-1-head):])
}

// CutName is CutMiddle as HTML, with the whole name in the title where it was cut.
func CutName(s string, n int) string {
	short := CutMiddle(s, n)
	if short == s {
		return Escape(s)
	}
	return `<span title="` + Escape(s) + `">` + Escape(short) + `</span>`
}

// Percent says a share between 0 and 1 as a person would: "98 %", "4.2 %", "0 %".
func Percent(share float64) string {
	switch p := share * 100; {
	case p == 0:
		return "0 %"
	case p < 0.1 && p > -0.1:
		return "< 0.1 %"
	case p < 9.95 && p > -9.95:
		return fmt.Sprintf("%.1f %%", p)
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}
