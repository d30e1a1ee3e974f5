package render

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gomri/kernel/exectrace"
)

const (
	traceWidth  = 960
	traceLeft   = 74 // of the plot
	tracePlot   = 816
	traceBand   = 12 // height of a band: GC, pauses
	traceChart  = 40 // height of a line chart
	traceGap    = 6
	maxDrawn    = 32 // lanes
	traceLabels = 11 // pixels of text
)

// tracePicture draws the picture from top to bottom.
type tracePicture struct {
	b strings.Builder
	y int
	n int // columns
}

// traceSVG draws the bands of the garbage collector, the lanes, how many goroutines
// waited for a processor, and the heap, over one axis of time. It stands alone.
func traceSVG(t *exectrace.Trace) string {
	s := t.Strip
	p := &tracePicture{y: 6, n: max(len(s.GC), 1)}
	p.band("GC marks", s.GC, "g", traceShareText(s.GC))
	p.band("pauses", s.Stopped, "p", traceShareText(s.Stopped))
	lanes := s.Lanes[:min(len(s.Lanes), maxDrawn)]
	height := 22
	if len(lanes) > 12 {
		height = 12
	}
	for i, l := range lanes {
		name := fmt.Sprintf("P%d", t.Lanes[i].Proc)
		if len(s.Spans) > 0 {
			p.spans(name, t.Lanes[i].Proc, s, l, height)
		} else {
			p.lane(name, l, height)
		}
	}
	if rest := len(s.Lanes) - len(lanes); rest > 0 {
		p.text(traceLeft, p.y+traceLabels, "start", fmt.Sprintf("%d more processors, in the text of this output", rest))
		p.y += traceLabels + traceGap
	}
	p.chart("ready", s.Runnable, "k", func(v float64) string { return fmt.Sprintf("%.3g", v) })
	p.chart("heap", s.Heap, "h", func(v float64) string { return loadBytes(uint64(v)) })
	p.axis(s.From, s.To)
	p.legend()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`, traceWidth, p.y, traceWidth, p.y)
	fmt.Fprintf(&b, `<title>Execution trace</title><desc>%s</desc>`, Escape(traceAlt(t)))
	fmt.Fprintf(&b, `<style>text{font:%dpx %s;fill:%s}.u{fill:%s}.r{fill:%s}.s{fill:%s}.g{fill:%s}.p{fill:%s}.k,.h{fill:none;stroke:%s;stroke-width:1.5}.h{stroke:%s}.l{stroke:#c8c8c8}</style>`,
		traceLabels, FontWords, Ink, FillYours, FillRuntime, FillStd, DarkFillRuntime, LineWorse, LineBetter, LineInline)
	fmt.Fprintf(&b, `<path d="M0 0h%dv%dH0z" fill="%s"/>`, traceWidth, p.y, Paper)
	b.WriteString(p.b.String() + `</svg>`)
	return b.String()
}

// text writes a label.
func (p *tracePicture) text(x, y int, anchor, text string) {
	fmt.Fprintf(&p.b, `<text x="%d" y="%d" text-anchor="%s">%s</text>`, x, y, anchor, Escape(text))
}

// row writes what is left and right of a row.
func (p *tracePicture) row(name, value string, height int) {
	base := p.y + (height+traceLabels)/2 - 1
	p.text(traceLeft-6, base, "end", name)
	p.text(traceLeft+tracePlot+6, base, "start", value)
	fmt.Fprintf(&p.b, `<path class="l" d="M%d %d.5h%d"/>`, traceLeft, p.y+height, tracePlot)
}

// columns opens a group in which x counts columns and y pixels above the row's foot.
func (p *tracePicture) columns(height int) {
	fmt.Fprintf(&p.b, `<g transform="translate(%d %d) scale(%.5g 1)">`, traceLeft, p.y+height, float64(tracePlot)/float64(p.n))
}

// band draws a row of marks, each as high as its share and at least three pixels.
func (p *tracePicture) band(name string, values []float64, class, value string) {
	p.row(name, value, traceBand)
	p.columns(traceBand)
	heights := make([]int, p.n)
	for i, v := range values {
		if v > 0 {
			heights[i] = max(3, int(math.Round(min(v, 1)*traceBand)))
		}
	}
	p.bars(class, make([]int, p.n), heights)
	p.b.WriteString(`</g>`)
	p.y += traceBand + traceGap
}

// lane draws what one processor did: the program at the foot, then the runtime, then
// system calls; what is empty it was idle.
func (p *tracePicture) lane(name string, l exectrace.StripLane, height int) {
	busy := 0.0
	foot := make([]int, p.n)
	p.row(name, traceShareText(sum(l.User, l.Runtime)), height)
	p.columns(height)
	level := make([]float64, p.n)
	for _, part := range []struct {
		class  string
		values []float64
	}{{"u", l.User}, {"r", l.Runtime}, {"s", l.Syscall}} {
		top := make([]int, p.n)
		for i := range top {
			busy = min(level[i]+part.values[i], 1)
			level[i] = busy
			top[i] = int(math.Round(busy * float64(height-2)))
			// What is there at all is seen.
			if part.values[i] > 0 && top[i] == 0 {
				top[i] = 1
			}
			top[i] = max(top[i], foot[i])
		}
		p.bars(part.class, foot, top)
		foot = top
	}
	p.b.WriteString(`</g>`)
	p.y += height + traceGap - 2
}

// spans draws what one processor did, one goroutine after the other, with their names
// where there is room.
func (p *tracePicture) spans(name string, proc int64, s exectrace.Strip, l exectrace.StripLane, height int) {
	p.row(name, traceShareText(sum(l.User, l.Runtime)), height)
	span := float64(s.To - s.From)
	paths := make(map[string]*strings.Builder)
	var labels strings.Builder
	for _, one := range s.Spans {
		if one.Proc != proc || span <= 0 {
			continue
		}
		x, width := float64(one.Start-s.From)/span*tracePlot, float64(one.End-one.Start)/span*tracePlot
		class := spanClass(one)
		if paths[class] == nil {
			paths[class] = &strings.Builder{}
		}
		fmt.Fprintf(paths[class], "M%.1f 1h%.1fv%dh-%.1fz", x, max(width-0.3, 0.4), height-2, max(width-0.3, 0.4))
		if room := int(width/6) - 1; room >= 4 && height >= 16 {
			fmt.Fprintf(&labels, `<text x="%.1f" y="%d">%s</text>`, x+2, height-7, Escape(CutMiddle(spanName(one), room)))
		}
	}
	fmt.Fprintf(&p.b, `<g transform="translate(%d %d)">`, traceLeft, p.y)
	for _, class := range []string{"u", "r", "s"} {
		if d := paths[class]; d != nil {
			fmt.Fprintf(&p.b, `<path class="%s" d="%s"/>`, class, d.String())
		}
	}
	p.b.WriteString(labels.String() + `</g>`)
	p.y += height + traceGap - 2
}

// spanClass is the colour of a span.
func spanClass(s exectrace.Span) string {
	switch {
	case s.Syscall:
		return "s"
	case s.System:
		return "r"
	}
	return "u"
}

// spanName names a span's goroutine.
func spanName(s exectrace.Span) string {
	return fmt.Sprintf("G%d %s", s.Goroutine, traceName(exectrace.Group{Name: s.Name, By: s.By}))
}

// bars draws columns from foot to top; neighbours of the same extent are one.
func (p *tracePicture) bars(class string, foot, top []int) {
	var d strings.Builder
	for i := 0; i < len(top); {
		end := i + 1
		for end < len(top) && top[end] == top[i] && foot[end] == foot[i] {
			end++
		}
		if h := top[i] - foot[i]; h > 0 {
			fmt.Fprintf(&d, "M%d %dv%dh%dv%dz", i, -foot[i], -h, end-i, h)
		}
		i = end
	}
	if d.Len() > 0 {
		fmt.Fprintf(&p.b, `<path class="%s" d="%s"/>`, class, d.String())
	}
}

// chart draws a line from zero to its largest value, which stands beside it.
func (p *tracePicture) chart(name string, values []float64, class string, say func(float64) string) {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	if top == 0 {
		return
	}
	p.row(name, "≤ "+say(top), traceChart)
	p.columns(traceChart)
	var d strings.Builder
	last := 0
	for i, v := range values {
		y := -int(math.Round(v / top * (traceChart - 4)))
		switch {
		case i == 0:
			fmt.Fprintf(&d, "M0 %d", y)
		case y != last:
			fmt.Fprintf(&d, "H%dV%d", i, y)
		}
		last = y
	}
	fmt.Fprintf(&p.b, `<path class="%s" vector-effect="non-scaling-stroke" d="%sH%d"/></g>`, class, d.String(), p.n)
	p.y += traceChart + traceGap
}

// axis draws the time.
func (p *tracePicture) axis(from, to time.Duration) {
	span := float64(to - from)
	if span <= 0 {
		return
	}
	step := math.Pow(10, math.Floor(math.Log10(span/4)))
	for _, m := range []float64{5, 2} {
		if span/(step*m) >= 4 {
			step *= m
			break
		}
	}
	for at := math.Ceil(float64(from)/step) * step; at <= float64(to); at += step {
		x := traceLeft + int((at-float64(from))/span*tracePlot)
		fmt.Fprintf(&p.b, `<path class="l" d="M%d.5 %dv4"/>`, x, p.y)
		p.text(x, p.y+4+traceLabels, "middle", roundTime(time.Duration(at)))
	}
	p.y += traceLabels + 14
}

// legend says what the colours are, in the order from the foot of a lane.
func (p *tracePicture) legend() {
	x := traceLeft
	for _, part := range []struct{ class, text string }{
		{"u", "program (below)"}, {"r", "runtime, GC workers (above)"}, {"s", "system call (top)"}, {"g", "GC mark phase"}, {"p", "stop the world"},
	} {
		fmt.Fprintf(&p.b, `<path class="%s" d="M%d %dh10v10h-10z"/>`, part.class, x, p.y)
		p.text(x+14, p.y+9, "start", part.text)
		x += 34 + len(part.text)*6
	}
	p.text(traceLeft, p.y+26, "start", "ready: goroutines waiting for a processor · right: share of the time, or largest value")
	p.y += 34
}

// sum adds two rows.
func sum(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] + b[i]
	}
	return out
}

// traceShareText is the mean of shares.
func traceShareText(values []float64) string {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return Percent(total / float64(max(len(values), 1)))
}
