package render

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gomri/kernel/prof"
)

// The measures of a line chart, in pixels.
const (
	linesWidth  = 820
	linesHeight = 260
	linesLeft   = 74  // for the ticks of the values
	linesRight  = 250 // for the names at the lines' ends
	linesTop    = 12
	linesBottom = 36
	linesLabel  = 15 // from one name to the next
	linesTicks  = 5
	// maxLineMarks is how many points have a mark of their own.
	maxLineMarks = 40
)

// lineStyles tell lines apart: by colour, by dashes and by the marks on their points.
var lineStyles = []struct{ colour, dash, mark string }{
	{LineWorse, "", "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z"},
	{LineBetter, "7 3", "M-3 -3h6v6h-6z"},
	{LineInline, "2 3", "M0 -4l4 7h-8z"},
	{LineBounds, "9 3 2 3", "M0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z"},
	{Ink, "4 2", "M-3 -3l6 6m0 -6l-6 6"},
	{"#6b6b6b", "1 3", "M-4 0h8m-4 -4v8"},
}

// lineChart is values over time, a line each. The value axis starts at zero.
type lineChart struct {
	Title string // what one sees, in words
	Unit  string // of the values, as prof.Scale knows it
	Times []time.Duration
	Lines []chartLine
}

// chartLine is one line; Bold ones are thicker.
type chartLine struct {
	Name   string
	Values []int64
	Bold   bool
}

// img is the chart as a picture that needs no scripts.
func (c lineChart) img() string {
	return `<img alt="` + Escape(c.Title) + `" src="data:image/svg+xml;base64,` +
		base64.StdEncoding.EncodeToString([]byte(c.svg())) + `" style="max-width:100%;height:auto;display:block">`
}

// svg draws the chart.
func (c lineChart) svg() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img"><title>%s</title>`,
		linesWidth, linesHeight, linesWidth, linesHeight, Escape(c.Title))
	b.WriteString(`<style>text{font:12px ` + FontCode + `;fill:` + Ink + `}.g{stroke:#dcdcdc}.l{fill:none;stroke-linejoin:round}</style>`)
	fmt.Fprintf(&b, `<path d="M0 0h%dv%dH0z" fill="%s"/>`, linesWidth, linesHeight, Paper)
	c.valueAxis(&b)
	c.timeAxis(&b)
	for i, l := range c.Lines {
		c.line(&b, i, l)
	}
	c.names(&b)
	b.WriteString(`</svg>`)
	return b.String()
}

// most is the largest value, at least 1.
func (c lineChart) most() int64 {
	most := int64(1)
	for _, l := range c.Lines {
		for _, v := range l.Values {
			most = max(most, v)
		}
	}
	return most
}

// span is the time of the last point; of a single one, a second.
func (c lineChart) span() time.Duration {
	if len(c.Times) == 0 || c.Times[len(c.Times)-1] <= 0 {
		return time.Second
	}
	return c.Times[len(c.Times)-1]
}

// x and y are where a time and a value lie.
func (c lineChart) x(t time.Duration) float64 {
	return linesLeft + float64(t)/float64(c.span())*(linesWidth-linesLeft-linesRight)
}

func (c lineChart) y(v float64) float64 {
	const height = linesHeight - linesTop - linesBottom
	return linesTop + height - v/(float64(c.most())*1.04)*height
}

// valueAxis draws a few round values and a hairline for each.
func (c lineChart) valueAxis(b *strings.Builder) {
	most, unit := prof.Scale(c.most(), c.Unit, "auto")
	one := float64(c.most()) / most // of the unit that is written
	step := niceStep(most / linesTicks)
	if unitWord(unit) == "" {
		step = max(1, step) // half a goroutine is none
	}
	for v := 0.0; v <= most*1.001; v += step {
		y := c.y(v * one)
		fmt.Fprintf(b, `<path class="g" d="M%d %sH%d"/>`, linesLeft, px(y), linesWidth-linesRight)
		fmt.Fprintf(b, `<text x="%d" y="%s" text-anchor="end">%s</text>`, linesLeft-8, px(y+4),
			Escape(strings.TrimSpace(plainNumber(math.Round(v*1e6)/1e6)+" "+unitWord(unit))))
	}
}

// timeAxis draws a few round times.
func (c lineChart) timeAxis(b *strings.Builder) {
	seconds := c.span().Seconds()
	unit, one := "s", 1.0
	if seconds >= 600 {
		unit, one = "min", 60
	}
	step := niceStep(seconds / one / 6)
	for v := 0.0; v*one <= seconds*1.001; v += step {
		fmt.Fprintf(b, `<text x="%s" y="%d" text-anchor="middle">%s</text>`,
			px(c.x(time.Duration(v*one*float64(time.Second)))), linesHeight-linesBottom+18, Escape(plainNumber(math.Round(v*1e6)/1e6)))
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s since the first profile</text>`, linesWidth-linesRight, linesHeight-4, unit)
}

// line draws one line and the marks on its points.
func (c lineChart) line(b *strings.Builder, i int, l chartLine) {
	style, width := lineStyles[i%len(lineStyles)], 1.3
	if l.Bold {
		width = 2.6
	}
	var path, marks strings.Builder
	for j, v := range l.Values {
		x, y := px(c.x(c.Times[j])), px(c.y(float64(v)))
		letter := "L"
		if j == 0 {
			letter = "M"
		}
		path.WriteString(letter + x + " " + y)
		if len(l.Values) <= maxLineMarks || j == len(l.Values)-1 {
			fmt.Fprintf(&marks, `<path transform="translate(%s %s)" d="%s"/>`, x, y, style.mark)
		}
	}
	fmt.Fprintf(b, `<g><title>%s</title><path class="l" stroke="%s" stroke-width="%g" stroke-dasharray="%s" d="%s"/>`,
		Escape(l.Name), style.colour, width, style.dash, path.String())
	fmt.Fprintf(b, `<g fill="%s" stroke="%s">%s</g></g>`, style.colour, style.colour, marks.String())
}

// names writes each line's name at its end, apart from the others, with its mark.
func (c lineChart) names(b *strings.Builder) {
	type label struct {
		line int
		y    float64
	}
	var labels []label
	for i, l := range c.Lines {
		if n := len(l.Values); n > 0 {
			labels = append(labels, label{i, c.y(float64(l.Values[n-1]))})
		}
	}
	slices.SortStableFunc(labels, func(a, b label) int { return int(math.Round(a.y - b.y)) })
	// Down, so that none covers the one above; then up again from the bottom.
	for i := range labels {
		if i > 0 {
			labels[i].y = max(labels[i].y, labels[i-1].y+linesLabel)
		}
	}
	bottom := float64(linesHeight - linesBottom + 4)
	for i := len(labels) - 1; i >= 0; i-- {
		labels[i].y = min(labels[i].y, bottom)
		bottom = labels[i].y - linesLabel
	}
	room := (linesRight - 26) / (flameChar + 0.2) // bold ones are a little wider
	for _, l := range labels {
		style := lineStyles[l.line%len(lineStyles)]
		weight := ""
		if c.Lines[l.line].Bold {
			weight = ` font-weight="700"`
		}
		fmt.Fprintf(b, `<path transform="translate(%d %s)" d="%s" fill="%s" stroke="%s"/><text x="%d" y="%s"%s>%s</text>`,
			linesWidth-linesRight+14, px(l.y), style.mark, style.colour, style.colour,
			linesWidth-linesRight+24, px(l.y+4), weight, Escape(CutMiddle(c.Lines[l.line].Name, int(room))))
	}
}

// niceStep is the smallest of 1, 2 and 5 times a power of ten that is not less than
// step.
func niceStep(step float64) float64 {
	if step <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*power >= step*0.999 {
			return m * power
		}
	}
	return 10 * power
}

// sparks are the heights of a sparkline.
var sparks = []rune("▁▂▃▄▅▆▇█")

// sparkline draws values, from zero to the largest, as a line of text.
func sparkline(values []int64, width int) string {
	var out []rune
	most := max(1, slices.Max(append([]int64{1}, values...)))
	step := max(1, (len(values)+width-1)/width)
	for i := 0; i < len(values); i += step {
		v := slices.Max(values[i:min(i+step, len(values))])
		out = append(out, sparks[int(float64(max(0, v))/float64(most)*float64(len(sparks)-1))])
	}
	return string(out)
}
