package render

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

// browser opens a page with the given body in Chromium, or skips the test where
// there is none.
func browser(t *testing.T, body string) context.Context {
	t.Helper()
	ctx := page(t, "<body>"+body, nil)
	live(t, ctx)
	return ctx
}

// live waits until the graphs of the page are live: large ones unpack their data first.
func live(t *testing.T, ctx context.Context) {
	t.Helper()
	for start := time.Now(); eval(t, ctx, "!!document.querySelector('[data-gomri-flame]:not([data-ready])')") == "true" && time.Since(start) < 10*time.Second; {
		do(t, ctx, chromedp.Sleep(20*time.Millisecond))
	}
}

// page is browser with the whole page given, and headers of its response. The page
// must not ask the network for anything.
func page(t *testing.T, html string, header http.Header) context.Context {
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
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><link rel=icon href='data:,'>"+html)
	}))
	t.Cleanup(server.Close)
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
	listen(t, ctx, server.URL+"/")
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	timed, cancelTime := context.WithTimeout(ctx, 30*time.Second)
	t.Cleanup(cancelTime)
	return timed
}

// listen fails the test when the browser asks for anything but the page itself.
func listen(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	var lock sync.Mutex
	var asked []string
	err := chromedp.Listen(ctx, func(ev any) {
		if r, ok := ev.(*network.EventRequestWillBeSent); ok && r.Request.URL != page && !strings.HasPrefix(r.Request.URL, "data:") {
			lock.Lock()
			asked = append(asked, r.Request.URL)
			lock.Unlock()
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		lock.Lock()
		defer lock.Unlock()
		for _, url := range asked {
			t.Errorf("the output asked the network for %s", url)
		}
	})
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

// graphJS is the first live graph of the page.
const graphJS = `document.querySelector('.gomri-flame svg').gomriGraph`

// placeJS is where the widest frame whose name ends in name is drawn, or undefined.
func placeJS(name string) string {
	return fmt.Sprintf(`[].concat(...%s.drawn.values()).filter(p => p.f && p.f.name.endsWith(%q)).sort((a, b) => b.w - a.w)[0]`, graphJS, name)
}

// names are the frames that are drawn, in a list.
const names = `[].concat(...` + graphJS + `.drawn.values()).filter(p => p.f).map(p => p.f.name)`

func widthOf(t *testing.T, ctx context.Context, name string) float64 {
	t.Helper()
	return parse(t, eval(t, ctx, placeJS(name)+".w"))
}

// parse reads a number.
func parse(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// frameAt brings a frame into sight and returns its middle in the window.
func frameAt(t *testing.T, ctx context.Context, name string) (x, y float64) {
	t.Helper()
	at := eval(t, ctx, fmt.Sprintf(`(() => {
		const p = %s, g = %s, s = g.scroll;
		if (!p) { return 'not drawn'; }
		s.scrollIntoView({block: 'center'});
		if (p.y < s.scrollTop || p.y + 18 > s.scrollTop + s.clientHeight) { s.scrollTop = p.y - 100; }
		const r = g.svg.getBoundingClientRect();
		return (r.left + p.x + p.w / 2) + ' ' + (r.top + p.y + 9);
	})()`, placeJS(name), graphJS))
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		t.Fatalf("%s: %s", name, at)
	}
	return x, y
}

// hover moves the mouse to a frame, click clicks it, menu clicks it with the right button.
func hover(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	x, y := frameAt(t, ctx, name)
	do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, x, y))
}

func click(t *testing.T, ctx context.Context, name string, opts ...chromedp.MouseOption) {
	t.Helper()
	x, y := frameAt(t, ctx, name)
	do(t, ctx, chromedp.MouseClickXY(x, y, opts...))
}

// press clicks a button of the first live graph, by its class.
func press(t *testing.T, ctx context.Context, class string) {
	t.Helper()
	x, y := middle(t, ctx, ".gomri-flame ."+class)
	do(t, ctx, chromedp.MouseClickXY(x, y))
}

// middle brings an element into sight and returns its middle in the window.
func middle(t *testing.T, ctx context.Context, selector string) (x, y float64) {
	t.Helper()
	at := eval(t, ctx, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (!e) { return 'is not there'; }
		e.scrollIntoView({block: 'nearest'});
		const r = e.getBoundingClientRect();
		return (r.left + r.width / 2) + ' ' + (r.top + r.height / 2);
	})()`, selector))
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		t.Fatalf("%s %s", selector, at)
	}
	return x, y
}

// text is what an element of the first live graph says.
func text(t *testing.T, ctx context.Context, class string) string {
	t.Helper()
	return eval(t, ctx, `(document.querySelector('.gomri-flame .`+class+`') || {textContent: '(not there)'}).textContent`)
}

// chosen is the name of the frame that keys act on.
func chosen(t *testing.T, ctx context.Context) string {
	t.Helper()
	return eval(t, ctx, "document.querySelector('.gomri-flame .on').gomriFrame.name")
}

// keys presses keys, one after the other.
func keys(t *testing.T, ctx context.Context, list ...string) {
	t.Helper()
	for _, k := range list {
		do(t, ctx, chromedp.KeyEvent(k))
	}
}

func TestLiveFlameGraphAnswersMouseAndKeyboard(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])

	if got := eval(t, ctx, "getComputedStyle(document.querySelector('img')).display"); got != "none" {
		t.Errorf("the static picture is still shown: display %s", got)
	}
	if got := text(t, ctx, "details"); !strings.Contains(got, "100 % of all") {
		t.Errorf("details before anything is chosen: %q", got)
	}

	// Hover: self, total, share, place.
	hover(t, ctx, "ssagen.Compile")
	node := findNode(tree.Root, "cmd/compile/internal/ssagen.Compile")
	want := Percent(shareOf(node.Total, tree.Total)) + " of all"
	if got := text(t, ctx, "details"); !strings.Contains(got, "cmd/compile/internal/ssagen.Compile") || !strings.Contains(got, want) ||
		!strings.Contains(got, "cmd/compile/internal/ssagen/pgen.go:") || !strings.Contains(got, "in itself") {
		t.Errorf("details of ssagen.Compile: %q, want %q", got, want)
	}

	// Zoom: the frame has the whole width, its callers stay, others go; then back.
	before := widthOf(t, ctx, "ssagen.Compile")
	click(t, ctx, "ssagen.Compile")
	full := widthOf(t, ctx, "all")
	if got := widthOf(t, ctx, "ssagen.Compile"); math.Abs(got-full) > 1 || got <= before {
		t.Errorf("zoomed to %.1f of %.1f, from %.1f", got, full, before)
	}
	if got := eval(t, ctx, "!!"+placeJS("runtime.gcBgMarkWorker")); got != "false" {
		t.Error("a frame outside the zoom is still drawn")
	}
	keys(t, ctx, kb.Escape)
	if got := widthOf(t, ctx, "ssagen.Compile"); got != before {
		t.Errorf("after Escape the width is %.1f, want %.1f", got, before)
	}

	// Keyboard: the heaviest child, its sibling, zoom, all.
	keys(t, ctx, kb.Home, kb.ArrowDown)
	first := heaviestChild(tree.Collapse().Root)
	if got := chosen(t, ctx); got != first.Name {
		t.Errorf("arrow down chose %s, want %s", got, first.Name)
	}
	keys(t, ctx, kb.ArrowRight)
	if got := chosen(t, ctx); got == first.Name {
		t.Error("arrow right stayed")
	}
	keys(t, ctx, kb.ArrowLeft, kb.Enter)
	if got := widthOf(t, ctx, first.Name); math.Abs(got-full) > 1 {
		t.Errorf("Enter zoomed to %.1f", got)
	}
	keys(t, ctx, kb.ArrowUp, kb.Home)
}

func TestSearchOfALiveFlameGraph(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	click(t, ctx, "all")

	// Slash goes to the box; nested matches count once.
	keys(t, ctx, "/")
	if got := eval(t, ctx, "document.activeElement.tagName"); got != "INPUT" {
		t.Fatalf("slash went to %s", got)
	}
	// The driver sends the character apart from the key, as no keyboard does.
	eval(t, ctx, "document.querySelector('.gomri-flame input').value = ''")
	keys(t, ctx, "gcDrain|scanobject")
	matched := "matched " + Percent(shareOf(unionOf(tree.Prune(0, 0).Root, "gcdrain", "scanobject"), tree.Total))
	if got := text(t, ctx, "matched"); !strings.HasPrefix(got, matched) {
		t.Errorf("got %q for %q, want %q", got, eval(t, ctx, "document.querySelector('.gomri-flame input').value"), matched)
	}
	faded := `[...document.querySelectorAll('.gomri-flame g.no')].some(g => g.gomriFrame.name.endsWith('ssagen.Compile'))`
	if got := eval(t, ctx, faded); got != "true" {
		t.Error("a frame that does not match is not faded")
	}
	keys(t, ctx, "(")
	if got := text(t, ctx, "matched"); !strings.HasPrefix(got, "not a regular expression") {
		t.Errorf("an unfinished expression: %q", got)
	}
	keys(t, ctx, kb.Escape)
	if got := eval(t, ctx, "document.querySelectorAll('.gomri-flame .no').length"); got != "0" {
		t.Errorf("%s frames are still faded after Escape", got)
	}

	// Enter goes to the first match, n and N to the others and round; one that is too
	// narrow to see is zoomed to.
	keys(t, ctx, "/")
	eval(t, ctx, "document.querySelector('.gomri-flame input').value = ''")
	keys(t, ctx, `mallocgc`, kb.Enter)
	count := eval(t, ctx, graphJS+".found.length")
	for i, step := range []struct{ key, want string }{{"", "1"}, {"n", "2"}, {"n", "3"}, {"N", "2"}, {"N", "1"}, {"N", count}, {"n", "1"}} {
		if step.key != "" {
			keys(t, ctx, step.key)
		}
		if got := text(t, ctx, "matched"); !strings.HasSuffix(got, " · "+step.want+" of "+count) {
			t.Errorf("step %d: %q, want %s of %s", i, got, step.want, count)
		}
		if w := parse(t, eval(t, ctx, "document.querySelector('.gomri-flame .on').getAttribute('width')")); w < 2 {
			t.Errorf("step %d: the match is %.1f pixels wide", i, w)
		}
	}
	press(t, ctx, "next")
	if got := text(t, ctx, "matched"); !strings.HasSuffix(got, " · 2 of "+count) {
		t.Errorf("the button leads to %q", got)
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
	click(t, ctx, "ssagen.Compile")
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
