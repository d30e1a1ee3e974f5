package render

import (
	"fmt"
	"strings"

	"gomri/kernel/prof"
)

// deltaSteps is how many strengths of each colour a difference is drawn in.
const deltaSteps = 4

// deltaOf is the change of a frame as a share of its larger side, between -1
// (vanished) and 1 (new).
func deltaOf(from, to int64) float64 {
	return shareOf(to-from, max(from, to, 1))
}

// deltaClass is the class of a frame: "l" (less) or "g" (greater) and a strength, or
// "e" for about equal.
func deltaClass(n *prof.Node) string {
	d := deltaOf(n.From, n.To)
	switch {
	case d > 0.05:
		return "g" + fmt.Sprint(min(int(d*deltaSteps)+1, deltaSteps))
	case d < -0.05:
		return "l" + fmt.Sprint(min(int(-d*deltaSteps)+1, deltaSteps))
	}
	return "e"
}

// deltaMark says the same as the colour.
func deltaMark(n *prof.Node) string {
	switch d := deltaOf(n.From, n.To); {
	case n.From == 0 && n.To != 0:
		return "new "
	case n.To == 0 && n.From != 0:
		return "gone "
	case d > 0.05:
		return "+"
	case d < -0.05:
		return "−"
	}
	return ""
}

// fromTo writes both sides of a frame and the change.
func fromTo(t *prof.Tree, n *prof.Node) string {
	unit := t.Type.Unit
	text := spoken(n.From, unit) + " → " + spoken(n.To, unit)
	switch {
	case n.From == 0 && n.To != 0:
		return text + ", new"
	case n.To == 0 && n.From != 0:
		return text + ", vanished"
	}
	return text + ", " + change(n.From, n.To)
}

// change writes a change with its sign: "+12 %", "−3.4 %".
func change(from, to int64) string {
	if from == 0 {
		return "new"
	}
	d := shareOf(to-from, from)
	switch {
	case d < 0:
		return "−" + Percent(-d)
	case d > 0:
		return "+" + Percent(d)
	}
	return "± 0 %"
}

// mix is a colour between white-grey and fill.
func mix(fill string, strength float64) string {
	var r, g, b int
	if n, err := fmt.Sscanf(fill, "#%02x%02x%02x", &r, &g, &b); n != 3 || err != nil {
		return fill
	}
	blend := func(v int) int { return int(float64(0xe6)*(1-strength) + float64(v)*strength) }
	return fmt.Sprintf("#%02x%02x%02x", blend(r), blend(g), blend(b))
}

// diffStyle are the fills of a difference, "" of other pictures.
func (p *flamePicture) diffStyle() string {
	if p.tree.Diff == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString(`.e{fill:#e6e6e6}`)
	for i := 1; i <= deltaSteps; i++ {
		strength := float64(i) / deltaSteps
		fmt.Fprintf(&b, `.g%d{fill:%s}.l%d{fill:%s}`, i, mix(FillWorse, strength), i, mix(FillBetter, strength))
	}
	return b.String()
}

// diffLegend says what the colours of a difference mean.
func (p *flamePicture) diffLegend(b *strings.Builder, y int) {
	x := 3.0
	for _, e := range []struct{ class, text string }{
		{"l4", "− less than before"},
		{"e", "about equal"},
		{"g4", "+ more than before"},
		{"", "as wide as the larger side: what is new and what is gone are both drawn"},
	} {
		if e.class != "" {
			fmt.Fprintf(b, `<rect class="%s" x="%s" y="%d" width="12" height="12"/>`, e.class, px(x), y-10)
			x += 17
		}
		fmt.Fprintf(b, `<text x="%s" y="%d">%s</text>`, px(x), y, Escape(e.text))
		x += flameChar*float64(len([]rune(e.text))) + 22
	}
}

// flameTitle names the picture.
func flameTitle(t *prof.Tree) string {
	if t.Diff != nil {
		return fmt.Sprintf("%s difference flame graph, %s", kindOfProfile(t.Type), fromTo(t, t.Root))
	}
	return fmt.Sprintf("%s flame graph of %s", kindOfProfile(t.Type), spoken(t.Root.Total, t.Type.Unit))
}

// flameDesc describes the picture to who cannot see it: its widest paths.
func flameDesc(t *prof.Tree) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. Each frame is a function, as wide as its share; below it is what it calls. The widest path: ", flameNote(t))
	n := t.Root
	for depth := 0; depth < 8 && len(n.Children) > 0; depth++ {
		best := n.Children[0]
		for _, c := range n.Children {
			if c.Total > best.Total {
				best = c
			}
		}
		if depth > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %s", prof.ShortName(best.Name), Percent(shareOf(best.Total, t.Root.Total)))
		n = best
	}
	return b.String() + "."
}
