package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestALearnersSession types thirty cells, mistakes included, and checks what a learner
// sees: then, with cells run out of order and after a restart, and as a classroom gets
// it: in somebody else's copy of the notebook and on the page made of it.
func TestALearnersSession(t *testing.T) {
	p := newPeer(t)
	ctx := browser(t, 5*time.Minute)
	dir := t.TempDir()
	writeCells(t, filepath.Join(dir, "learner.ipynb"), "")
	l := startLab(t, p, dir)
	l.open(t, ctx, "learner.ipynb")

	typeSession(t, ctx)
	readable(t, ctx)
	setTheme(t, ctx, "JupyterLab Dark")
	readable(t, ctx)
	runOutOfOrder(t, ctx)
	restartAndRunAll(t, ctx)
	classroom(t, ctx, l)
}

// runOutOfOrder runs cells again in an order that is not the notebook's.
func runOutOfOrder(t *testing.T, ctx context.Context) {
	t.Helper()
	cell := func(source string) int {
		for i, c := range learnerSession {
			if strings.HasPrefix(c.attempts[len(c.attempts)-1].types, source) {
				return i
			}
		}
		t.Fatalf("no cell begins with %s", source)
		return 0
	}
	for _, a := range []struct{ from, types, sees string }{
		{"age :=", "age := 41\nage + 1", "42"},
		{"fmt.Println(name, sum)", "fmt.Println(name, sum)", "Ada 37"}, // sum's cell has not run again
		{"sum :=", "sum := age + 1", ""},
		{"fmt.Println(name, sum)", "fmt.Println(name, sum)", "Ada 42"},
		{"func average", "func average(xs []float64) float64 {\nreturn xs[0]\n}", ""},
		{"average(", "average([]float64{1, 2, 4})", "1"}, // the function as it is now
		{"type Point struct {\nX, Y int", "type Point struct {\nX, Y int\n}\npoint := Point{1, 2}\npoint", "Point{X: 1, Y: 2}"},
	} {
		i := cell(a.from)
		eval[bool](t, ctx, fmt.Sprintf(`(() => {
			const n = window.jupyterapp.shell.currentWidget.content;
			n.mode = 'command'; n.deselectAll(); n.activeCellIndex = %d; n.node.focus();
			return true;
		})()`, i))
		last := eval[int](t, ctx, `Math.max(...[...window.jupyterapp.shell.currentWidget.content.model.cells].map(c => c.executionCount ?? 0))`)
		again := attempt{types: a.types}
		if a.sees != "" {
			again.sees = []string{a.sees}
		}
		typeCell(t, ctx, i, a.types)
		runTyped(t, ctx, i, last+1, again)
	}
}

// restartAndRunAll starts the kernel again and runs every cell. The cells hold what at
// last worked, so that all of them do.
func restartAndRunAll(t *testing.T, ctx context.Context) {
	t.Helper()
	eval[bool](t, ctx, `window.jupyterapp.shell.currentWidget.sessionContext.restartKernel().then(() => true)`)
	until(t, ctx, 30*time.Second, "the kernel is ready again", `window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'`)
	eval[bool](t, ctx, `(() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); return true })()`)
	cells := len(learnerSession)
	until(t, ctx, time.Minute, "all cells have run since the restart", fmt.Sprintf(`(() => {
		const w = window.jupyterapp.shell.currentWidget;
		return w.sessionContext.session.kernel.status === 'idle' && [...w.content.model.cells].every((c, i) => c.executionCount === i + 1)
			&& w.content.model.cells.length === %d;
	})()`, cells))
	wellExecuted(t, modelOf(t, ctx))
}

// classroom makes what a class gets of a session that keeps its mistakes: a notebook
// and a page, made without Jupyter. Nothing in them is trusted.
func classroom(t *testing.T, ctx context.Context, l *lab) {
	t.Helper()
	var sources []string
	for _, c := range learnerSession {
		for _, a := range c.attempts {
			if !a.stops {
				sources = append(sources, a.types)
			}
		}
	}
	name := filepath.Join(t.TempDir(), "class.ipynb")
	writeCells(t, name, sources...)
	if err := command(gomri(t), "run", "-keep-going", "-o", l.dir, name); err == nil {
		t.Error("gomri run succeeds, and cells failed")
	}
	labCommand(t, ctx, "docmanager:save", nil) // or the browser asks before it leaves the page
	l.open(t, ctx, "class.ipynb")
	if n := eval[int](t, ctx, `[...window.jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.trusted && c.outputs.length).length`); n > 0 {
		t.Errorf("%d cells are trusted in somebody else's notebook", n)
	}
	for _, theme := range []string{"Light", "Dark"} {
		setTheme(t, ctx, "JupyterLab "+theme)
		pictures(t, ctx, "class-"+theme, `.jp-CodeCell`)
		readable(t, ctx)
	}
	shown := eval[string](t, ctx, `[...document.querySelectorAll('.jp-OutputArea')].map(a => a.innerText).join('\n')`)
	holdsAll(t, "the untrusted notebook", shown)

	do(t, ctx, "open the page", chromedp.Navigate((&url.URL{Scheme: "file", Path: filepath.Join(l.dir, "class.html")}).String()))
	for _, theme := range []string{"light", "dark"} {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		}); err != nil {
			t.Fatal(err)
		}
		pictures(t, ctx, "page-"+theme, `section.code`)
		readable(t, ctx)
	}
	holdsAll(t, "the page", eval[string](t, ctx, `document.body.innerText`))
}

// holdsAll checks that a text holds everything that the session's cells show.
func holdsAll(t *testing.T, where, shown string) {
	t.Helper()
	for _, c := range learnerSession {
		for _, a := range c.attempts {
			for _, want := range a.sees {
				if !a.stops && !strings.Contains(want, "#") && !strings.Contains(shown, want) {
					t.Errorf("%s lacks %q, which should stand under\n%s", where, want, a.types)
				}
			}
		}
	}
}

// writeCells writes a notebook of code cells.
func writeCells(t *testing.T, name string, cells ...string) {
	t.Helper()
	type cell struct {
		Type     string   `json:"cell_type"`
		ID       string   `json:"id"`
		Metadata struct{} `json:"metadata"`
		Source   string   `json:"source"`
		Count    *int     `json:"execution_count"`
		Outputs  []string `json:"outputs"`
	}
	nb := map[string]any{
		"nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]string{"name": "gomri", "display_name": "Go (gomri)", "language": "go"}},
	}
	var list []cell
	for i, source := range cells {
		list = append(list, cell{Type: "code", ID: fmt.Sprintf("cell-%d", i), Source: source, Outputs: []string{}})
	}
	nb["cells"] = list
	data, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// typeSession types the cells of the session one below the other and checks each attempt.
func typeSession(t *testing.T, ctx context.Context) {
	t.Helper()
	count := 0
	for i, c := range learnerSession {
		if i > 0 {
			press(t, ctx, "b") // a cell below
		}
		for n, a := range c.attempts {
			count++
			typeCell(t, ctx, i, a.types)
			runTyped(t, ctx, i, count, a)
			if c.picture != "" {
				showOutput(t, ctx, i)
				screenshot(t, ctx, fmt.Sprintf("learner-%s-%d.png", c.picture, n+1))
			}
		}
	}
}

// widget is the JavaScript for the open notebook's i-th cell.
func widget(i int) string {
	return fmt.Sprintf(`window.jupyterapp.shell.currentWidget.content.widgets[%d]`, i)
}

// typeCell types text into the selected cell, over what is there.
func typeCell(t *testing.T, ctx context.Context, i int, code string) {
	t.Helper()
	press(t, ctx, kb.Enter)
	until(t, ctx, 10*time.Second, "the cell takes text", widget(i)+`.editor.hasFocus()`)
	press(t, ctx, "a", chromedp.ModifierCtrl)
	for line := range strings.Lines(code) {
		if _, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: strings.TrimSuffix(line, "\n")}); err != nil {
			t.Fatalf("type %q: %v", line, err)
		}
		settled(t, ctx) // the editor has taken the line before the next key comes
		if strings.HasSuffix(line, "\n") {
			press(t, ctx, kb.Enter)
			settled(t, ctx)
		}
	}
	got := eval[string](t, ctx, widget(i)+`.model.sharedModel.getSource()`)
	if trimLines(got) != trimLines(code) {
		t.Fatalf("typed %q, the editor has %q", code, got)
	}
}

// press presses keys one after the other. A page that is busy may take the character of
// a key for another one, so that only the key goes down and up.
func press(t *testing.T, ctx context.Context, keys string, modifiers ...chromedp.Modifier) {
	t.Helper()
	for _, r := range keys {
		for _, k := range kb.Encode(r) {
			if k.Type == kb.KeyChar {
				continue
			}
			chromedp.KeyModifiers(modifiers...)(k)
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *k); err != nil {
				t.Fatalf("press %q: %v", r, err)
			}
		}
	}
}

// trimLines takes the indentation from every line.
func trimLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimLeft(line, " \t"))
	}
	return b.String()
}

// runTyped runs the cell that is being edited and checks what the learner then sees.
func runTyped(t *testing.T, ctx context.Context, i, count int, a attempt) {
	t.Helper()
	press(t, ctx, kb.Enter, chromedp.ModifierCtrl)
	if a.stops {
		until(t, ctx, 20*time.Second, "the cell runs", `window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'`)
		press(t, ctx, "ii")
	}
	until(t, ctx, 30*time.Second, fmt.Sprintf("cell %d has run as %d:\n%s", i+1, count, a.types), fmt.Sprintf(
		`%s.model.executionCount === %d && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'`, widget(i), count))
	seen := eval[string](t, ctx, widget(i)+`.outputArea.node.innerText`)
	failed := eval[bool](t, ctx, widget(i)+`.model.outputs.toJSON().some(o => o.output_type === 'error')`)
	if failed != a.fails {
		t.Errorf("an error is shown: %t, want %t, under\n%s\n%s", failed, a.fails, a.types, seen)
	}
	if len(a.sees) == 0 && strings.TrimSpace(seen) != "" {
		t.Errorf("shown under\n%s\nwhich shows nothing:\n%s", a.types, seen)
	}
	rest := seen
	for _, want := range a.sees {
		want = strings.ReplaceAll(want, "#", fmt.Sprint(count))
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Errorf("lacks %q under\n%s\nwhich shows\n%s", want, a.types, seen)
			continue
		}
		rest = after
	}
}

// showOutput scrolls to what the i-th cell shows.
func showOutput(t *testing.T, ctx context.Context, i int) {
	t.Helper()
	eval[bool](t, ctx, fmt.Sprintf(`(%s.node.scrollIntoView({block: 'center', behavior: 'instant'}), true)`, widget(i)))
	settled(t, ctx)
}

// settled waits until the page has done what was asked of it. It does not wait for a
// frame, which may never come in a window that nobody looks at.
func settled(t *testing.T, ctx context.Context) {
	t.Helper()
	eval[bool](t, ctx, `new Promise(done => setTimeout(() => setTimeout(() => done(true))))`)
}

// faint lists the texts of drawn results and errors that have too little contrast with
// what is behind them: less than 4.5 to 1.
const faint = `(() => {
	const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
	const parse = s => { const n = s.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
	const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
	const ground = e => {
		if (!e) return [255, 255, 255, 1];
		const c = parse(getComputedStyle(e).backgroundColor);
		return c[3] === 1 ? c : over(c, ground(e.parentElement));
	};
	const bad = new Set();
	for (const area of document.querySelectorAll('.jp-OutputArea-output, section.code')) {
		const walk = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
		for (let node = walk.nextNode(); node; node = walk.nextNode()) {
			const e = node.parentElement;
			if (!node.textContent.trim() || !e.checkVisibility() || e.closest('style, script, svg, template')) continue;
			const g = ground(e), a = light(over(parse(getComputedStyle(e).color), g)), b = light(g);
			const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			if (ratio < 4.5) bad.add(ratio.toFixed(2) + ' ' + getComputedStyle(e).color + ' on ' + g + ': ' + node.textContent.trim().slice(0, 60));
		}
	}
	return [...bad].join('\n');
})()`

// readable checks the contrast of everything that is shown.
func readable(t *testing.T, ctx context.Context) {
	t.Helper()
	if bad := eval[string](t, ctx, faint); bad != "" {
		t.Errorf("%s: too faint:\n%s", eval[string](t, ctx, `document.body.dataset.jpThemeName ?? location.pathname`), bad)
	}
}

// pictures takes pictures of the page from top to bottom, if somebody wants them.
func pictures(t *testing.T, ctx context.Context, name, selector string) {
	t.Helper()
	if os.Getenv("GOMRI_SCREENSHOTS") == "" {
		return
	}
	eval[bool](t, ctx, fmt.Sprintf(`(document.querySelector(%q).scrollIntoView({block: 'start', behavior: 'instant'}), true)`, selector))
	for n := 1; n < 20; n++ {
		settled(t, ctx)
		screenshot(t, ctx, fmt.Sprintf("learner-%s-%02d.png", name, n))
		more := eval[bool](t, ctx, fmt.Sprintf(`(() => {
			const below = [...document.querySelectorAll(%q)].find(e => e.getBoundingClientRect().bottom > innerHeight);
			below?.scrollIntoView({block: 'start', behavior: 'instant'});
			return !!below;
		})()`, selector))
		if !more {
			return
		}
	}
}
