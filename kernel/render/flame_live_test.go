package render

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

// browser opens a page with the given body in Chromium, or skips the test where
// there is none.
func browser(t *testing.T, body string) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no Chromium on PATH")
		}
		t.Skip("there is no Chromium on PATH: apt install chromium")
	}
	requests := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			requests <- r.URL.Path
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'><body>"+body)
	}))
	t.Cleanup(func() {
		server.Close()
		close(requests)
		for r := range requests {
			t.Errorf("the output asked the network for %s", r)
		}
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1240, 900),
		chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAllocator)
	ctx, cancelBrowser := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		// Close the browser and wait for it: its folder is removed next.
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log(err)
		}
		cancelBrowser()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	// Large graphs unpack their data before they are live.
	ready := chromedp.Evaluate[bool]("!document.querySelector('[data-gomri-flame]:not([data-ready])')")
	for start := time.Now(); ; {
		if done, err := chromedp.Run(ctx, ready); err != nil || done || time.Since(start) > 10*time.Second {
			break
		}
		if err := chromedp.Do(ctx, chromedp.Sleep(20*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	timed, cancelTime := context.WithTimeout(ctx, 30*time.Second)
	t.Cleanup(cancelTime)
	return timed
}

// do runs actions and fails the test on an error.
func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval returns the text of a JavaScript expression.
func eval(t *testing.T, ctx context.Context, expr string) string {
	t.Helper()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expr+")"))
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return s
}

// frameJS is the group of the first frame whose name ends in name.
func frameJS(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.gomri-flame g.f')].find(g => g.gomriFrame.name.endsWith(%q))`, name)
}

func widthOf(t *testing.T, ctx context.Context, name string) float64 {
	t.Helper()
	var w float64
	if err := json.Unmarshal([]byte(eval(t, ctx, frameJS(name)+".querySelector('rect').getAttribute('width')")), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLiveFlameGraphAnswersMouseAndKeyboard(t *testing.T) {
	tree, top := compilerProfile(t)
	html := Flame(tree, top, ProfileOptions{}).Data["text/html"]
	ctx := browser(t, html)
	details := func() string { return eval(t, ctx, "document.querySelector('.gomri-flame .details').innerText") }
	click := func(name string) {
		t.Helper()
		eval(t, ctx, frameJS(name)+".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
	}

	if got := eval(t, ctx, "getComputedStyle(document.querySelector('img')).display"); got != "none" {
		t.Errorf("the static picture is still shown: display %s", got)
	}
	if got := details(); !strings.Contains(got, "100 % of all") {
		t.Errorf("details before anything is chosen: %q", got)
	}

	// Hover: self, total, share, place.
	eval(t, ctx, frameJS("ssagen.Compile")+".dispatchEvent(new MouseEvent('mousemove', {bubbles: true}))")
	node := findNode(tree.Root, "cmd/compile/internal/ssagen.Compile")
	want := Percent(shareOf(node.Total, tree.Total)) + " of all"
	if got := details(); !strings.Contains(got, "cmd/compile/internal/ssagen.Compile") || !strings.Contains(got, want) ||
		!strings.Contains(got, "cmd/compile/internal/ssagen/pgen.go:") || !strings.Contains(got, "in itself") {
		t.Errorf("details of ssagen.Compile: %q, want %q", got, want)
	}

	// Zoom: the frame has the whole width, its callers stay, others go; then back.
	before := widthOf(t, ctx, "ssagen.Compile")
	click("ssagen.Compile")
	full := widthOf(t, ctx, "all")
	if got := widthOf(t, ctx, "ssagen.Compile"); math.Abs(got-full) > 1 || got <= before {
		t.Errorf("zoomed to %.1f of %.1f, from %.1f", got, full, before)
	}
	if got := eval(t, ctx, "!!"+frameJS("runtime.gcBgMarkWorker")); got != "false" {
		t.Error("a frame outside the zoom is still drawn")
	}
	eval(t, ctx, "document.querySelector('.gomri-flame svg').focus()")
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	if got := widthOf(t, ctx, "ssagen.Compile"); got != before {
		t.Errorf("after Escape the width is %.1f, want %.1f", got, before)
	}

	// Keyboard: the heaviest child, its sibling, zoom, all.
	do(t, ctx, chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowDown))
	chosen := func() string {
		return eval(t, ctx, "document.querySelector('.gomri-flame g.on').gomriFrame.name")
	}
	first := heaviestChild(tree.Collapse().Root)
	if got := chosen(); got != first.Name {
		t.Errorf("arrow down chose %s, want %s", got, first.Name)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowRight))
	if got := chosen(); got == first.Name {
		t.Error("arrow right stayed")
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.Enter))
	if got := widthOf(t, ctx, first.Name); math.Abs(got-full) > 1 {
		t.Errorf("Enter zoomed to %.1f", got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Home))

	// Search: slash goes to the box; nested matches count once.
	do(t, ctx, chromedp.KeyEvent("/"))
	if got := eval(t, ctx, "document.activeElement.tagName"); got != "INPUT" {
		t.Fatalf("slash went to %s", got)
	}
	// The driver sends the character apart from the key, as no keyboard does.
	eval(t, ctx, "document.querySelector('.gomri-flame input').value = ''")
	do(t, ctx, chromedp.KeyEvent("gcDrain|scanobject"))
	matched := "matched " + Percent(shareOf(unionOf(tree.Prune(0, 0).Root, "gcdrain", "scanobject"), tree.Total))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .matched').textContent"); !strings.HasPrefix(got, matched) {
		t.Errorf("got %q for %q, want %q", got, eval(t, ctx, "document.querySelector('.gomri-flame input').value"), matched)
	}
	if got := eval(t, ctx, frameJS("ssagen.Compile")+".classList.contains('no')"); got != "true" {
		t.Error("a frame that does not match is not faded")
	}
	do(t, ctx, chromedp.KeyEvent("("))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .matched').textContent"); !strings.HasPrefix(got, "not a regular expression") {
		t.Errorf("an unfinished expression: %q", got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame g.no').length"); got != "0" {
		t.Errorf("%s frames are still faded after Escape", got)
	}

	// A zoom is drawn within a frame of the screen, give or take a busy machine.
	if got := eval(t, ctx, `(() => { const t = performance.now(); `+frameJS("ssagen.Compile")+`.dispatchEvent(new MouseEvent('click', {bubbles: true})); return performance.now() - t < 200 })()`); got != "true" {
		t.Error("a zoom took more than 200 ms")
	}
}

func TestLiveFlameGraphsOfOnePageAreIndependent(t *testing.T) {
	tree, top := compilerProfile(t)
	html := Flame(tree, top, ProfileOptions{}).Data["text/html"]
	other := Flame(tree.Prune(0.2, 1), top, ProfileOptions{}).Data["text/html"]
	ctx := browser(t, html+html+other)
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame').length"); got != "3" {
		t.Errorf("%s live graphs, want 3", got)
	}
	// Run every script once more, as a frontend does that evaluates an output anew.
	eval(t, ctx, "document.querySelectorAll('script').forEach(s => (0, eval)(s.textContent))")
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame').length"); got != "3" {
		t.Errorf("%s live graphs after a second run, want 3", got)
	}
	eval(t, ctx, frameJS("ssagen.Compile")+".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
	if got := eval(t, ctx, "[...document.querySelectorAll('.gomri-flame button.reset')].map(b => b.disabled)"); got != "false,true,true" {
		t.Errorf("reset buttons disabled: %s, want only the first graph zoomed", got)
	}
}

func TestLiveFlameGraphTakesTheThemesColours(t *testing.T) {
	tree, top := compilerProfile(t)
	html := Flame(tree, top, ProfileOptions{}).Data["text/html"]
	fill := "getComputedStyle(document.querySelector('.gomri-flame g.y rect')).fill"
	for theme, want := range map[string]string{"true": "rgb(246, 178, 107)", "false": "rgb(217, 137, 59)"} {
		ctx := browser(t, `<div data-jp-theme-light="`+theme+`" style="--jp-content-font-color1:rgb(1, 2, 3)">`+html+`</div>`)
		if got := eval(t, ctx, fill); got != want {
			t.Errorf("light %s: the fill is %s, want %s", theme, got, want)
		}
		if got := eval(t, ctx, "getComputedStyle(document.querySelector('.gomri-flame')).color"); got != "rgb(1, 2, 3)" {
			t.Errorf("the text is %s, want the notebook's colour", got)
		}
	}
}

func TestHeadsOfTheTopTableSortIt(t *testing.T) {
	_, top := compilerProfile(t)
	ctx := browser(t, Top(top, ProfileOptions{}).Data["text/html"])
	rows := func() string {
		return eval(t, ctx, "[...document.querySelectorAll('[data-gomri-top] tbody tr')].slice(0, 3).map(r => r.cells[3].textContent).join()")
	}
	do(t, ctx, chromedp.Click("[data-gomri-top] th:nth-child(4)"))
	var want []string
	byCum, err := parseCompiler(t).Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cums := byCum.Rows[:maxTopRows]
	for range 3 {
		best := 0
		for i := range cums {
			if cums[i].Cum > cums[best].Cum {
				best = i
			}
		}
		want = append(want, cums[best].CumText)
		cums = append(append([]prof.Row{}, cums[:best]...), cums[best+1:]...)
	}
	if got := rows(); got != strings.Join(want, ",") {
		t.Errorf("sorted by cum: %s, want %s", got, strings.Join(want, ","))
	}
	if got := eval(t, ctx, "document.querySelectorAll('[data-gomri-top] tbody')[0].rows.length"); got != fmt.Sprint(maxTopRows) {
		t.Errorf("%s rows in the sorted table, want %d", got, maxTopRows)
	}
	do(t, ctx, chromedp.Focus("[data-gomri-top] th:nth-child(4)"), chromedp.KeyEvent(kb.Enter))
	if got := rows(); got == strings.Join(want, ",") {
		t.Error("Enter on a sorted head did not turn the order round")
	}
}
