package render

import (
	"encoding/base64"
	"fmt"
	"strings"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// The measures of a flame graph, in pixels.
const (
	flameWidth = 1200
	flameRow   = 18 // a row with its gap
	flameChar  = 7.3
	flameText  = 12
	// maxFlameRows is how deep the picture goes; deeper frames are counted, not drawn.
	maxFlameRows = 70
)

const (
	// maxFlameSVG is the size of the static picture in bytes, before base64.
	maxFlameSVG = 64 << 10
	// maxFlame is the size of the whole output in bytes, and maxFlameData that of the
	// data for the live graph in it.
	maxFlame     = 256 << 10
	maxFlameData = 96 << 10
	// leastFlameData is what the data gets, however large the rest is.
	leastFlameData = 16 << 10
	// maxFlameProto is the size of the profile in bytes up to which the live graph can
	// save it.
	maxFlameProto = 30 << 10
	// flameShare is the width below which frames are not drawn: one in a thousand,
	// which at flameWidth is a little more than a pixel.
	flameShare = 0.001
	// flameWidest is how many frames are drawn at least, however narrow they are.
	flameWidest = 300
	// liveFrameSize is about what one frame takes in the data of the live graph, in
	// bytes. Nothing is too narrow for it until there is no room, because one can zoom,
	// turn it round and search there.
	liveFrameSize = 6
	// maxPlainData is the size up to which the data of the live graph is not packed.
	maxPlainData = 24 << 10
	// flameTopRows is the length of the table beside the picture.
	flameTopRows = 20
)

// FlameView is one sample type of a profile, which the live graph can switch to.
type FlameView struct {
	Name string // "alloc_space"
	Tree *prof.Tree
}

// Flame draws a call tree as a flame graph, the first caller on top: a static
// picture, a table for who cannot see it, and a script that makes the picture live
// where scripts run, and can show the other sample types of the profile. Its text
// is the table top, as pprof prints it.
func Flame(tree *prof.Tree, top prof.Top, o ProfileOptions, others ...FlameView) display.Bundle {
	f := Frame{Headline: headline(top), Doubts: doubts(top, o), Command: o.Command, Footer: footer(top, o)}
	if tree.Root.Total <= 0 && len(others) == 0 {
		return f.Bundle(top.Text())
	}
	svg, drawn := flameSVG(tree)
	f.Footer = append(f.Footer, flameNote(drawn))
	picture := `<img alt="` + Escape(flameAlt(tree, top)) + `" src="data:image/svg+xml;base64,` +
		base64.StdEncoding.EncodeToString([]byte(svg)) + `" style="max-width:100%;height:auto;display:block">`
	table := append(flameTable(top), o.After...)
	live := minify(flameScript())
	f.Body = append([]string{picture}, table...)
	data := flameData(tree, others, o, maxFlame-len(f.HTML())-len(live)-128)
	uid := uidOf(svg + data)
	f.Body = append([]string{`<div data-gomri-flame="` + uid + `">` + picture + `</div>`, script(live, jsString(uid), data)}, table...)
	return f.Bundle(top.Text())
}

// flameTable is the table beside the picture, for who cannot see it.
func flameTable(top prof.Top) []string {
	if len(top.Rows) == 0 {
		return nil
	}
	short, table := top, func(t prof.Top) string { return topTable(t, -1) }
	if top.Diff != nil {
		table = diffTable
	}
	short.Rows = top.Rows[:min(len(top.Rows), flameTopRows)]
	return []string{Fold(fmt.Sprintf("The same as a table: the %d functions with the most of their own", len(short.Rows)), table(short))}
}

// FlameSVG is the static picture alone: a file that opens in a browser and prints.
func FlameSVG(tree *prof.Tree) string {
	svg, _ := flameSVG(tree)
	return svg
}

// flameNote says how much is drawn.
func flameNote(t *prof.Tree) string {
	text := fmt.Sprintf("%d frames, all drawn", t.Frames())
	if t.Pruned > 0 {
		text = fmt.Sprintf("%d frames drawn; %d are too narrow (hatched), and %s of the stacks end in them", t.Frames(), t.Pruned,
			Percent(shareOf(t.PrunedValue, t.Root.Total)))
	}
	if t.Collapsed > 0 {
		text += fmt.Sprintf("; %d frames of the runtime and of package testing are folded into their callers", t.Collapsed)
	}
	return text
}

// flameAlt describes the picture in words.
func flameAlt(tree *prof.Tree, top prof.Top) string {
	var parts []string
	for _, r := range top.Rows {
		if len(parts) == 5 || r.FlatPct < 1 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s", prof.ShortName(r.Name), Percent(r.FlatPct/100)))
	}
	alt := fmt.Sprintf("%s flame graph of %s", kindOfProfile(tree.Type), spoken(tree.Root.Total, tree.Type.Unit))
	if len(parts) > 0 {
		alt += "; the most in itself takes " + strings.Join(parts, ", ")
	}
	return alt
}

// flameSVG draws the tree with as many frames as fit into maxFlameSVG, and returns
// the tree as drawn.
func flameSVG(tree *prof.Tree) (string, *prof.Tree) {
	share, widest, self := flameShare, flameWidest, selfByKind(tree.Root)
	// What is narrower than anything drawn goes first, in one go.
	tree = tree.PruneTo(maxFlameSVG / 8).Collapse()
	for {
		drawn := tree.Prune(share, widest)
		svg := (&flamePicture{tree: drawn, self: self}).draw()
		if len(svg) <= maxFlameSVG {
			return svg, drawn
		}
		// A profile of many equal frames is pruned by count, others by share.
		share *= 1.3
		widest = widest * 3 / 4
	}
}

// flameKinds are the kinds of code in the order of the legend.
var flameKinds = [...]prof.Kind{prof.Yours, prof.Std, prof.ThirdParty, prof.Runtime}

// flamePicture draws one static picture.
type flamePicture struct {
	tree *prof.Tree
	rows []*strings.Builder  // one for each depth
	self map[prof.Kind]int64 // what each kind takes in itself, drawn or not
	hash bool                // something is hatched
}

// draw returns the SVG.
func (p *flamePicture) draw() string {
	root := p.tree.Root
	p.frame(root, 0, 0, flameWidth)
	height := len(p.rows)*flameRow + 26
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`,
		flameWidth, height, flameWidth, height)
	fmt.Fprintf(&b, `<title>%s</title><desc>%s</desc>`, Escape(flameTitle(p.tree)), Escape(flameDesc(p.tree)))
	b.WriteString(`<style>text{font:` + fmt.Sprint(flameText) + `px ` + FontCode + `;fill:` + Ink + `}` +
		`.y{fill:` + FillYours + `}.s{fill:` + FillStd + `}.m{fill:` + FillModules + `}.r{fill:` + FillRuntime + `}.a{fill:#ececec}` +
		`.i{opacity:.72}` + p.diffStyle() + `</style>`)
	if p.hash {
		b.WriteString(`<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
			`<path d="M0 0V6" stroke="#9a9a9a" stroke-width="2"/></pattern></defs>`)
	}
	fmt.Fprintf(&b, `<path d="M0 0h%dv%dH0z" fill="%s"/>`, flameWidth, height, Paper)
	for depth := range p.rows {
		fmt.Fprintf(&b, `<g transform="translate(0 %d)">%s</g>`, depth*flameRow, p.rows[depth].String())
	}
	p.legend(&b, len(p.rows)*flameRow+19)
	b.WriteString(`</svg>`)
	return b.String()
}

// frame draws a node and what is below it into x, x+width.
func (p *flamePicture) frame(n *prof.Node, depth int, x, width float64) {
	if depth == len(p.rows) {
		p.rows = append(p.rows, new(strings.Builder))
	}
	class, label, title := p.describe(n, depth, width)
	row := p.rows[depth]
	fmt.Fprintf(row, `<g><title>%s</title><rect class="%s" x="%s" width="%s" height="%d"/>`,
		Escape(title), class, px(x), px(max(width-0.6, 0.7)), flameRow-1)
	if label != "" {
		fmt.Fprintf(row, `<text x="%s" y="13">%s</text>`, px(x+3), Escape(label))
	}
	row.WriteString(`</g>`)
	if depth+1 >= maxFlameRows && len(n.Children) > 0 {
		p.deeper(n, depth+1, x, width)
		return
	}
	at := x
	for _, c := range n.Children {
		if c.Total <= 0 {
			continue
		}
		w := width * shareOf(c.Total, n.Total)
		p.frame(c, depth+1, at, w)
		at += w
	}
	p.rest(n, depth+1, at, width*shareOf(n.Rest, n.Total))
}

// deeper says below the last row how many frames are not drawn there.
func (p *flamePicture) deeper(n *prof.Node, depth int, x, width float64) {
	frames := (&prof.Tree{Root: n}).Frames()
	text := fit(width, fmt.Sprintf("… %d frames deeper", frames), "…")
	if text == "" {
		return
	}
	if depth == len(p.rows) {
		p.rows = append(p.rows, new(strings.Builder))
	}
	fmt.Fprintf(p.rows[depth], `<text x="%s" y="13">%s</text>`, px(x+3), text)
}

// rest draws the hatched part of what was too narrow.
func (p *flamePicture) rest(n *prof.Node, depth int, x, width float64) {
	if width < 2 {
		return
	}
	if depth == len(p.rows) {
		p.rows = append(p.rows, new(strings.Builder))
	}
	p.hash = true
	fmt.Fprintf(p.rows[depth], `<g><title>%d more frames, %s</title><rect x="%s" width="%s" height="%d" fill="url(#h)"/></g>`,
		n.RestFrames, Escape(p.share(n.Rest)), px(x), px(width-0.6), flameRow-1)
}

// describe returns how a node looks and what it says.
func (p *flamePicture) describe(n *prof.Node, depth int, width float64) (class, label, title string) {
	if depth == 0 {
		text := fmt.Sprintf("all, %s of %s", spoken(n.Total, p.tree.Type.Unit), p.tree.Type.Type)
		if p.tree.Diff != nil {
			text = "all, " + p.tree.Type.Type + " " + fromTo(p.tree, n)
		}
		return "a", fit(width, text), text
	}
	class = classOf(n.Kind)
	title = n.Name + " " + p.share(n.Total)
	mark := ""
	if p.tree.Diff != nil {
		class = deltaClass(n)
		title = n.Name + " " + fromTo(p.tree, n)
		mark = deltaMark(n)
	}
	if n.Inlined {
		class += " i"
		title += " (inline)"
		mark += MarkInline
	}
	return class, fit(width, mark+prof.ShortName(n.Name), mark+prof.BareName(n.Name), prof.BareName(n.Name)), title
}

// share writes a value and its share of all.
func (p *flamePicture) share(v int64) string {
	return spoken(v, p.tree.Type.Unit) + ", " + Percent(shareOf(v, p.tree.Total))
}

// fit returns the first text that fits into width, or the last one cut, or nothing.
func fit(width float64, texts ...string) string {
	room := int((width - 5) / flameChar)
	for _, t := range texts {
		if len([]rune(t)) <= room {
			return t
		}
	}
	if room < 6 {
		return ""
	}
	return CutMiddle(texts[len(texts)-1], room)
}

// legend says what the colours mean and how much of the time each has in itself.
func (p *flamePicture) legend(b *strings.Builder, y int) {
	if p.tree.Diff != nil {
		p.diffLegend(b, y)
		return
	}
	x := 3.0
	for _, k := range flameKinds {
		text := k.String() + " " + Percent(shareOf(p.self[k], p.tree.Root.Total))
		fmt.Fprintf(b, `<rect class="%s" x="%s" y="%d" width="12" height="12"/><text x="%s" y="%d">%s</text>`,
			classOf(k), px(x), y-10, px(x+17), y, Escape(text))
		x += 17 + flameChar*float64(len(text)) + 22
	}
}

// selfByKind adds up what each kind of code takes itself.
func selfByKind(n *prof.Node) map[prof.Kind]int64 {
	sums := make(map[prof.Kind]int64)
	var walk func(n *prof.Node)
	walk = func(n *prof.Node) {
		sums[n.Kind] += n.Self
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(n)
	return sums
}

// classOf is the letter of a kind in the picture's style sheet and in the live data.
func classOf(k prof.Kind) string {
	switch k {
	case prof.Std:
		return "s"
	case prof.ThirdParty:
		return "m"
	case prof.Runtime:
		return "r"
	}
	return "y"
}

// px writes a length with one decimal, if it needs it.
func px(v float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}
