package html

import (
	"encoding/base64"
	"encoding/json"
	stdhtml "html"
	"strings"

	"gomri/kernel/nbformat"
)

// escape makes text safe in HTML text and in quoted attributes.
func escape(s string) string { return stdhtml.EscapeString(s) }

// output writes one output of a code cell.
func (p *page) output(b *strings.Builder, o *nbformat.Output, trusted bool) {
	switch o.Type {
	case nbformat.Stream:
		class := "stream"
		if o.Name == "stderr" {
			class = "stream stderr"
		}
		b.WriteString(`<pre class="` + class + `" tabindex="0">` + terminal(o.Text) + `</pre>`)
	case nbformat.Error:
		text := strings.Join(o.Traceback, "\n")
		if strings.TrimSpace(text) == "" {
			text = o.EName + ": " + o.EValue
		}
		b.WriteString(`<pre class="error" role="note" aria-label="Error" tabindex="0">` + terminal(text) + `</pre>`)
	case nbformat.DisplayData, nbformat.ExecuteResult:
		b.WriteString(`<div class="shown">`)
		p.bundle(b, o.Data, trusted)
		b.WriteString(`</div>`)
	}
}

// pictures are the picture types, the best first.
func pictures() []string {
	return []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"}
}

// bundle writes the richest format of a bundle that a page can show.
func (p *page) bundle(b *strings.Builder, data nbformat.Bundle, trusted bool) {
	if text, ok := data.Text["text/html"]; ok {
		if !trusted {
			text = clean(text)
		}
		b.WriteString(text)
		return
	}
	for _, mime := range pictures() {
		if content, ok := data.Text[mime]; ok {
			b.WriteString(`<img alt="` + escape(altText(data)) + `" src="` + escape(dataURL(mime, content)) + `">`)
			return
		}
	}
	if text, ok := data.Text["text/markdown"]; ok {
		if prose, err := p.markdown(text, nil); err == nil {
			b.WriteString(`<div class="prose">` + prose + `</div>`)
			return
		}
	}
	for _, mime := range []string{"text/plain", "text/latex"} {
		if text, ok := data.Text[mime]; ok {
			b.WriteString(`<pre class="value" tabindex="0">` + terminal(text) + `</pre>`)
			return
		}
	}
	if raw, ok := data.JSON["application/json"]; ok {
		text, err := json.MarshalIndent(raw, "", "  ")
		if err != nil {
			text = raw
		}
		b.WriteString(`<pre class="value" tabindex="0">` + escape(string(text)) + `</pre>`)
	}
}

// altText says what a picture shows: the first line of its plain text.
func altText(data nbformat.Bundle) string {
	if line := firstLine(data.Text["text/plain"]); line != "" {
		return line
	}
	return "Picture made by the cell"
}

// dataURL returns the content of a picture, which is base64 except for SVG, as a URL.
func dataURL(mime, content string) string {
	if mime == "image/svg+xml" {
		content = base64.StdEncoding.EncodeToString([]byte(content))
	}
	return "data:" + mime + ";base64," + strings.Join(strings.Fields(content), "")
}
