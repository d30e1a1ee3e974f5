// Package html turns a notebook into one standalone HTML page that needs no network, reads on paper and follows light or dark.
package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"gomri/kernel/nbformat"
)

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// Options say what a page shows besides the notebook. The zero value shows the
// notebook alone and trusts nothing in it.
type Options struct {
	// Name is the notebook's file name, for the title of a notebook without one.
	Name string
	// Notes are short plain lines under the title: when, on which machine, with which Go.
	Notes []string
	// Trusted says by a cell's index whether its outputs come from a run that the
	// page may trust: their scripts stay. Others are cleaned of scripts and of all
	// that could leave the output. Nil trusts none.
	Trusted func(cell int) bool
	// Files holds the pictures that markdown cells refer to by relative path;
	// they are put into the page. Nil means there are none.
	Files fs.FS
}

// Write writes the notebook as an HTML page.
func Write(w io.Writer, nb *nbformat.Notebook, opts Options) error {
	p := &page{nb: nb, opts: opts, language: nb.Language(), ids: map[string]int{}}
	if p.language == "" {
		p.language = "go"
	}
	if p.opts.Trusted == nil {
		p.opts.Trusted = func(int) bool { return false }
	}
	var body strings.Builder
	for i := range nb.Cells {
		if err := p.cell(&body, i); err != nil {
			return fmt.Errorf("page of %s: cell %d: %w", opts.Name, i+1, err)
		}
	}
	_, err := io.WriteString(w, p.wrap(body.String()))
	return err
}

// page is one page being written.
type page struct {
	nb       *nbformat.Notebook
	opts     Options
	language string
	headings []heading
	failures []failure
	ids      map[string]int // how often an id was wanted
}

// failure is a cell that ended in an error, for the line under the title.
type failure struct{ anchor, label, name string }

// wrap puts head, title and contents around the cells.
func (p *page) wrap(cells string) string {
	title := p.nb.Title()
	if title == "" {
		title = strings.TrimSuffix(p.opts.Name, ".ipynb")
	}
	if title == "" {
		title = "Notebook"
	}
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	b.WriteString(`<meta http-equiv="Content-Security-Policy" content="` + escape(p.policy()) + "\">\n")
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n" +
		"<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"gomri\">\n")
	b.WriteString("<title>" + escape(plainTitle(title)) + "</title>\n<style>\n" + pageCSS + "</style>\n</head>\n")
	b.WriteString("<body data-jp-theme-light=\"true\">\n<a class=\"skip\" href=\"#content\">Skip to the notebook</a>\n")
	p.contents(&b)
	b.WriteString("<main id=\"content\">\n")
	if len(p.headings) == 0 || p.headings[0].level != 1 {
		cells = "<h1>" + escape(plainTitle(title)) + "</h1>\n" + cells
	}
	before, after, _ := strings.Cut(cells, "</h1>")
	b.WriteString(before + "</h1>\n")
	p.status(&b)
	b.WriteString(after)
	b.WriteString("</main>\n<script>" + pageJS + "</script>\n</body>\n</html>\n")
	return b.String()
}

// policy is the content security policy of the page: nothing is ever loaded from
// a network, and scripts run only where the outputs are trusted. The page's own
// script is allowed by its hash.
func (p *page) policy() string {
	sum := sha256.Sum256([]byte(pageJS))
	scripts := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	for i := range p.nb.Cells {
		if p.opts.Trusted(i) {
			scripts = "'unsafe-inline'"
			break
		}
	}
	return "default-src 'none'; script-src " + scripts +
		"; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
}

// status writes the notes, and which cells failed.
func (p *page) status(b *strings.Builder) {
	if len(p.opts.Notes) == 0 && len(p.failures) == 0 {
		return
	}
	b.WriteString("<div class=\"status\">")
	for i, note := range p.opts.Notes {
		if i > 0 {
			b.WriteString("<span aria-hidden=\"true\"> · </span>")
		}
		b.WriteString("<span>" + escape(note) + "</span>")
	}
	for _, f := range p.failures {
		fmt.Fprintf(b, "<div class=\"failed\">✗ <a href=\"#%s\">%s</a> failed: %s</div>", escape(f.anchor), escape(f.label), escape(f.name))
	}
	b.WriteString("</div>\n")
}

// cell writes one cell.
func (p *page) cell(b *strings.Builder, i int) error {
	c := &p.nb.Cells[i]
	switch c.Type {
	case nbformat.Markdown:
		text, err := p.markdown(c.Source, c.Attachments)
		if err != nil {
			return err
		}
		b.WriteString("<section class=\"prose\">" + text + "</section>\n")
	case nbformat.Code:
		p.codeCell(b, i)
	case nbformat.Raw:
		// A raw cell is meant for one converter alone, and it is not this one.
	default:
		if c.Source != "" {
			b.WriteString("<section class=\"prose\"><pre>" + escape(c.Source) + "</pre></section>\n")
		}
	}
	return nil
}

// codeCell writes a code cell and its outputs.
func (p *page) codeCell(b *strings.Builder, i int) {
	c := &p.nb.Cells[i]
	if strings.TrimSpace(c.Source) == "" && len(c.Outputs) == 0 {
		return
	}
	anchor := fmt.Sprintf("cell-%d", i+1)
	label := fmt.Sprintf("cell %d of the notebook", i+1)
	prompt := "[ ]"
	if c.Count != nil {
		prompt = fmt.Sprintf("[%d]", *c.Count)
		label = "cell " + prompt
	}
	fmt.Fprintf(b, "<section class=\"code\" id=\"%s\" aria-label=\"%s\">", anchor, escape(label))
	if strings.TrimSpace(c.Source) != "" {
		fmt.Fprintf(b, "<div class=\"prompt\" aria-hidden=\"true\">%s</div><pre class=\"input\" tabindex=\"0\" aria-label=\"Code\"><code>%s</code></pre>", prompt, highlightCell(c.Source, p.language))
	}
	if len(c.Outputs) > 0 {
		b.WriteString("<div class=\"outputs\">")
		for j := range c.Outputs {
			o := &c.Outputs[j]
			if o.Type == nbformat.Error {
				p.failures = append(p.failures, failure{anchor: anchor, label: label, name: firstLine(o.EName + ": " + o.EValue)})
			}
			p.output(b, o, p.opts.Trusted(i))
		}
		b.WriteString("</div>")
	}
	b.WriteString("</section>\n")
}

// firstLine returns s up to its first line end, at most 200 runes of it.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if runes := []rune(s); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return s
}

// plainTitle takes the signs of markdown out of a heading.
func plainTitle(s string) string {
	return strings.NewReplacer("`", "", "**", "", "__", "").Replace(s)
}
