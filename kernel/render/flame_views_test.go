package render

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomri/kernel/prof"
)

// names are the frames that are drawn, in a list.
const names = `[...document.querySelectorAll('.gomri-flame g.f')].map(g => g.gomriFrame.name)`

// press clicks a button of the live graph by its class.
func press(t *testing.T, ctx context.Context, class string) {
	t.Helper()
	eval(t, ctx, `document.querySelector('.gomri-flame button.`+class+`').click()`)
}

func TestRuntimeFramesAreFoldedUntilAsked(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	folded := eval(t, ctx, names+".join()")
	if strings.Contains(folded, "runtime.gcDrain,") || strings.Contains(folded, "runtime.main,") {
		t.Errorf("runtime frames are drawn: %.300s", folded)
	}
	total := eval(t, ctx, frameJS("all")+".gomriFrame.kids.reduce((n, k) => n + k.total, 0)")
	press(t, ctx, "runtime")
	if all := eval(t, ctx, names+".join()"); !strings.Contains(all, "runtime.gcDrain,") || !strings.Contains(all, "runtime.main,") {
		t.Errorf("runtime frames are not drawn after a click: %.300s", all)
	}
	if got := eval(t, ctx, frameJS("all")+".gomriFrame.kids.reduce((n, k) => n + k.total, 0)"); got != total {
		t.Errorf("the stacks sum up to %s unfolded and to %s folded", got, total)
	}
	eval(t, ctx, "document.querySelector('.gomri-flame svg').focus()")
	do(t, ctx, chromedp.KeyEvent("r"))
	if got := eval(t, ctx, names+".join()"); got != folded {
		t.Error("the key R does not fold them again")
	}
}

func TestCallersFirstBeginsWithWhatTakesTheTime(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	press(t, ctx, "runtime")
	press(t, ctx, "invert")
	// The widest of the functions that callers lead to is the first of the table.
	if got := eval(t, ctx, `[...document.querySelectorAll('.gomri-flame g.f')].filter(g => g.gomriFrame.depth === 1 && g.gomriFrame.name[0] !== '(')[0].gomriFrame.name`); got != top.Rows[0].Name {
		t.Errorf("the first is %s, want %s", got, top.Rows[0].Name)
	}
	sum := eval(t, ctx, frameJS("all")+".gomriFrame.kids.reduce((n, k) => n + k.total, 0) + "+frameJS("all")+".gomriFrame.self - "+frameJS("all")+".gomriFrame.total")
	if sum != "0" {
		t.Errorf("the functions' own values differ from the total by %s", sum)
	}
	press(t, ctx, "back")
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.invert').getAttribute('aria-pressed')"); got != "false" {
		t.Error("Back does not leave the view")
	}
}

func TestSandwichMergesAllCallsOfAFunction(t *testing.T) {
	p := parseCompiler(t)
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	press(t, ctx, "runtime")
	const name = "runtime.mallocgc"
	t.Log(eval(t, ctx, "document.querySelectorAll('.gomri-flame g.f').length"), "frames are drawn")
	eval(t, ctx, frameJS(name)+".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
	do(t, ctx, chromedp.KeyEvent("s"))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.sandwich').getAttribute('aria-pressed')"); got != "true" {
		t.Fatal("the key S does not show the sandwich")
	}
	calls, err := p.Calls(prof.Options{}, `^runtime\.mallocgc$`)
	if err != nil {
		t.Fatal(err)
	}
	cum, err := strconv.ParseFloat(eval(t, ctx, frameJS(name)+".gomriFrame.cum * 1e7"), 64)
	if want := float64(calls.Rows[0].Cum); err != nil || cum != want {
		t.Errorf("the function has %v, the profile %v", cum, want)
	}
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .details').textContent"); !strings.Contains(got, "11.7 s in the whole profile") {
		t.Errorf("details: %s", got)
	}
	above, below := eval(t, ctx, `[...document.querySelectorAll('.gomri-flame g.f')].filter(g => +g.firstChild.getAttribute('y') < +`+frameJS(name)+`.firstChild.getAttribute('y')).length`),
		eval(t, ctx, `[...document.querySelectorAll('.gomri-flame g.f')].filter(g => +g.firstChild.getAttribute('y') > +`+frameJS(name)+`.firstChild.getAttribute('y')).length`)
	if above == "0" || below == "0" {
		t.Errorf("%s frames above, %s below", above, below)
	}
	// The keyboard goes to a caller and back.
	do(t, ctx, chromedp.KeyEvent(kb.ArrowUp))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame g.on').gomriFrame.name"); got == name {
		t.Error("arrow up does not reach a caller")
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame g.on').gomriFrame.name"); got != name {
		t.Errorf("arrow down leads to %s", got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))
	if got := eval(t, ctx, "document.querySelector('.gomri-flame button.sandwich').getAttribute('aria-pressed')"); got != "false" {
		t.Error("Escape does not leave the sandwich")
	}
}

func TestFlameTurnsAndColoursByPackage(t *testing.T) {
	tree, top := compilerProfile(t)
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	y := func() string { return eval(t, ctx, frameJS("all")+".firstChild.getAttribute('y')") }
	if y() != "0" {
		t.Errorf("the root is at %s", y())
	}
	press(t, ctx, "flip")
	if y() == "0" {
		t.Error("the root is still on top")
	}
	eval(t, ctx, `(() => { const s = document.querySelector('.gomri-flame select'); s.value = 'package'; s.dispatchEvent(new Event('change')); })()`)
	if got := eval(t, ctx, `new Set([...document.querySelectorAll('.gomri-flame g.f')].map(g => g.style.fill)).size > 5`); got != "true" {
		t.Error("packages do not have colours of their own")
	}
}

// saved makes Save keep what it would save, in place of a download.
const saved = `(() => { URL.createObjectURL = b => { window.blob = b; return 'blob:x'; }; HTMLAnchorElement.prototype.click = function () { window.file = this.download; }; })()`

func TestFlameSavesPictureStacksAndProfile(t *testing.T) {
	tree, top := compilerProfile(t)
	small := []byte("not much of a profile")
	ctx := browser(t, Flame(tree, top, ProfileOptions{Proto: small}).Data["text/html"])
	eval(t, ctx, saved)
	read := func(class string) string {
		press(t, ctx, class)
		eval(t, ctx, "(window.blob.text().then(s => window.text = s), 0)")
		text := ""
		for range 100 {
			if text = eval(t, ctx, "window.text || ''"); text != "" {
				break
			}
			do(t, ctx, chromedp.Sleep(10*time.Millisecond))
		}
		eval(t, ctx, "(window.text = '', 0)")
		return text
	}
	picture := read("save-svg")
	wellFormed(t, picture)
	if !strings.Contains(picture, "ssagen.Compile") || !strings.Contains(picture, "<title>") {
		t.Errorf("the picture begins %.200s", picture)
	}
	folded := read("save-folded")
	var sum int64
	for line := range strings.Lines(strings.TrimSpace(folded)) {
		at := strings.LastIndexByte(line, ' ')
		n, err := strconv.ParseInt(strings.TrimSpace(line[at+1:]), 10, 64)
		if err != nil || !strings.Contains(line, ";") && at < 2 {
			t.Fatalf("not a folded stack: %q", line)
		}
		sum += n
	}
	if sum != tree.Root.Total {
		t.Errorf("the folded stacks have %d, the profile %d", sum, tree.Root.Total)
	}
	if got := read("save-pprof"); got != string(small) {
		t.Errorf("the profile is %q", got)
	}
	if got := eval(t, ctx, "window.file"); !strings.HasSuffix(got, ".pb.gz") {
		t.Errorf("saved as %s", got)
	}
}

func TestFlameSwitchesSampleTypes(t *testing.T) {
	tree, top := compilerProfile(t)
	other := &prof.Tree{
		Root: &prof.Node{Name: "all", Total: 7, Children: []*prof.Node{{Name: "main.other", Total: 7, Self: 7}}},
		Type: prof.ValueType{Type: "inuse_objects", Unit: "count"}, Total: 7,
	}
	html := Flame(tree, top, ProfileOptions{}, FlameView{Name: "inuse_objects", Tree: other}).Data["text/html"]
	if len(html) > 256<<10 {
		t.Errorf("the output has %d bytes", len(html))
	}
	ctx := browser(t, html)
	eval(t, ctx, `(() => { const s = document.querySelector('.gomri-flame select.measure'); s.value = '1'; s.dispatchEvent(new Event('change')); })()`)
	if got := eval(t, ctx, names+".join()"); got != "all,main.other" {
		t.Errorf("got %.200s", got)
	}
}

func TestSwitchShowsOtherTables(t *testing.T) {
	_, top := compilerProfile(t)
	other := top
	other.Rows = top.Rows[3:6]
	ctx := browser(t, TopSwitch([]TopView{{Name: "inuse_space", Top: top}, {Name: "alloc_space", Top: other}}).Data["text/html"])
	eval(t, ctx, "document.querySelectorAll('[role=tab]')[1].click()")
	if got := eval(t, ctx, "document.querySelectorAll('[data-gomri-top] tbody tr').length"); got != "3" {
		t.Errorf("%s rows, want 3", got)
	}
	// The heads of the new table sort.
	if got := eval(t, ctx, "document.querySelector('[data-gomri-top] th').tabIndex"); got != "0" {
		t.Error("the script of the table did not run")
	}
	eval(t, ctx, "document.querySelectorAll('[role=tab]')[0].click()")
	if got := eval(t, ctx, "document.querySelectorAll('[data-gomri-top] tbody tr').length"); got == "3" {
		t.Error("the first table does not come back")
	}
}

func TestDifferenceIsDrawnWithBothSides(t *testing.T) {
	p := parseCompiler(t)
	half := halved(t)
	d, err := p.Minus(half, prof.DiffOptions{OfBase: true})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := d.Tree(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	top, err := d.Top(prof.Options{})
	if err != nil {
		t.Fatal(err)
	}
	svg := FlameSVG(tree)
	wellFormed(t, svg)
	if len(svg) > maxFlameSVG {
		t.Errorf("the picture has %d bytes", len(svg))
	}
	for _, want := range []string{"− less than before", " → ", "difference flame graph", "new "} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	ctx := browser(t, Flame(tree, top, ProfileOptions{}).Data["text/html"])
	if got := eval(t, ctx, "document.querySelector('.gomri-flame .details').textContent"); !strings.Contains(got, " → ") {
		t.Errorf("details: %s", got)
	}
}

// halved is the compiler's profile without the garbage collector.
func halved(t *testing.T) *prof.Profile {
	t.Helper()
	p := parseCompiler(t)
	only, err := p.Only(prof.Options{Ignore: "gcBgMarkWorker"})
	if err != nil {
		t.Fatal(err)
	}
	return only
}

func TestZoomOfTwoThousandFramesTakesOneFrame(t *testing.T) {
	root := &prof.Node{Name: "all", Total: 400}
	for i := range 40 {
		at := root
		for j := range 50 {
			n := &prof.Node{Name: fmt.Sprintf("example.com/pkg%d.Function%d", i, j), Total: 10}
			at.Children = append(at.Children, n)
			at = n
		}
		at.Self = 10
	}
	ctx := browser(t, Flame(&prof.Tree{Root: root, Total: root.Total, Type: prof.ValueType{Type: "cpu", Unit: "nanoseconds"}}, prof.Top{Type: prof.ValueType{Type: "cpu"}, Total: 1}, ProfileOptions{}).Data["text/html"])
	// The median of many zooms in and out, drawing of the browser included.
	took := eval(t, ctx, `(() => {
		const times = [], svg = document.querySelector('.gomri-flame svg');
		for (let i = 0; i < 20; i++) {
			const g = [...document.querySelectorAll('.gomri-flame g.f')].find(g => g.gomriFrame.name === (i % 2 ? 'all' : 'example.com/pkg7.Function0'));
			const start = performance.now();
			g.dispatchEvent(new MouseEvent('click', {bubbles: true}));
			svg.getBoundingClientRect();
			times.push(performance.now() - start);
		}
		window.all = times.map(t => t.toFixed(1)).join(" "); return times.sort((a, b) => a - b)[10].toFixed(1) + ' of ' + document.querySelectorAll('.gomri-flame g.f').length + ', worst ' + times[19].toFixed(1);
	})()`)
	t.Log("a zoom takes ms:", took, eval(t, ctx, "window.all"))
	ms, err := strconv.ParseFloat(strings.Fields(took)[0], 64)
	// An idle machine takes less than the 16 ms of one frame; this one may be busy.
	if err != nil || ms > 100 {
		t.Errorf("a zoom takes %s ms", took)
	}
}
