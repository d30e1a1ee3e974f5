package render

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/display"
	"gomri/kernel/exectrace"
)

// said is the text of the line below the picture.
func said(t *testing.T, ctx context.Context) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.querySelector('[data-gomri-trace] [role=status]').textContent"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPartOfATraceIsChosenByMouseAndKeys(t *testing.T) {
	tr := noisyTrace(2)
	tr.Groups = []exectrace.Group{
		{Name: "main.a", Count: 1, Exec: 3 * time.Millisecond, Sched: 2 * time.Microsecond},
		{Name: "main.b", Count: 1, Exec: time.Millisecond, Sched: time.Second},
	}
	ctx := browser(t, Trace(tr, TraceOptions{Name: "trace-1"}).Data[display.MIMEHTML])
	// The plot is 74 to 890 of the picture's 960 pixels and stands for two seconds.
	drag := `(function () {
		var f = document.querySelector('[data-gomri-trace] [tabindex]'), r = f.querySelector('img').getBoundingClientRect();
		[['pointerdown', 74 + 204], ['pointermove', 74 + 408], ['pointerup', 74 + 408]].forEach(function (e) {
			f.dispatchEvent(new PointerEvent(e[0], { bubbles: true, button: 0, clientX: r.left + e[1] * r.width / 960, clientY: r.top + 50 }));
		});
		return true;
	})()`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](drag)); err != nil {
		t.Fatal(err)
	}
	got := said(t, ctx)
	if got != "500 ms from 500 ms: %trace -from=500000µs -to=1000000µs trace-1" {
		t.Errorf("after dragging it says %q", got)
	}
	do(t, ctx, chromedp.Focus("[data-gomri-trace] [tabindex]"), chromedp.KeyEvent(kb.Escape))
	if got := said(t, ctx); got != "at 1 s" {
		t.Errorf("after Escape it says %q", got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(8)))
	if got := said(t, ctx); !strings.Contains(got, "20 ms from 1 s: %trace -from=") {
		t.Errorf("after Shift and an arrow it says %q", got)
	}
	// The table of goroutines sorts by the time that they were ready.
	sort := `(function () {
		var heads = Array.prototype.slice.call(document.querySelectorAll('[data-gomri-top] th'));
		heads.filter(function (h) { return h.textContent === 'ready'; })[0].click();
		return document.querySelector('[data-gomri-top] tbody tr').cells[0].textContent;
	})()`
	if first, err := chromedp.Run(ctx, chromedp.Evaluate[string](sort)); err != nil || first != "main.b" {
		t.Errorf("the first is %q, %v", first, err)
	}
}
