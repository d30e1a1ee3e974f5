package render

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

// wheel turns the wheel over a point, with Ctrl or Shift or neither.
func wheel(t *testing.T, ctx context.Context, x, y, dx, dy float64, modifiers ...chromedp.Modifier) {
	t.Helper()
	do(t, ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, x, y, chromedp.ButtonModifiers(modifiers...), func(p *input.DispatchMouseEventParams) {
		// The driver leaves out a zero, which the browser does not take.
		p.DeltaX, p.DeltaY = dx+0.01, dy+0.01
	}))
	settle(t, ctx)
}

// drag moves the mouse from one point to another with its left button down.
func drag(t *testing.T, ctx context.Context, x, y, toX, toY float64) {
	t.Helper()
	left := func(p *input.DispatchMouseEventParams) { p.Button, p.ClickCount = input.MouseButtonLeft, 1 }
	held := func(p *input.DispatchMouseEventParams) { p.Button, p.Buttons = input.MouseButtonLeft, 1 }
	do(
		t, ctx, chromedp.MouseEvent(chromedp.MousePressed, x, y, left),
		chromedp.MouseEvent(chromedp.MouseMoved, (x+toX)/2, (y+toY)/2, held), chromedp.MouseEvent(chromedp.MouseMoved, toX, toY, held),
		chromedp.MouseEvent(chromedp.MouseReleased, toX, toY, left),
	)
	settle(t, ctx)
}

// settle waits until what was done is painted.
func settle(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))", chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
}

// window is the part of the tree that is shown, as parts of all.
func window(t *testing.T, ctx context.Context) (lo, hi float64) {
	t.Helper()
	text := eval(t, ctx, graphJS+".win.lo / "+graphJS+".root.total + ' ' + "+graphJS+".win.hi / "+graphJS+".root.total")
	if _, err := fmt.Sscan(text, &lo, &hi); err != nil {
		t.Fatal(err)
	}
	return lo, hi
}

func near(a, b float64) bool { return a-b < 0.02 && b-a < 0.02 }

func TestWheelAndDragMoveTheWindow(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	x, y := frameAt(t, ctx, "ssagen.buildssa")
	// at is what part of all is at some place.
	at := func(x float64) float64 {
		return parse(t, eval(t, ctx, fmt.Sprintf("(g => (g.win.lo + (%f - g.svg.getBoundingClientRect().left) / g.width * (g.win.hi - g.win.lo)) / g.root.total)(%s)", x, graphJS)))
	}
	point := at(x)

	// A plain wheel is the page's.
	wheel(t, ctx, x, y, 0, 1)
	if lo, hi := window(t, ctx); lo != 0 || hi != 1 {
		t.Errorf("a plain wheel shows %.2f to %.2f", lo, hi)
	}
	wheel(t, ctx, x, y, 0, -300, chromedp.ModifierCtrl)
	lo, hi := window(t, ctx)
	if hi-lo > 0.5 || !near(at(x), point) {
		t.Errorf("Ctrl and the wheel show %.2f to %.2f; under the pointer is %.3f, was %.3f", lo, hi, at(x), point)
	}
	wheel(t, ctx, x, y, 100, 0)
	moved, _ := window(t, ctx)
	if want := lo + 100/widthOf(t, ctx, "all")*(hi-lo); !near(moved, want) || moved <= lo {
		t.Errorf("a wheel sideways moves the window to %.3f, want %.3f", moved, want)
	}
	wheel(t, ctx, x, y, 0, -100, chromedp.ModifierShift)
	if got, _ := window(t, ctx); !near(got, lo) || got >= moved {
		t.Errorf("Shift and the wheel move the window back to %.3f, want %.3f", got, lo)
	}

	// What is dragged follows the pointer, and is not clicked.
	drag(t, ctx, x, y, x+200, y)
	if got := at(x + 200); !near(got, point) {
		t.Errorf("what was at the pointer is %.3f, now %.3f is there", point, got)
	}
	if a, b := window(t, ctx); !near(b-a, hi-lo) {
		t.Errorf("dragging zooms from %.3f to %.3f", hi-lo, b-a)
	}
	wheel(t, ctx, x, y, 0, 300, chromedp.ModifierCtrl)
	wheel(t, ctx, x, y, 0, 300, chromedp.ModifierCtrl)
	if lo, hi := window(t, ctx); lo != 0 || hi != 1 {
		t.Errorf("zoomed out, the window is %.3f to %.3f", lo, hi)
	}
}

func TestKeysMoveTheWindow(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	click(t, ctx, "all")
	keys(t, ctx, "+", "+")
	lo, hi := window(t, ctx)
	if !near(hi-lo, 1/2.25) || !near(lo+hi, 1) {
		t.Errorf("plus twice shows %.3f to %.3f", lo, hi)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(chromedp.ModifierShift)))
	if got, _ := window(t, ctx); !near(got, lo+(hi-lo)/5) {
		t.Errorf("Shift and right lead to %.3f, from %.3f", got, lo)
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowLeft, chromedp.KeyModifiers(chromedp.ModifierShift)))
	keys(t, ctx, "-")
	if a, b := window(t, ctx); !near(b-a, 1/1.5) {
		t.Errorf("minus shows %.3f to %.3f", a, b)
	}
	keys(t, ctx, "0")
	if lo, hi := window(t, ctx); lo != 0 || hi != 1 {
		t.Errorf("zero shows %.3f to %.3f", lo, hi)
	}
	keys(t, ctx, kb.Escape)
	if lo, hi := window(t, ctx); hi-lo == 1 {
		t.Errorf("Escape does not go back from there: %.3f to %.3f", lo, hi)
	}
	keys(t, ctx, "?")
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .keys').open"); got != "true" {
		t.Error("the question mark does not list the keys")
	}
}

func TestMinimapShowsAndMovesTheWindow(t *testing.T) {
	tree := grid(100, 100)
	ctx := browser(t, Flame(tree, prof.Top{Type: tree.Type, Total: 1}, ProfileOptions{}).Data["text/html"])
	part := func(side string) float64 {
		return parse(t, eval(t, ctx, fmt.Sprintf("(b => (e => (e.%s - b.left) / b.width)(document.querySelector('.gomri-flame .map i').getBoundingClientRect()))(document.querySelector('.gomri-flame .map').getBoundingClientRect())", side)))
	}
	if part("left") > 0.01 || part("right") < 0.99 {
		t.Errorf("the whole graph is marked from %.2f to %.2f", part("left"), part("right"))
	}
	wheelX, wheelY := frameAt(t, ctx, "pkg50.Function3")
	wheel(t, ctx, wheelX, wheelY, 0, -300, chromedp.ModifierCtrl)
	lo, hi := window(t, ctx)
	if !near(part("left"), lo) || !near(part("right"), hi) {
		t.Errorf("%.2f to %.2f is marked, %.2f to %.2f shown", part("left"), part("right"), lo, hi)
	}
	// A press there moves the middle of the window, a drag goes on moving it, down too.
	mapX, mapY := middle(t, ctx, ".gomri-flame .map")
	drag(t, ctx, mapX, mapY, mapX+300, mapY+25)
	width := parse(t, eval(t, ctx, "document.querySelector('.gomri-flame .map').clientWidth"))
	if got, end := window(t, ctx); !near((got+end)/2, 0.5+300/width) {
		t.Errorf("the middle of the window is at %.2f, want %.2f", (got+end)/2, 0.5+300/width)
	}
	if got := parse(t, eval(t, ctx, graphJS+".scroll.scrollTop")); got < 300 {
		t.Errorf("the graph is scrolled to %.0f", got)
	}
	// The rows that have come into sight are drawn.
	if got := eval(t, ctx, "(g => [...g.drawn.keys()].some(y => y > g.scroll.scrollTop + g.scroll.clientHeight - 40))("+graphJS+")"); got != "true" {
		t.Error("the lower rows are not drawn")
	}
	keys(t, ctx, kb.Tab)
	keys(t, ctx, kb.Escape)
}

func TestVeryDeepGraphIsDrawnWhereOneLooks(t *testing.T) {
	tree := grid(2, 2000)
	ctx := browser(t, Flame(tree, prof.Top{Type: tree.Type, Total: 1}, ProfileOptions{}).Data["text/html"])
	if got := parse(t, eval(t, ctx, graphJS+".frames.childElementCount")); got > 400 {
		t.Errorf("%.0f elements are drawn", got)
	}
	x, y := frameAt(t, ctx, "pkg1.Function3")
	wheel(t, ctx, x, y, 0, 5000)
	for range 20 {
		settle(t, ctx)
		if eval(t, ctx, graphJS+".scroll.scrollTop > 4000") == "true" {
			break
		}
	}
	settle(t, ctx)
	hover(t, ctx, "pkg1.Function290")
	if got := text(t, ctx, "details"); !strings.Contains(got, "pkg1.Function290") {
		t.Errorf("the pointer is over %q", got)
	}
	click(t, ctx, "pkg1.Function290")
	keys(t, ctx, kb.ArrowDown, kb.ArrowDown)
	if got := chosen(t, ctx); got != "example.com/pkg1.Function292" {
		t.Errorf("arrow down leads to %s", got)
	}
}

func TestSourceOfAFrameIsShownWithHeat(t *testing.T) {
	ctx := handlersPage(t, handlers(t))
	click(t, ctx, "main.walk", chromedp.ButtonRight)
	press(t, ctx, "menu .source")
	p := handlers(t)
	l, err := p.List(prof.Options{}, `^main\.walk$`, source)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range l.Routines[0].Lines {
		row := fmt.Sprintf("[...document.querySelectorAll('.source tbody tr')].find(r => r.cells[2].textContent.endsWith('%d'))", line.Number)
		if got := eval(t, ctx, row+".cells[3].textContent"); got != strings.ReplaceAll(line.Text, "\t", "    ") {
			t.Errorf("line %d is %q, want %q", line.Number, got, line.Text)
		}
		if got := eval(t, ctx, "!!"+row+".style.background"); got != fmt.Sprint(line.Cum > 0) {
			t.Errorf("line %d with %d: heat is %s", line.Number, line.Cum, got)
		}
		if got, want := eval(t, ctx, row+".cells[1].textContent"), strings.ReplaceAll(l.OrDot(line.Cum), "ms", " ms"); got != want {
			t.Errorf("line %d has %q, want %q", line.Number, got, want)
		}
	}
	keys(t, ctx, kb.Escape)
	if got := eval(t, ctx, "document.querySelectorAll('.source').length + document.activeElement.tagName"); got != "0svg" {
		t.Errorf("after Escape: %s", got)
	}
	// One whose lines are not there says what to type, also by the key L.
	click(t, ctx, "main.show")
	keys(t, ctx, "l")
	if got := text(t, ctx, "source"); !strings.Contains(got, `%pprof -list='^main\.show$' cpu.out`) {
		t.Errorf("without lines: %q", got)
	}
}

func TestTableOfFunctionsLeadsToTheirSandwich(t *testing.T) {
	p := handlers(t)
	ctx := handlersPage(t, p)
	top, err := p.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	click(t, ctx, "all")
	keys(t, ctx, "t")
	rows := "[...document.querySelectorAll('.functions tbody tr')].map(r => r.cells[4].textContent).join()"
	var want []string
	for _, r := range top.Rows[:4] {
		want = append(want, r.Name)
	}
	if got := eval(t, ctx, rows); !strings.HasPrefix(got, strings.Join(want, ",")) {
		t.Errorf("the rows are %s, want %s first", got, want)
	}
	press(t, ctx, "functions .sort-total")
	if got := eval(t, ctx, rows); !strings.HasPrefix(got, "main.write,main.serve,") {
		t.Errorf("by total: %s", got)
	}
	press(t, ctx, "functions tbody tr:nth-child(2)")
	if got := eval(t, ctx, graphJS+".o.mode + ' ' + "+graphJS+".o.fn + ' ' + "+graphJS+".root.total / "+graphJS+".base.total"); got != "sandwich main.serve 0.8" {
		t.Errorf("the row leads to %s", got)
	}
	do(t, ctx, chromedp.Focus(".gomri-flame input"))
	keys(t, ctx, "walk")
	if got := eval(t, ctx, rows); got != "main.walk" {
		t.Errorf("searched: %s", got)
	}
}

func TestOrderAndRecursion(t *testing.T) {
	ctx := handlersPage(t, handlers(t))
	below := "[...document.querySelectorAll('.gomri-flame svg')].map(s => s.gomriGraph.root.kids.map(k => k.name).join())[0]"
	if got := eval(t, ctx, below); got != "main.background,main.serve" {
		t.Errorf("by name: %s", got)
	}
	do(t, ctx, chromedp.Focus(".gomri-flame select.order"))
	keys(t, ctx, kb.ArrowDown)
	if got := eval(t, ctx, below); got != "main.serve,main.background" {
		t.Errorf("heaviest first: %s", got)
	}
	// A profile has no order in time, and says so.
	if got := eval(t, ctx, "(o => o.disabled + ' ' + o.textContent)(document.querySelector('.gomri-flame select.order').options[2])"); !strings.HasPrefix(got, "true in time: ") {
		t.Errorf("the third order is %s", got)
	}
	click(t, ctx, "all")
	keys(t, ctx, "u")
	if got := eval(t, ctx, shownStacks); !strings.Contains(got, "main.serve;main.list;main.walk;main.write 150000000") || strings.Contains(got, "walk;main.walk") {
		t.Errorf("without recursion:\n%s", got)
	}
}
