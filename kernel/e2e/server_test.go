package e2e

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leakyServer listens at ADDRESS and keeps 256 KiB of each visit.
const leakyServer = `%%serve leaky
package main

import (
	"fmt"
	"log"
	"net/http"
	_ "net/http/pprof"
)

var kept [][]byte

func remember() { kept = append(kept, make([]byte, 256<<10)) }

func main() {
	http.HandleFunc("/visit", func(w http.ResponseWriter, r *http.Request) {
		remember()
		fmt.Fprintln(w, "hello")
	})
	log.Fatal(http.ListenAndServe("ADDRESS", nil))
}`

// TestJupyterLabShowsALeakWhileItGrows serves a program whose port is taken, watches
// it under load, and looks at the page while the profiles come in.
func TestJupyterLabShowsALeakWhileItGrows(t *testing.T) {
	p := newPeer(t)
	ctx := browser(t, 5*time.Minute)
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	dir := t.TempDir()
	writeCells(t, filepath.Join(dir, "leak.ipynb"),
		strings.Replace(leakyServer, "ADDRESS", other.Addr().String(), 1),
		"%load leaky/visit -rate 40 -duration 6s &\n%watch -n 12 -interval 500ms leaky",
		"%stop leaky")
	l := startLab(t, p, dir)
	l.open(t, ctx, "leak.ipynb")

	eval[bool](t, ctx, `(() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return true })()`)
	page := `document.querySelector('.jp-Notebook').innerText`
	until(t, ctx, 2*time.Minute, "the server has another port", page+`.includes('in its place')`)
	until(t, ctx, time.Minute, "the watch is drawn while it runs", `/profile \d+ of 12/.test(`+page+`)`)
	until(t, ctx, time.Minute, "the load is drawn while it runs", `/of 6.00 s · \d+ requests/.test(`+page+`)`)
	screenshot(t, ctx, "watch-live.png")
	until(t, ctx, time.Minute, "the leak is found", page+`.includes('main.remember grows')`)
	until(t, ctx, time.Minute, "the load is summed up", page+`.includes('answered all 240 requests')`)
	if !eval[bool](t, ctx, `[...document.querySelectorAll('.jp-OutputArea img[alt*="main.remember"]')].some(i => i.complete && i.naturalWidth > 400)`) {
		t.Error("the lines are not drawn")
	}
	if eval[bool](t, ctx, `/profile \d+ of 12/.test(`+page+`)`) {
		t.Error("what was shown while the watch ran is still there")
	}
	show(t, ctx, `img[alt*="main.remember"]`)
	screenshot(t, ctx, "watch-light.png")
	setTheme(t, ctx, "JupyterLab Dark")
	show(t, ctx, `img[alt*="main.remember"]`)
	screenshot(t, ctx, "watch-dark.png")
}
