package render

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"gomri/kernel/display"
	"gomri/kernel/prof"
)

// leak is a watch in which one function grows.
func leak() WatchReport {
	const mb = 1 << 20
	r := WatchReport{Source: "http://localhost:8080/debug/pprof/heap?gc=1", Wanted: 5, Interval: time.Second, First: "heap-1", Last: "heap-5"}
	r.Growth = prof.Growth{Type: prof.ValueType{Type: "inuse_space", Unit: "bytes"}, Charge: prof.ChargeOwn, Step: 512 << 10}
	grows := prof.GrowthRow{Name: "example.com/shop.(*cache[...]).remember", Kind: prof.Yours}
	level := prof.GrowthRow{Name: "main.<table>", Kind: prof.Yours}
	for i := range 5 {
		r.Growth.Times = append(r.Growth.Times, time.Duration(i)*time.Second)
		grows.Values = append(grows.Values, int64(i)*4*mb)
		level.Values = append(level.Values, 20*mb)
		r.Growth.Totals = append(r.Growth.Totals, int64(20+4*i)*mb)
	}
	r.Growth.Rows = []prof.GrowthRow{grows, level}
	return r
}

// pictureOf returns the SVG in a bundle's HTML.
func pictureOf(t *testing.T, html string) string {
	t.Helper()
	_, rest, _ := strings.Cut(html, "data:image/svg+xml;base64,")
	text, _, ok := strings.Cut(rest, `"`)
	svg, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		t.Fatalf("no picture: %v in %.300s", err, html)
	}
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		if _, err := d.Token(); err != nil {
			if err.Error() != "EOF" {
				t.Fatalf("the picture is no XML: %v", err)
			}
			return string(svg)
		}
	}
}

func TestWatchNamesTheFunctionThatGrows(t *testing.T) {
	b := Watch(leak())
	html, text := b.Data[display.MIMEHTML], b.Data[display.MIMEText]
	for _, want := range []string{
		"shop.(*cache[…]).remember grows: 0 B → 16 MB of the memory in use in 4.00 s (+4 MB a second), up in 4 of 4 steps",
		"+16 MB  +4 MB     ▁▂▄▆█", "(grows)", "20 MB  20 MB  0 B     0 B       █████      main.<table>", "  all",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	for _, want := range []string{"▲ grows", "main.&lt;table&gt;", "%flame -diff_base heap-1 heap-5", "$ curl -so first.pb.gz", "thick lines rise"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	svg := pictureOf(t, html)
	for _, want := range []string{"<title>", "0 MB", "main.&lt;table&gt;", "since the first profile", `stroke-width="2.6"`, `stroke-width="1.3"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

func TestWatchSaysWhatLimitsItsConclusion(t *testing.T) {
	r := leak()
	r.Growth.Rows[0].Values = []int64{0, 300 << 10, 100 << 10, 200 << 10, 600 << 10}
	if text := Watch(r).Data[display.MIMEText]; !strings.Contains(text, "No function grows by more than chance") || !strings.Contains(text, "one allocation in 512 kB is sampled") {
		t.Errorf("a small rise:\n%s", text)
	}
	r = leak()
	r.Growth.Type.Type, r.Interrupted = "alloc_space", true
	if text := Watch(r).Data[display.MIMEText]; !strings.Contains(text, "Do not take this for a leak") || !strings.Contains(text, "stopped after 5 of 5") {
		t.Errorf("what only counts up:\n%s", text)
	}
	r = leak()
	r.Source = strings.Replace(r.Source, "gc=1", "gc=0", 1)
	if text := Watch(r).Data[display.MIMEText]; !strings.Contains(text, "Leave out gc=0") {
		t.Errorf("with garbage:\n%s", text)
	}
	r = leak()
	g := &r.Growth
	g.Times, g.Totals, g.Rows[0].Values, g.Rows[1].Values = g.Times[:2], g.Totals[:2], g.Rows[0].Values[:2], g.Rows[1].Values[:2]
	if text := Watch(r).Data[display.MIMEText]; !strings.Contains(text, "Too few profiles") || !strings.Contains(text, "at least 4") {
		t.Errorf("two profiles:\n%s", text)
	}
}

func TestWatchOfManyFunctionsFoldsAndSaysSo(t *testing.T) {
	r := leak()
	for i := range 300 {
		r.Growth.Rows = append(r.Growth.Rows, prof.GrowthRow{Name: fmt.Sprintf("main.f%d", i), Values: []int64{1, 1, 1, 1, 1}})
	}
	html := Watch(r).Data[display.MIMEHTML]
	if !strings.Contains(html, "262 other functions") || !strings.Contains(pictureOf(t, html), "297 other functions") {
		t.Error("what is folded is not said")
	}
	if len(html) > 64<<10 {
		t.Errorf("%d bytes", len(html))
	}
}

func TestWatchUnderWayShowsHowFarItIs(t *testing.T) {
	r := leak()
	r.Running, r.Wanted = true, 10
	b := Watch(r)
	if text := b.Data[display.MIMEText]; !strings.Contains(text, "profile 5 of 10, one every 1s") {
		t.Errorf("text\n%s", text)
	}
	for _, empty := range []WatchReport{{Source: "http://x", Running: true}, {Growth: prof.Growth{Type: r.Growth.Type, Times: []time.Duration{0}, Totals: []int64{0}}}} {
		Watch(empty) // must not panic
	}
}

func TestSparklineShowsTheShape(t *testing.T) {
	for want, values := range map[string][]int64{"▁▄█": {0, 4, 8}, "███": {5, 5, 5}, "▁▁": {0, 0}, "": nil, "▁█": {-5, 3}, "▄█": {1, 2, 3, 4}} {
		if got := sparkline(values, 3); got != want {
			t.Errorf("%v: %s, want %s", values, got, want)
		}
	}
	if got := sparkline(make([]int64, 200), 20); len([]rune(got)) != 20 {
		t.Errorf("200 values take %d signs", len([]rune(got)))
	}
}
