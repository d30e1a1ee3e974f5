package html

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"gomri/kernel/nbformat"
)

// heading is a line of the table of contents.
type heading struct {
	level  int
	anchor string
	text   string
}

// maxPicture is the largest picture file, in bytes, that is put into a page.
const maxPicture = 8 << 20

// markdown returns the HTML of a markdown text. Raw HTML in it goes through the
// same cleaning as all of the result, so that it can neither run nor load anything.
func (p *page) markdown(source string, attachments map[string]nbformat.Bundle) (string, error) {
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(codeBlocks{}, 100))),
	)
	src := []byte(source)
	doc := md.Parser().Parse(text.NewReader(src))
	var images []*ast.Image
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Heading:
				p.heading(n, src)
			case *ast.Image:
				images = append(images, n)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	for _, image := range images {
		p.image(image, attachments)
	}
	var b bytes.Buffer
	if err := md.Renderer().Render(&b, src, doc); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	return clean(b.String()), nil
}

// heading gives a heading its anchor and notes it for the table of contents.
func (p *page) heading(n *ast.Heading, src []byte) {
	words := plainText(n, src)
	anchor := p.anchor(words)
	n.SetAttributeString("id", []byte(anchor))
	p.headings = append(p.headings, heading{level: n.Level, anchor: anchor, text: words})
}

// anchor makes an id of a heading that is not on the page yet.
func (p *page) anchor(words string) string {
	id := strings.Join(strings.FieldsFunc(strings.ToLower(words), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
	// The prefix keeps headings apart from the page's own ids.
	id = "h-" + id
	p.ids[id]++
	if n := p.ids[id]; n > 1 {
		return fmt.Sprintf("%s--%d", id, n)
	}
	return id
}

// plainText is the text below a node, without its markup.
func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Text:
				b.Write(n.Segment.Value(src))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			case *ast.String:
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// image puts the picture itself into the page. A picture that is not at hand
// becomes a link with its alternative text: a page loads nothing.
func (p *page) image(n *ast.Image, attachments map[string]nbformat.Bundle) {
	if u := p.picture(string(n.Destination), attachments); u != "" {
		n.Destination = []byte(u)
		return
	}
	link := ast.NewLink()
	link.Destination, link.Title = n.Destination, n.Title
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		link.AppendChild(link, c)
		c = next
	}
	if link.FirstChild() == nil {
		link.AppendChild(link, ast.NewString([]byte("picture")))
	}
	n.Parent().ReplaceChild(n.Parent(), n, link)
}

// picture returns a data URL for what a markdown image points to, or "".
func (p *page) picture(destination string, attachments map[string]nbformat.Bundle) string {
	if strings.HasPrefix(destination, "data:image/") {
		return destination
	}
	name, err := url.PathUnescape(destination)
	if err != nil {
		return ""
	}
	if attached, ok := strings.CutPrefix(name, "attachment:"); ok {
		for _, mime := range pictures() {
			if content, ok := attachments[attached].Text[mime]; ok {
				return dataURL(mime, content)
			}
		}
		return ""
	}
	name = path.Clean(name)
	if p.opts.Files == nil || !fs.ValidPath(name) {
		return ""
	}
	return filePicture(p.opts.Files, name)
}

// filePicture reads a picture file as a data URL, or returns "" if it is none.
func filePicture(files fs.FS, name string) string {
	f, err := files.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture+1))
	if err != nil || len(data) > maxPicture {
		return ""
	}
	mime := http.DetectContentType(data)
	if strings.HasSuffix(name, ".svg") {
		mime = "image/svg+xml"
	}
	if !strings.HasPrefix(mime, "image/") {
		return ""
	}
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// codeBlocks draws fenced code blocks of markdown in colour.
type codeBlocks struct{}

// RegisterFuncs tells goldmark which nodes are drawn here.
func (codeBlocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkSkipChildren, nil
		}
		block := n.(*ast.FencedCodeBlock)
		var b strings.Builder
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			b.Write(line.Value(src))
		}
		_, err := w.WriteString("<pre><code>" + highlight(b.String(), string(block.Language(src))) + "</code></pre>\n")
		return ast.WalkSkipChildren, err
	})
}

// contents writes the table of contents, if there is more than one line in it.
// The first heading of level 1 is the title and not listed.
func (p *page) contents(b *strings.Builder) {
	entries := make([]heading, 0, len(p.headings))
	for i, h := range p.headings {
		if h.level <= 3 && (i > 0 || h.level > 1) && h.text != "" {
			entries = append(entries, h)
		}
	}
	if len(entries) < 2 {
		return
	}
	b.WriteString("<nav class=\"toc\" aria-label=\"Contents\"><details open><summary>Contents</summary><ul>")
	for _, h := range entries {
		fmt.Fprintf(b, "<li class=\"toc-%d\"><a href=\"#%s\">%s</a></li>", h.level, escape(h.anchor), escape(h.text))
	}
	b.WriteString("</ul></details></nav>\n")
}
