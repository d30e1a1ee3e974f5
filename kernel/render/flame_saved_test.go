package render

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

// savedPicture presses Save and opens the file as a page of its own.
func savedPicture(t *testing.T, ctx context.Context) string {
	t.Helper()
	eval(t, ctx, saved)
	press(t, ctx, "save-svg")
	eval(t, ctx, "(window.blob.text().then(s => window.text = s), 0)")
	picture := ""
	for start := time.Now(); picture == "" && time.Since(start) < 10*time.Second; {
		picture = eval(t, ctx, "window.text || ''")
		do(t, ctx, chromedp.Sleep(10*time.Millisecond))
	}
	do(t, ctx, chromedp.Navigate("data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(picture))))
	return picture
}

// savedFrameJS is the widest frame of a saved picture whose name ends in name.
func savedFrameJS(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('#frames rect')].filter(r => r.textContent.slice(0, r.dataset.name).endsWith(%q)).sort((a, b) => b.getBoundingClientRect().width - a.getBoundingClientRect().width)[0]`, name)
}

// savedAt is the middle of an element of a saved picture.
func savedAt(t *testing.T, ctx context.Context, element string) (x, y float64) {
	t.Helper()
	at := eval(t, ctx, `(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return (r.left + r.width / 2) + ' ' + (r.top + r.height / 2); })(`+element+`)`)
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		t.Fatalf("%s: %s", element, at)
	}
	return x, y
}

func TestSavedFlameGraphAnswersMouseAndKeyboard(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	wellFormed(t, savedPicture(t, ctx))
	says := func(id string) string { return eval(t, ctx, "document.getElementById('"+id+"').textContent") }
	width := func(name string) float64 {
		return parse(t, eval(t, ctx, savedFrameJS(name)+".getBoundingClientRect().width"))
	}
	clickAt := func(element string) {
		x, y := savedAt(t, ctx, element)
		do(t, ctx, chromedp.MouseClickXY(x, y))
	}

	// Hover says which frame it is and how much it takes.
	const name = "cmd/compile/internal/ssagen.Compile"
	x, y := savedAt(t, ctx, savedFrameJS(name))
	do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, x, y))
	share := Percent(shareOf(findNode(tree.Root, name).Total, tree.Total))
	if got := says("details"); !strings.HasPrefix(got, name+": ") || !strings.HasSuffix(got, ", "+share) {
		t.Errorf("hover says %q, want %s and %s", got, name, share)
	}

	// A click gives the frame the whole width, fades its callers and fits labels anew.
	before, full := width(name), width("all")
	clickAt(savedFrameJS(name))
	if got := width(name); got < full-1 || before > full*2/3 {
		t.Errorf("zoomed to %.0f of %.0f, from %.0f", got, full, before)
	}
	if got := eval(t, ctx, savedFrameJS("all")+".classList.contains('above')"); got != "true" {
		t.Error("the callers are not faded")
	}
	if got := eval(t, ctx, savedFrameJS("runtime.gcBgMarkWorker")+".style.display"); got != "none" {
		t.Error("a frame outside the zoom is still drawn")
	}
	clickAt("[...document.querySelectorAll('.button')].find(b => b.textContent === 'Reset zoom')")
	if got := width(name); got != before {
		t.Errorf("after Reset zoom the width is %.1f, want %.1f", got, before)
	}

	// The keyboard does the same.
	eval(t, ctx, savedFrameJS("all")+".focus()")
	keys(t, ctx, kb.ArrowDown)
	chosen := eval(t, ctx, "document.activeElement.textContent.slice(0, document.activeElement.dataset.name)")
	if got := says("details"); chosen == "all" || !strings.HasPrefix(got, chosen+": ") {
		t.Errorf("arrow down leads to %q and says %q", chosen, got)
	}
	keys(t, ctx, kb.Enter)
	if got := width(chosen); got < full-1 {
		t.Errorf("Enter zoomed to %.0f", got)
	}
	keys(t, ctx, kb.Escape)
	if got := width(name); got != before {
		t.Errorf("after Escape the width is %.1f, want %.1f", got, before)
	}
}

func TestSearchOfASavedFlameGraph(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	savedPicture(t, ctx)
	says := func() string { return eval(t, ctx, "document.getElementById('matched').textContent") }
	search := func(text string) {
		t.Helper()
		eval(t, ctx, fmt.Sprintf("(window.prompt = () => %q, 0)", text))
		keys(t, ctx, "/")
	}
	// One match below another counts once.
	search(`^cmd/compile/internal/(gc\.Main|ssagen\.)`)
	hits := eval(t, ctx, `[...document.querySelectorAll('#frames .hit')].length`)
	want := Percent(shareOf(unionOf(tree.Root, "cmd/compile/internal/gc.main", "cmd/compile/internal/ssagen."), tree.Total))
	if got := says(); !strings.HasPrefix(got, "matched "+want+" in "+hits+" drawn frames") || hits == "0" {
		t.Errorf("got %q, want %s in %s frames", got, want, hits)
	}
	if got := eval(t, ctx, `(s => s.stroke !== 'none' && s.strokeWidth)(getComputedStyle(document.querySelector('#frames .hit')))`); got != "1.5px" {
		t.Errorf("a match has no outline: %s", got)
	}
	search("(")
	if got := says(); got != "not a regular expression: (" {
		t.Errorf("an unfinished expression: %q", got)
	}
	search("")
	if got := eval(t, ctx, "document.querySelectorAll('#frames .hit, #frames .no').length") + says(); got != "0" {
		t.Errorf("after an empty search: %q", got)
	}
}

func TestSavedSandwichZoomsEachHalfAlone(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	press(t, ctx, "runtime")
	click(t, ctx, "runtime.mallocgc")
	keys(t, ctx, "s")
	savedPicture(t, ctx)
	widest := func(half string) string {
		return `[...document.querySelectorAll('#frames rect` + half + `')].filter(r => r.getBoundingClientRect().width < 600).sort((a, b) => b.getBoundingClientRect().width - a.getBoundingClientRect().width)[0]`
	}
	eval(t, ctx, "(window.caller = "+widest("[data-upper]:not([data-rest])")+", window.callee = "+widest(":not([data-upper])")+", 0)")
	const widths = `[window.caller, window.callee].map(r => r.getBoundingClientRect().width.toFixed(1)).join(' ')`
	var caller, callee, zoomed, stayed float64
	if _, err := fmt.Sscan(eval(t, ctx, widths), &caller, &callee); err != nil {
		t.Fatal(err)
	}
	x, y := savedAt(t, ctx, "window.caller")
	do(t, ctx, chromedp.MouseClickXY(x, y))
	if _, err := fmt.Sscan(eval(t, ctx, widths), &zoomed, &stayed); err != nil {
		t.Fatal(err)
	}
	if zoomed < 1000 || math.Abs(stayed-callee) > 0.1 {
		t.Errorf("a caller of %.1f zooms to %.1f, and a callee of %.1f to %.1f", caller, zoomed, callee, stayed)
	}
}

func TestSavedFlameGraphShowsNamesAsText(t *testing.T) {
	evil := `]]></script><script>alert("x")</script><img src=x onerror='y'>&` + "\u2028"
	tree := &prof.Tree{
		Root: &prof.Node{Name: "all", Total: 9, Children: []*prof.Node{{Name: evil, Total: 9, Self: 9}}},
		Type: prof.ValueType{Type: "cpu", Unit: "count"}, Total: 9,
	}
	_, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	picture := savedPicture(t, ctx)
	wellFormed(t, picture)
	if strings.Count(picture, "<script") != 1 || !strings.Contains(picture, `<g id="frames" fill-opacity="0">`) {
		t.Errorf("the picture has a script of a name, or is not still without scripts: %.300s", picture)
	}
	eval(t, ctx, "document.querySelectorAll('#frames rect')[1].focus()")
	if got := eval(t, ctx, "document.getElementById('details').textContent"); got != evil+": 9, 100 %" {
		t.Errorf("the detail line is %q", got)
	}
}
