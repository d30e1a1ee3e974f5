package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// shop is a service with a lock that requests wait for and labels for its tenants.
const shop = `%%serve shop
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	_ "net/http/pprof"
	"runtime/pprof"
	"sync"
	"time"
)

var stock sync.Mutex

func reserve() {
	stock.Lock()
	defer stock.Unlock()
	time.Sleep(4 * time.Millisecond) // longer than 300 requests a second leave for each
}

func handle(w http.ResponseWriter, r *http.Request) {
	pprof.Do(r.Context(), pprof.Labels("tenant", r.FormValue("tenant")), func(context.Context) {
		reserve()
		fmt.Fprintln(w, "reserved")
	})
}

func main() {
	http.HandleFunc("/", handle)
	log.Fatal(http.ListenAndServe("localhost:8097", nil))
}`

func TestServiceIsTracedInJupyterLab(t *testing.T) {
	p := newPeer(t)
	ctx := browser(t, 5*time.Minute)
	dir := t.TempDir()
	const load = "%load http://localhost:8097/?tenant=acme http://localhost:8097/?tenant=zeta -rate 300 -duration 4s &\n"
	writeCells(t, filepath.Join(dir, "shop.ipynb"), shop,
		load+"%trace -seconds 2 http://localhost:8097/debug/pprof/trace",
		load+"%pprof -wall -tags -focus main -seconds 2 localhost:8097",
		"%flame -tagroot tenant -focus main wall",
		"%stop shop",
	)
	l := startLab(t, p, dir)
	l.open(t, ctx, "shop.ipynb")
	nb := l.runAll(t, ctx, 3*time.Minute)
	wellExecuted(t, nb)
	for i, wants := range map[int][]string{1: {"main.reserve waited ", "sync.(*Mutex).Lock", "http.(*conn).serve", "Stop the world"}, 2: {"tenant:", "acme", "zeta"}} {
		shown := ""
		for _, o := range nb.Cells[i].Outputs {
			shown += string(o.Data["text/plain"])
		}
		for _, want := range wants {
			if !strings.Contains(shown, want) {
				t.Errorf("cell %d does not show %q", i+1, want)
			}
		}
	}

	const picture = `document.querySelector('[data-gomri-trace] img')`
	until(t, ctx, time.Minute, "the picture is drawn and live", `!!document.querySelector('[data-gomri-trace] [role=status]') && `+picture+`.naturalWidth > 400`)
	show(t, ctx, "[data-gomri-trace]")
	box := eval[struct{ X, Y, Width, Height float64 }](t, ctx, `(() => { const r = `+picture+`.getBoundingClientRect(); return {X: r.x, Y: r.y, Width: r.width, Height: r.height}; })()`)
	y := box.Y + box.Height/3
	do(t, ctx, "drag over the picture", chromedp.MouseEvent(chromedp.MousePressed, box.X+box.Width*0.4, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseMoved, box.X+box.Width*0.5, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseReleased, box.X+box.Width*0.5, y, chromedp.ButtonLeft))
	if got := eval[string](t, ctx, `document.querySelector('[data-gomri-trace] [role=status]').textContent`); !strings.Contains(got, "%trace -from=") || !strings.HasSuffix(got, " trace-1") {
		t.Errorf("after dragging it says %q", got)
	}
	screenshot(t, ctx, "trace-light.png")
	setTheme(t, ctx, "JupyterLab Dark")
	show(t, ctx, "[data-gomri-trace]")
	screenshot(t, ctx, "trace-dark.png")
	show(t, ctx, ".gomri-flame")
	screenshot(t, ctx, "trace-flame-dark.png")
}
