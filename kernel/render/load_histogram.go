package render

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"gomri/kernel/load"
)

// The measures of a histogram, in pixels.
const (
	histWidth  = 640
	histHeight = 190
	histLeft   = 48 // for the counts
	histTop    = 22 // for the names of the percentiles
	histBottom = 34 // for the times
	// histLabel is how far apart the times below the bars are at least.
	histLabel = 62
)

// loadHistogram draws how many requests took how long. The bars are evenly wide on a
// logarithmic axis; lines mark the percentiles.
func loadHistogram(buckets []load.Bucket, l load.Latencies) string {
	if len(buckets) == 0 {
		return ""
	}
	title := histogramWords(buckets, l)
	svg := histogramSVG(buckets, l, title)
	return `<div style="margin:8px 0 0 0"><img alt="` + Escape(title) + `" src="data:image/svg+xml;base64,` +
		base64.StdEncoding.EncodeToString([]byte(svg)) + `" style="max-width:100%;height:auto;display:block"></div>`
}

// histogramWords say what one sees.
func histogramWords(buckets []load.Bucket, l load.Latencies) string {
	all, top := 0, buckets[0]
	for _, b := range buckets {
		all += b.N
		if b.N > top.N {
			top = b
		}
	}
	return fmt.Sprintf("Histogram of the latencies of %d requests: most, %s, take %s to %s; p50 %s, p95 %s, p99 %s",
		all, Percent(float64(top.N)/float64(max(1, all))), loadEdge(top.From), loadEdge(top.To), loadTime(l.P50), loadTime(l.P95), loadTime(l.P99))
}

// histogramSVG draws the bars.
func histogramSVG(buckets []load.Bucket, l load.Latencies, title string) string {
	most := 1
	for _, b := range buckets {
		most = max(most, b.N)
	}
	const height = histHeight - histTop - histBottom
	wide := min(48, float64(histWidth-histLeft-10)/float64(len(buckets)))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img"><title>%s</title>`,
		histWidth, histHeight, histWidth, histHeight, Escape(title))
	b.WriteString(`<style>text{font:12px ` + FontCode + `;fill:` + Ink + `}.g{stroke:#dcdcdc}.b{fill:` + FillStd + `}.p{stroke:` + LineWorse + `;stroke-dasharray:3 2}</style>`)
	fmt.Fprintf(&b, `<path d="M0 0h%dv%dH0z" fill="%s"/>`, histWidth, histHeight, Paper)
	step := max(1, niceStep(float64(most)/4))
	for v := 0.0; v <= float64(most); v += step {
		y := histTop + height*(1-v/float64(most))
		fmt.Fprintf(&b, `<path class="g" d="M%d %sH%s"/><text x="%d" y="%s" text-anchor="end">%s</text>`,
			histLeft, px(y), px(histLeft+wide*float64(len(buckets))), histLeft-6, px(y+4), plainNumber(v))
	}
	label := -float64(histLabel)
	for i, bk := range buckets {
		x := histLeft + wide*float64(i)
		h := height * float64(bk.N) / float64(most)
		if bk.N > 0 {
			h = max(h, 1)
		}
		fmt.Fprintf(&b, `<g><title>%s</title><rect class="b" x="%s" y="%s" width="%s" height="%s"/></g>`,
			Escape(fmt.Sprintf("%d of %s to %s", bk.N, loadEdge(bk.From), loadEdge(bk.To))), px(x), px(histTop+height-h), px(max(wide-1, 1)), px(h))
		if x-label >= histLabel {
			fmt.Fprintf(&b, `<text x="%s" y="%d" text-anchor="middle">%s</text>`, px(x), histHeight-histBottom+16, Escape(loadEdge(bk.From)))
			label = x
		}
	}
	histogramMarks(&b, buckets, l, wide)
	fmt.Fprintf(&b, `<text x="%d" y="%d">requests by latency, logarithmic axis</text></svg>`, histLeft, histHeight-4)
	return b.String()
}

// histogramMarks draws a line at each percentile.
func histogramMarks(b *strings.Builder, buckets []load.Bucket, l load.Latencies, wide float64) {
	after := -100.0
	for _, p := range []struct {
		name string
		at   time.Duration
	}{{"p50", l.P50}, {"p95", l.P95}, {"p99", l.P99}} {
		i := slices.IndexFunc(buckets, func(bk load.Bucket) bool { return p.at < bk.To })
		if i < 0 {
			i = len(buckets) - 1
		}
		bk := buckets[i]
		x := histLeft + wide*(float64(i)+min(1, float64(p.at-bk.From)/float64(bk.To-bk.From)))
		fmt.Fprintf(b, `<path class="p" d="M%s %dV%d"/>`, px(x), histTop-4, histHeight-histBottom)
		after = max(after+28, x)
		fmt.Fprintf(b, `<text x="%s" y="%d" text-anchor="middle">%s</text>`, px(after), histTop-8, p.name)
	}
}

// histogramText is the histogram as text, a line a bucket.
func histogramText(buckets []load.Bucket) string {
	const width = 40
	most := 1
	for _, b := range buckets {
		most = max(most, b.N)
	}
	var out strings.Builder
	for _, b := range buckets {
		bar := strings.Repeat("█", b.N*width/most)
		if bar == "" && b.N > 0 {
			bar = "▏"
		}
		out.WriteString(strings.TrimRight(fmt.Sprintf("%8s … %-8s %7d  %s", loadEdge(b.From), loadEdge(b.To), b.N, bar), " ") + "\n")
	}
	return out.String()
}

// loadEdge is a bound of a bucket: a round time.
func loadEdge(d time.Duration) string {
	switch {
	case d <= 0:
		return "0"
	case d >= 1<<62:
		return "∞"
	case d >= time.Second:
		return plainNumber(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return plainNumber(float64(d)/float64(time.Millisecond)) + " ms"
	}
	return plainNumber(float64(d)/float64(time.Microsecond)) + " µs"
}
