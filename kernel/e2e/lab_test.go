package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var update = flag.Bool("update", false, "write the README's screenshot to docs/lesson-1.png")

// flameLesson is the lesson that the browser opens: it holds a table and a flame graph.
const flameLesson = "01-benchmarking.ipynb"

func TestJupyterLabRunsTheFirstLessonWithALiveFlameGraph(t *testing.T) {
	p := newPeer(t)
	ctx := browser(t, 8*time.Minute)
	dir := t.TempDir()
	copyFile(t, filepath.Join(root(t), "notebooks", flameLesson), dir)
	l := startLab(t, p, dir)

	l.open(t, ctx, flameLesson)
	wellExecuted(t, l.runAll(t, ctx, 4*time.Minute))
	until(t, ctx, time.Minute, "a benchmark table is on the page", hasBenchmarkTable)
	until(t, ctx, time.Minute, "the flame graph is live", `!!document.querySelector('.gomri-flame svg g.f rect')`)
	flameGraphActs(t, ctx)
	if n := eval[int](t, ctx, typeset); n > 0 {
		t.Errorf("%d pieces of drawn results are set as mathematics", n)
	}

	show(t, ctx, `.gomri-flame`)
	screenshot(t, ctx, "lab-light.png")
	setTheme(t, ctx, "JupyterLab Dark")
	show(t, ctx, `.gomri-flame`)
	screenshot(t, ctx, "lab-dark.png")
	show(t, ctx, `.gomri table`)
	screenshot(t, ctx, "lab-dark-table.png")
	setTheme(t, ctx, "JupyterLab Light")
	show(t, ctx, `.gomri table`)
	screenshot(t, ctx, "lab-light-table.png")

	labCommand(t, ctx, "docmanager:save", nil)
	l.open(t, ctx, flameLesson)
	until(t, ctx, time.Minute, "the flame graph is live after a reload, because the notebook is trusted", `!!document.querySelector('.gomri-flame svg g.f rect')`)
	if *update && !t.Failed() {
		readmePicture(t, ctx)
	}
}

func TestUntrustedNotebookStillShowsPictureAndTables(t *testing.T) {
	maker, reader := newPeer(t), newPeer(t)
	ctx := browser(t, 8*time.Minute)
	name := copyFile(t, filepath.Join(root(t), "notebooks", flameLesson), t.TempDir())
	maker.run(t, filepath.Dir(name), notebookLimit, "jupyter-execute", "--kernel_name=gomri", "--timeout=180", "--inplace", name)
	l := startLab(t, reader, filepath.Dir(name))
	l.open(t, ctx, flameLesson)

	trusted := eval[int](t, ctx, `[...window.jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === 'code' && c.outputs.length && c.trusted).length`)
	if trusted > 0 {
		t.Fatalf("%d cells are trusted in a notebook of somebody else's", trusted)
	}
	until(t, ctx, time.Minute, "the benchmark table is there", hasBenchmarkTable)
	until(t, ctx, time.Minute, "the static flame graph is drawn", `[...document.querySelectorAll('.jp-OutputArea img[src^="data:image/svg+xml"]')].some(i => i.complete && i.naturalWidth > 400 && i.clientWidth > 400 && i.alt)`)
	live := eval[int](t, ctx, `document.querySelectorAll('.gomri-flame, .jp-OutputArea script').length`)
	junk := eval[int](t, ctx, `[...document.querySelectorAll('.jp-OutputArea')].filter(a => /function ?\(|data-gomri|<svg|font-family:/.test(a.textContent)).length`)
	if n := eval[int](t, ctx, typeset); n > 0 {
		t.Errorf("%d pieces of drawn results are set as mathematics", n)
	}
	if live > 0 || junk > 0 {
		t.Errorf("untrusted: %d scripts ran, %d outputs show markup as text", live, junk)
	}
	show(t, ctx, `.jp-OutputArea img[src^="data:image/svg+xml"]`)
	screenshot(t, ctx, "lab-untrusted-light.png")
	setTheme(t, ctx, "JupyterLab Dark")
	screenshot(t, ctx, "lab-untrusted-dark.png")
	show(t, ctx, `.jp-OutputArea table`)
	screenshot(t, ctx, "lab-untrusted-dark-table.png")
}

// hasBenchmarkTable is true when a table with a row for a benchmark is drawn.
const hasBenchmarkTable = `[...document.querySelectorAll('.jp-OutputArea table')].some(t => t.clientHeight > 20 && /ns\/op|time/.test(t.textContent) && /allocs/.test(t.textContent))`

// typeset counts what MathJax has taken for mathematics in drawn results.
const typeset = `document.querySelectorAll('.gomri mjx-container, .gomri .MathJax').length`

// flameGraphActs moves the mouse over a frame, clicks it, searches, and goes back.
func flameGraphActs(t *testing.T, ctx context.Context) {
	t.Helper()
	show(t, ctx, `.gomri-flame`)
	// A frame that is narrower than the whole, so that a zoom changes it, and wide enough to hit.
	f := eval[struct {
		X     float64 `json:"x"`
		Y     float64 `json:"y"`
		Name  string  `json:"name"`
		Width float64 `json:"width"`
		All   float64 `json:"all"`
	}](t, ctx, `(() => {
		const svg = document.querySelector('.gomri-flame svg'), all = svg.getBoundingClientRect().width;
		for (const g of svg.querySelectorAll('g.f')) {
			const r = g.querySelector('rect').getBoundingClientRect();
			if (r.width > 12 && r.width < all * 0.9 && r.y > 0 && r.y < innerHeight - 20)
				return {x: r.x + r.width / 2, y: r.y + r.height / 2, name: g.gomriFrame.name, width: r.width, all: all};
		}
		return {};
	})()`)
	if f.Name == "" {
		t.Fatal("the flame graph has no frame to click")
	}
	do(t, ctx, "hover", chromedp.MouseEvent(chromedp.MouseMoved, f.X, f.Y))
	if got := eval[string](t, ctx, `document.querySelector('.gomri-flame .details').textContent`); !strings.Contains(got, f.Name) || !strings.Contains(got, "% of all") {
		t.Errorf("hover over %s says %q", f.Name, got)
	}
	do(t, ctx, "click", chromedp.MouseClickXY(f.X, f.Y))
	width := fmt.Sprintf(`[...document.querySelectorAll('.gomri-flame svg g.f')].filter(g => g.gomriFrame.name === %q).map(g => g.querySelector('rect').getBoundingClientRect().width).reduce((a, b) => Math.max(a, b), 0)`, f.Name)
	if zoomed := eval[float64](t, ctx, width); zoomed < f.All*0.97 {
		t.Errorf("a click on %s makes it %.0f pixels wide of %.0f", f.Name, zoomed, f.All)
	}
	do(t, ctx, "escape", chromedp.KeyEvent(kb.Escape))
	if backed := eval[float64](t, ctx, width); backed > f.Width*1.1 {
		t.Errorf("after Escape %s is %.0f pixels wide, before the zoom it was %.0f", f.Name, backed, f.Width)
	}
	do(t, ctx, "search", chromedp.KeyEvent("/"), chromedp.SendKeys(`.gomri-flame input[type=search]`, "runtime"))
	until(t, ctx, 10*time.Second, "the search says what it matched", `/^(matched .* in \d+ frames?|no frame matches)$/.test(document.querySelector('.gomri-flame .matched').textContent)`)
	do(t, ctx, "leave search", chromedp.KeyEvent(kb.Escape))

	// The right button opens the frame's own menu, not the page's.
	const menu = `document.querySelectorAll('.gomri-flame .menu').length + ' ' + document.querySelectorAll('.lm-Menu').length`
	do(t, ctx, "menu", chromedp.MouseClickXY(f.X, f.Y, chromedp.ButtonRight))
	if got := eval[string](t, ctx, menu); got != "1 0" {
		t.Errorf("menus of ours and of the page: %s", got)
	}
	do(t, ctx, "focus", chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	until(t, ctx, 10*time.Second, "the filter is listed", fmt.Sprintf(`document.querySelector('.gomri-flame .chips').textContent.includes('focus ' + %q)`, f.Name))
	do(t, ctx, "back", chromedp.KeyEvent(kb.Escape))
	until(t, ctx, 10*time.Second, "the filter is gone", `document.querySelector('.gomri-flame .chips').textContent === ''`)
}

// show scrolls an element into the middle of the window and waits until it is painted.
func show(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	eval[bool](t, ctx, fmt.Sprintf(`new Promise(done => {
		const e = document.querySelector(%q);
		if (e) e.scrollIntoView({block: 'center', behavior: 'instant'});
		requestAnimationFrame(() => requestAnimationFrame(() => done(!!e)));
	})`, selector))
}

// setTheme switches JupyterLab's theme and waits until it is on.
func setTheme(t *testing.T, ctx context.Context, theme string) {
	t.Helper()
	labCommand(t, ctx, "apputils:change-theme", map[string]any{"theme": theme})
	until(t, ctx, time.Minute, "the theme is on", fmt.Sprintf(`document.body.dataset.jpThemeName === %q && !document.getElementById('jupyterlab-splash')`, theme))
	show(t, ctx, "body")
}

// readmePicture writes the picture of the README: two views of the notebook side by
// side, one at the first benchmark's table and one at the flame graph.
func readmePicture(t *testing.T, ctx context.Context) {
	t.Helper()
	labCommand(t, ctx, "application:toggle-left-area", nil)
	do(t, ctx, "a wide window", chromedp.EmulateViewport(1420, 800))
	labCommand(t, ctx, "docmanager:clone", nil)
	const views = `[...document.querySelectorAll('.jp-NotebookPanel')].sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x)`
	until(t, ctx, time.Minute, "both views are drawn", views+`.filter(v => v.querySelector('.gomri table') && v.querySelector('.gomri-flame svg g.f')).length === 2`)
	eval[bool](t, ctx, `(() => {
		const [left, right] = `+views+`;
		left.querySelector('.gomri table').scrollIntoView({block: 'center', behavior: 'instant'});
		right.querySelector('.gomri-flame').closest('.jp-CodeCell').scrollIntoView({block: 'start'});
		return true;
	})()`)
	show(t, ctx, "body")
	writeDoc(t, "lesson-1.png", screenshot(t, ctx, "readme.png"))
}

// writeDoc writes a file of the project's docs.
func writeDoc(t *testing.T, name string, data []byte) {
	t.Helper()
	dir := filepath.Join(root(t), "docs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
